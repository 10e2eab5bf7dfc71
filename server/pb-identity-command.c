/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server user …`, `team …`, `audit …`: identity, also when nobody can
 * log in. */
#include <string.h>

#include "auth/pb-password.h"
#include "pb-command.h"
#include "pb-terminal.h"
#include "store/pb-audit.h"
#include "store/pb-logins.h"
#include "store/pb-people.h"

#define AUDIT_LINES 200

/* In the log of each team that the person is in. */
static gboolean
note_of_person (PbData *data, const PbPerson *person, const gchar *action,
    const gchar *detail, GError **error)
{
  g_autoptr (GPtrArray) teams = pb_store_list_teams (data->store, error);
  gboolean noted = FALSE;

  for (guint t = 0; teams && t < teams->len; t++) {
    const PbTeam *team = g_ptr_array_index (teams, t);
    g_autoptr (GPtrArray) people =
        pb_store_list_people (data->store, team->id, error);

    for (guint i = 0; people && i < people->len; i++) {
      const PbPerson *member = g_ptr_array_index (people, i);

      if (!g_str_equal (member->id, person->id))
        continue;
      if (!pb_command_note (
              data, team->id, action, person->login, detail, error))
        return FALSE;
      noted = TRUE;
    }
    if (!people)
      return FALSE;
  }
  if (!teams || noted)
    return noted;
  return pb_command_note (
      data, PB_TEAM_DEFAULT, action, person->login, detail, error);
}

/* Typed twice, from a file, or the first line of what comes. Never from the
 * command line, which everybody on the machine can read. */
static gchar *
read_password_hash (const PbCommandLine *line, GError **error)
{
  const gboolean typed = !line->password_file && pb_terminal_is_there ();
  gchar *hash = NULL;
  gchar *first, *second;

  if (line->password_file && !g_str_equal (line->password_file, "-"))
    return pb_password_hash_from_file (line->password_file, NULL, error);
  first = pb_terminal_ask_secret (typed ? "New password" : NULL, error);
  if (!first)
    return NULL;
  second = typed ? pb_terminal_ask_secret ("Once more", error) : NULL;
  if (typed && g_strcmp0 (first, second) != 0) {
    g_clear_error (error);
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
        "these are two different passwords; nothing was changed");
  } else {
    hash = pb_password_hash_now (first, error);
  }
  pb_secret_free (first);
  pb_secret_free (second);
  return hash;
}

gboolean
pb_user_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  const gchar *shown = line->full_name ? line->full_name : name;
  g_autofree gchar *hash = NULL;
  g_autofree gchar *id = NULL;
  PbRole role;

  if (!pb_command_read_role (line, PB_ROLE_VIEWER, &role, error)
      || !pb_person_check_names (name, shown, error)
      || !(hash = read_password_hash (line, error))
      || !pb_command_begin (data, error))
    return FALSE;
  id = pb_store_add_person (data->store, name, shown, hash, error);
  if (!pb_command_end (data,
          id
              && pb_store_set_member (
                  data->store, pb_command_get_team (line), id, role, error)
              && pb_command_note (data, pb_command_get_team (line),
                  "person.add", name, pb_role_to_string (role), error),
          error))
    return FALSE;
  g_print ("%s is %s of team %s\n", name, pb_role_to_string (role),
      pb_command_get_team (line));
  return TRUE;
}

gboolean
pb_user_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) teams = pb_store_list_teams (data->store, error);
  guint n = 0;

  for (guint t = 0; teams && t < teams->len; t++) {
    const PbTeam *team = g_ptr_array_index (teams, t);
    g_autoptr (GPtrArray) people =
        pb_store_list_people (data->store, team->id, error);

    if (!people)
      return FALSE;
    for (guint i = 0; i < people->len; i++, n++) {
      const PbPerson *person = g_ptr_array_index (people, i);
      g_autofree gchar *last =
          pb_command_format_time (person->last_login_utc_us, "never");

      if (!line->team || g_str_equal (line->team, team->id))
        g_print ("%-24s %-9s team %-16s %s last login %s\n", person->login,
            pb_role_to_string (person->role), team->id,
            person->sealed_totp ? "2nd factor" : "password  ", last);
    }
  }
  if (teams && n == 0)
    g_print ("Nobody yet: pitbox-server user add LOGIN --role admin\n");
  return teams != NULL;
}

gboolean
pb_user_command_passwd (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbPerson) person = pb_store_find_person (data->store, name, error);
  g_autofree gchar *hash = person ? read_password_hash (line, error) : NULL;

  if (!hash || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_set_password (data->store, person->id, hash, error)
          && pb_store_set_totp (data->store, person->id, NULL, 0, error)
          && pb_store_end_logins (data->store, person->id, NULL, error)
          && note_of_person (data, person, "password.set",
              "second factor off, logins ended", error),
      error);
}

gboolean
pb_user_command_role (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbPerson) person = pb_store_find_person (data->store, name, error);
  PbRole role;

  if (!person || !pb_command_read_role (line, PB_ROLE_NONE, &role, error)
      || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_set_member (
          data->store, pb_command_get_team (line), person->id, role, error)
          && pb_command_note (data, pb_command_get_team (line), "person.role",
              name, pb_role_to_string (role), error),
      error);
}

gboolean
pb_user_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbPerson) person = pb_store_find_person (data->store, name, error);

  if (!person || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      note_of_person (data, person, "person.remove", NULL, error)
          && pb_store_remove_person (data->store, person->id, error),
      error);
}

gboolean
pb_user_command_logins (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbPerson) person = pb_store_find_person (data->store, name, error);
  g_autoptr (GPtrArray) logins =
      person ? pb_store_list_logins (data->store, person->id, error) : NULL;

  if (logins && logins->len == 0)
    g_print ("%s is logged in nowhere\n", name);
  for (guint i = 0; logins && i < logins->len; i++) {
    const PbLogin *login = g_ptr_array_index (logins, i);
    g_autofree gchar *since =
        pb_command_format_time (login->started_utc_us, "");
    g_autofree gchar *last = pb_command_format_time (login->last_utc_us, "");

    g_print ("since %s, last seen %s, team %s, from %s, %s\n", since, last,
        login->team, login->address, login->agent);
  }
  return logins != NULL;
}

gboolean
pb_user_command_logout (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbPerson) person = pb_store_find_person (data->store, name, error);

  if (!person || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_end_logins (data->store, person->id, NULL, error)
          && note_of_person (data, person, "login.end", "all", error),
      error);
}

gboolean
pb_team_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  if (!pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_add_team (
          data->store, name, line->full_name ? line->full_name : name, error)
          && pb_command_note (
              data, PB_TEAM_DEFAULT, "team.add", name, NULL, error),
      error);
}

gboolean
pb_team_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) teams = pb_store_list_teams (data->store, error);

  for (guint i = 0; teams && i < teams->len; i++) {
    const PbTeam *team = g_ptr_array_index (teams, i);

    g_print ("%-32s %s\n", team->id, team->name);
  }
  return teams != NULL;
}

gboolean
pb_team_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  if (!pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_remove_team (data->store, name, error)
          && pb_command_note (
              data, PB_TEAM_DEFAULT, "team.remove", name, NULL, error),
      error);
}

gboolean
pb_audit_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) rows =
      pb_audit_list (data->store, line->team, G_MAXINT64, AUDIT_LINES, error);

  for (guint i = rows ? rows->len : 0; i-- > 0;) {
    const PbAuditRow *row = g_ptr_array_index (rows, i);
    g_autofree gchar *time = pb_command_format_time (row->utc_us, "");

    g_print ("%s %-12s %-8s %-20s %-18s %s %s %s\n", time,
        row->team ? row->team : "-", row->kind, row->who, row->action,
        row->target, row->address, row->detail);
  }
  return rows != NULL;
}

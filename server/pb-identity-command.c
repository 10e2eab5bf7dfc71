/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server user …`, `team …`, `key …`, `invite`, `audit …`: identity,
 * also when nobody can log in. */
#include <string.h>

#include "auth/pb-password.h"
#include "pb-command.h"
#include "pb-terminal.h"
#include "store/pb-audit.h"
#include "store/pb-grants.h"
#include "store/pb-logins.h"
#include "store/pb-people.h"

#define AUDIT_LINES 200
#define DAY_US (G_GINT64_CONSTANT (24 * 3600) * G_USEC_PER_SEC)
#define INVITATION_HOURS 72
#define DEFAULT_PORT 8080

static const gchar *
get_team (const PbCommandLine *line)
{
  return line->team ? line->team : PB_TEAM_DEFAULT;
}

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

static gchar *
format_time (gint64 utc_us, const gchar *never)
{
  g_autoptr (GDateTime) date =
      g_date_time_new_from_unix_utc (utc_us / G_USEC_PER_SEC);

  return utc_us == 0 ? g_strdup (never) : g_date_time_format_iso8601 (date);
}

static gboolean
read_role (
    const PbCommandLine *line, PbRole fallback, PbRole *role, GError **error)
{
  *role = line->role ? pb_role_from_string (line->role) : fallback;
  if (*role != PB_ROLE_NONE)
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
      "--role must be viewer, coach, engineer or admin");
  return FALSE;
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

  if (!read_role (line, PB_ROLE_VIEWER, &role, error)
      || !pb_person_check_names (name, shown, error)
      || !(hash = read_password_hash (line, error))
      || !pb_command_begin (data, error))
    return FALSE;
  id = pb_store_add_person (data->store, name, shown, hash, error);
  if (!pb_command_end (data,
          id
              && pb_store_set_member (
                  data->store, get_team (line), id, role, error)
              && pb_command_note (data, get_team (line), "person.add", name,
                  pb_role_to_string (role), error),
          error))
    return FALSE;
  g_print (
      "%s is %s of team %s\n", name, pb_role_to_string (role), get_team (line));
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
      g_autofree gchar *last = format_time (person->last_login_utc_us, "never");

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

  if (!person || !read_role (line, PB_ROLE_NONE, &role, error)
      || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_set_member (
          data->store, get_team (line), person->id, role, error)
          && pb_command_note (data, get_team (line), "person.role", name,
              pb_role_to_string (role), error),
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

static gchar *
give (PbData *data, PbGrantKind kind, PbGrant *grant, const gchar *detail,
    GError **error)
{
  const gchar *action = kind == PB_GRANT_API_KEY ? "key.add" : "invitation.add";
  gchar *token;

  if (!pb_command_begin (data, error))
    return NULL;
  token = pb_store_add_grant (data->store, kind, grant, error);
  if (!pb_command_end (data,
          token
              && pb_command_note (
                  data, grant->team, action, grant->id, detail, error),
          error))
    g_clear_pointer (&token, pb_secret_free);
  return token;
}

static PbGrant *
new_grant (const PbCommandLine *line)
{
  PbGrant *grant = g_new0 (PbGrant, 1);

  grant->team = g_strdup (get_team (line));
  grant->created_by = g_strdup ("command line");
  return grant;
}

gboolean
pb_key_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbGrant) grant = new_grant (line);
  gchar *token;

  for (guint i = 0; line->scopes && line->scopes[i]; i++) {
    guint scope = pb_scope_from_string (line->scopes[i]);

    if (scope == 0)
      grant->scopes = 0;
    if (scope == 0)
      break;
    grant->scopes |= scope;
  }
  if (grant->scopes == 0 || !pb_person_check_names ("x", name, NULL)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
        "a key needs a name and --scope, once or several times: read_live, "
        "read_recordings, publish, admin");
    return FALSE;
  }
  grant->name = g_strdup (name);
  if (line->days > 0)
    grant->expires_utc_us = g_get_real_time () + line->days * DAY_US;
  token = give (data, PB_GRANT_API_KEY, grant, name, error);
  if (!token)
    return FALSE;
  if (line->print_passphrase)
    g_print ("%s\n", token);
  else
    g_print ("id     %s\nteam   %s\nkey    %s\n\nThe key is not shown again. "
             "Programs send it as\n  Authorization: Bearer KEY\n",
        grant->id, grant->team, token);
  pb_secret_free (token);
  return TRUE;
}

gboolean
pb_key_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) keys =
      pb_store_list_grants (data->store, PB_GRANT_API_KEY, line->team, error);

  if (keys && keys->len == 0)
    g_print ("No key yet: pitbox-server key add NAME --scope read_live\n");
  for (guint i = 0; keys && i < keys->len; i++) {
    const PbGrant *key = g_ptr_array_index (keys, i);
    g_autofree gchar *until = format_time (key->expires_utc_us, "withdrawn");
    g_autofree gchar *used = format_time (key->last_used_utc_us, "never");

    g_print ("%s  %-20s team %-12s until %s, last used %s:", key->id, key->name,
        key->team, until, used);
    for (guint bit = 1; bit <= PB_SCOPE_ADMIN; bit <<= 1)
      if (key->scopes & bit)
        g_print (" %s", pb_scope_to_string (bit));
    g_print ("\n");
  }
  return keys != NULL;
}

gboolean
pb_key_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) keys =
      pb_store_list_grants (data->store, PB_GRANT_API_KEY, NULL, error);
  const gchar *team = NULL;

  if (!keys)
    return FALSE;
  for (guint i = 0; i < keys->len; i++) {
    const PbGrant *key = g_ptr_array_index (keys, i);

    if (g_str_equal (key->id, name))
      team = key->team;
  }
  if (!team) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
        "there is no key '%s'. NAME is the id that pitbox-server key list "
        "shows first",
        name);
    return FALSE;
  }
  if (!pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_remove_grant (data->store, PB_GRANT_API_KEY, name, NULL, error)
          && pb_command_note (data, team, "key.remove", name, NULL, error),
      error);
}

gboolean
pb_invite_command (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbGrant) grant = new_grant (line);
  gint hours = line->hours > 0 ? line->hours : INVITATION_HOURS;
  gchar *token;

  if (!read_role (line, PB_ROLE_VIEWER, &grant->role, error))
    return FALSE;
  grant->expires_utc_us = g_get_real_time () + hours * (DAY_US / 24);
  token = give (
      data, PB_GRANT_INVITATION, grant, pb_role_to_string (grant->role), error);
  if (!token)
    return FALSE;
  if (line->print_passphrase)
    g_print ("%s\n", token);
  else
    g_print ("For one person, to become %s of team %s within %d hours:\n"
             "  %s://%s:%d/#/invite?token=%s\n"
             "What stands before /#/ must be the address by which people open "
             "the page.\n",
        pb_role_to_string (grant->role), grant->team, hours,
        line->tls ? "https" : "http", line->bind,
        line->http_port > 0 ? line->http_port : DEFAULT_PORT, token);
  pb_secret_free (token);
  return TRUE;
}

gboolean
pb_audit_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) rows =
      pb_audit_list (data->store, line->team, G_MAXINT64, AUDIT_LINES, error);

  for (guint i = rows ? rows->len : 0; i-- > 0;) {
    const PbAuditRow *row = g_ptr_array_index (rows, i);
    g_autofree gchar *time = format_time (row->utc_us, "");

    g_print ("%s %-12s %-8s %-20s %-18s %s %s %s\n", time,
        row->team ? row->team : "-", row->kind, row->who, row->action,
        row->target, row->address, row->detail);
  }
  return rows != NULL;
}

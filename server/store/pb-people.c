/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Teams, people, and who is what in which team. */
#include "store/pb-people.h"

#include <string.h>

#include "auth/pb-token.h"
#include "store/pb-sql.h"

#define PERSON_COLUMNS \
  "p.id, p.login, p.name, p.password_hash, p.sealed_totp, p.totp_step, " \
  "p.created_utc_us, p.last_login_utc_us "

void
pb_team_free (PbTeam *team)
{
  g_free (team->id);
  g_free (team->name);
  g_free (team);
}

void
pb_person_free (PbPerson *person)
{
  g_free (person->id);
  g_free (person->login);
  g_free (person->name);
  g_free (person->password_hash);
  g_clear_pointer (&person->sealed_totp, g_bytes_unref);
  g_free (person);
}

static gboolean
check_changed (gint changes, PbStoreError code, GError **error,
    const gchar *format, const gchar *name)
{
  g_autofree gchar *text = NULL;

  if (changes > 0)
    return TRUE;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  text = g_strdup_printf (format, name);
#pragma GCC diagnostic pop
  g_set_error_literal (error, PB_STORE_ERROR, code, text);
  return FALSE;
}

/**
 * pb_store_add_team:
 * @id: see pb_team_id_is_valid()
 * @name: for people
 *
 * Any thread, as everything here.
 */
gboolean
pb_store_add_team (
    PbStore *store, const gchar *id, const gchar *name, GError **error)
{
  gint changes;

  if (!pb_team_id_is_valid (id)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
        "'%s' cannot name a team: use 1 to 32 of a-z 0-9 - and no - in front",
        id);
    return FALSE;
  }
  return pb_sql_run (store, &changes, error,
             "INSERT INTO teams (id, name, created_utc_us) SELECT ?1, ?2, ?3 "
             "WHERE (SELECT count(*) FROM teams) < " G_STRINGIFY (
                 PB_TEAMS_MAX) " ON CONFLICT (id) DO NOTHING",
             "tti", id, name, g_get_real_time ())
         && check_changed (changes, PB_STORE_ERROR_EXISTS, error,
             "there is a team '%s' already, or there are " G_STRINGIFY (
                 PB_TEAMS_MAX),
             id);
}

/**
 * pb_store_remove_team:
 *
 * Its keys, shares and invitations go with it. One that still has people,
 * drivers, devices or readers is refused, as is %PB_TEAM_DEFAULT.
 */
gboolean
pb_store_remove_team (PbStore *store, const gchar *id, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "DELETE FROM teams WHERE id = ?1 AND id <> '" PB_TEAM_DEFAULT
             "' AND NOT EXISTS (SELECT 1 FROM members WHERE team = ?1) "
             "AND NOT EXISTS (SELECT 1 FROM drivers WHERE team = ?1) "
             "AND NOT EXISTS (SELECT 1 FROM devices WHERE team = ?1) "
             "AND NOT EXISTS (SELECT 1 FROM readers WHERE team = ?1)",
             "t", id)
         && check_changed (changes, PB_STORE_ERROR_REFUSED, error,
             "there is no team '%s', it is the server's own, or it still has "
             "people, drivers, devices or readers: pitbox-server user, driver, "
             "device and reader list show them",
             id);
}

static gpointer
read_team (sqlite3_stmt *stmt)
{
  PbTeam *team = g_new (PbTeam, 1);

  *team = (PbTeam){ pb_store_dup_text (stmt, 0), pb_store_dup_text (stmt, 1),
    sqlite3_column_int64 (stmt, 2) };
  return team;
}

/**
 * pb_store_list_teams:
 *
 * Returns: (transfer full) (element-type PbTeam): all, by id
 */
GPtrArray *
pb_store_list_teams (PbStore *store, GError **error)
{
  return pb_sql_list (store, read_team, (GDestroyNotify) pb_team_free, error,
      "SELECT id, name, created_utc_us FROM teams ORDER BY id", "");
}

/**
 * pb_person_check_names:
 * @login: 1 to 64 printable ASCII characters without a space, e.g. an e-mail
 *   address
 * @name: 1 to 128 bytes of UTF-8
 *
 * Returns: %FALSE with @error set if one of them may not be used
 */
gboolean
pb_person_check_names (const gchar *login, const gchar *name, GError **error)
{
  gsize size = strlen (login);
  gboolean ok = size >= 1 && size <= PB_LOGIN_MAX_BYTES;

  for (const gchar *p = login; *p; p++)
    ok = ok && g_ascii_isgraph (*p);
  ok = ok && name[0] != '\0' && strlen (name) <= PB_NAME_MAX_BYTES
       && g_utf8_validate (name, -1, NULL);
  for (const gchar *p = name; ok && *p; p = g_utf8_next_char (p))
    ok = !g_unichar_iscntrl (g_utf8_get_char (p));
  if (!ok)
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
        "a login has 1 to %d ASCII characters and no space, a name 1 to %d "
        "bytes",
        PB_LOGIN_MAX_BYTES, PB_NAME_MAX_BYTES);
  return ok;
}

/**
 * pb_store_add_person:
 * @password_hash: of pb_passwords_hash()
 *
 * Who is in no team may do nothing yet: pb_store_set_member().
 *
 * Returns: (transfer full): id of the new person, or %NULL with @error set
 */
gchar *
pb_store_add_person (PbStore *store, const gchar *login, const gchar *name,
    const gchar *password_hash, GError **error)
{
  g_autofree gchar *id = pb_id_new ();
  gint changes;

  if (!pb_person_check_names (login, name, error)
      || !pb_sql_run (store, &changes, error,
          "INSERT INTO people (id, login, name, password_hash, created_utc_us) "
          "SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM people) "
          "< " G_STRINGIFY (PB_PEOPLE_MAX) " ON CONFLICT (login) DO NOTHING",
          "tttti", id, login, name, password_hash, g_get_real_time ())
      || !check_changed (changes, PB_STORE_ERROR_EXISTS, error,
          "there is a login '%s' already, or there are " G_STRINGIFY (
              PB_PEOPLE_MAX),
          login))
    return NULL;
  return g_steal_pointer (&id);
}

static gpointer
read_person (sqlite3_stmt *stmt)
{
  PbPerson *person = g_new (PbPerson, 1);

  *person = (PbPerson){
    .id = pb_store_dup_text (stmt, 0),
    .login = pb_store_dup_text (stmt, 1),
    .name = pb_store_dup_text (stmt, 2),
    .password_hash = pb_store_dup_text (stmt, 3),
    .sealed_totp = pb_sql_dup_bytes (stmt, 4),
    .totp_step = sqlite3_column_int64 (stmt, 5),
    .created_utc_us = sqlite3_column_int64 (stmt, 6),
    .last_login_utc_us = sqlite3_column_int64 (stmt, 7),
    .role = pb_role_from_string ((const gchar *) sqlite3_column_text (stmt, 8)),
  };
  return person;
}

static PbPerson *
take_first (GPtrArray *people, const gchar *name, GError **error)
{
  g_autoptr (GPtrArray) list = people;

  if (!list)
    return NULL;
  if (list->len > 0)
    return g_ptr_array_steal_index (list, 0);
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is nobody called '%s'. pitbox-server user list shows all", name);
  return NULL;
}

/**
 * pb_store_find_person:
 * @login: in letters of any case
 *
 * Returns: (transfer full): that person, or %NULL with @error set
 */
PbPerson *
pb_store_find_person (PbStore *store, const gchar *login, GError **error)
{
  return take_first (
      pb_sql_list (store, read_person, (GDestroyNotify) pb_person_free, error,
          "SELECT " PERSON_COLUMNS ", NULL FROM people p WHERE p.login = ?1",
          "t", login),
      login, error);
}

/**
 * pb_store_get_person:
 * @id: of a person
 *
 * Returns: (transfer full): that person, or %NULL with @error set
 */
PbPerson *
pb_store_get_person (PbStore *store, const gchar *id, GError **error)
{
  return take_first (
      pb_sql_list (store, read_person, (GDestroyNotify) pb_person_free, error,
          "SELECT " PERSON_COLUMNS ", NULL FROM people p WHERE p.id = ?1", "t",
          id),
      id, error);
}

/**
 * pb_store_list_people:
 * @team: (nullable): only who is in it, with the role there
 *
 * Returns: (transfer full) (element-type PbPerson): by login
 */
GPtrArray *
pb_store_list_people (PbStore *store, const gchar *team, GError **error)
{
  return pb_sql_list (store, read_person, (GDestroyNotify) pb_person_free,
      error,
      "SELECT " PERSON_COLUMNS
      ", m.role FROM people p LEFT JOIN members m ON m.person = p.id "
      "AND m.team = ?1 WHERE ?1 IS NULL OR m.role IS NOT NULL "
      "ORDER BY p.login",
      "t", team);
}

/**
 * pb_store_remove_person:
 *
 * With all logins. Who is the last admin of a team is not kept from it: that is
 * for an administrator at the machine.
 */
gboolean
pb_store_remove_person (PbStore *store, const gchar *id, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error, "DELETE FROM people WHERE id = ?1",
             "t", id)
         && check_changed (changes, PB_STORE_ERROR_NOT_FOUND, error,
             "there is no person '%s'", id);
}

/**
 * pb_store_set_password:
 *
 * Ends no login: see pb_store_end_logins().
 */
gboolean
pb_store_set_password (
    PbStore *store, const gchar *id, const gchar *hash, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "UPDATE people SET password_hash = ?2 WHERE id = ?1", "tt", id,
             hash)
         && check_changed (changes, PB_STORE_ERROR_NOT_FOUND, error,
             "there is no person '%s'", id);
}

/**
 * pb_store_check_same_password:
 * @person: as it was when its password was looked at
 *
 * Returns: %FALSE with @error set if that is another one now, or nobody's
 */
gboolean
pb_store_check_same_password (
    PbStore *store, const PbPerson *person, GError **error)
{
  g_autoptr (PbPerson) now = pb_store_get_person (store, person->id, error);

  if (!now)
    return FALSE;
  if (g_str_equal (now->password_hash, person->password_hash))
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
      "the password of '%s' was changed meanwhile", person->login);
  return FALSE;
}

/**
 * pb_store_set_totp:
 * @sealed: (nullable): second factor; %NULL takes it away
 * @step: of the code by which it was proved
 */
gboolean
pb_store_set_totp (PbStore *store, const gchar *id, GBytes *sealed, gint64 step,
    GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "UPDATE people SET sealed_totp = ?2, totp_step = ?3 WHERE id = ?1",
             "tbi", id, sealed, step)
         && check_changed (changes, PB_STORE_ERROR_NOT_FOUND, error,
             "there is no person '%s'", id);
}

/**
 * pb_store_add_totp:
 *
 * As pb_store_set_totp(), for who has no second factor: in place of another one
 * it would be a way around the password that taking it away asks for.
 */
gboolean
pb_store_add_totp (PbStore *store, const gchar *id, GBytes *sealed, gint64 step,
    GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "UPDATE people SET sealed_totp = ?2, totp_step = ?3 "
             "WHERE id = ?1 AND sealed_totp IS NULL",
             "tbi", id, sealed, step)
         && check_changed (changes, PB_STORE_ERROR_REFUSED, error,
             "'%s' has a second factor: turn that off first", id);
}

/**
 * pb_store_take_totp_step:
 * @step: of a code that is right
 *
 * Returns: %FALSE with @error set if it, or a newer one, was taken before;
 *   one that is newer by minutes was taken by a clock that was wrong
 */
gboolean
pb_store_take_totp_step (
    PbStore *store, const gchar *id, gint64 step, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "UPDATE people SET totp_step = ?2 WHERE id = ?1 "
             "AND (totp_step < ?2 OR totp_step > ?2 + 2)",
             "ti", id, step)
         && check_changed (changes, PB_STORE_ERROR_REFUSED, error,
             "the code of '%s' was used before", id);
}

/**
 * pb_store_set_member:
 *
 * Puts a person into a team, or changes what it is there.
 */
gboolean
pb_store_set_member (PbStore *store, const gchar *team, const gchar *person,
    PbRole role, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "INSERT INTO members (team, person, role) SELECT ?1, ?2, ?3 "
             "WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?1) "
             "ON CONFLICT (team, person) DO UPDATE SET role = excluded.role",
             "ttt", team, person, pb_role_to_string (role))
         && check_changed (changes, PB_STORE_ERROR_NOT_FOUND, error,
             "there is no team '%s'. pitbox-server team list shows all", team);
}

/**
 * pb_store_join_team:
 * @role: of an invitation
 *
 * As pb_store_set_member(), but who is more than @role in the team stays that:
 * an invitation takes nothing away, least of all a team's only admin.
 */
gboolean
pb_store_join_team (PbStore *store, const gchar *team, const gchar *person,
    PbRole role, GError **error)
{
  g_autoptr (GPtrArray) members = pb_store_list_people (store, team, error);

  for (guint i = 0; members && i < members->len; i++) {
    const PbPerson *member = g_ptr_array_index (members, i);

    if (g_str_equal (member->id, person))
      role = MAX (role, member->role);
  }
  return members && pb_store_set_member (store, team, person, role, error);
}

/* What a team's only admin must not do to itself. */
#define NOT_THE_LAST_ADMIN \
  "(role <> 'admin' OR (SELECT count(*) FROM members WHERE team = ?1 " \
  "AND role = 'admin') > 1)"
#define LAST_ADMIN "'%s' is not in this team, or is its last admin"

/**
 * pb_store_change_role:
 *
 * Returns: %FALSE with @error set if the person is not in the team or is its
 *   last admin
 */
gboolean
pb_store_change_role (PbStore *store, const gchar *team, const gchar *person,
    PbRole role, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "UPDATE members SET role = ?3 WHERE team = ?1 AND person = ?2 "
             "AND (?3 = 'admin' OR " NOT_THE_LAST_ADMIN ")",
             "ttt", team, person, pb_role_to_string (role))
         && check_changed (
             changes, PB_STORE_ERROR_REFUSED, error, LAST_ADMIN, person);
}

/**
 * pb_store_remove_member:
 *
 * Returns: as pb_store_change_role(). A person without a team goes.
 */
gboolean
pb_store_remove_member (
    PbStore *store, const gchar *team, const gchar *person, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error,
             "DELETE FROM members WHERE team = ?1 AND person = ?2 "
             "AND " NOT_THE_LAST_ADMIN,
             "tt", team, person)
         && check_changed (
             changes, PB_STORE_ERROR_REFUSED, error, LAST_ADMIN, person)
         && pb_sql_run (store, NULL, error,
             "DELETE FROM people WHERE id = ?1 AND NOT EXISTS "
             "(SELECT 1 FROM members WHERE person = ?1)",
             "t", person);
}

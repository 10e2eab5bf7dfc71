/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDirectory: who is who, in memory: no request waits for the database to know
 * who asks, and what is withdrawn is withdrawn at once. */
#include "store/pb-directory.h"

#include <string.h>

#include "auth/pb-token.h"
#include "store/pb-devices.h"
#include "store/pb-grants.h"
#include "store/pb-logins.h"
#include "store/pb-sql.h"

typedef struct {
  gchar *team;
  gchar *person;
  PbRole role;
} Member;

typedef struct {
  gchar *token_id;
  gchar *name;
  gchar *driver;
  gchar *team;
  guint8 hash[PB_TOKEN_HASH_BYTES];
} Device;

/* All of it is replaced at once, or nothing. */
typedef struct {
  GHashTable *teams; /* id → PbTeam */
  GHashTable *people; /* id → PbPerson */
  GHashTable *drivers; /* id → PbDriverTeam */
  GHashTable *logins; /* id → PbLogin */
  GHashTable *keys; /* id → PbGrant */
  GHashTable *shares; /* id → PbGrant */
  GHashTable *devices; /* token_id → Device */
  GPtrArray *members; /* of Member, by team */
} Tables;

struct _PbDirectory {
  PbStore *store;
  gint64 changes;
  Tables tables;
};

static void
member_free (gpointer data)
{
  Member *member = data;

  g_free (member->team);
  g_free (member->person);
  g_free (member);
}

static gpointer
read_member (sqlite3_stmt *stmt)
{
  Member *member = g_new (Member, 1);

  *member = (Member){ pb_store_dup_text (stmt, 0), pb_store_dup_text (stmt, 1),
    pb_role_from_string ((const gchar *) sqlite3_column_text (stmt, 2)) };
  return member;
}

static void
device_free (gpointer data)
{
  Device *device = data;

  g_free (device->token_id);
  g_free (device->name);
  g_free (device->driver);
  g_free (device->team);
  g_free (device);
}

static gpointer
read_device (sqlite3_stmt *stmt)
{
  Device *device = g_new0 (Device, 1);

  device->token_id = pb_store_dup_text (stmt, 0);
  device->name = pb_store_dup_text (stmt, 1);
  device->driver = pb_store_dup_text (stmt, 2);
  device->team = pb_store_dup_text (stmt, 3);
  if (sqlite3_column_bytes (stmt, 4) == PB_TOKEN_HASH_BYTES)
    memcpy (device->hash, sqlite3_column_blob (stmt, 4), PB_TOKEN_HASH_BYTES);
  return device;
}

/* Takes over the items of @list; their id is their first member. */
static GHashTable *
index_by_id (GPtrArray *list, GDestroyNotify free_item)
{
  GHashTable *table =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_item);

  while (list->len > 0) {
    gpointer item = g_ptr_array_steal_index_fast (list, 0);

    g_hash_table_insert (table, *(gchar **) item, item);
  }
  g_ptr_array_unref (list);
  return table;
}

static gboolean
load_table (GHashTable **table, GPtrArray *list, GDestroyNotify free_item)
{
  if (list)
    *table = index_by_id (list, free_item);
  return list != NULL;
}

static gboolean
load (PbStore *store, Tables *t, GError **error)
{
  t->members = pb_sql_list (store, read_member, member_free, error,
      "SELECT team, person, role FROM members ORDER BY team, person", "");
  return t->members
         && load_table (&t->teams, pb_store_list_teams (store, error),
             (GDestroyNotify) pb_team_free)
         && load_table (&t->people, pb_store_list_people (store, NULL, error),
             (GDestroyNotify) pb_person_free)
         && load_table (&t->drivers, pb_store_list_driver_teams (store, error),
             (GDestroyNotify) pb_driver_team_free)
         && load_table (&t->logins, pb_store_list_logins (store, NULL, error),
             (GDestroyNotify) pb_login_free)
         && load_table (&t->keys,
             pb_store_list_grants (store, PB_GRANT_API_KEY, NULL, error),
             (GDestroyNotify) pb_grant_free)
         && load_table (&t->shares,
             pb_store_list_grants (store, PB_GRANT_SHARE, NULL, error),
             (GDestroyNotify) pb_grant_free)
         && load_table (&t->devices,
             pb_sql_list (store, read_device, device_free, error,
                 "SELECT token_id, name, driver_id, team, token_hash "
                 "FROM devices WHERE token_id IS NOT NULL",
                 ""),
             device_free);
}

static void
clear (Tables *t)
{
  g_clear_pointer (&t->teams, g_hash_table_unref);
  g_clear_pointer (&t->people, g_hash_table_unref);
  g_clear_pointer (&t->drivers, g_hash_table_unref);
  g_clear_pointer (&t->logins, g_hash_table_unref);
  g_clear_pointer (&t->keys, g_hash_table_unref);
  g_clear_pointer (&t->shares, g_hash_table_unref);
  g_clear_pointer (&t->devices, g_hash_table_unref);
  g_clear_pointer (&t->members, g_ptr_array_unref);
}

/**
 * pb_directory_new:
 * @store: a store
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): what the store says now, or %NULL with @error set
 */
PbDirectory *
pb_directory_new (PbStore *store, GError **error)
{
  g_autoptr (PbDirectory) self = g_new0 (PbDirectory, 1);

  self->store = pb_store_ref (store);
  self->changes = pb_store_get_changes_by_others (store);
  return pb_directory_load (self, error) ? g_steal_pointer (&self) : NULL;
}

void
pb_directory_free (PbDirectory *self)
{
  clear (&self->tables);
  pb_store_unref (self->store);
  g_free (self);
}

/**
 * pb_directory_load:
 *
 * After each change of ours. What it knew stays if the store cannot be read.
 */
gboolean
pb_directory_load (PbDirectory *self, GError **error)
{
  Tables next = { 0 };

  if (!load (self->store, &next, error)) {
    clear (&next);
    return FALSE;
  }
  clear (&self->tables);
  self->tables = next;
  return TRUE;
}

/**
 * pb_directory_follow:
 *
 * Call it now and then: another process may have changed something.
 *
 * Returns: %TRUE if it had
 */
gboolean
pb_directory_follow (PbDirectory *self)
{
  gint64 changes = pb_store_get_changes_by_others (self->store);
  g_autoptr (GError) error = NULL;

  if (changes == self->changes)
    return FALSE;
  if (!pb_directory_load (self, &error)) {
    g_warning ("people, keys and devices cannot be read: %s", error->message);
    return FALSE;
  }
  self->changes = changes;
  return TRUE;
}

/**
 * pb_directory_has_people:
 *
 * Returns: %TRUE if anybody has an account, so that everybody needs one
 */
gboolean
pb_directory_has_people (PbDirectory *self)
{
  return g_hash_table_size (self->tables.people) > 0;
}

/**
 * pb_directory_get_person:
 *
 * Returns: (transfer none) (nullable): the person of that id; good until the
 *   directory changes
 */
const PbPerson *
pb_directory_get_person (PbDirectory *self, const gchar *id)
{
  return g_hash_table_lookup (self->tables.people, id);
}

/**
 * pb_directory_get_team_name:
 *
 * Returns: (transfer none): for people; the id of a team that is not there
 */
const gchar *
pb_directory_get_team_name (PbDirectory *self, const gchar *team)
{
  const PbTeam *found = g_hash_table_lookup (self->tables.teams, team);

  return found ? found->name : team;
}

/**
 * pb_directory_get_driver_team:
 *
 * Returns: (transfer none): whose driver it is; one that is known by its
 *   recordings alone is the server's own team's
 */
const gchar *
pb_directory_get_driver_team (PbDirectory *self, const gchar *driver)
{
  const PbDriverTeam *pair = g_hash_table_lookup (self->tables.drivers, driver);

  return pair ? pair->team : PB_TEAM_DEFAULT;
}

/**
 * pb_directory_get_role:
 *
 * Returns: what @person is in @team
 */
PbRole
pb_directory_get_role (
    PbDirectory *self, const gchar *team, const gchar *person)
{
  for (guint i = 0; i < self->tables.members->len; i++) {
    const Member *member = g_ptr_array_index (self->tables.members, i);

    if (g_str_equal (member->team, team)
        && g_str_equal (member->person, person))
      return member->role;
  }
  return PB_ROLE_NONE;
}

/**
 * pb_directory_list_memberships:
 * @person: id
 *
 * Returns: (transfer full) (element-type PbMembership): by team; good until the
 *   directory changes
 */
GArray *
pb_directory_list_memberships (PbDirectory *self, const gchar *person)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (PbMembership));

  for (guint i = 0; i < self->tables.members->len; i++) {
    const Member *member = g_ptr_array_index (self->tables.members, i);
    PbMembership membership = { member->team,
      pb_directory_get_team_name (self, member->team), member->role };

    if (g_str_equal (member->person, person))
      g_array_append_val (list, membership);
  }
  return list;
}

/**
 * pb_directory_find_login:
 * @claims: of a token that verifies
 *
 * What the token says of the role is not believed: it may have changed since.
 *
 * Returns: (transfer full) (nullable): the person, if the login is not over and
 *   the person is still in that team
 */
PbPrincipal *
pb_directory_find_login (
    PbDirectory *self, const PbJwtClaims *claims, gint64 now_us)
{
  const PbLogin *login =
      g_hash_table_lookup (self->tables.logins, claims->family);
  const PbPerson *person =
      g_hash_table_lookup (self->tables.people, claims->person);
  PbRole role = pb_directory_get_role (self, claims->team, claims->person);
  PbPrincipal *principal;

  if (!login || !person || !g_str_equal (login->person, claims->person)
      || login->expires_utc_us <= now_us || role == PB_ROLE_NONE)
    return NULL;
  principal = pb_principal_new (
      PB_PRINCIPAL_PERSON, person->id, person->login, claims->team);
  principal->role = role;
  principal->family = g_strdup (login->id);
  return principal;
}

static gboolean
is_over (const PbGrant *grant, gint64 now_us)
{
  return grant->expires_utc_us != 0 && grant->expires_utc_us <= now_us;
}

static PbPrincipal *
find_key (PbDirectory *self, const gchar *id, const gchar *token, gint64 now_us)
{
  const PbGrant *key = g_hash_table_lookup (self->tables.keys, id);
  PbPrincipal *principal;

  if (!key || !pb_token_matches (token, key->hash) || is_over (key, now_us))
    return NULL;
  principal =
      pb_principal_new (PB_PRINCIPAL_API_KEY, key->id, key->name, key->team);
  principal->scopes = key->scopes;
  return principal;
}

static PbPrincipal *
find_share (
    PbDirectory *self, const gchar *id, const gchar *token, gint64 now_us)
{
  const PbGrant *share = g_hash_table_lookup (self->tables.shares, id);
  PbPrincipal *principal;

  if (!share || !pb_token_matches (token, share->hash)
      || is_over (share, now_us))
    return NULL;
  principal =
      pb_principal_new (PB_PRINCIPAL_SHARE, share->id, "share", share->team);
  principal->driver = g_strdup (share->driver);
  principal->session = g_strdup (share->session);
  return principal;
}

static PbPrincipal *
find_device (PbDirectory *self, const gchar *id, const gchar *token)
{
  const Device *device = g_hash_table_lookup (self->tables.devices, id);
  PbPrincipal *principal;

  if (!device || !pb_token_matches (token, device->hash))
    return NULL;
  principal = pb_principal_new (
      PB_PRINCIPAL_DEVICE, device->name, device->name, device->team);
  principal->driver = g_strdup (device->driver);
  /* By which it is known to be the same one still. */
  principal->family = g_strdup (device->token_id);
  return principal;
}

/**
 * pb_directory_find_token:
 * @token: any text, from outside
 *
 * Returns: (transfer full) (nullable): the API key, share or device that it
 *   belongs to, if it is good now
 */
PbPrincipal *
pb_directory_find_token (PbDirectory *self, const gchar *token, gint64 now_us)
{
  gchar id[PB_TOKEN_ID_CHARS + 1];

  if (pb_token_split (token, PB_TOKEN_API_KEY, id))
    return find_key (self, id, token, now_us);
  if (pb_token_split (token, PB_TOKEN_SHARE, id))
    return find_share (self, id, token, now_us);
  if (pb_token_split (token, PB_TOKEN_DEVICE, id))
    return find_device (self, id, token);
  return NULL;
}

/**
 * pb_directory_is_alive:
 * @principal: found here earlier
 *
 * For what goes on after a request: a viewer, a connection.
 *
 * Returns: %TRUE if it would be found now, too, in the same team
 */
gboolean
pb_directory_is_alive (
    PbDirectory *self, const PbPrincipal *principal, gint64 now_us)
{
  const PbLogin *login;
  const PbGrant *grant;

  switch (principal->kind) {
    case PB_PRINCIPAL_LOCAL:
      return !pb_directory_has_people (self);
    case PB_PRINCIPAL_PERSON:
      login = g_hash_table_lookup (self->tables.logins, principal->family);
      return login && login->expires_utc_us > now_us
             && pb_directory_get_role (self, principal->team, principal->id)
                    != PB_ROLE_NONE;
    case PB_PRINCIPAL_API_KEY:
      grant = g_hash_table_lookup (self->tables.keys, principal->id);
      return grant && !is_over (grant, now_us);
    case PB_PRINCIPAL_SHARE:
      grant = g_hash_table_lookup (self->tables.shares, principal->id);
      return grant && !is_over (grant, now_us);
    case PB_PRINCIPAL_DEVICE:
      return g_hash_table_contains (self->tables.devices, principal->family);
    case PB_PRINCIPAL_NOBODY:
      break;
  }
  return FALSE;
}

/**
 * pb_directory_renew:
 * @principal: found here earlier; a person's role becomes what it is now
 *
 * Returns: %FALSE if it is another one now: a device of another driver
 */
gboolean
pb_directory_renew (PbDirectory *self, PbPrincipal *principal)
{
  const Device *device;

  switch (principal->kind) {
    case PB_PRINCIPAL_PERSON:
      principal->role =
          pb_directory_get_role (self, principal->team, principal->id);
      return principal->role != PB_ROLE_NONE;
    case PB_PRINCIPAL_DEVICE:
      device = g_hash_table_lookup (self->tables.devices, principal->family);
      return device && g_strcmp0 (device->driver, principal->driver) == 0;
    default:
      return TRUE;
  }
}

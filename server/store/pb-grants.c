/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a team gives away by a secret that is shown once: API keys for programs,
 * links to one driver or recording, invitations. */
#include "store/pb-grants.h"

#include <string.h>

#include "auth/pb-token.h"
#include "store/pb-sql.h"

/* All with the same parameters: ?1 id, ?2 team, ?3 hash, ?4 created_by,
 * ?5 created_utc_us, ?6 expires_utc_us, ?7 name, ?8 scopes, ?9 driver,
 * ?10 session, ?11 role; and the same columns. */
static const struct {
  const gchar *what;
  const gchar *prefix;
  const gchar *insert;
  const gchar *list; /* ?1 team or NULL for all */
  const gchar *remove; /* ?1 id, ?2 team or NULL for any */
} kinds[] = {
  [PB_GRANT_API_KEY] = { "key", PB_TOKEN_API_KEY,
      "INSERT INTO api_keys (id, team, hash, created_by, created_utc_us, "
      "expires_utc_us, name, scopes) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 "
      "WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?2) AND "
      "(SELECT count(*) FROM api_keys WHERE team = ?2) < ?12",
      "SELECT id, team, hash, created_by, created_utc_us, expires_utc_us, "
      "name, scopes, NULL, NULL, NULL, last_used_utc_us FROM api_keys "
      "WHERE ?1 IS NULL OR team = ?1 ORDER BY created_utc_us, id",
      "DELETE FROM api_keys WHERE id = ?1 AND (?2 IS NULL OR team = ?2)" },
  [PB_GRANT_SHARE] = { "share", PB_TOKEN_SHARE,
      "INSERT INTO shares (id, team, hash, created_by, created_utc_us, "
      "expires_utc_us, driver, session) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?9, ?10 "
      "WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?2) AND "
      "(SELECT count(*) FROM shares WHERE team = ?2) < ?12",
      "SELECT id, team, hash, created_by, created_utc_us, expires_utc_us, "
      "NULL, 0, driver, session, NULL, NULL FROM shares "
      "WHERE ?1 IS NULL OR team = ?1 ORDER BY created_utc_us, id",
      "DELETE FROM shares WHERE id = ?1 AND (?2 IS NULL OR team = ?2)" },
  [PB_GRANT_INVITATION] = { "invitation", PB_TOKEN_INVITATION,
      "INSERT INTO invitations (id, team, hash, created_by, created_utc_us, "
      "expires_utc_us, role) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?11 "
      "WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?2) AND "
      "(SELECT count(*) FROM invitations WHERE team = ?2) < ?12",
      "SELECT id, team, hash, created_by, created_utc_us, expires_utc_us, "
      "NULL, 0, NULL, NULL, role, NULL FROM invitations "
      "WHERE ?1 IS NULL OR team = ?1 ORDER BY created_utc_us, id",
      "DELETE FROM invitations WHERE id = ?1 AND (?2 IS NULL OR team = ?2)" },
};

/* What is over makes room, some time after it is over. */
static const gchar *const sweeps[] = {
  [PB_GRANT_API_KEY] = "DELETE FROM api_keys WHERE expires_utc_us < ?1",
  [PB_GRANT_SHARE] = "DELETE FROM shares WHERE expires_utc_us < ?1",
  [PB_GRANT_INVITATION] = "DELETE FROM invitations WHERE expires_utc_us < ?1",
};
#define KEEP_OVER_US (7 * G_TIME_SPAN_DAY)

void
pb_grant_free (PbGrant *grant)
{
  g_free (grant->id);
  g_free (grant->team);
  g_free (grant->name);
  g_free (grant->driver);
  g_free (grant->session);
  g_free (grant->created_by);
  g_free (grant);
}

/**
 * pb_store_add_grant:
 * @grant: what to give; gets its id and when it was made
 *
 * Any thread, as everything here.
 *
 * Returns: (transfer full): its secret, for pb_secret_free(), which nobody can
 *   read again; %NULL with @error set
 */
gchar *
pb_store_add_grant (
    PbStore *store, PbGrantKind kind, PbGrant *grant, GError **error)
{
  gchar *token;
  g_autoptr (GBytes) hash = NULL;
  gint changes = 0;

  g_free (grant->id);
  grant->id = pb_id_new ();
  grant->created_utc_us = g_get_real_time ();
  token = pb_token_new (kinds[kind].prefix, grant->id);
  hash = pb_sql_hash_token (token);
  if (pb_sql_run (store, NULL, error, sweeps[kind], "i",
          grant->created_utc_us - KEEP_OVER_US)
      && pb_sql_run (store, &changes, error, kinds[kind].insert, "ttbtintittti",
          grant->id, grant->team, hash, grant->created_by,
          grant->created_utc_us, grant->expires_utc_us, grant->name,
          (gint64) grant->scopes, grant->driver, grant->session,
          pb_role_to_string (grant->role), (gint64) PB_GRANTS_MAX)
      && changes > 0)
    return token;
  pb_secret_free (token);
  if (error && !*error)
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
        "there is no team '%s', or it has %d of them already", grant->team,
        PB_GRANTS_MAX);
  return NULL;
}

static gpointer
read_grant (sqlite3_stmt *stmt)
{
  PbGrant *grant = g_new0 (PbGrant, 1);

  grant->id = pb_store_dup_text (stmt, 0);
  grant->team = pb_store_dup_text (stmt, 1);
  if (sqlite3_column_bytes (stmt, 2) == PB_TOKEN_HASH_BYTES)
    memcpy (grant->hash, sqlite3_column_blob (stmt, 2), PB_TOKEN_HASH_BYTES);
  grant->created_by = pb_store_dup_text (stmt, 3);
  grant->created_utc_us = sqlite3_column_int64 (stmt, 4);
  grant->expires_utc_us = sqlite3_column_int64 (stmt, 5);
  grant->name = pb_store_dup_text (stmt, 6);
  grant->scopes = (guint) sqlite3_column_int (stmt, 7);
  grant->driver = pb_store_dup_text (stmt, 8);
  grant->session = pb_store_dup_text (stmt, 9);
  grant->role =
      pb_role_from_string ((const gchar *) sqlite3_column_text (stmt, 10));
  grant->last_used_utc_us = sqlite3_column_int64 (stmt, 11);
  return grant;
}

/**
 * pb_store_list_grants:
 * @team: (nullable): %NULL for all teams
 *
 * Returns: (transfer full) (element-type PbGrant): oldest first, also those
 *   that are over
 */
GPtrArray *
pb_store_list_grants (
    PbStore *store, PbGrantKind kind, const gchar *team, GError **error)
{
  return pb_sql_list (store, read_grant, (GDestroyNotify) pb_grant_free, error,
      kinds[kind].list, "t", team);
}

/**
 * pb_store_remove_grant:
 * @team: (nullable): whose it must be
 *
 * Returns: %FALSE with @error set if there is none
 */
gboolean
pb_store_remove_grant (PbStore *store, PbGrantKind kind, const gchar *id,
    const gchar *team, GError **error)
{
  gint changes;

  if (!pb_sql_run (store, &changes, error, kinds[kind].remove, "tt", id, team))
    return FALSE;
  if (changes > 0)
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no %s '%s'", kinds[kind].what, id);
  return FALSE;
}

/**
 * pb_store_find_invitation:
 * @token: any text, from outside
 *
 * Who uses it removes it, in the same change.
 *
 * Returns: (transfer full): what it invites to, or %NULL with @error set
 */
PbGrant *
pb_store_find_invitation (
    PbStore *store, const gchar *token, gint64 now_us, GError **error)
{
  gchar id[PB_TOKEN_ID_CHARS + 1];
  g_autoptr (GPtrArray) list =
      pb_store_list_grants (store, PB_GRANT_INVITATION, NULL, error);

  if (!list)
    return NULL;
  for (guint i = 0;
       pb_token_split (token, PB_TOKEN_INVITATION, id) && i < list->len; i++) {
    PbGrant *grant = g_ptr_array_index (list, i);

    if (g_str_equal (grant->id, id) && pb_token_matches (token, grant->hash)
        && grant->expires_utc_us > now_us)
      return g_ptr_array_steal_index (list, i);
  }
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "this invitation is over, was used, or was withdrawn. Ask for a new one");
  return NULL;
}

static gboolean
write_key_use (PbStore *store, gpointer data, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "UPDATE api_keys SET last_used_utc_us = ?2 WHERE id = ?1", "ti",
      (const gchar *) data, g_get_real_time ());
}

/**
 * pb_store_note_key_use:
 * @id: of an API key
 *
 * Waits for nobody.
 */
void
pb_store_note_key_use (PbStore *store, const gchar *id)
{
  pb_store_queue (store, write_key_use, g_strdup (id), g_free);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Logins: families of refresh tokens, of which one at a time is good; and the
 * keys that sign access tokens. */
#include "store/pb-logins.h"

#include "auth/pb-token.h"
#include "store/pb-sql.h"

/* A used token is known for so long; later it is one of nobody's. A page asks
 * for a new one each few minutes, so that is some thousand rows of a login. */
#define REMEMBER_USED_US (7 * G_TIME_SPAN_DAY)

/* A used token that comes again so soon may be that of a page whose answer was
 * lost: see may_be_lost(). */
#define LOST_ANSWER_US G_TIME_SPAN_MINUTE
/* Of tokens that were never used and must not be any more: 1970. */
#define NEVER_GOOD_US 1

#define LOGIN_COLUMNS \
  "l.id, l.person, l.team, l.started_utc_us, l.last_utc_us, " \
  "l.expires_utc_us, l.address, l.agent "

void
pb_login_free (PbLogin *login)
{
  g_free (login->id);
  g_free (login->person);
  g_free (login->team);
  g_free (login->address);
  g_free (login->agent);
  g_free (login);
}

static gboolean
add_token (PbStore *store, const gchar *login, gint64 now_us, gchar **token,
    GError **error)
{
  g_autofree gchar *id = pb_id_new ();
  g_autoptr (GBytes) hash = NULL;

  *token = pb_token_new (PB_TOKEN_REFRESH, id);
  hash = pb_sql_hash_token (*token);
  if (pb_sql_run (store, NULL, error,
          "INSERT INTO refresh_tokens (id, login, hash, created_utc_us) "
          "VALUES (?1, ?2, ?3, ?4)",
          "ttbi", id, login, hash, now_us))
    return TRUE;
  g_clear_pointer (token, pb_secret_free);
  return FALSE;
}

/**
 * pb_store_open_login:
 * @address, @agent: of who logs in; cut to some hundred bytes
 * @refresh_token: (out): the first, for pb_secret_free()
 *
 * Within a pb_store_begin_change(), as all here that writes.
 *
 * Returns: (transfer full): id of the login, or %NULL with @error set
 */
gchar *
pb_store_open_login (PbStore *store, const gchar *person, const gchar *team,
    const gchar *address, const gchar *agent, gint64 now_us,
    gchar **refresh_token, GError **error)
{
  g_autofree gchar *id = pb_id_new ();

  if (!pb_sql_run (store, NULL, error,
          "INSERT INTO logins (id, person, team, started_utc_us, last_utc_us, "
          "expires_utc_us, address, agent) "
          "VALUES (?1, ?2, ?3, ?4, ?4, ?5, substr(?6, 1, 100), "
          "substr(?7, 1, 200))",
          "tttiitt", id, person, team, now_us, now_us + PB_LOGIN_LIFE_US,
          address, agent)
      || !pb_sql_run (store, NULL, error,
          "UPDATE people SET last_login_utc_us = ?2 WHERE id = ?1", "ti",
          person, now_us)
      || !pb_sql_run (store, NULL, error,
          "DELETE FROM logins WHERE expires_utc_us < ?2 OR id IN "
          "(SELECT id FROM logins WHERE person = ?1 ORDER BY started_utc_us "
          "DESC, id LIMIT -1 OFFSET " G_STRINGIFY (PB_LOGINS_MAX) ")",
          "ti", person, now_us)
      || !add_token (store, id, now_us, refresh_token, error))
    return NULL;
  return g_steal_pointer (&id);
}

typedef struct {
  PbLogin *login;
  guint8 hash[PB_TOKEN_HASH_BYTES];
  gint64 used_utc_us;
} Token;

static void
token_free (gpointer data)
{
  Token *token = data;

  g_clear_pointer (&token->login, pb_login_free);
  g_free (token);
}

static gpointer
read_login (sqlite3_stmt *stmt)
{
  PbLogin *login = g_new (PbLogin, 1);

  *login = (PbLogin){
    .id = pb_store_dup_text (stmt, 0),
    .person = pb_store_dup_text (stmt, 1),
    .team = pb_store_dup_text (stmt, 2),
    .started_utc_us = sqlite3_column_int64 (stmt, 3),
    .last_utc_us = sqlite3_column_int64 (stmt, 4),
    .expires_utc_us = sqlite3_column_int64 (stmt, 5),
    .address = pb_store_dup_text (stmt, 6),
    .agent = pb_store_dup_text (stmt, 7),
  };
  return login;
}

static gpointer
read_token (sqlite3_stmt *stmt)
{
  Token *token = g_new0 (Token, 1);

  token->login = read_login (stmt);
  if (sqlite3_column_bytes (stmt, 8) == PB_TOKEN_HASH_BYTES)
    memcpy (token->hash, sqlite3_column_blob (stmt, 8), PB_TOKEN_HASH_BYTES);
  token->used_utc_us = sqlite3_column_int64 (stmt, 9);
  return token;
}

static PbRefreshVerdict
judge (const Token *token, const gchar *text, gint64 now_us)
{
  if (!pb_token_matches (text, token->hash)
      || token->login->expires_utc_us <= now_us)
    return PB_REFRESH_UNKNOWN;
  return token->used_utc_us != 0 ? PB_REFRESH_REPLAYED : PB_REFRESH_GOOD;
}

static gboolean
use_token (PbStore *store, const gchar *id, const gchar *login, gint64 now_us,
    gint *changes, GError **error)
{
  return pb_sql_run (store, changes, error,
             "UPDATE refresh_tokens SET used_utc_us = ?2 "
             "WHERE id = ?1 AND used_utc_us IS NULL",
             "ti", id, now_us)
         && pb_sql_run (store, NULL, error,
             "DELETE FROM refresh_tokens WHERE login = ?1 "
             "AND created_utc_us < ?2 AND used_utc_us IS NOT NULL",
             "ti", login, now_us - REMEMBER_USED_US)
         && pb_sql_run (store, NULL, error,
             "UPDATE logins SET last_utc_us = ?2, expires_utc_us = ?3 "
             "WHERE id = ?1",
             "tii", login, now_us, now_us + PB_LOGIN_LIFE_US);
}

static gpointer
read_number (sqlite3_stmt *stmt)
{
  gint64 *number = g_new (gint64, 1);

  *number = sqlite3_column_int64 (stmt, 0);
  return number;
}

/* Whether the token was used a moment ago, and no other one of its login since:
 * who used it may not have heard the answer, for the network broke or the page
 * was closed. It may be a thief, too; but then the owner has the token that was
 * the answer, and ends the login by it at its next renewal. */
static gboolean
may_be_lost (PbStore *store, const gchar *id, const Token *token, gint64 now_us,
    gboolean *may_be, GError **error)
{
  g_autoptr (GPtrArray) later = pb_sql_list (store, read_number, g_free, error,
      "SELECT count(*) FROM refresh_tokens WHERE login = ?1 AND id <> ?2 "
      "AND used_utc_us >= ?3",
      "tti", token->login->id, id, token->used_utc_us);

  if (!later)
    return FALSE;
  *may_be = ABS (now_us - token->used_utc_us) <= LOST_ANSWER_US
            && *(const gint64 *) g_ptr_array_index (later, 0) == 0;
  return TRUE;
}

/* Whoever has the answer that was lost does not use it. */
static gboolean
drop_unused (PbStore *store, const gchar *login, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "UPDATE refresh_tokens SET used_utc_us = ?2 "
      "WHERE login = ?1 AND used_utc_us IS NULL",
      "ti", login, (gint64) NEVER_GOOD_US);
}

/**
 * pb_store_refresh_login:
 * @token: any text, from outside
 * @verdict: (out): what it was
 * @login: (out) (nullable): whose it was; %NULL if that is unknown
 * @refresh_token: (out) (nullable): the next, for pb_secret_free(), if the
 *   verdict is good or repeated
 *
 * Returns: %FALSE with @error set if the store fails; nothing was used then
 */
gboolean
pb_store_refresh_login (PbStore *store, const gchar *token, gint64 now_us,
    PbRefreshVerdict *verdict, PbLogin **login, gchar **refresh_token,
    GError **error)
{
  gchar id[PB_TOKEN_ID_CHARS + 1];
  g_autoptr (GPtrArray) rows = NULL;
  Token *row;
  gint changes = 1;

  *verdict = PB_REFRESH_UNKNOWN;
  *login = NULL;
  *refresh_token = NULL;
  if (!pb_token_split (token, PB_TOKEN_REFRESH, id))
    return TRUE;
  rows = pb_sql_list (store, read_token, token_free, error,
      "SELECT " LOGIN_COLUMNS ", t.hash, t.used_utc_us FROM refresh_tokens t "
      "JOIN logins l ON l.id = t.login WHERE t.id = ?1",
      "t", id);
  if (!rows)
    return FALSE;
  if (rows->len == 0)
    return TRUE;
  row = g_ptr_array_index (rows, 0);
  *verdict = judge (row, token, now_us);
  if (*verdict == PB_REFRESH_UNKNOWN)
    return TRUE;
  if (*verdict == PB_REFRESH_REPLAYED) {
    gboolean may_be;

    if (!may_be_lost (store, id, row, now_us, &may_be, error))
      return FALSE;
    if (may_be) {
      *verdict = PB_REFRESH_REPEATED;
      if (!drop_unused (store, row->login->id, error)
          || !add_token (store, row->login->id, now_us, refresh_token, error))
        return FALSE;
    }
  }
  if (*verdict == PB_REFRESH_GOOD) {
    if (!use_token (store, id, row->login->id, now_us, &changes, error))
      return FALSE;
    if (changes > 0
        && !add_token (store, row->login->id, now_us, refresh_token, error))
      return FALSE;
    if (changes == 0)
      *verdict = PB_REFRESH_REPLAYED;
  }
  if (*verdict == PB_REFRESH_REPLAYED
      && !pb_store_end_login (store, row->login->id, NULL, error))
    return FALSE;
  *login = g_steal_pointer (&row->login);
  return TRUE;
}

/**
 * pb_store_set_login_team:
 * @team: one that its person is in
 */
gboolean
pb_store_set_login_team (
    PbStore *store, const gchar *login, const gchar *team, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "UPDATE logins SET team = ?2 WHERE id = ?1", "tt", login, team);
}

/**
 * pb_store_end_login:
 * @person: (nullable): whose it must be
 *
 * Returns: %FALSE with @error set if there is no such login
 */
gboolean
pb_store_end_login (
    PbStore *store, const gchar *login, const gchar *person, GError **error)
{
  gint changes;

  if (!pb_sql_run (store, &changes, error,
          "DELETE FROM logins WHERE id = ?1 AND (?2 IS NULL OR person = ?2)",
          "tt", login, person))
    return FALSE;
  if (changes > 0)
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no such login");
  return FALSE;
}

/**
 * pb_store_end_logins:
 * @but: (nullable): the one that goes on
 *
 * All of a person.
 */
gboolean
pb_store_end_logins (
    PbStore *store, const gchar *person, const gchar *but, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "DELETE FROM logins WHERE person = ?1 AND (?2 IS NULL OR id <> ?2)", "tt",
      person, but);
}

/**
 * pb_store_list_logins:
 * @person: (nullable): %NULL for everybody's
 *
 * Returns: (transfer full) (element-type PbLogin): newest first
 */
GPtrArray *
pb_store_list_logins (PbStore *store, const gchar *person, GError **error)
{
  return pb_sql_list (store, read_login, (GDestroyNotify) pb_login_free, error,
      "SELECT " LOGIN_COLUMNS "FROM logins l WHERE ?1 IS NULL OR l.person = ?1 "
      "ORDER BY l.started_utc_us DESC, l.id",
      "t", person);
}

typedef struct {
  GBytes *sealed;
  gint64 created_utc_us;
} SealedKey;

static void
sealed_key_free (gpointer data)
{
  SealedKey *key = data;

  g_bytes_unref (key->sealed);
  g_free (key);
}

static gpointer
read_jwt_key (sqlite3_stmt *stmt)
{
  SealedKey *key = g_new (SealedKey, 1);

  *key = (SealedKey){ g_bytes_new (sqlite3_column_blob (stmt, 0),
                          sqlite3_column_bytes (stmt, 0)),
    sqlite3_column_int64 (stmt, 1) };
  return key;
}

/**
 * pb_store_load_jwt_keys:
 *
 * One that cannot be opened (the server's key was replaced) is warned about and
 * left out: who was logged in by it logs in again.
 */
gboolean
pb_store_load_jwt_keys (PbStore *store, PbJwt *jwt, GError **error)
{
  g_autoptr (GPtrArray) keys =
      pb_sql_list (store, read_jwt_key, sealed_key_free, error,
          "SELECT sealed, created_utc_us FROM jwt_keys", "");

  if (!keys)
    return FALSE;
  for (guint i = 0; i < keys->len; i++) {
    const SealedKey *key = g_ptr_array_index (keys, i);
    g_autoptr (GError) local = NULL;

    if (!pb_jwt_add_key (
            jwt, key->sealed, key->created_utc_us / G_USEC_PER_SEC, &local))
      g_warning ("a key that signs logins: %s", local->message);
  }
  return TRUE;
}

/**
 * pb_store_rotate_jwt_key:
 *
 * Signs with a new key from now on; those whose tokens are dead, or not born
 * yet, are forgotten.
 */
gboolean
pb_store_rotate_jwt_key (
    PbStore *store, PbJwt *jwt, gint64 now_us, GError **error)
{
  const gint64 now_s = now_us / G_USEC_PER_SEC;
  g_autoptr (GBytes) sealed = pb_jwt_add_new_key (jwt, now_s);

  return pb_sql_run (store, NULL, error,
             "INSERT INTO jwt_keys (sealed, created_utc_us) VALUES (?1, ?2)",
             "bi", sealed, now_s * G_USEC_PER_SEC)
         && pb_sql_run (store, NULL, error,
             "DELETE FROM jwt_keys WHERE created_utc_us < ?1 "
             "OR created_utc_us > ?2",
             "ii",
             (now_s - 2 * PB_JWT_ROTATE_S - 2 * PB_JWT_LIFE_S) * G_USEC_PER_SEC,
             (now_s + PB_JWT_LIFE_S) * G_USEC_PER_SEC);
}

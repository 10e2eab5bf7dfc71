/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbConnection: one connection to the database and what belongs to it; for the
 * store only. */
#include "store/pb-connection.h"

G_DEFINE_QUARK (pb - store - error - quark, pb_store_error)

static PbStoreError
classify (gint code)
{
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return PB_STORE_ERROR_BUSY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return PB_STORE_ERROR_DISK;
    default:
      return PB_STORE_ERROR_DATABASE;
  }
}

/* The newest error of @db, with what was being done. */
void
pb_connection_set_error (sqlite3 *db, GError **error, const gchar *doing)
{
  g_set_error (error, PB_STORE_ERROR, classify (sqlite3_errcode (db)), "%s: %s",
      doing, sqlite3_errmsg (db));
}

/* Returns: the first number that @sql gives, or -1 */
gint64
pb_connection_read_number (sqlite3 *db, const gchar *sql)
{
  sqlite3_stmt *stmt = NULL;
  gint64 value = -1;

  if (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL) == SQLITE_OK
      && sqlite3_step (stmt) == SQLITE_ROW)
    value = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  return value;
}

static void
finalize_statement (gpointer stmt)
{
  sqlite3_finalize (stmt);
}

void
pb_connection_init (PbConnection *connection)
{
  g_rec_mutex_init (&connection->lock);
  connection->statements =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, finalize_statement);
}

void
pb_connection_clear (PbConnection *connection)
{
  g_hash_table_unref (connection->statements);
  sqlite3_close (connection->db);
  g_rec_mutex_clear (&connection->lock);
}

gboolean
pb_connection_open (PbConnection *connection, const gchar *path,
    gint timeout_ms, GError **error)
{
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

  if (sqlite3_open_v2 (path, &connection->db, flags, NULL) != SQLITE_OK) {
    pb_connection_set_error (connection->db, error, path);
    return FALSE;
  }
  sqlite3_busy_timeout (connection->db, timeout_ms);
  return TRUE;
}

/* Takes the lock, which pb_store_end() gives back, unless %NULL is returned. */
sqlite3_stmt *
pb_connection_begin (PbConnection *connection, const gchar *sql, GError **error)
{
  sqlite3_stmt *stmt;

  g_rec_mutex_lock (&connection->lock);
  stmt = g_hash_table_lookup (connection->statements, sql);
  if (stmt)
    return stmt;
  if (sqlite3_prepare_v3 (
          connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL)
      != SQLITE_OK) {
    pb_connection_set_error (connection->db, error, "preparing a statement");
    g_rec_mutex_unlock (&connection->lock);
    return NULL;
  }
  g_hash_table_insert (connection->statements, (gpointer) sql, stmt);
  return stmt;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Statements with their parameters in one call; for the store only. */
#include "store/pb-sql.h"

#include "auth/pb-token.h"

static void
bind (sqlite3_stmt *stmt, const gchar *types, va_list args)
{
  for (gint i = 0; types[i]; i++) {
    gint64 number;
    GBytes *bytes;

    switch (types[i]) {
      case 't':
        pb_store_bind_text_or_null (stmt, i + 1, va_arg (args, const gchar *));
        break;
      case 'b':
        bytes = va_arg (args, GBytes *);
        if (bytes)
          sqlite3_bind_blob (stmt, i + 1, g_bytes_get_data (bytes, NULL),
              g_bytes_get_size (bytes), SQLITE_TRANSIENT);
        break;
      case 'n':
        number = va_arg (args, gint64);
        if (number != 0)
          sqlite3_bind_int64 (stmt, i + 1, number);
        break;
      default:
        g_assert (types[i] == 'i');
        sqlite3_bind_int64 (stmt, i + 1, va_arg (args, gint64));
        break;
    }
  }
}

/* Writes. @n_changes: (out) (optional): rows that were changed. Any thread. */
gboolean
pb_sql_run (PbStore *store, gint *n_changes, GError **error, const gchar *sql,
    const gchar *types, ...)
{
  gboolean done;
  va_list args;
  sqlite3_stmt *stmt = pb_store_begin (store, sql, error);

  if (!stmt)
    return FALSE;
  va_start (args, types);
  bind (stmt, types, args);
  va_end (args);
  pb_store_lock (store);
  done = pb_store_finish (store, stmt, error);
  if (n_changes)
    *n_changes = done ? pb_store_get_changes (store) : 0;
  pb_store_unlock (store);
  return done;
}

static sqlite3_stmt *
begin_read (PbStore *store, GError **error, const gchar *sql,
    const gchar *types, va_list args)
{
  sqlite3_stmt *stmt = pb_store_begin_read (store, sql, error);

  if (stmt)
    bind (stmt, types, args);
  return stmt;
}

/* Reads; does not see what a pb_store_begin_change() under way has written.
 * Any thread. */
GPtrArray *
pb_sql_list (PbStore *store, PbSqlRead read, GDestroyNotify free_row,
    GError **error, const gchar *sql, const gchar *types, ...)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  gboolean has_row = TRUE;
  gboolean done;
  sqlite3_stmt *stmt;
  va_list args;

  va_start (args, types);
  stmt = begin_read (store, error, sql, types, args);
  va_end (args);
  if (!stmt)
    return NULL;
  while ((done = pb_store_step (store, stmt, &has_row, error)) && has_row)
    g_ptr_array_add (rows, read (stmt));
  pb_store_end (store, stmt);
  return done ? g_steal_pointer (&rows) : NULL;
}

/* As pb_sql_list(), of rows of @row_bytes that need no freeing. */
GArray *
pb_sql_array (PbStore *store, PbSqlFill fill, guint row_bytes, GError **error,
    const gchar *sql, const gchar *types, ...)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, TRUE, row_bytes);
  gboolean has_row = TRUE;
  gboolean done;
  sqlite3_stmt *stmt;
  va_list args;

  va_start (args, types);
  stmt = begin_read (store, error, sql, types, args);
  va_end (args);
  if (!stmt)
    return NULL;
  while ((done = pb_store_step (store, stmt, &has_row, error)) && has_row) {
    g_array_set_size (rows, rows->len + 1);
    fill (stmt, rows->data + (gsize) (rows->len - 1) * row_bytes);
  }
  pb_store_end (store, stmt);
  return done ? g_steal_pointer (&rows) : NULL;
}

/* Returns: (transfer full) (nullable): the bytes of a column */
GBytes *
pb_sql_dup_bytes (sqlite3_stmt *stmt, gint column)
{
  if (sqlite3_column_type (stmt, column) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (
      sqlite3_column_blob (stmt, column), sqlite3_column_bytes (stmt, column));
}

/* Returns: (transfer full): what is kept of a token */
GBytes *
pb_sql_hash_token (const gchar *token)
{
  guint8 hash[PB_TOKEN_HASH_BYTES];

  pb_token_hash (token, hash);
  return g_bytes_new (hash, sizeof hash);
}

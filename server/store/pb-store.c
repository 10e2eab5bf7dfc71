/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbStore: what the server remembers, in one SQLite file. */
#include "store/pb-store.h"
#include "store/pb-store-private.h"

#include <string.h>

#include "pb-store-resources.h"

#define MIGRATIONS "/pitbox/store"
/* Another process (`pitbox-server device add`) may hold the write lock for a
 * moment; more than this means that it hangs. */
#define BUSY_TIMEOUT_MS 5000

struct _PbStore {
  gatomicrefcount refs;
  GRecMutex lock; /* protects all below */
  sqlite3 *db;
  GHashTable *statements; /* SQL literal → sqlite3_stmt */
  gint version;
};

G_DEFINE_QUARK (pb - store - error - quark, pb_store_error)

static void
set_error (PbStore *self, GError **error, const gchar *doing)
{
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_DATABASE, "%s: %s", doing,
      sqlite3_errmsg (self->db));
}

void
pb_store_lock (PbStore *self)
{
  g_rec_mutex_lock (&self->lock);
}

void
pb_store_unlock (PbStore *self)
{
  g_rec_mutex_unlock (&self->lock);
}

gboolean
pb_store_exec (PbStore *self, const gchar *sql, GError **error)
{
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_error (self, error, "database");
  return FALSE;
}

/* Takes the lock and gives a prepared statement, kept for the next time: @sql
 * must be a literal. End it with pb_store_finish() or pb_store_end(). */
sqlite3_stmt *
pb_store_begin (PbStore *self, const gchar *sql, GError **error)
{
  sqlite3_stmt *stmt;

  pb_store_lock (self);
  stmt = g_hash_table_lookup (self->statements, sql);
  if (stmt)
    return stmt;
  if (sqlite3_prepare_v3 (
          self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL)
      != SQLITE_OK) {
    set_error (self, error, "preparing a statement");
    pb_store_unlock (self);
    return NULL;
  }
  g_hash_table_insert (self->statements, (gpointer) sql, stmt);
  return stmt;
}

gboolean
pb_store_step (
    PbStore *self, sqlite3_stmt *stmt, gboolean *has_row, GError **error)
{
  int result = sqlite3_step (stmt);

  *has_row = result == SQLITE_ROW;
  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return TRUE;
  set_error (self, error, "database");
  return FALSE;
}

void
pb_store_end (PbStore *self, sqlite3_stmt *stmt)
{
  sqlite3_reset (stmt);
  sqlite3_clear_bindings (stmt);
  pb_store_unlock (self);
}

/* Runs a statement that gives no rows, and ends it. */
gboolean
pb_store_finish (PbStore *self, sqlite3_stmt *stmt, GError **error)
{
  gboolean has_row;
  gboolean done = pb_store_step (self, stmt, &has_row, error);

  pb_store_end (self, stmt);
  return done;
}

gint
pb_store_get_changes (PbStore *self)
{
  return sqlite3_changes (self->db);
}

gint64
pb_store_get_last_rowid (PbStore *self)
{
  return sqlite3_last_insert_rowid (self->db);
}

void
pb_store_bind_text_or_null (sqlite3_stmt *stmt, gint index, const gchar *text)
{
  if (text)
    sqlite3_bind_text (stmt, index, text, -1, SQLITE_TRANSIENT);
  else
    sqlite3_bind_null (stmt, index);
}

gchar *
pb_store_dup_text (sqlite3_stmt *stmt, gint column)
{
  return g_strdup ((const gchar *) sqlite3_column_text (stmt, column));
}

static gint64
read_pragma (PbStore *self, const gchar *sql)
{
  sqlite3_stmt *stmt = NULL;
  gint64 value = -1;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &stmt, NULL) == SQLITE_OK
      && sqlite3_step (stmt) == SQLITE_ROW)
    value = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  return value;
}

static gboolean
migrate_one (PbStore *self, const gchar *name, gint version, GError **error)
{
  g_autofree gchar *path = g_strdup_printf (MIGRATIONS "/%s", name);
  g_autoptr (GBytes) sql = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *tail = NULL;

  sql = g_resource_lookup_data (
      pb_store_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (!sql)
    return FALSE;
  text = g_strndup (g_bytes_get_data (sql, NULL), g_bytes_get_size (sql));
  tail = g_strdup_printf ("PRAGMA user_version = %d; COMMIT;", version);
  if (pb_store_exec (self, "BEGIN IMMEDIATE", error)
      && pb_store_exec (self, text, error)
      && pb_store_exec (self, tail, error)) {
    self->version = version;
    return TRUE;
  }
  sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  g_prefix_error (error, "migration %s: ", name);
  return FALSE;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

/* Files are named <three digits>-<what>.sql; the number is user_version. */
static gboolean
migrate (PbStore *self, GError **error)
{
  g_auto (GStrv) names =
      g_resource_enumerate_children (pb_store_get_resource (), MIGRATIONS,
          G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  gint newest = 0;

  if (!names)
    return FALSE;
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  self->version = read_pragma (self, "PRAGMA user_version");
  for (guint i = 0; names[i]; i++) {
    newest = strtol (names[i], NULL, 10);
    if (newest > self->version && !migrate_one (self, names[i], newest, error))
      return FALSE;
  }
  if (self->version > newest) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NEWER,
        "the database has version %d, this pitbox-server knows %d. Run the "
        "newer pitbox-server, or give another --data-dir",
        self->version, newest);
    return FALSE;
  }
  return TRUE;
}

static void
finalize_statement (gpointer stmt)
{
  sqlite3_finalize (stmt);
}

static gboolean
open_database (PbStore *self, const gchar *path, GError **error)
{
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

  if (sqlite3_open_v2 (path, &self->db, flags, NULL) != SQLITE_OK) {
    set_error (self, error, path);
    return FALSE;
  }
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  /* WAL with NORMAL loses nothing when the process is killed; a power cut may
   * cost the last commits but never the file. */
  if (!pb_store_exec (self,
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
          "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
          error)
      || !migrate (self, error)) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  return TRUE;
}

/**
 * pb_store_new:
 * @path: the database's file; made if it is not there, brought up to date if
 *   it is old
 *
 * Returns: (transfer full): the store, or %NULL with @error set
 */
PbStore *
pb_store_new (const gchar *path, GError **error)
{
  g_autoptr (PbStore) self = g_new0 (PbStore, 1);

  g_atomic_ref_count_init (&self->refs);
  g_rec_mutex_init (&self->lock);
  self->statements =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, finalize_statement);
  if (!open_database (self, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

PbStore *
pb_store_ref (PbStore *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pb_store_unref (PbStore *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->statements);
  sqlite3_close (self->db);
  g_rec_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * pb_store_get_version:
 *
 * Returns: number of the newest migration that was applied
 */
gint
pb_store_get_version (PbStore *self)
{
  return self->version;
}

/**
 * pb_store_get_changes_by_others:
 *
 * Any thread.
 *
 * Returns: a number that changes when another process has written to the file
 */
gint64
pb_store_get_changes_by_others (PbStore *self)
{
  gint64 value;

  pb_store_lock (self);
  value = read_pragma (self, "PRAGMA data_version");
  pb_store_unlock (self);
  return value;
}

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
/* Reading waits for nobody in WAL mode, but for one who has the whole file for
 * himself: who asks is told to come again. */
#define READ_TIMEOUT_MS 100
/* Writes that wait for their turn: laps and descriptions of a day. */
#define QUEUE_MAX 4096

/* One connection and what belongs to it. */
typedef struct {
  GRecMutex lock; /* protects all below */
  sqlite3 *db;
  GHashTable *statements; /* SQL literal → sqlite3_stmt */
} Connection;

struct _PbStore {
  gatomicrefcount refs;
  /* Held while a write waits for another process; never by the main thread. */
  Connection writes;
  Connection reads;
  gint version;
  gssize changes; /* atomic */

  GThreadPool *queue; /* of Job; one thread */
  gint closing; /* atomic */
};

typedef struct {
  PbStoreWrite write;
  gpointer data;
  GDestroyNotify free_data;
} Job;

G_DEFINE_QUARK (pb - store - error - quark, pb_store_error)

static void
set_error (sqlite3 *db, GError **error, const gchar *doing)
{
  gint code = sqlite3_errcode (db);

  g_set_error (error, PB_STORE_ERROR,
      code == SQLITE_BUSY || code == SQLITE_LOCKED ? PB_STORE_ERROR_BUSY
                                                   : PB_STORE_ERROR_DATABASE,
      "%s: %s", doing, sqlite3_errmsg (db));
}

void
pb_store_lock (PbStore *self)
{
  g_rec_mutex_lock (&self->writes.lock);
}

void
pb_store_unlock (PbStore *self)
{
  g_rec_mutex_unlock (&self->writes.lock);
}

gboolean
pb_store_exec (PbStore *self, const gchar *sql, GError **error)
{
  if (sqlite3_exec (self->writes.db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_error (self->writes.db, error, "database");
  return FALSE;
}

static sqlite3_stmt *
begin (Connection *connection, const gchar *sql, GError **error)
{
  sqlite3_stmt *stmt;

  g_rec_mutex_lock (&connection->lock);
  stmt = g_hash_table_lookup (connection->statements, sql);
  if (stmt)
    return stmt;
  if (sqlite3_prepare_v3 (
          connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL)
      != SQLITE_OK) {
    set_error (connection->db, error, "preparing a statement");
    g_rec_mutex_unlock (&connection->lock);
    return NULL;
  }
  g_hash_table_insert (connection->statements, (gpointer) sql, stmt);
  return stmt;
}

/* Takes the lock and gives a prepared statement, kept for the next time: @sql
 * must be a literal. End it with pb_store_finish() or pb_store_end(). */
sqlite3_stmt *
pb_store_begin (PbStore *self, const gchar *sql, GError **error)
{
  return begin (&self->writes, sql, error);
}

/* As pb_store_begin(), for a statement that only reads: never waits for one
 * who writes. */
sqlite3_stmt *
pb_store_begin_read (PbStore *self, const gchar *sql, GError **error)
{
  return begin (&self->reads, sql, error);
}

gboolean
pb_store_step (
    PbStore *self, sqlite3_stmt *stmt, gboolean *has_row, GError **error)
{
  int result = sqlite3_step (stmt);

  *has_row = result == SQLITE_ROW;
  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return TRUE;
  set_error (sqlite3_db_handle (stmt), error, "database");
  return FALSE;
}

void
pb_store_end (PbStore *self, sqlite3_stmt *stmt)
{
  Connection *connection =
      sqlite3_db_handle (stmt) == self->reads.db ? &self->reads : &self->writes;

  sqlite3_reset (stmt);
  sqlite3_clear_bindings (stmt);
  g_rec_mutex_unlock (&connection->lock);
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
  return sqlite3_changes (self->writes.db);
}

gint64
pb_store_get_last_rowid (PbStore *self)
{
  return sqlite3_last_insert_rowid (self->writes.db);
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

  if (sqlite3_prepare_v2 (self->writes.db, sql, -1, &stmt, NULL) == SQLITE_OK
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
  sqlite3_exec (self->writes.db, "ROLLBACK", NULL, NULL, NULL);
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
open_connection (
    Connection *connection, const gchar *path, gint timeout_ms, GError **error)
{
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

  if (sqlite3_open_v2 (path, &connection->db, flags, NULL) != SQLITE_OK) {
    set_error (connection->db, error, path);
    return FALSE;
  }
  sqlite3_busy_timeout (connection->db, timeout_ms);
  return TRUE;
}

static gboolean
open_database (PbStore *self, const gchar *path, GError **error)
{
  if (!open_connection (&self->writes, path, BUSY_TIMEOUT_MS, error))
    return FALSE;
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
  if (!open_connection (&self->reads, path, READ_TIMEOUT_MS, error))
    return FALSE;
  sqlite3_exec (self->reads.db,
      "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;", NULL, NULL, NULL);
  return TRUE;
}

static void
init_connection (Connection *connection)
{
  g_rec_mutex_init (&connection->lock);
  connection->statements =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, finalize_statement);
}

static void
clear_connection (Connection *connection)
{
  g_hash_table_unref (connection->statements);
  sqlite3_close (connection->db);
  g_rec_mutex_clear (&connection->lock);
}

/* In the queue's thread. What another process holds up is tried again, in
 * order, for as long as the store is open. */
static void
run_job (gpointer data, gpointer user_data)
{
  PbStore *self = user_data;
  Job *job = data;
  gboolean done = FALSE;

  while (!done) {
    g_autoptr (GError) error = NULL;

    done = job->write (self, job->data, &error)
           || !g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY)
           || g_atomic_int_get (&self->closing);
    if (error)
      g_warning (
          "the database%s: %s", done ? "" : " (tried again)", error->message);
  }
  job->free_data (job->data);
  g_free (job);
}

/**
 * pb_store_queue:
 * @write: writes; called in a thread of its own, again while another process
 *   holds the database up
 * @data: (transfer full): for @write
 * @free_data: for @data
 *
 * Any thread. Waits for nobody. Writes are done in the order they came; if 4096
 * wait already this one is left out, with a warning.
 */
void
pb_store_queue (
    PbStore *self, PbStoreWrite write, gpointer data, GDestroyNotify free_data)
{
  Job *job;

  if (g_thread_pool_unprocessed (self->queue) >= QUEUE_MAX) {
    g_warning ("the database takes nothing: a description or lap is left out");
    free_data (data);
    return;
  }
  job = g_new (Job, 1);
  *job = (Job){ write, data, free_data };
  g_thread_pool_push (self->queue, job, NULL);
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
  init_connection (&self->writes);
  init_connection (&self->reads);
  self->queue = g_thread_pool_new (run_job, self, 1, FALSE, NULL);
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
  g_atomic_int_set (&self->closing, TRUE);
  g_thread_pool_free (self->queue, FALSE, TRUE);
  clear_connection (&self->writes);
  clear_connection (&self->reads);
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
 * Any thread. Waits for nobody.
 *
 * Returns: a number that changes when another process has written to the file
 */
gint64
pb_store_get_changes_by_others (PbStore *self)
{
  /* Somebody of ours writes just now, or waits to: ask again later. */
  if (!g_rec_mutex_trylock (&self->writes.lock))
    return g_atomic_pointer_get (&self->changes);
  g_atomic_pointer_set (
      &self->changes, (gssize) read_pragma (self, "PRAGMA data_version"));
  pb_store_unlock (self);
  return g_atomic_pointer_get (&self->changes);
}

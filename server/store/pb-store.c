/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbStore: what the server remembers, in one SQLite file. */
#include "store/pb-store.h"
#include "store/pb-connection.h"
#include "store/pb-db-file.h"
#include "store/pb-migrations.h"
#include "store/pb-store-private.h"
#include "store/pb-writer.h"

#include <gstpitbox/gstpitbox.h>

/* Another process (`pitbox-server device add`) may hold the write lock for a
 * moment; more than this means that it hangs. */
#define BUSY_TIMEOUT_MS 5000
/* The queue's thread tries again anyway, and says so. */
#define QUEUE_TIMEOUT_MS 1000
/* A page of the log each time. */
#define MARK_MS 1000
#define LOCK_POLL_US 500
/* Reading waits for nobody in WAL mode, except for a process that has locked
 * the whole file: the client is told to try again. */
#define READ_TIMEOUT_MS 100

struct _PbStore {
  gatomicrefcount refs;
  /* Held while a write waits for another process; never by the main thread.
   * Whatever needs both locks takes this one first. */
  PbConnection writes;
  PbConnection reads;
  gint version;
  gssize changes; /* atomic */
  PbDbFile *file; /* under the lock of writes */
  gint64 marked_mono_us;
  gint gone; /* atomic: the file is not ours any more; stays so */
  PbWriter *writer;
};

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

/* The connection that writes; only between pb_store_begin_change() and
 * pb_store_end_change(). */
sqlite3 *
pb_store_get_db (PbStore *self)
{
  return self->writes.db;
}

gboolean
pb_store_exec (PbStore *self, const gchar *sql, GError **error)
{
  if (sqlite3_exec (self->writes.db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  pb_connection_set_error (self->writes.db, error, "database");
  return FALSE;
}

/* Takes the lock and gives a prepared statement, kept for the next time: @sql
 * must be a literal. End it with pb_store_finish() or pb_store_end(). */
sqlite3_stmt *
pb_store_begin (PbStore *self, const gchar *sql, GError **error)
{
  return pb_connection_begin (&self->writes, sql, error);
}

/* As pb_store_begin(), for a statement that only reads: never waits for one
 * who writes. */
sqlite3_stmt *
pb_store_begin_read (PbStore *self, const gchar *sql, GError **error)
{
  if (g_atomic_int_get (&self->gone)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_GONE,
        "The database's file was taken away while the server runs. Restart "
        "pitbox-server");
    return NULL;
  }
  return pb_connection_begin (&self->reads, sql, error);
}

gboolean
pb_store_step (
    PbStore *self, sqlite3_stmt *stmt, gboolean *has_row, GError **error)
{
  int result = sqlite3_step (stmt);

  *has_row = result == SQLITE_ROW;
  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return TRUE;
  pb_connection_set_error (sqlite3_db_handle (stmt), error, "database");
  return FALSE;
}

void
pb_store_end (PbStore *self, sqlite3_stmt *stmt)
{
  PbConnection *connection =
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

/* Names go into folders, URLs and stream ids as they are. */
gboolean
pb_store_check_id (const gchar *id, const gchar *what, GError **error)
{
  if (gst_pitbox_id_is_valid (id))
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
      "'%s' cannot name a %s: use 1 to %d of A-Z a-z 0-9 . _ - and no dot in "
      "front",
      id, what, GST_PITBOX_MAX_ID_BYTES);
  return FALSE;
}

gchar *
pb_store_dup_text (sqlite3_stmt *stmt, gint column)
{
  return g_strdup ((const gchar *) sqlite3_column_text (stmt, column));
}

static gboolean
open_database (PbStore *self, const gchar *path, GError **error)
{
  if (!pb_connection_open (&self->writes, path, BUSY_TIMEOUT_MS, error))
    return FALSE;
  /* WAL with NORMAL loses nothing when the process is killed; a power cut may
   * cost the last commits but never the file. */
  if (!pb_store_exec (self,
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
          "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
          error)
      || !pb_store_migrate (self->writes.db, &self->version, error)) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  if (!pb_connection_open (&self->reads, path, READ_TIMEOUT_MS, error))
    return FALSE;
  sqlite3_exec (self->reads.db,
      "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;", NULL, NULL, NULL);
  return TRUE;
}

/* Nothing of ours goes into a file that is not ours. */
static void
abandon (PbStore *self)
{
  PbConnection *const connections[] = { &self->writes, &self->reads };

  g_atomic_int_set (&self->gone, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++) {
    g_rec_mutex_lock (&connections[i]->lock);
    sqlite3_db_config (
        connections[i]->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    g_rec_mutex_unlock (&connections[i]->lock);
  }
  pb_db_file_abandon (self->file);
}

static gboolean
check_file (PbStore *self, GError **error)
{
  gboolean ok = pb_db_file_check (self->file, error);

  if (!ok && !g_atomic_int_get (&self->gone))
    abandon (self);
  return ok;
}

/* Makes SQLite count in the file's header, which it does in WAL mode only where
 * the first page changes: by that an older copy in place of the file is known. */
static void
mark_header (PbStore *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree gchar *sql = NULL;

  if (now - self->marked_mono_us < MARK_MS * 1000)
    return;
  self->marked_mono_us = now;
  sql = g_strdup_printf ("PRAGMA user_version = %d", self->version);
  pb_store_exec (self, sql, NULL);
}

/* Looks whether the file is still the one that was opened, then writes, unless
 * @write is %NULL. For the writer's thread. */
static gboolean
write_now (PbStore *self, PbStoreWrite write, gpointer data, GError **error)
{
  gboolean done;

  pb_store_lock (self);
  sqlite3_busy_timeout (self->writes.db, QUEUE_TIMEOUT_MS);
  done = check_file (self, error) && (!write || write (self, data, error));
  if (done && write)
    mark_header (self);
  sqlite3_busy_timeout (self->writes.db, BUSY_TIMEOUT_MS);
  pb_store_unlock (self);
  return done;
}

/* The writer's thread may have the lock, and may itself be waiting for another
 * process: a mutex has no time limit. */
static gboolean
lock_within (PbStore *self, guint wait_ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) wait_ms * 1000;

  while (!g_rec_mutex_trylock (&self->writes.lock)) {
    if (g_get_monotonic_time () >= end)
      return FALSE;
    g_usleep (LOCK_POLL_US);
  }
  return TRUE;
}

/**
 * pb_store_begin_change:
 * @wait_ms: how long to wait for others
 *
 * Begins what is written whole or not at all, with the functions of the rooms'
 * headers and in this thread. Any thread; the main thread with
 * %PB_STORE_BRIEFLY_MS.
 *
 * Returns: %TRUE: end it with pb_store_end_change(); %FALSE with @error set
 */
gboolean
pb_store_begin_change (PbStore *self, guint wait_ms, GError **error)
{
  if (!lock_within (self, wait_ms)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY,
        "another process holds the database up");
    return FALSE;
  }
  sqlite3_busy_timeout (self->writes.db, (int) wait_ms);
  if (check_file (self, error)
      && pb_store_exec (self, "BEGIN IMMEDIATE", error))
    return TRUE;
  sqlite3_busy_timeout (self->writes.db, BUSY_TIMEOUT_MS);
  pb_store_unlock (self);
  return FALSE;
}

/**
 * pb_store_end_change:
 * @keep: %FALSE takes all of it back
 *
 * Returns: %TRUE if it stands in the database now; %FALSE, with @error set if
 *   @keep is %TRUE, if nothing of it does
 */
gboolean
pb_store_end_change (PbStore *self, gboolean keep, GError **error)
{
  gboolean done = keep && pb_store_exec (self, "COMMIT", error);

  if (done)
    mark_header (self);
  else
    sqlite3_exec (self->writes.db, "ROLLBACK", NULL, NULL, NULL);
  sqlite3_busy_timeout (self->writes.db, BUSY_TIMEOUT_MS);
  pb_store_unlock (self);
  return done;
}

/**
 * pb_store_queue:
 * @write: writes; called in a thread of its own, again for as long as another
 *   process holds the database up or its disk takes nothing
 * @data: (transfer full): for @write
 * @free_data: for @data, also where @write was never done
 *
 * Any thread. Waits for nobody. Writes are done in the order they came; if 4096
 * wait already this one is left out.
 */
void
pb_store_queue (
    PbStore *self, PbStoreWrite write, gpointer data, GDestroyNotify free_data)
{
  pb_writer_push (self->writer, write, data, free_data);
}

/**
 * pb_store_get_waiting:
 *
 * Any thread. Waits for nobody.
 *
 * Returns: how many writes of pb_store_queue() are not done yet
 */
guint
pb_store_get_waiting (PbStore *self)
{
  return pb_writer_get_waiting (self->writer);
}

/**
 * pb_store_dup_trouble:
 *
 * Any thread. Waits for nobody.
 *
 * Returns: (transfer full) (nullable): why nothing is written at the moment
 *   and what to do, in words
 */
gchar *
pb_store_dup_trouble (PbStore *self)
{
  return pb_writer_dup_trouble (self->writer);
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
  pb_connection_init (&self->writes);
  pb_connection_init (&self->reads);
  if (!open_database (self, path, error))
    return NULL;
  self->file = pb_db_file_new (self->writes.db, path);
  if (!check_file (self, error))
    return NULL;
  self->writer = pb_writer_new (self, write_now);
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
  g_clear_pointer (&self->writer, pb_writer_free);
  g_clear_pointer (&self->file, pb_db_file_free);
  pb_connection_clear (&self->writes);
  pb_connection_clear (&self->reads);
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
  if (check_file (self, NULL))
    g_atomic_pointer_set (
        &self->changes, (gssize) pb_connection_read_number (
                            self->writes.db, "PRAGMA data_version"));
  pb_store_unlock (self);
  return g_atomic_pointer_get (&self->changes);
}

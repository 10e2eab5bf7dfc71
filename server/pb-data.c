/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbData: the server's folder: database, key, recordings. */
#include "pb-data.h"

#include <errno.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "pb-private-files.h"

/* All that this server ever makes in its folder; what lies in recordings/ nobody
 * else gets at. The folder itself may be a home or a mount with other things. */
static const gchar *const parts[] = { "recordings", "pitbox.db",
  "pitbox.db-wal", "pitbox.db-shm", "pitbox.db-wal.lost", "server.key",
  "server.lock", "tls-self-signed.key" };

static void
tighten (const gchar *folder)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree gchar *path = g_build_filename (folder, parts[i], NULL);

    pb_private_files_tighten (path);
  }
}

static gboolean
make_folder (const gchar *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
      "making the folder %s: %s. Choose another --data-dir", path,
      g_strerror (errno));
  return FALSE;
}

/* Made before SQLite does, so that it and its WAL are for this user only. */
static gboolean
make_private_file (const gchar *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileOutputStream) out = NULL;
  g_autoptr (GError) local = NULL;

  out = g_file_create (file, G_FILE_CREATE_PRIVATE, NULL, &local);
  if (out || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return TRUE;
  g_propagate_prefixed_error (
      error, g_steal_pointer (&local), "making the database: ");
  return FALSE;
}

/**
 * pb_data_open:
 * @folder: the server's folder, made if it is not there
 *
 * Returns: (transfer full): its parts, or %NULL with @error set
 */
PbData *
pb_data_open (const gchar *folder, GError **error)
{
  g_autoptr (PbData) self = g_new0 (PbData, 1);
  g_autofree gchar *db = g_build_filename (folder, "pitbox.db", NULL);
  g_autofree gchar *key = g_build_filename (folder, "server.key", NULL);

  self->folder = g_strdup (folder);
  self->recordings = g_build_filename (folder, "recordings", NULL);
  if (!make_folder (self->recordings, error) || !make_private_file (db, error))
    return NULL;
  tighten (folder);
  self->seal = pb_seal_new (key, error);
  self->store = self->seal ? pb_store_new (db, error) : NULL;
  return self->store ? g_steal_pointer (&self) : NULL;
}

/**
 * pb_data_lock:
 *
 * Keeps a second server out of the folder: it would take the sessions that
 * are being recorded for left-overs. The lock is SQLite's own, on a file of its
 * own, so it ends with the process, however that ends.
 *
 * Returns: %FALSE with @error set if another server has it
 */
gboolean
pb_data_lock (PbData *self, GError **error)
{
  g_autofree gchar *path = g_build_filename (self->folder, "server.lock", NULL);
  sqlite3 *db = NULL;

  if (sqlite3_open (path, &db) == SQLITE_OK
      && sqlite3_exec (db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK) {
    self->lock = db;
    return TRUE;
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
      "another pitbox-server uses %s (%s). Stop it, or choose another "
      "--data-dir",
      self->folder, sqlite3_errmsg (db));
  sqlite3_close (db);
  return FALSE;
}

void
pb_data_close (PbData *self)
{
  g_clear_pointer (&self->store, pb_store_unref);
  sqlite3_close (self->lock);
  g_clear_pointer (&self->seal, pb_seal_free);
  g_free (self->recordings);
  g_free (self->folder);
  g_free (self);
}

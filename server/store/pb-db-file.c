/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDbFile: whether the database's file is still the one that was opened; for
 * the store only.
 *
 * SQLite itself does not look: it writes on into a file that was deleted, and
 * copies its log into one that was put in its place. */
#include "store/pb-db-file.h"

#include <string.h>

#include <glib/gstdio.h>

#define HEADER_BYTES 100
#define COUNTER_BYTE 24

/* Files beside the database that belong to it alone. */
typedef struct {
  gchar *path;
  gchar *id; /* NULL until it has been there */
} Beside;

struct _PbDbFile {
  sqlite3 *db;
  guint32 counter; /* newest change counter that was seen */
  sqlite3_int64 size; /* with that counter */
  Beside wal;
  Beside shm;
};

static gchar *
dup_file_id (const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (
      file, G_FILE_ATTRIBUTE_ID_FILE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info ? g_strdup (
             g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_ID_FILE))
              : NULL;
}

/**
 * pb_db_file_new:
 * @db: an open database in WAL mode; must outlive this
 * @path: its file
 */
PbDbFile *
pb_db_file_new (sqlite3 *db, const gchar *path)
{
  PbDbFile *self = g_new0 (PbDbFile, 1);

  self->db = db;
  self->wal.path = g_strconcat (path, "-wal", NULL);
  self->shm.path = g_strconcat (path, "-shm", NULL);
  return self;
}

void
pb_db_file_free (PbDbFile *self)
{
  g_free (self->wal.path);
  g_free (self->wal.id);
  g_free (self->shm.path);
  g_free (self->shm.id);
  g_free (self);
}

/* Through SQLite's own handle: closing another one on the same file would end
 * all locks that this process has on it. */
static gboolean
read_header (PbDbFile *self, guint8 *header, sqlite3_int64 *size)
{
  sqlite3_file *file = NULL;

  return sqlite3_file_control (
             self->db, "main", SQLITE_FCNTL_FILE_POINTER, &file)
             == SQLITE_OK
         && file && file->pMethods
         && file->pMethods->xRead (file, header, HEADER_BYTES, 0) == SQLITE_OK
         && file->pMethods->xFileSize (file, size) == SQLITE_OK;
}

/* Whoever writes through SQLite never lets the counter go back, and no file
 * gets shorter without a new one. */
static gboolean
is_overwritten (PbDbFile *self)
{
  guint8 header[HEADER_BYTES];
  sqlite3_int64 size;
  guint32 counter;

  if (!read_header (self, header, &size)
      || memcmp (header, "SQLite format 3", 16) != 0)
    return TRUE;
  memcpy (&counter, header + COUNTER_BYTE, sizeof counter);
  counter = GUINT32_FROM_BE (counter);
  if (counter < self->counter
      || (counter == self->counter && size < self->size))
    return TRUE;
  self->counter = counter;
  self->size = size;
  return FALSE;
}

static void
remember (Beside *beside)
{
  if (!beside->id)
    beside->id = dup_file_id (beside->path);
}

/**
 * pb_db_file_check:
 *
 * A few system calls. In no thread while another one uses the database.
 *
 * Returns: %FALSE with @error set (%PB_STORE_ERROR_GONE) if the file was
 *   deleted, moved, replaced or overwritten
 */
gboolean
pb_db_file_check (PbDbFile *self, GError **error)
{
  int moved = 0;
  const gchar *what = NULL;

  if (sqlite3_file_control (self->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
          == SQLITE_OK
      && moved)
    what = "deleted or replaced";
  else if (is_overwritten (self))
    what = "overwritten";
  if (!what) {
    remember (&self->wal);
    remember (&self->shm);
    return TRUE;
  }
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_GONE,
      "the database's file was %s while the server runs. Restart "
      "pitbox-server: it takes the database that is there then and adds what "
      "was recorded. Live and the recording go on until then",
      what);
  return FALSE;
}

static gboolean
is_ours (const Beside *beside)
{
  g_autofree gchar *id = dup_file_id (beside->path);

  return id && g_strcmp0 (id, beside->id) == 0;
}

/**
 * pb_db_file_abandon:
 *
 * Keeps our log out of a file that is not ours: whoever opened it next would
 * find the log beside it and copy it in.
 */
void
pb_db_file_abandon (PbDbFile *self)
{
  g_autofree gchar *aside = g_strconcat (self->wal.path, ".lost", NULL);

  if (is_ours (&self->wal) && g_rename (self->wal.path, aside) == 0)
    g_message ("what the lost database had not taken over yet is in %s", aside);
  if (is_ours (&self->shm))
    g_remove (self->shm.path);
}

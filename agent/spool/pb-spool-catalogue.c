/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Only what the disk took is listed. Files that an earlier agent left are read
 * once, at the start. */
#include "spool/pb-spool-catalogue.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

/* Written once a second; a file is cut after 20 s. */
#define MAX_MARKS 64

/* What is known of a file. */
typedef struct {
  PbSpoolFile file; /* without rows: it could not be read */
  guint64 bytes;
  gint64 begun_us; /* monotonic: the PC's clock may be set meanwhile */
  gint64 closed_us; /* likewise */
  gboolean is_refused; /* listed no more */
} Entry;

/* So far the open file went at that time. */
typedef struct {
  gint64 now_us;
  guint64 rows;
} Mark;

struct _PbSpoolCatalogue {
  GMutex lock; /* protects all below */
  GPtrArray *entries; /* of Entry, oldest first; the last one may be open */
  GArray *marks; /* of Mark, oldest first */
  PbSpoolCounts counts;
};

/**
 * pb_spool_file_free:
 * @file: (transfer full): of pb_spool_catalogue_list()
 */
void
pb_spool_file_free (PbSpoolFile *file)
{
  g_array_unref (file->rows);
  g_free (file->path);
  g_free (file);
}

static void
entry_free (gpointer data)
{
  pb_spool_file_free (data);
}

static Entry *
entry_new (const gchar *path, guint32 run_id, gint64 begun_us)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->file.path = g_strdup (path);
  entry->file.run_id = run_id;
  entry->file.rows = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  entry->begun_us = begun_us;
  return entry;
}

/**
 * pb_spool_catalogue_new:
 *
 * Returns: (transfer full): no file yet
 */
PbSpoolCatalogue *
pb_spool_catalogue_new (void)
{
  PbSpoolCatalogue *self = g_new0 (PbSpoolCatalogue, 1);

  g_mutex_init (&self->lock);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  return self;
}

/**
 * pb_spool_catalogue_free:
 * @catalogue: (transfer full): the files stay
 */
void
pb_spool_catalogue_free (PbSpoolCatalogue *self)
{
  g_ptr_array_unref (self->entries);
  g_array_unref (self->marks);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Entry *
read_entry (const gchar *path, const gchar *data, gsize size, gint64 begun_us)
{
  PbSpoolReader reader;
  PbSpoolRecord record;
  Entry *entry = NULL;

  if (!pb_spool_reader_init (&reader, (const guint8 *) data, size))
    return NULL;
  while (pb_spool_reader_next (&reader, &record)) {
    if (entry == NULL)
      entry = entry_new (path, record.span.run_id, begun_us);
    if (record.span.run_id != entry->file.run_id)
      break;
    pb_spool_ranges_add (
        entry->file.rows, record.span.sequence, record.span.n_rows);
  }
  return entry;
}

/* Names say by the PC's clock when a file was begun. One of a time to come, as
 * the clock was set back, is as old as this start. */
static gint64
get_begun_us (const gchar *name)
{
  const gint64 begun_utc_us = MAX (g_ascii_strtoll (name, NULL, 16), 0);
  const gint64 age_us = g_get_real_time () - begun_utc_us;

  return g_get_monotonic_time () - MAX (age_us, 0);
}

/* What was read and has no row, or is too long to be ours, is nothing of ours.
 * What cannot be read now (no descriptor, no right) may be read later. */
static void
add_found (PbSpoolCatalogue *self, const gchar *folder, const gchar *name)
{
  const gint64 begun_us = get_begun_us (name);
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  Entry *entry = NULL;
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return;
  if (info.st_size <= PB_SPOOL_FILE_MAX_BYTES) {
    if (g_file_get_contents (path, &data, &size, &error))
      entry = read_entry (path, data, size, begun_us);
    else
      entry = entry_new (path, 0, begun_us);
  }
  if (error != NULL)
    g_warning ("telemetry of earlier is kept but cannot be sent: %s. It is "
               "looked at again at the next start",
        error->message);
  if (entry == NULL) {
    g_unlink (path);
    return;
  }
  entry->bytes = (guint64) info.st_size;
  g_mutex_lock (&self->lock);
  self->counts.bytes += entry->bytes;
  self->counts.rows += pb_spool_ranges_count (entry->file.rows);
  g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(gchar *const *) a, *(gchar *const *) b);
}

/**
 * pb_spool_catalogue_find:
 * @catalogue: gets the files of an earlier agent; those that hold no row go
 * @folder: where they are
 */
void
pb_spool_catalogue_find (PbSpoolCatalogue *self, const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, PB_SPOOL_FILE_SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    add_found (self, folder, names->pdata[i]);
}

/* With the lock. */
static Entry *
get_open (PbSpoolCatalogue *self)
{
  Entry *last = self->entries->len > 0
                    ? self->entries->pdata[self->entries->len - 1]
                    : NULL;

  return last != NULL && last->file.is_open ? last : NULL;
}

/**
 * pb_spool_catalogue_begin:
 * @path: of a file that rows are written to from here on
 * @run_id: of its rows
 */
void
pb_spool_catalogue_begin (
    PbSpoolCatalogue *self, const gchar *path, guint32 run_id)
{
  Entry *entry = entry_new (path, run_id, g_get_monotonic_time ());

  entry->file.is_open = TRUE;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_catalogue_has_open:
 * @run_id: a run
 *
 * Returns: whether rows of that run are written to the open file
 */
gboolean
pb_spool_catalogue_has_open (PbSpoolCatalogue *self, guint32 run_id)
{
  const Entry *open;
  gboolean has;

  g_mutex_lock (&self->lock);
  open = get_open (self);
  has = open != NULL && open->file.run_id == run_id;
  g_mutex_unlock (&self->lock);
  return has;
}

/**
 * pb_spool_catalogue_add:
 * @rows: (element-type GstPitboxRowRange): that the open file has from now on
 * @n_bytes: that it grew by
 */
void
pb_spool_catalogue_add (
    PbSpoolCatalogue *self, const GArray *rows, gsize n_bytes)
{
  const guint64 n_rows = pb_spool_ranges_count (rows);
  Entry *open;
  Mark now = { g_get_monotonic_time (), 0 };

  g_mutex_lock (&self->lock);
  open = get_open (self);
  for (guint i = 0; i < rows->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (rows, GstPitboxRowRange, i);

    pb_spool_ranges_add (open->file.rows, r->first, r->n_rows);
  }
  open->bytes += n_bytes;
  self->counts.bytes += n_bytes;
  self->counts.rows += n_rows;
  self->counts.written_rows += n_rows;
  now.rows = pb_spool_ranges_count (open->file.rows);
  g_array_append_val (self->marks, now);
  if (self->marks->len > MAX_MARKS)
    g_array_remove_index (self->marks, 0);
  g_mutex_unlock (&self->lock);
}

/* With the lock. */
static void
remove_entry (PbSpoolCatalogue *self, guint n, gboolean is_lost)
{
  Entry *entry = self->entries->pdata[n];
  const guint64 n_rows = pb_spool_ranges_count (entry->file.rows);

  g_unlink (entry->file.path);
  self->counts.bytes -= entry->bytes;
  self->counts.rows -= n_rows;
  if (is_lost)
    self->counts.dropped_rows += n_rows;
  g_ptr_array_remove_index (self->entries, n);
}

/**
 * pb_spool_catalogue_close:
 *
 * Nothing is added to the open file any more; one without a row goes.
 */
void
pb_spool_catalogue_close (PbSpoolCatalogue *self)
{
  Entry *open;

  g_mutex_lock (&self->lock);
  open = get_open (self);
  if (open != NULL) {
    open->file.is_open = FALSE;
    open->closed_us = g_get_monotonic_time ();
    if (open->file.rows->len == 0)
      remove_entry (self, self->entries->len - 1, FALSE);
  }
  g_array_set_size (self->marks, 0);
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_catalogue_keep_to:
 * @max_bytes: of all files
 * @max_age_us: those that were begun longer ago go
 *
 * The oldest go first; the newest one stays.
 *
 * Returns: rows that went; the server has not said that it has them
 */
guint64
pb_spool_catalogue_keep_to (
    PbSpoolCatalogue *self, guint64 max_bytes, gint64 max_age_us)
{
  const gint64 oldest_us = g_get_monotonic_time () - max_age_us;
  guint64 before, dropped;

  g_mutex_lock (&self->lock);
  before = self->counts.dropped_rows;
  while (self->entries->len > 1
         && (self->counts.bytes > max_bytes
             || ((Entry *) self->entries->pdata[0])->begun_us < oldest_us))
    remove_entry (self, 0, TRUE);
  dropped = self->counts.dropped_rows - before;
  g_mutex_unlock (&self->lock);
  return dropped;
}

/* With the lock. Rows of the open file that were written before then. */
static guint64
count_settled (PbSpoolCatalogue *self, gint64 before_us)
{
  guint64 rows = 0;

  for (guint i = 0; i < self->marks->len; i++) {
    const Mark *m = &g_array_index (self->marks, Mark, i);

    if (m->now_us <= before_us)
      rows = m->rows;
  }
  return rows;
}

static PbSpoolFile *
copy_file (const Entry *entry, guint64 n_rows)
{
  PbSpoolFile *file = g_new0 (PbSpoolFile, 1);

  file->path = g_strdup (entry->file.path);
  file->run_id = entry->file.run_id;
  file->is_open = entry->file.is_open;
  file->rows = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  for (guint i = 0; i < entry->file.rows->len && n_rows > 0; i++) {
    GstPitboxRowRange range =
        g_array_index (entry->file.rows, GstPitboxRowRange, i);

    range.n_rows = (guint32) MIN (range.n_rows, n_rows);
    n_rows -= range.n_rows;
    g_array_append_val (file->rows, range);
  }
  return file;
}

/**
 * pb_spool_catalogue_list:
 * @settle_us: younger rows may be on their way to the server
 *
 * Returns: (transfer full) (element-type PbSpoolFile): files with the rows that
 *   were written longer ago than that, oldest first
 */
GPtrArray *
pb_spool_catalogue_list (PbSpoolCatalogue *self, gint64 settle_us)
{
  GPtrArray *files =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_spool_file_free);
  const gint64 before_us = g_get_monotonic_time () - settle_us;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = self->entries->pdata[i];
    const guint64 n_rows =
        entry->file.is_open ? count_settled (self, before_us) : G_MAXUINT64;

    if (n_rows > 0 && entry->file.rows->len > 0 && !entry->is_refused
        && entry->closed_us <= before_us)
      g_ptr_array_add (files, copy_file (entry, n_rows));
  }
  g_mutex_unlock (&self->lock);
  return files;
}

/**
 * pb_spool_catalogue_remove:
 * @path: of a file; the open one stays
 * @is_lost: nobody has its rows
 */
void
pb_spool_catalogue_remove (
    PbSpoolCatalogue *self, const gchar *path, gboolean is_lost)
{
  g_mutex_lock (&self->lock);
  for (guint i = self->entries->len; i-- > 0;) {
    const Entry *entry = self->entries->pdata[i];

    if (!entry->file.is_open && g_str_equal (entry->file.path, path))
      remove_entry (self, i, is_lost);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_catalogue_refuse:
 * @path: of a file, open or not
 *
 * It is listed no more, and stays until the limits take it.
 */
void
pb_spool_catalogue_refuse (PbSpoolCatalogue *self, const gchar *path)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++) {
    Entry *entry = self->entries->pdata[i];

    if (g_str_equal (entry->file.path, path))
      entry->is_refused = TRUE;
  }
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_catalogue_count:
 * @counts: (out): see #PbSpoolCounts
 */
void
pb_spool_catalogue_count (PbSpoolCatalogue *self, PbSpoolCounts *counts)
{
  g_mutex_lock (&self->lock);
  *counts = self->counts;
  counts->files = self->entries->len;
  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = self->entries->pdata[i];

    if (entry->is_refused) {
      counts->refused_files++;
      counts->refused_rows += pb_spool_ranges_count (entry->file.rows);
    }
  }
  g_mutex_unlock (&self->lock);
}

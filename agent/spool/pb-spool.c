/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whoever brings units leaves them and goes on; a thread writes them once a
 * second, in one piece. What was written outlives a killed agent: it is in the
 * system's hands, and nobody waits for the disk itself. */
#include "spool/pb-spool.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define WRITE_US G_USEC_PER_SEC
/* Some more than a file of 20 s is lost at once where the oldest go. */
#define CUT_US (20 * G_USEC_PER_SEC)
/* A minute of units while the disk is held up. */
#define MAX_WAITING 4096
#define SUFFIX ".spool"

typedef struct {
  GstBuffer *units;
  GstClockTime pts;
} Item;

/* What is known of a file. */
typedef struct {
  PbSpoolFile file;
  guint64 bytes;
  gint64 begun_utc_us;
  gint64 closed_us; /* monotonic */
} Entry;

/* So far the open file went at that time. */
typedef struct {
  gint64 now_us;
  guint64 rows;
} Mark;

struct _PbSpool {
  gchar *folder;
  PbSpoolLimits limits;
  GThread *thread;

  GMutex lock; /* protects all below */
  GCond cond;
  GArray *waiting; /* of Item */
  gboolean closing;
  gboolean is_flushed; /* nothing waits, nor is being written */
  gboolean is_asked; /* to write now */
  GPtrArray *entries; /* of Entry, oldest first; the last one may be open */
  GArray *marks; /* of Mark, oldest first */
  PbSpoolStats stats;

  /* The thread's own. */
  GstPitboxUnitCursor cursor;
  GFileOutputStream *out;
  GByteArray *batch;
  gint64 begun_us;
};

/**
 * pb_spool_file_free:
 * @file: (transfer full): of pb_spool_list()
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
entry_new (const gchar *path, guint32 run_id)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->file.path = g_strdup (path);
  entry->file.run_id = run_id;
  entry->file.rows = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  return entry;
}

static Entry *
get_open (PbSpool *self)
{
  Entry *last = self->entries->len > 0
                    ? self->entries->pdata[self->entries->len - 1]
                    : NULL;

  return last != NULL && last->file.is_open ? last : NULL;
}

static gboolean
get_free (const gchar *folder, guint64 *free_bytes)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (
      file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  if (info == NULL
      || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return FALSE;
  *free_bytes =
      g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  return TRUE;
}

/* @trouble: (transfer full) (nullable): in words */
static void
set_trouble (PbSpool *self, gchar *trouble)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = (self->stats.trouble == NULL) != (trouble == NULL);
  g_free (self->stats.trouble);
  self->stats.trouble = g_strdup (trouble);
  g_mutex_unlock (&self->lock);
  if (changed && trouble != NULL)
    g_warning (
        "telemetry is not kept on this PC's disk: %s. Live goes on", trouble);
  else if (changed)
    g_message ("telemetry is kept on this PC's disk again");
  g_free (trouble);
}

/* With the lock. */
static void
remove_entry (PbSpool *self, guint n)
{
  Entry *entry = self->entries->pdata[n];

  g_unlink (entry->file.path);
  self->stats.bytes -= entry->bytes;
  self->stats.rows -= pb_spool_ranges_count (entry->file.rows);
  g_ptr_array_remove_index (self->entries, n);
}

/* With the lock. The server has not said that it has them. */
static void
drop_oldest (PbSpool *self)
{
  Entry *entry = self->entries->pdata[0];

  self->stats.dropped_rows += pb_spool_ranges_count (entry->file.rows);
  remove_entry (self, 0);
}

static void
close_file (PbSpool *self)
{
  Entry *open;

  if (self->out == NULL)
    return;
  g_output_stream_close (G_OUTPUT_STREAM (self->out), NULL, NULL);
  g_clear_object (&self->out);
  g_mutex_lock (&self->lock);
  open = get_open (self);
  if (open != NULL) {
    open->file.is_open = FALSE;
    open->closed_us = g_get_monotonic_time ();
  }
  g_array_set_size (self->marks, 0);
  g_mutex_unlock (&self->lock);
}

/* What the disk did not take is lost, and what follows begins anew. */
static void
write_batch (PbSpool *self)
{
  g_autoptr (GError) error = NULL;
  Entry *open;

  if (self->out == NULL || self->batch->len == 0)
    return;
  if (g_output_stream_write_all (G_OUTPUT_STREAM (self->out), self->batch->data,
          self->batch->len, NULL, NULL, &error)) {
    g_mutex_lock (&self->lock);
    open = get_open (self);
    open->bytes += self->batch->len;
    self->stats.bytes += self->batch->len;
    g_mutex_unlock (&self->lock);
  } else {
    set_trouble (self, g_strdup (error->message));
    self->cursor = (GstPitboxUnitCursor){ 0 };
    close_file (self);
  }
  g_byte_array_set_size (self->batch, 0);
}

static gboolean
check_room (PbSpool *self)
{
  guint64 room;

  if (!self->limits.get_free (self->folder, &room)
      || room >= PB_SPOOL_RESERVE_BYTES)
    return TRUE;
  set_trouble (self,
      g_strdup_printf ("the disk is full, %.0f MB are free and %.0f MB stay "
                       "reserved",
          room / 1e6, PB_SPOOL_RESERVE_BYTES / 1e6));
  return FALSE;
}

/* Names begin with when a file was begun, so that they sort. */
static void
begin_file (PbSpool *self, guint32 run_id)
{
  const gint64 now_utc_us = g_get_real_time ();
  g_autofree gchar *name = g_strdup_printf (
      "%016" G_GINT64_MODIFIER "x-%08x" SUFFIX, now_utc_us, g_random_int ());
  g_autofree gchar *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  Entry *entry;

  if (!check_room (self))
    return;
  g_mkdir_with_parents (self->folder, 0700);
  self->out = g_file_create (file, G_FILE_CREATE_PRIVATE, NULL, &error);
  if (self->out == NULL) {
    set_trouble (self, g_strdup (error->message));
    return;
  }
  set_trouble (self, NULL);
  pb_spool_file_begin (self->batch);
  self->begun_us = g_get_monotonic_time ();
  entry = entry_new (path, run_id);
  entry->file.is_open = TRUE;
  entry->begun_utc_us = now_utc_us;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_cut_here (PbSpool *self, guint32 run_id)
{
  gboolean is_same;
  Entry *open;

  g_mutex_lock (&self->lock);
  open = get_open (self);
  is_same = open != NULL && open->file.run_id == run_id;
  g_mutex_unlock (&self->lock);
  return !is_same || g_get_monotonic_time () - self->begun_us >= CUT_US;
}

static void
take_units (PbSpool *self, const GstMapInfo *map, GstClockTime pts)
{
  GstPitboxUnitSpan span;
  Entry *open;

  if (map->size == 0
      || !gst_pitbox_unit_cursor_take (
          &self->cursor, map->data, map->size, &span, NULL))
    return;
  if (span.begins_with_key && is_cut_here (self, span.run_id)) {
    write_batch (self);
    close_file (self);
    begin_file (self, span.run_id);
  }
  g_mutex_lock (&self->lock);
  open = get_open (self);
  if (open == NULL || open->file.run_id != span.run_id) {
    self->stats.dropped_rows += span.n_rows;
  } else {
    pb_spool_file_add (self->batch, pts, map->data, map->size);
    pb_spool_ranges_add (open->file.rows, span.sequence, span.n_rows);
    self->stats.rows += span.n_rows;
    self->stats.written_rows += span.n_rows;
  }
  g_mutex_unlock (&self->lock);
}

static void
keep_to_limits (PbSpool *self)
{
  const gint64 oldest_us = g_get_real_time () - self->limits.age_us;
  guint64 before, dropped;

  g_mutex_lock (&self->lock);
  before = self->stats.dropped_rows;
  while (self->entries->len > 1
         && (self->stats.bytes > self->limits.bytes
             || ((Entry *) self->entries->pdata[0])->begun_utc_us < oldest_us))
    drop_oldest (self);
  dropped = self->stats.dropped_rows - before;
  g_mutex_unlock (&self->lock);
  if (dropped > 0 && before == 0)
    g_message ("what is kept of the telemetry has reached its limits "
               "(spool-size-mb, spool-hours): the oldest rows go, and the "
               "server did not get them");
}

/* How far the open file has got, for who wants to know what is settled. */
static void
mark (PbSpool *self)
{
  Entry *open;
  Mark now = { g_get_monotonic_time (), 0 };

  g_mutex_lock (&self->lock);
  open = get_open (self);
  if (open != NULL) {
    now.rows = pb_spool_ranges_count (open->file.rows);
    g_array_append_val (self->marks, now);
    if (self->marks->len > 64)
      g_array_remove_index (self->marks, 0);
  }
  g_mutex_unlock (&self->lock);
}

static void
add_found (PbSpool *self, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (self->folder, name, NULL);
  g_autofree gchar *data = NULL;
  gsize size = 0;
  PbSpoolReader reader;
  PbSpoolRecord record;
  Entry *entry = NULL;
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size <= PB_SPOOL_FILE_MAX_BYTES
      && g_file_get_contents (path, &data, &size, NULL)
      && pb_spool_reader_init (&reader, (const guint8 *) data, size))
    while (pb_spool_reader_next (&reader, &record)) {
      if (entry == NULL)
        entry = entry_new (path, record.span.run_id);
      if (record.span.run_id != entry->file.run_id)
        break;
      pb_spool_ranges_add (
          entry->file.rows, record.span.sequence, record.span.n_rows);
    }
  if (entry == NULL) {
    g_unlink (path);
    return;
  }
  entry->bytes = size;
  entry->begun_utc_us = g_ascii_strtoll (name, NULL, 16);
  g_mutex_lock (&self->lock);
  self->stats.bytes += size;
  self->stats.rows += pb_spool_ranges_count (entry->file.rows);
  g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(gchar *const *) a, *(gchar *const *) b);
}

/* What an earlier agent left behind. */
static void
find_files (PbSpool *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    add_found (self, names->pdata[i]);
}

/* Returns: (transfer full): what has come within a second, or up to the end */
static GArray *
take_waiting (PbSpool *self, gboolean *closing)
{
  const gint64 until = g_get_monotonic_time () + WRITE_US;
  GArray *items;

  g_mutex_lock (&self->lock);
  while (!self->closing && !self->is_asked
         && g_cond_wait_until (&self->cond, &self->lock, until))
    ;
  self->is_asked = FALSE;
  *closing = self->closing;
  items = self->waiting;
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Item));
  g_mutex_unlock (&self->lock);
  return items;
}

static void
write_items (PbSpool *self, GArray *items)
{
  for (guint i = 0; i < items->len; i++) {
    const Item *item = &g_array_index (items, Item, i);
    GstMapInfo map;

    if (gst_buffer_map (item->units, &map, GST_MAP_READ)) {
      take_units (self, &map, item->pts);
      gst_buffer_unmap (item->units, &map);
    }
    gst_buffer_unref (item->units);
  }
  write_batch (self);
}

static gpointer
run (gpointer data)
{
  PbSpool *self = data;
  gboolean closing = FALSE;

  find_files (self);
  while (!closing) {
    g_autoptr (GArray) items = take_waiting (self, &closing);

    write_items (self, items);
    if (items->len > 0)
      mark (self);
    keep_to_limits (self);
    g_mutex_lock (&self->lock);
    self->is_flushed = self->waiting->len == 0;
    g_cond_broadcast (&self->cond);
    g_mutex_unlock (&self->lock);
  }
  close_file (self);
  return NULL;
}

/**
 * pb_spool_new:
 * @folder: this agent's own, for one server and driver; made if it is not there
 * @limits: copied
 *
 * What is in the folder already is to be sent, too.
 *
 * Returns: (transfer full): a spool
 */
PbSpool *
pb_spool_new (const gchar *folder, const PbSpoolLimits *limits)
{
  PbSpool *self = g_new0 (PbSpool, 1);

  self->folder = g_strdup (folder);
  self->limits = *limits;
  if (self->limits.get_free == NULL)
    self->limits.get_free = get_free;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Item));
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  self->batch = g_byte_array_new ();
  self->thread = g_thread_new ("pitbox-spool", run, self);
  return self;
}

/**
 * pb_spool_free:
 * @spool: (transfer full): a spool; writes what waits
 */
void
pb_spool_free (PbSpool *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_array_unref (self->waiting);
  g_ptr_array_unref (self->entries);
  g_array_unref (self->marks);
  g_byte_array_unref (self->batch);
  g_free (self->stats.trouble);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self);
}

/**
 * pb_spool_push:
 * @spool: a spool
 * @units: whole units, in the order of their rows
 * @pts: their time by the clock of their run
 *
 * Any thread, one at a time. Waits for nobody: while the disk is held up for
 * more than a minute rows are let go, and counted.
 */
void
pb_spool_push (PbSpool *self, GstBuffer *units, GstClockTime pts)
{
  Item item = { units, pts };

  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return;
  g_mutex_lock (&self->lock);
  if (self->waiting->len < MAX_WAITING) {
    gst_buffer_ref (units);
    g_array_append_val (self->waiting, item);
  } else {
    self->stats.dropped_rows++;
  }
  self->is_flushed = FALSE;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_flush:
 * @spool: a spool
 *
 * Waits until what was pushed is written.
 */
void
pb_spool_flush (PbSpool *self)
{
  g_mutex_lock (&self->lock);
  self->is_flushed = FALSE;
  while (!self->is_flushed) {
    self->is_asked = TRUE;
    g_cond_broadcast (&self->cond);
    g_cond_wait (&self->cond, &self->lock);
  }
  g_mutex_unlock (&self->lock);
}

/* With the lock. Rows of the open file that were written @settle_us ago. */
static guint64
count_settled (PbSpool *self, gint64 settle_us)
{
  const gint64 before_us = g_get_monotonic_time () - settle_us;
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
 * pb_spool_list:
 * @spool: a spool
 * @settle_us: younger rows may be on their way to the server
 *
 * Returns: (transfer full) (element-type PbSpoolFile): files with the rows that
 *   were written longer ago than that, oldest first
 */
GPtrArray *
pb_spool_list (PbSpool *self, gint64 settle_us)
{
  GPtrArray *files =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_spool_file_free);
  const gint64 before_us = g_get_monotonic_time () - settle_us;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = self->entries->pdata[i];
    const guint64 n_rows =
        entry->file.is_open ? count_settled (self, settle_us) : G_MAXUINT64;

    if (n_rows > 0 && entry->closed_us <= before_us)
      g_ptr_array_add (files, copy_file (entry, n_rows));
  }
  g_mutex_unlock (&self->lock);
  return files;
}

/**
 * pb_spool_forget:
 * @spool: a spool
 * @path: of a file that is not open; the server has all of it
 */
void
pb_spool_forget (PbSpool *self, const gchar *path)
{
  g_mutex_lock (&self->lock);
  for (guint i = self->entries->len; i-- > 0;) {
    const Entry *entry = self->entries->pdata[i];

    if (!entry->file.is_open && g_str_equal (entry->file.path, path))
      remove_entry (self, i);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_get_stats:
 * @spool: a spool
 * @stats: (out): see #PbSpoolStats
 */
void
pb_spool_get_stats (PbSpool *self, PbSpoolStats *stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  stats->files = self->entries->len;
  stats->trouble = g_strdup (self->stats.trouble);
  g_mutex_unlock (&self->lock);
}

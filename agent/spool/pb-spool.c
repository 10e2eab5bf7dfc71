/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whoever brings units leaves them and goes on; a thread writes them once a
 * second, in one piece. What was written outlives a killed agent: it is in the
 * system's hands, and nobody waits for the disk itself. */
#include "spool/pb-spool.h"

#include <gio/gio.h>

#include "spool/pb-spool-claim.h"

#define WRITE_US G_USEC_PER_SEC
/* Some more than a file of 20 s is lost at once where the oldest go. */
#define CUT_US (20 * G_USEC_PER_SEC)
/* A minute of units while the disk is held up. */
#define MAX_WAITING 4096

typedef struct {
  GstBuffer *units;
  GstClockTime pts;
} Item;

struct _PbSpool {
  gchar *folder;
  PbSpoolLimits limits;
  PbSpoolCatalogue *catalogue;
  GThread *thread;

  GMutex lock; /* protects all below */
  GCond cond;
  GArray *waiting; /* of Item */
  gboolean closing;
  gboolean is_flushed; /* nothing waits, nor is being written */
  gboolean is_asked; /* to write now */
  guint64 lost_rows; /* that were never written */
  gchar *trouble;

  /* The thread's own. */
  PbSpoolClaim claim;
  GstPitboxUnitCursor cursor;
  GFileOutputStream *out;
  GByteArray *batch;
  GArray *rows; /* of GstPitboxRowRange: in the batch */
  gint64 begun_us;
  gboolean has_dropped;
};

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
  changed = (self->trouble == NULL) != (trouble == NULL);
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_mutex_unlock (&self->lock);
  if (changed && trouble != NULL)
    g_warning (
        "telemetry is not kept on this PC's disk: %s. Live goes on", trouble);
  else if (changed)
    g_message ("telemetry is kept on this PC's disk again");
  g_free (trouble);
}

/* Those that were not written, and are not in a file. */
static void
count_lost (PbSpool *self, guint64 n_rows)
{
  g_mutex_lock (&self->lock);
  self->lost_rows += n_rows;
  g_mutex_unlock (&self->lock);
}

static void
close_file (PbSpool *self)
{
  if (self->out == NULL)
    return;
  g_output_stream_close (G_OUTPUT_STREAM (self->out), NULL, NULL);
  g_clear_object (&self->out);
  pb_spool_catalogue_close (self->catalogue);
}

/* What the disk did not take is lost, and what follows begins anew. */
static void
write_batch (PbSpool *self)
{
  g_autoptr (GError) error = NULL;
  gsize n_bytes;

  if (self->out == NULL || self->batch->len == 0)
    return;
  if (g_output_stream_write_all (G_OUTPUT_STREAM (self->out), self->batch->data,
          self->batch->len, &n_bytes, NULL, &error)) {
    pb_spool_catalogue_add (self->catalogue, self->rows, n_bytes);
  } else {
    count_lost (self, pb_spool_ranges_count (self->rows));
    g_array_set_size (self->rows, 0);
    pb_spool_catalogue_add (self->catalogue, self->rows, n_bytes);
    set_trouble (self, g_strdup (error->message));
    self->cursor = (GstPitboxUnitCursor){ 0 };
    close_file (self);
  }
  g_byte_array_set_size (self->batch, 0);
  g_array_set_size (self->rows, 0);
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
  g_autofree gchar *name =
      g_strdup_printf ("%016" G_GINT64_MODIFIER "x-%08x" PB_SPOOL_FILE_SUFFIX,
          g_get_real_time (), g_random_int ());
  g_autofree gchar *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

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
  pb_spool_catalogue_begin (self->catalogue, path, run_id);
}

/* Of units that are let go: no more than what their heads say. */
static guint64
count_rows (const GstMapInfo *map)
{
  GstPitboxUnit unit;
  guint64 n = 0;
  gsize used;

  for (gsize at = 0; at < map->size; at += used) {
    if (!gst_pitbox_unit_parse (
            map->data + at, map->size - at, &unit, &used, NULL))
      break;
    n += unit.n_rows;
  }
  return n;
}

static void
take_units (PbSpool *self, const GstMapInfo *map, GstClockTime pts)
{
  GstPitboxUnitSpan span;

  if (!gst_pitbox_unit_cursor_take (
          &self->cursor, map->data, map->size, &span, NULL)) {
    count_lost (self, count_rows (map));
    return;
  }
  if (span.begins_with_key
      && (!pb_spool_catalogue_has_open (self->catalogue, span.run_id)
          || g_get_monotonic_time () - self->begun_us >= CUT_US)) {
    write_batch (self);
    close_file (self);
    begin_file (self, span.run_id);
  }
  if (self->out == NULL
      || !pb_spool_catalogue_has_open (self->catalogue, span.run_id)) {
    count_lost (self, span.n_rows);
    return;
  }
  pb_spool_file_add (self->batch, pts, map->data, map->size);
  pb_spool_ranges_add (self->rows, span.sequence, span.n_rows);
}

static void
keep_to_limits (PbSpool *self)
{
  const guint64 dropped = pb_spool_catalogue_keep_to (
      self->catalogue, self->limits.bytes, self->limits.age_us);

  if (dropped > 0 && !self->has_dropped)
    g_message ("what is kept of the telemetry has reached its limits "
               "(spool-size-mb, spool-hours): the oldest rows go, and the "
               "server did not get them");
  self->has_dropped = self->has_dropped || dropped > 0;
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

/* Returns: %FALSE while another agent has the folder */
static gboolean
begin (PbSpool *self)
{
  if (!pb_spool_claim_take (&self->claim, self->folder)) {
    set_trouble (self,
        g_strdup ("another pitbox-agent on this PC sends as this device, and "
                  "keeps it. End one of the two"));
    return FALSE;
  }
  set_trouble (self, NULL);
  pb_spool_catalogue_find (self->catalogue, self->folder);
  return TRUE;
}

/* The other agent may be one that is about to end. */
static void
put_back (PbSpool *self, GArray *items)
{
  g_mutex_lock (&self->lock);
  g_array_prepend_vals (self->waiting, items->data, items->len);
  g_mutex_unlock (&self->lock);
}

static void
let_go (GArray *items)
{
  for (guint i = 0; i < items->len; i++)
    gst_buffer_unref (g_array_index (items, Item, i).units);
}

static gpointer
run (gpointer data)
{
  PbSpool *self = data;
  gboolean has_begun = begin (self);
  gboolean closing = FALSE;

  while (!closing) {
    g_autoptr (GArray) items = take_waiting (self, &closing);

    has_begun = has_begun || begin (self);
    if (has_begun) {
      write_items (self, items);
      keep_to_limits (self);
    } else if (closing) {
      let_go (items);
    } else {
      put_back (self, items);
    }
    g_mutex_lock (&self->lock);
    self->is_flushed = self->waiting->len == 0 || !has_begun;
    g_cond_broadcast (&self->cond);
    g_mutex_unlock (&self->lock);
  }
  close_file (self);
  pb_spool_claim_leave (&self->claim);
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
  self->claim.fd = -1;
  self->limits = *limits;
  if (self->limits.get_free == NULL)
    self->limits.get_free = get_free;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Item));
  self->catalogue = pb_spool_catalogue_new ();
  self->batch = g_byte_array_new ();
  self->rows = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
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
  pb_spool_catalogue_free (self->catalogue);
  g_byte_array_unref (self->batch);
  g_array_unref (self->rows);
  g_free (self->trouble);
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
  GstMapInfo map;

  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return;
  g_mutex_lock (&self->lock);
  if (self->waiting->len < MAX_WAITING) {
    gst_buffer_ref (units);
    g_array_append_val (self->waiting, item);
  } else if (gst_buffer_map (units, &map, GST_MAP_READ)) {
    self->lost_rows += count_rows (&map);
    gst_buffer_unmap (units, &map);
  }
  self->is_flushed = FALSE;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_spool_flush:
 * @spool: a spool
 *
 * Waits until what was pushed is written, or cannot be because another agent has
 * the folder.
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
  return pb_spool_catalogue_list (self->catalogue, settle_us);
}

/**
 * pb_spool_forget:
 * @spool: a spool
 * @path: of a file that is not open; the server has all of it
 */
void
pb_spool_forget (PbSpool *self, const gchar *path)
{
  pb_spool_catalogue_remove (self->catalogue, path, FALSE);
}

/**
 * pb_spool_refuse:
 * @spool: a spool
 * @path: of a file that the server does not take; it is listed no more, until
 *   the next start
 */
void
pb_spool_refuse (PbSpool *self, const gchar *path)
{
  pb_spool_catalogue_refuse (self->catalogue, path);
}

/**
 * pb_spool_give_up:
 * @spool: a spool
 * @path: of a file that is not open; what it should hold is not in it
 */
void
pb_spool_give_up (PbSpool *self, const gchar *path)
{
  pb_spool_catalogue_remove (self->catalogue, path, TRUE);
}

/**
 * pb_spool_get_stats:
 * @spool: a spool
 * @stats: (out): see #PbSpoolStats
 */
void
pb_spool_get_stats (PbSpool *self, PbSpoolStats *stats)
{
  pb_spool_catalogue_count (self->catalogue, &stats->counts);
  g_mutex_lock (&self->lock);
  stats->counts.dropped_rows += self->lost_rows;
  stats->trouble = g_strdup (self->trouble);
  g_mutex_unlock (&self->lock);
}

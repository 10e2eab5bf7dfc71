/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRecorder: one session's bytes to segments on disk and lines in the index,
 * on a thread of its own. */
#include "recording/pb-recorder.h"

#include <errno.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "recording/pb-segmenter.h"

#define DEFAULT_SEGMENT_MS 10000
#define DEFAULT_RESERVE_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)
/* A disk that stops for 40 s at 3 Mbit/s loses nothing; after that the stream
 * has holes rather than the machine no memory. */
#define QUEUE_MAX_BYTES (16u * 1024 * 1024)
/* What a kill -9 may cost: bytes wait in memory no longer than WRITE_MS, the
 * index is at most COMMIT_MS behind. */
#define WRITE_MS 100
#define COMMIT_MS 400
#define WRITE_BYTES (64u * 1024)
/* The index waits in memory while the database is busy; so many lines are
 * hours of key frames. */
#define PENDING_MAX_POINTS 20000

typedef struct {
  GstBuffer *buffer;
  gint64 utc_us;
} Item;

struct _PbRecorder {
  PbStore *store;
  gint64 session_pk;
  gchar *folder;
  PbRecorderOptions options;
  GThread *thread;
  gint lap; /* atomic */

  GMutex lock; /* protects the next six */
  GCond cond;
  GArray *queue; /* of Item */
  gsize queue_bytes;
  gboolean closing;
  PbRecorderStats stats;

  /* The thread's own. */
  PbSegmenter *segmenter;
  GFileOutputStream *file;
  GByteArray *unwritten;
  PbSegmentRow segment;
  gboolean has_segment;
  guint64 total_bytes;
  gboolean changed_since_commit;
  gint64 first_pts;
  gboolean has_first_pts;
  gint64 now_utc_us;
  GArray *changed; /* of PbSegmentRow: closed since the last commit */
  GArray *points; /* of PbPoint: written but not committed */
  gint64 next_commit;
  GError *failure;
};

/**
 * pb_recorder_dup_segment_path:
 * @folder: the session's folder
 * @n: number of a segment
 *
 * Returns: (transfer full): its file
 */
gchar *
pb_recorder_dup_segment_path (const gchar *folder, guint n)
{
  g_autofree gchar *name = g_strdup_printf ("%05u.ts", n);

  return g_build_filename (folder, name, NULL);
}

static void
fail (PbRecorder *self, GError *error, const gchar *doing)
{
  if (self->failure) {
    g_clear_error (&error);
    return;
  }
  self->failure = error;
  g_prefix_error (&self->failure, "%s: ", doing);
  g_warning ("%s: recording stopped, live goes on: %s", self->folder,
      self->failure->message);
  g_mutex_lock (&self->lock);
  self->stats.recording = FALSE;
  self->stats.failure = g_strdup (self->failure->message);
  g_mutex_unlock (&self->lock);
}

static void
write_file (PbRecorder *self)
{
  GError *error = NULL;
  gsize written = 0;

  if (self->unwritten->len == 0)
    return;
  if (!self->failure && self->file
      && !g_output_stream_write_all (G_OUTPUT_STREAM (self->file),
          self->unwritten->data, self->unwritten->len, &written, NULL, &error))
    fail (self, error, "writing a segment");
  self->segment.bytes += written;
  self->total_bytes += written;
  g_byte_array_set_size (self->unwritten, 0);
}

static void
update_end (PbRecorder *self)
{
  gint64 pts;

  self->segment.end_utc_us = self->now_utc_us;
  if (!self->segment.has_pts
      || !pb_segmenter_get_last_pts (self->segmenter, &pts))
    return;
  /* A clock that began anew belongs to the next segment. */
  if (pts > self->segment.end_pts)
    self->segment.end_pts = pts;
}

static void
end_segment (PbRecorder *self)
{
  if (!self->has_segment)
    return;
  write_file (self);
  update_end (self);
  if (self->file)
    g_output_stream_close (G_OUTPUT_STREAM (self->file), NULL, NULL);
  g_clear_object (&self->file);
  self->segment.closed = TRUE;
  g_array_append_val (self->changed, self->segment);
  self->has_segment = FALSE;
}

static gboolean
check_space (PbRecorder *self, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (
      folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  guint64 free_bytes;

  if (!info
      || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return TRUE;
  free_bytes =
      g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  if (free_bytes > self->options.reserve_bytes)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
      "%" G_GUINT64_FORMAT " MB are free and %" G_GUINT64_FORMAT
      " MB stay reserved. Free some space; the next session records again",
      free_bytes / 1000000, self->options.reserve_bytes / 1000000);
  return FALSE;
}

static void
begin_segment (guint n, gpointer user_data)
{
  PbRecorder *self = user_data;
  g_autofree gchar *path = pb_recorder_dup_segment_path (self->folder, n);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GError *error = NULL;

  end_segment (self);
  self->segment = (PbSegmentRow){
    .n = n,
    .start_utc_us = self->now_utc_us,
    .end_utc_us = self->now_utc_us,
  };
  if (self->failure)
    return;
  if (check_space (self, &error))
    self->file = g_file_create (file, G_FILE_CREATE_PRIVATE, NULL, &error);
  if (!self->file) {
    fail (self, error, "beginning a segment");
    return;
  }
  self->has_segment = TRUE;
  g_mutex_lock (&self->lock);
  self->stats.segments = n + 1;
  g_mutex_unlock (&self->lock);
}

static void
take_bytes (const guint8 *data, gsize size, gpointer user_data)
{
  PbRecorder *self = user_data;

  g_byte_array_append (self->unwritten, data, size);
  if (self->unwritten->len >= WRITE_BYTES)
    write_file (self);
}

static void
take_point (const PbPoint *point, gpointer user_data)
{
  PbRecorder *self = user_data;

  if (!self->segment.has_pts) {
    self->segment.has_pts = TRUE;
    self->segment.start_pts = self->segment.end_pts = point->pts;
  }
  if (!self->has_first_pts) {
    self->has_first_pts = TRUE;
    self->first_pts = point->pts;
  }
  if (self->has_segment && !self->failure)
    g_array_append_val (self->points, *point);
}

static void
commit (PbRecorder *self)
{
  g_autoptr (GError) error = NULL;
  guint closed = self->changed->len;

  update_end (self);
  if (self->has_segment && self->changed_since_commit)
    g_array_append_val (self->changed, self->segment);
  self->changed_since_commit = FALSE;
  if (self->changed->len > 0) {
    if (pb_store_commit_index (self->store, self->session_pk,
            (PbSegmentRow *) self->changed->data, self->changed->len,
            (PbPoint *) self->points->data, self->points->len, &error)) {
      closed = 0;
      g_array_set_size (self->points, 0);
    } else if (self->points->len > PENDING_MAX_POINTS) {
      fail (self, g_steal_pointer (&error), "writing the index");
    }
    g_array_set_size (self->changed, closed);
    self->changed_since_commit = closed > 0 || self->points->len > 0;
  }
  self->next_commit = g_get_monotonic_time () + COMMIT_MS * 1000;
}

static void
publish_stats (PbRecorder *self)
{
  const PbTsStats *ts = pb_segmenter_get_ts_stats (self->segmenter);
  gint64 pts;

  g_mutex_lock (&self->lock);
  self->stats.bytes = self->total_bytes;
  self->stats.has_pmt = ts->has_pmt;
  self->stats.garbage_run_bytes = ts->garbage_run_bytes;
  self->stats.continuity_errors = ts->continuity_errors;
  self->stats.video_codec = ts->video_codec;
  self->stats.has_klv = ts->has_klv;
  if (self->has_first_pts && pb_segmenter_get_last_pts (self->segmenter, &pts))
    self->stats.duration_ms = MAX (0, (pts - self->first_pts) / 90);
  g_mutex_unlock (&self->lock);
}

/* Waits for enough bytes, for the oldest to be WRITE_MS old, or for the end. */
static GArray *
take_queue (PbRecorder *self, gboolean *closing)
{
  GArray *items;

  g_mutex_lock (&self->lock);
  if (self->queue->len == 0 && !self->closing)
    g_cond_wait_until (&self->cond, &self->lock, self->next_commit);
  if (self->queue->len > 0) {
    gint64 deadline = g_get_monotonic_time () + WRITE_MS * 1000;

    while (self->queue_bytes < WRITE_BYTES && !self->closing
           && g_cond_wait_until (&self->cond, &self->lock, deadline))
      ;
  }
  *closing = self->closing;
  items = self->queue;
  self->queue = g_array_new (FALSE, FALSE, sizeof (Item));
  self->queue_bytes = 0;
  g_mutex_unlock (&self->lock);
  return items;
}

static void
record_item (PbRecorder *self, const Item *item)
{
  GstMapInfo map;

  self->now_utc_us = item->utc_us;
  self->changed_since_commit = TRUE;
  if (gst_buffer_map (item->buffer, &map, GST_MAP_READ)) {
    pb_segmenter_push (self->segmenter, map.data, map.size, item->utc_us,
        g_atomic_int_get (&self->lap));
    gst_buffer_unmap (item->buffer, &map);
  }
  gst_buffer_unref (item->buffer);
}

static gpointer
run (gpointer data)
{
  PbRecorder *self = data;
  gboolean closing = FALSE;

  while (!closing) {
    g_autoptr (GArray) items = take_queue (self, &closing);

    for (guint i = 0; i < items->len; i++)
      record_item (self, &g_array_index (items, Item, i));
    if (closing)
      pb_segmenter_finish (self->segmenter);
    write_file (self);
    /* The index never speaks of bytes that are not in the file. */
    if (g_get_monotonic_time () >= self->next_commit && !closing)
      commit (self);
    publish_stats (self);
  }
  end_segment (self);
  commit (self);
  return NULL;
}

/**
 * pb_recorder_new:
 * @store: where the index goes
 * @session_pk: the session in @store
 * @folder: the session's folder, made if it is not there
 * @options: (nullable): see #PbRecorderOptions
 *
 * A recorder that cannot write says so in its stats; it never stops the live
 * picture.
 *
 * Returns: (transfer full): a running recorder; end it by pb_recorder_close()
 */
PbRecorder *
pb_recorder_new (PbStore *store, gint64 session_pk, const gchar *folder,
    const PbRecorderOptions *options)
{
  const PbSegmenterFuncs funcs = { begin_segment, take_bytes, take_point };
  PbRecorder *self = g_new0 (PbRecorder, 1);

  self->store = pb_store_ref (store);
  self->session_pk = session_pk;
  self->folder = g_strdup (folder);
  if (options)
    self->options = *options;
  if (self->options.segment_ms == 0)
    self->options.segment_ms = DEFAULT_SEGMENT_MS;
  if (self->options.reserve_bytes == 0)
    self->options.reserve_bytes = DEFAULT_RESERVE_BYTES;
  self->lap = -1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->queue = g_array_new (FALSE, FALSE, sizeof (Item));
  self->stats.recording = TRUE;
  self->segmenter = pb_segmenter_new (self->options.segment_ms, &funcs, self);
  self->unwritten = g_byte_array_new ();
  self->changed = g_array_new (FALSE, FALSE, sizeof (PbSegmentRow));
  self->points = g_array_new (FALSE, FALSE, sizeof (PbPoint));
  self->next_commit = g_get_monotonic_time () + COMMIT_MS * 1000;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    fail (self,
        g_error_new (G_IO_ERROR, g_io_error_from_errno (errno), "%s",
            g_strerror (errno)),
        "making the folder");
  self->thread = g_thread_new ("recorder", run, self);
  return self;
}

/**
 * pb_recorder_push:
 * @recorder: a recorder
 * @buffer: the next bytes of the stream
 * @utc_us: when they arrived
 *
 * Any thread, in stream order. Never waits: where the disk is too slow the
 * bytes are dropped and counted.
 */
void
pb_recorder_push (PbRecorder *self, GstBuffer *buffer, gint64 utc_us)
{
  gsize size = gst_buffer_get_size (buffer);
  Item item = { buffer, utc_us };

  g_mutex_lock (&self->lock);
  if (self->queue_bytes + size > QUEUE_MAX_BYTES) {
    self->stats.dropped_bytes += size;
  } else {
    gst_buffer_ref (buffer);
    g_array_append_val (self->queue, item);
    self->queue_bytes += size;
    if (self->queue->len == 1 || self->queue_bytes >= WRITE_BYTES)
      g_cond_signal (&self->cond);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * pb_recorder_set_lap:
 * @lap: lap the driver is in, or -1
 *
 * Any thread.
 */
void
pb_recorder_set_lap (PbRecorder *self, gint lap)
{
  g_atomic_int_set (&self->lap, lap);
}

/**
 * pb_recorder_get_stats:
 * @stats: (out): see #PbRecorderStats
 *
 * Any thread.
 */
void
pb_recorder_get_stats (PbRecorder *self, PbRecorderStats *stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  stats->failure = g_strdup (self->stats.failure);
  g_mutex_unlock (&self->lock);
}

/**
 * pb_recorder_close:
 * @recorder: (transfer full): a recorder
 *
 * Writes what was pushed, ends the last segment, commits the index. Waits for
 * the disk.
 */
void
pb_recorder_close (PbRecorder *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);

  pb_segmenter_free (self->segmenter);
  g_byte_array_unref (self->unwritten);
  g_array_unref (self->changed);
  g_array_unref (self->points);
  g_array_unref (self->queue);
  g_clear_error (&self->failure);
  g_free (self->stats.failure);
  g_free (self->folder);
  pb_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

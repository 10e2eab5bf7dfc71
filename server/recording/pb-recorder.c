/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRecorder: one session's bytes to segments on disk and lines in the index,
 * on a thread that several share. */
#include "recording/pb-recorder.h"

#include <gio/gio.h>

#include "recording/pb-pending-index.h"
#include "recording/pb-row-index.h"
#include "recording/pb-segment-file.h"
#include "recording/pb-segmenter.h"
#include "recording/pb-turns.h"

#define DEFAULT_SEGMENT_MS 10000
#define DEFAULT_RESERVE_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)
/* A disk that stops for 40 s at 3 Mbit/s loses nothing; after that the stream
 * has holes rather than the machine no memory. */
#define QUEUE_MAX_BYTES (16u * 1024 * 1024)
/* What a kill -9 may cost: bytes wait in memory for the next beat of
 * PB_RECORDER_GATHER_MS, the index is at most COMMIT_MS behind. */
#define COMMIT_MS 400
#define WRITE_BYTES (64u * 1024)
#define RESUME_MIN_BYTES (G_GUINT64_CONSTANT (1024) * 1024)

typedef struct {
  GstBuffer *buffer;
  gint64 utc_us;
} Item;

struct _PbRecorder {
  gchar *folder;
  PbRecorderOptions options;
  PbTurns *own_turns; /* NULL = shared */
  PbTurn *turn;
  PbRowIndex *rows;

  GMutex lock; /* protects the next five */
  GArray *queue; /* of Item */
  gsize queue_bytes;
  PbRecorderStats stats;
  guint64 settled_bytes;

  /* Whoever has the turn, at last who closes it. */
  GArray *taken; /* of Item */
  guint64 taken_bytes;
  PbSegmenter *segmenter;
  PbSegmentFile *file;
  GByteArray *unwritten;
  PbSegmentRow segment;
  gboolean has_segment; /* and its file is open */
  guint next_segment;
  gboolean paused;
  guint64 closed_bytes;
  gint64 closed_pts;
  guint64 missed_bytes;
  gboolean changed_since_commit;
  gint64 now_utc_us;
  PbPendingIndex *index;
  gint64 next_commit;
};

/* Nothing can be written: live goes on, and each commit looks whether it can
 * be again. */
static void
pause_recording (PbRecorder *self, GError *error, const gchar *doing)
{
  g_autofree gchar *text = g_strdup_printf ("%s: %s. Live goes on; recording "
                                            "goes on by itself when it can",
      doing, error->message);

  if (!self->paused)
    g_warning ("%s: %s", self->folder, text);
  self->paused = TRUE;
  g_error_free (error);
  g_mutex_lock (&self->lock);
  self->stats.recording = FALSE;
  g_free (self->stats.failure);
  self->stats.failure = g_steal_pointer (&text);
  g_mutex_unlock (&self->lock);
}

static void
resume_recording (PbRecorder *self)
{
  if (!self->paused)
    return;
  self->paused = FALSE;
  g_mutex_lock (&self->lock);
  self->stats.recording = TRUE;
  g_clear_pointer (&self->stats.failure, g_free);
  g_mutex_unlock (&self->lock);
  g_message ("%s: recording goes on, segment %u; %" G_GUINT64_FORMAT
             " bytes of the stream are not in it",
      self->folder, self->segment.n, self->missed_bytes);
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

/* What is in the file is what the index says. */
static void
end_file (PbRecorder *self)
{
  gint64 pts;

  if (!self->has_segment)
    return;
  self->has_segment = FALSE;
  self->segment.bytes = pb_segment_file_close (self->file);
  self->file = NULL;
  if (pb_pending_index_truncate (
          self->index, self->segment.n, self->segment.bytes, &pts))
    self->segment.end_pts = MAX (self->segment.end_pts, pts);
  if (self->segment.bytes == 0) {
    self->next_segment = self->segment.n;
    return;
  }
  self->segment.closed = TRUE;
  self->closed_bytes += self->segment.bytes;
  self->closed_pts += self->segment.end_pts - self->segment.start_pts;
  pb_pending_index_add_segment (self->index, &self->segment);
}

static gboolean
write_bytes (PbRecorder *self)
{
  const guint64 before = self->segment.bytes;
  GError *error = NULL;

  if (pb_segment_file_write (
          self->file, self->unwritten->data, self->unwritten->len, &error)) {
    self->segment.bytes = pb_segment_file_get_bytes (self->file);
    update_end (self);
    return TRUE;
  }
  end_file (self);
  self->missed_bytes += self->unwritten->len - (self->segment.bytes - before);
  pause_recording (self, error, "writing a segment");
  return FALSE;
}

static void
write_file (PbRecorder *self)
{
  if (self->unwritten->len == 0)
    return;
  if (!self->has_segment)
    self->missed_bytes += self->unwritten->len;
  pb_row_index_settle (self->rows, self->has_segment && write_bytes (self));
  g_byte_array_set_size (self->unwritten, 0);
}

static void
end_segment (PbRecorder *self)
{
  write_file (self);
  if (self->has_segment)
    update_end (self);
  end_file (self);
}

static gboolean
check_space (PbRecorder *self, GError **error)
{
  guint64 reserve = self->options.reserve_bytes;
  /* A little more room than was missing, or it would begin and end with each
   * file that somebody deletes. */
  guint64 needed =
      self->paused ? reserve + MAX (reserve / 8, RESUME_MIN_BYTES) : reserve;
  guint64 free_bytes;

  if (!self->options.get_free (self->folder, &free_bytes)
      || free_bytes > needed)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
      "the disk is full, %.1f MB are free and %.1f MB stay reserved",
      free_bytes / 1e6, reserve / 1e6);
  return FALSE;
}

/* Looks at the disk between segments: does it still have room, has it again? */
static void
watch_space (PbRecorder *self)
{
  GError *error = NULL;

  if (!check_space (self, &error)) {
    end_segment (self);
    pause_recording (self, error, "recording pauses");
  } else if (self->paused) {
    pb_segmenter_cut (self->segmenter);
  }
}

static void
begin_segment (guint n, gpointer user_data)
{
  PbRecorder *self = user_data;
  GError *error = NULL;

  end_segment (self);
  self->segment = (PbSegmentRow){
    .n = self->next_segment,
    .start_utc_us = self->now_utc_us,
    .end_utc_us = self->now_utc_us,
  };
  if (check_space (self, &error))
    self->file = pb_segment_file_new (self->folder, self->next_segment, &error);
  if (!self->file) {
    pause_recording (self, error, "beginning a segment");
    return;
  }
  self->has_segment = TRUE;
  self->next_segment++;
  pb_row_index_begin_segment (self->rows, self->segment.n);
  resume_recording (self);
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
  PbPoint line = *point;

  if (!self->has_segment)
    return;
  if (!self->segment.has_pts) {
    self->segment.has_pts = TRUE;
    self->segment.start_pts = self->segment.end_pts = line.pts;
  }
  /* Numbers of files have no gap, whatever could not be written. */
  line.segment = self->segment.n;
  pb_pending_index_add_point (self->index, &line);
}

static void
take_klv (const guint8 *data, gsize size, gboolean starts, gint64 pts,
    gpointer user_data)
{
  PbRecorder *self = user_data;

  pb_row_index_push (self->rows, data, size, starts, pts);
}

static void
commit (PbRecorder *self, gboolean last)
{
  gboolean changed = self->has_segment && self->changed_since_commit;

  if (pb_pending_index_commit (
          self->index, changed ? &self->segment : NULL, last))
    self->changed_since_commit = FALSE;
  self->next_commit = g_get_monotonic_time () + COMMIT_MS * 1000;
}

static void
publish_stats (PbRecorder *self)
{
  const MpegtsStats *ts = pb_segmenter_get_ts_stats (self->segmenter);
  gint64 pts = self->closed_pts;

  if (self->has_segment && self->segment.has_pts)
    pts += self->segment.end_pts - self->segment.start_pts;
  g_mutex_lock (&self->lock);
  self->settled_bytes = self->taken_bytes;
  self->stats.bytes =
      self->closed_bytes + (self->has_segment ? self->segment.bytes : 0);
  self->stats.segments = self->next_segment;
  self->stats.missed_bytes = self->missed_bytes;
  self->stats.has_pmt = ts->has_pmt;
  self->stats.garbage_run_bytes = ts->garbage_run_bytes;
  self->stats.continuity_errors = ts->continuity_errors;
  self->stats.video_codec = ts->video_codec;
  self->stats.has_klv = ts->has_klv;
  self->stats.duration_ms = pts / 90;
  g_mutex_unlock (&self->lock);
}

static void
take_queue (PbRecorder *self)
{
  GArray *items = self->taken;

  g_mutex_lock (&self->lock);
  self->taken = self->queue;
  self->queue = items;
  self->queue_bytes = 0;
  g_mutex_unlock (&self->lock);
}

static void
record_item (PbRecorder *self, const Item *item)
{
  GstMapInfo map;

  self->now_utc_us = item->utc_us;
  self->changed_since_commit = TRUE;
  self->taken_bytes += gst_buffer_get_size (item->buffer);
  if (gst_buffer_map (item->buffer, &map, GST_MAP_READ)) {
    pb_segmenter_push (self->segmenter, map.data, map.size, item->utc_us,
        pb_row_index_get_lap (self->rows));
    gst_buffer_unmap (item->buffer, &map);
    pb_pending_index_resolve (self->index);
  }
  gst_buffer_unref (item->buffer);
}

static void
record_queue (PbRecorder *self)
{
  take_queue (self);
  for (guint i = 0; i < self->taken->len; i++)
    record_item (self, &g_array_index (self->taken, Item, i));
  g_array_set_size (self->taken, 0);
}

static gint64
take_turn (gpointer data)
{
  PbRecorder *self = data;

  record_queue (self);
  write_file (self);
  /* The index never speaks of bytes that are not in the file. */
  if (g_get_monotonic_time () >= self->next_commit) {
    watch_space (self);
    commit (self, FALSE);
  }
  publish_stats (self);
  return self->next_commit;
}

/**
 * pb_recorder_new:
 * @log: where the index goes
 * @folder: the session's folder, made if it is not there
 * @options: (nullable): see #PbRecorderOptions
 *
 * A recorder that cannot write says so in its stats, lets the bytes go by and
 * begins a new segment once it can; it never stops the live picture.
 *
 * Returns: (transfer full): a running recorder; end it by pb_recorder_close()
 */
PbRecorder *
pb_recorder_new (
    PbSessionLog *log, const gchar *folder, const PbRecorderOptions *options)
{
  const PbSegmenterFuncs funcs = { begin_segment, take_bytes, take_point,
    take_klv };
  PbRecorder *self = g_new0 (PbRecorder, 1);

  self->folder = g_strdup (folder);
  if (options)
    self->options = *options;
  if (self->options.segment_ms == 0)
    self->options.segment_ms = DEFAULT_SEGMENT_MS;
  if (self->options.reserve_bytes == 0)
    self->options.reserve_bytes = DEFAULT_RESERVE_BYTES;
  if (!self->options.get_free)
    self->options.get_free = pb_segment_file_get_free;
  self->rows = pb_row_index_new ();
  g_mutex_init (&self->lock);
  self->queue = g_array_new (FALSE, FALSE, sizeof (Item));
  self->taken = g_array_new (FALSE, FALSE, sizeof (Item));
  self->stats.recording = TRUE;
  self->segmenter = pb_segmenter_new (self->options.segment_ms, &funcs, self);
  self->unwritten = g_byte_array_new ();
  self->index = pb_pending_index_new (log, self->rows);
  self->next_commit = g_get_monotonic_time () + COMMIT_MS * 1000;
  if (!self->options.turns)
    self->own_turns = pb_turns_new (1, PB_RECORDER_GATHER_MS);
  self->turn = pb_turns_add (
      self->own_turns ? self->own_turns : self->options.turns, take_turn, self);
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
  gboolean is_first = FALSE;

  g_mutex_lock (&self->lock);
  if (self->queue_bytes + size > QUEUE_MAX_BYTES) {
    self->stats.dropped_bytes += size;
  } else {
    gst_buffer_ref (buffer);
    g_array_append_val (self->queue, item);
    self->queue_bytes += size;
    is_first = self->queue->len == 1;
  }
  g_mutex_unlock (&self->lock);
  if (is_first)
    pb_turn_want (self->turn);
}

/**
 * pb_recorder_note_row:
 * @tick: of a row that was decoded
 * @utc_us: its UTC, 0 = unknown
 * @lap: lap the driver is in, or -1
 *
 * The index gets the times and laps of rows from here. Any thread, in the
 * order of the rows.
 */
void
pb_recorder_note_row (PbRecorder *self, guint64 tick, gint64 utc_us, gint lap)
{
  pb_row_index_note (self->rows, tick, utc_us, lap);
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
 * pb_recorder_get_settled_bytes:
 *
 * Any thread.
 *
 * Returns: how many of the bytes that were pushed have been written, or never
 *   will be because nothing can be written or the disk was too slow
 */
guint64
pb_recorder_get_settled_bytes (PbRecorder *self)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = self->settled_bytes + self->stats.dropped_bytes;
  g_mutex_unlock (&self->lock);
  return bytes;
}

/**
 * pb_recorder_close:
 * @recorder: (transfer full): a recorder
 *
 * Writes what was pushed, ends the last segment, hands the rest of the index
 * over. Waits for the disk.
 */
void
pb_recorder_close (PbRecorder *self)
{
  pb_turn_remove (self->turn);
  g_clear_pointer (&self->own_turns, pb_turns_free);
  record_queue (self);
  pb_segmenter_finish (self->segmenter);
  write_file (self);
  publish_stats (self);
  end_segment (self);
  pb_row_index_push (self->rows, NULL, 0, FALSE, 0);
  pb_row_index_settle (self->rows, !self->paused);
  commit (self, TRUE);

  pb_segmenter_free (self->segmenter);
  pb_pending_index_free (self->index);
  pb_row_index_free (self->rows);
  g_byte_array_unref (self->unwritten);
  g_array_unref (self->queue);
  g_array_unref (self->taken);
  g_free (self->stats.failure);
  g_free (self->folder);
  g_mutex_clear (&self->lock);
  g_free (self);
}

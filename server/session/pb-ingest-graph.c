/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestGraph: pipelines/ingest.launch at work: TS bytes in, access units
 * and rows to the driver's hub. */
#include "session/pb-ingest-graph.h"

#include <gst/app/app.h>
#include <gstpitbox/gstpitbox.h>

#include "pb-bucket.h"
#include "pb-graph.h"
#include "session/pb-ingest-branches.h"
#include "session/pb-ingest-times.h"
#include "session/pb-picture-guard.h"
#include "session/pb-sound.h"
#include "session/pb-transcoder.h"

/* A second and a half of 20 Mbit/s: more waiting bytes would only be late. */
#define QUEUE_MAX_BYTES (4u * 1024 * 1024)
/* An agent sends 60; a file that is played as fast as it goes has a while. Each
 * unit goes to all viewers. */
#define UNITS_PER_S 1000
#define UNITS_BURST 10000

struct _PbIngestGraph {
  PbLive *live;
  PbLapBook *book; /* the driver's */
  PbRecorder *recorder; /* set before the first push */
  GstElement *pipeline;
  PbPictureGuard *guard;
  PbFlow *flow;
  PbIngestTimes *times;
  GstElement *ts;
  GstElement *parse;
  GstElement *dec;
  GstElement *rtp;
  GstElement *rows;
  GstElement *other_parse;
  GstElement *sound_sink;
  PbSound *sound;
  PbIngestBranches *branches;
  PbTranscoder *transcoder;
  gint transcoded; /* atomic: the picture goes there */
  gint parts; /* atomic, PbParts: what of it the driver's hub gets */
  PbIngestGraphFailFunc fail;
  gpointer user_data;
  gboolean drop_discont; /* bytes were dropped before the next buffer */

  /* The rows' streaming thread only. */
  gint64 units_full_us;
  GstCaps *caps;
  GstPitboxSchema *schema;
  const GstPitboxVar *lap;

  GMutex thinning_lock; /* protects: */
  PbThinning thinning;

  gsize dropped_bytes; /* atomic */
  gsize klv_bytes; /* atomic */
};

static gboolean
is_shown (PbIngestGraph *self, PbParts part)
{
  return (g_atomic_int_get (&self->parts) & (gint) part) != 0;
}

static void
note_picture_lag (
    PbIngestGraph *self, const GstSegment *segment, GstBuffer *buffer)
{
  if (buffer && segment->format == GST_FORMAT_TIME)
    pb_ingest_times_note_unit (self->times, PB_PART_PICTURE,
        gst_segment_to_running_time (
            segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)));
}

static GstFlowReturn
take_rtp (GstAppSink *sink, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample) {
    GstBufferList *list = gst_sample_get_buffer_list (sample);

    pb_ingest_times_note_first (self->times, PB_INGEST_PICTURE);
    note_picture_lag (self, gst_sample_get_segment (sample),
        list && gst_buffer_list_length (list) > 0
            ? gst_buffer_list_get (list, 0)
            : gst_sample_get_buffer (sample));
    if (is_shown (self, PB_PART_PICTURE))
      pb_live_push_rtp (self->live, sample);
  }
  return GST_FLOW_OK;
}

/* Whatever becomes of the sound, the rest goes on. */
static GstFlowReturn
take_sound (GstAppSink *sink, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample && gst_sample_get_buffer (sample)
      && is_shown (self, PB_PART_PICTURE))
    pb_sound_push (self->sound, sample);
  return GST_FLOW_OK;
}

/* Rows of a file have the UTC of the day when it was driven. */
static void
note_flow (PbIngestGraph *self, GstBuffer *row)
{
  const gint64 now = g_get_monotonic_time ();
  GstPitboxClockQuality quality;
  const gint64 utc = gst_pitbox_buffer_get_utc (row, &quality);

  pb_flow_push_row (self->flow, now);
  if (utc > 0 && quality >= GST_PITBOX_CLOCK_LOCAL)
    pb_flow_push_utc (self->flow, now, g_get_real_time () - utc);
}

static gboolean
update_schema (PbIngestGraph *self, GstCaps *caps)
{
  g_autoptr (GError) error = NULL;

  if (caps == self->caps)
    return self->schema != NULL;
  gst_caps_replace (&self->caps, caps);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->lap = NULL;
  self->schema = caps ? gst_pitbox_schema_new_from_caps (caps, &error) : NULL;
  if (!self->schema) {
    g_warning ("driver %s: rows without a readable schema are dropped: %s",
        pb_live_get_driver_id (self->live), error ? error->message : "no caps");
    return FALSE;
  }
  self->lap = gst_pitbox_schema_find (self->schema, "Lap");
  g_mutex_lock (&self->thinning_lock);
  pb_thinning_read (&self->thinning, caps, self->schema);
  g_mutex_unlock (&self->thinning_lock);
  return TRUE;
}

static void
note_row (PbIngestGraph *self, GstBuffer *row)
{
  GstMapInfo map;
  gint lap = -1;

  if (!self->recorder || !gst_buffer_map (row, &map, GST_MAP_READ))
    return;
  if (self->lap && map.size >= gst_pitbox_schema_get_row_bytes (self->schema))
    lap = gst_pitbox_row_get_newest_int64 (map.data, self->lap, -1);
  gst_buffer_unmap (row, &map);
  pb_recorder_note_row (self->recorder, GST_BUFFER_OFFSET (row),
      gst_pitbox_buffer_get_utc (row, NULL), lap);
}

static GstFlowReturn
take_row (GstAppSink *sink, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *row;
  GstClockTime time;

  if (!sample || !(row = gst_sample_get_buffer (sample))
      || gst_buffer_get_size (row) == 0
      || !update_schema (self, gst_sample_get_caps (sample)))
    return GST_FLOW_OK;
  time = gst_segment_to_running_time (
      gst_sample_get_segment (sample), GST_FORMAT_TIME, GST_BUFFER_PTS (row));
  note_row (self, row);
  note_flow (self, row);
  pb_ingest_times_note_first (self->times, PB_INGEST_ROW);
  pb_ingest_times_note_unit (self->times, PB_PART_TELEMETRY, time);
  if (GST_CLOCK_TIME_IS_VALID (time) && is_shown (self, PB_PART_TELEMETRY)) {
    pb_live_push_row (self->live, self->schema, row, time);
    pb_lap_book_push (
        self->book, self->schema, self->thinning.full_schema_id, row, time);
  }
  return GST_FLOW_OK;
}

static GstPadProbeReturn
watch_rows (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GBytes) text = NULL;
  guint update;

  if (gst_pitbox_session_event_parse (
          GST_PAD_PROBE_INFO_EVENT (info), &text, &update)) {
    pb_ingest_times_note_first (self->times, PB_INGEST_SESSION_TEXT);
    if (is_shown (self, PB_PART_TELEMETRY))
      pb_live_set_session_text (self->live, text, update);
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
count_klv (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbIngestGraph *self = user_data;

  g_atomic_pointer_add (
      &self->klv_bytes, gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)));
  if (pb_bucket_take (&self->units_full_us, G_USEC_PER_SEC / UNITS_PER_S,
          (gint64) UNITS_BURST * G_USEC_PER_SEC / UNITS_PER_S,
          g_get_monotonic_time ()))
    return GST_PAD_PROBE_OK;
  self->fail (
      "more than 1000 telemetry units a second came for long. Send each "
      "row once, as it is made",
      TRUE, self->user_data);
  return GST_PAD_PROBE_DROP;
}

/* Before the demultiplexer sees the first packet after a loss. */
static GstPadProbeReturn
watch_losses (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbIngestGraph *self = user_data;

  if (GST_BUFFER_FLAG_IS_SET (
          GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_CORRUPTED))
    pb_picture_guard_lost (self->guard);
  return GST_PAD_PROBE_OK;
}

static void
transcode (PbIngestGraph *self, GstPad *pad, GstBuffer *picture)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment = NULL;
  g_autoptr (GstSample) sample = NULL;

  if (!event)
    return;
  gst_event_parse_segment (event, &segment);
  note_picture_lag (self, segment, picture);
  sample = gst_sample_new (picture, caps, segment, NULL);
  pb_transcoder_push (self->transcoder, sample);
}

/* Browsers play pictures as they come: H.265 most of them not at all, B-frames
 * in the wrong order. From the first of these on the whole stream goes the long
 * way: a decoder cannot take turns. */
static GstPadProbeReturn
guard_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  GstBuffer *picture = GST_PAD_PROBE_INFO_BUFFER (info);
  const gboolean key =
      !GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT);
  gboolean in_order = TRUE;

  if (GST_BUFFER_PTS_IS_VALID (picture))
    in_order = pb_flow_push_picture (self->flow, g_get_monotonic_time (),
        (gint64) GST_TIME_AS_USECONDS (GST_BUFFER_PTS (picture)), key);
  if (!pb_picture_guard_takes (self->guard, key))
    return GST_PAD_PROBE_DROP;
  if (!in_order || GST_PAD_PARENT (pad) == self->other_parse)
    g_atomic_int_set (&self->transcoded, TRUE);
  if (!g_atomic_int_get (&self->transcoded))
    return GST_PAD_PROBE_OK;
  pb_ingest_times_note_first (self->times, PB_INGEST_PICTURE);
  if (is_shown (self, PB_PART_PICTURE))
    transcode (self, pad, picture);
  return GST_PAD_PROBE_DROP;
}

static GstBusSyncReply
watch_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *reason = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    reason = g_strdup_printf ("the stream cannot be read: %s: %s",
        GST_MESSAGE_SRC_NAME (message), error->message);
    self->fail (reason, FALSE, self->user_data);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
connect_graph (PbIngestGraph *self)
{
  GstAppSinkCallbacks rtp = { .new_sample = take_rtp };
  GstAppSinkCallbacks rows = { .new_sample = take_row };
  GstAppSinkCallbacks sound = { .new_sample = take_sound };
  g_autoptr (GstElement) demux =
      gst_bin_get_by_name (GST_BIN (self->pipeline), "demux");
  g_autoptr (GstPad) demux_sink = NULL;
  g_autoptr (GstPad) parse_src = NULL;
  g_autoptr (GstPad) other_src = NULL;
  g_autoptr (GstPad) dec_sink = NULL;
  g_autoptr (GstPad) rows_sink = NULL;
  g_autoptr (GstBus) bus = NULL;

  gst_app_sink_set_callbacks (GST_APP_SINK (self->rtp), &rtp, self, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (self->rows), &rows, self, NULL);
  gst_app_sink_set_callbacks (
      GST_APP_SINK (self->sound_sink), &sound, self, NULL);
  demux_sink = gst_element_get_static_pad (demux, "sink");
  gst_pad_add_probe (
      demux_sink, GST_PAD_PROBE_TYPE_BUFFER, watch_losses, self, NULL);
  parse_src = gst_element_get_static_pad (self->parse, "src");
  gst_pad_add_probe (
      parse_src, GST_PAD_PROBE_TYPE_BUFFER, guard_picture, self, NULL);
  other_src = gst_element_get_static_pad (self->other_parse, "src");
  gst_pad_add_probe (
      other_src, GST_PAD_PROBE_TYPE_BUFFER, guard_picture, self, NULL);
  dec_sink = gst_element_get_static_pad (self->dec, "sink");
  gst_pad_add_probe (
      dec_sink, GST_PAD_PROBE_TYPE_BUFFER, count_klv, self, NULL);
  rows_sink = gst_element_get_static_pad (self->rows, "sink");
  gst_pad_add_probe (
      rows_sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch_rows, self, NULL);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, watch_bus, self, NULL);
}

/**
 * pb_ingest_graph_new:
 * @live: the driver's hub
 * @book: the driver's laps and track; lives as long as @live
 * @clock: (nullable): clock of the pipeline the buffers come from
 * @base_time: its base time, so that running times are the same
 * @fail: called when the graph cannot go on
 * @user_data: for @fail
 *
 * Any thread.
 *
 * Returns: (transfer full): a running graph, or %NULL with @error set
 */
PbIngestGraph *
pb_ingest_graph_new (PbLive *live, PbLapBook *book, GstClock *clock,
    GstClockTime base_time, PbIngestGraphFailFunc fail, gpointer user_data,
    GError **error)
{
  g_autoptr (PbIngestGraph) self = g_new0 (PbIngestGraph, 1);

  self->live = pb_live_ref (live);
  self->guard = pb_picture_guard_new ();
  self->flow = pb_flow_new ();
  self->times = pb_ingest_times_new ();
  self->book = book;
  self->fail = fail;
  self->user_data = user_data;
  g_mutex_init (&self->thinning_lock);
  self->pipeline = pb_graph_load ("ingest", error);
  if (!self->pipeline
      || !(self->ts = pb_graph_get (self->pipeline, "ts", error))
      || !(self->parse = pb_graph_get (self->pipeline, "parse", error))
      || !(self->dec = pb_graph_get (self->pipeline, "dec", error))
      || !(self->rtp = pb_graph_get (self->pipeline, "rtp", error))
      || !(self->rows = pb_graph_get (self->pipeline, "rows", error))
      || !(self->other_parse =
               pb_graph_get (self->pipeline, "other-parse", error))
      || !(self->sound_sink = pb_graph_get (self->pipeline, "sound", error)))
    return NULL;
  self->transcoder = pb_transcoder_new (live, clock, base_time);
  self->sound = pb_sound_new (live, clock, base_time);
  self->branches = pb_ingest_branches_new (
      self->pipeline, self->sound, pb_live_get_driver_id (live), error);
  if (!self->branches)
    return NULL;
  connect_graph (self);
  if (clock) {
    gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), clock);
    gst_element_set_start_time (self->pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time (self->pipeline, base_time);
  }
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
        "the ingest graph does not start");
    return NULL;
  }
  return g_steal_pointer (&self);
}

/**
 * pb_ingest_graph_set_recorder:
 * @recorder: (nullable): is told UTC and lap of each row; must live as long
 *   as the graph runs
 *
 * Before the first push.
 */
void
pb_ingest_graph_set_recorder (PbIngestGraph *self, PbRecorder *recorder)
{
  self->recorder = recorder;
}

/**
 * pb_ingest_graph_set_parts:
 * @parts: what of it goes to the hub from now on; nothing at the beginning
 *
 * Any thread. All of it is recorded and measured, whatever is shown.
 */
void
pb_ingest_graph_set_parts (PbIngestGraph *self, PbParts parts)
{
  g_atomic_int_set (&self->parts, (gint) parts);
}

/* Where in @buffer something of the picture is missing. */
static gsize
find_loss (PbIngestGraph *self, GstBuffer *buffer)
{
  gsize loss = PB_PICTURE_GUARD_NO_LOSS;
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    loss = pb_picture_guard_find_loss (self->guard, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  return loss;
}

/* Pushes what comes before @loss; the rest is marked for watch_losses(). */
static GstBuffer *
split (GstAppSrc *ts, GstBuffer *buffer, gsize loss)
{
  GstBuffer *rest =
      gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, loss, -1);

  GST_BUFFER_FLAG_SET (rest, GST_BUFFER_FLAG_CORRUPTED);
  if (loss == 0) {
    gst_buffer_unref (buffer);
    return rest;
  }
  GST_BUFFER_PTS (rest) = GST_BUFFER_PTS (buffer);
  GST_BUFFER_FLAG_UNSET (rest, GST_BUFFER_FLAG_DISCONT);
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_set_size (buffer, (gssize) loss);
  gst_app_src_push_buffer (ts, buffer);
  return rest;
}

/**
 * pb_ingest_graph_push:
 * @buffer: TS bytes; PTS is their running time
 *
 * One thread at a time. Never waits: what the graph is too slow for is dropped
 * and counted.
 */
void
pb_ingest_graph_push (PbIngestGraph *self, GstBuffer *buffer)
{
  GstAppSrc *ts = GST_APP_SRC (self->ts);
  gsize loss;

  /* By the clock itself: what a connection says of its bytes (SRT's own times)
   * may be off by what its first packets were late. */
  pb_ingest_times_note_bytes (
      self->times, gst_element_get_current_running_time (self->pipeline));
  if (gst_app_src_get_current_level_bytes (ts) > QUEUE_MAX_BYTES) {
    g_atomic_pointer_add (&self->dropped_bytes, gst_buffer_get_size (buffer));
    self->drop_discont = TRUE;
    return;
  }
  loss = find_loss (self, buffer);
  buffer = gst_buffer_ref (buffer);
  if (self->drop_discont) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    self->drop_discont = FALSE;
    loss = 0;
  }
  if (loss != PB_PICTURE_GUARD_NO_LOSS)
    buffer = split (ts, buffer, loss);
  gst_app_src_push_buffer (ts, buffer);
}

/**
 * pb_ingest_graph_stop:
 *
 * Nothing is pushed to the hub or the recorder after this. Not from the
 * graph's own threads.
 */
void
pb_ingest_graph_stop (PbIngestGraph *self)
{
  if (self->pipeline)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  if (self->transcoder)
    pb_transcoder_stop (self->transcoder);
  if (self->sound)
    pb_sound_stop (self->sound);
}

void
pb_ingest_graph_free (PbIngestGraph *self)
{
  pb_ingest_graph_stop (self);
  gst_clear_object (&self->ts);
  gst_clear_object (&self->parse);
  gst_clear_object (&self->dec);
  gst_clear_object (&self->rtp);
  gst_clear_object (&self->rows);
  gst_clear_object (&self->other_parse);
  gst_clear_object (&self->sound_sink);
  gst_clear_object (&self->pipeline);
  pb_picture_guard_free (self->guard);
  pb_flow_free (self->flow);
  pb_ingest_times_free (self->times);
  g_clear_pointer (&self->branches, pb_ingest_branches_free);
  g_clear_pointer (&self->transcoder, pb_transcoder_free);
  g_clear_pointer (&self->sound, pb_sound_free);
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  g_mutex_clear (&self->thinning_lock);
  pb_live_unref (self->live);
  g_free (self);
}

/**
 * pb_ingest_graph_get_lag_us:
 * @part: one part
 *
 * Any thread.
 *
 * Returns: by how much its units come after their time, at the least of late;
 *   negative where the muxer writes ahead of its clock
 */
gint64
pb_ingest_graph_get_lag_us (PbIngestGraph *self, PbParts part)
{
  return pb_ingest_times_get_lag_us (self->times, part);
}

guint64
pb_ingest_graph_get_dropped_bytes (PbIngestGraph *self)
{
  return GPOINTER_TO_SIZE (g_atomic_pointer_get (&self->dropped_bytes));
}

guint64
pb_ingest_graph_get_klv_bytes (PbIngestGraph *self)
{
  return GPOINTER_TO_SIZE (g_atomic_pointer_get (&self->klv_bytes));
}

/**
 * pb_ingest_graph_get_losses:
 * @lost_rows: (out): rows that never came
 * @rejected_units: (out): units that were damaged or unreadable; those that
 *   only wait for a key unit are sound, and their rows count as lost
 *
 * Any thread.
 */
void
pb_ingest_graph_get_losses (
    PbIngestGraph *self, guint64 *lost_rows, guint64 *rejected_units)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 need_key = 0;

  *lost_rows = *rejected_units = 0;
  g_object_get (self->dec, "stats", &stats, NULL);
  if (!stats)
    return;
  gst_structure_get_uint64 (stats, "lost-rows", lost_rows);
  gst_structure_get_uint64 (stats, "rejected", rejected_units);
  gst_structure_get_uint64 (stats, "rejected-need-key", &need_key);
  *rejected_units -= MIN (need_key, *rejected_units);
}

/**
 * pb_ingest_graph_get_flow:
 * @flow: (out): see #PbFlowReading
 *
 * Any thread.
 */
void
pb_ingest_graph_get_flow (PbIngestGraph *self, PbFlowReading *flow)
{
  pb_flow_read (self->flow, g_get_monotonic_time (), flow);
}

/**
 * pb_ingest_graph_get_picture:
 * @picture: (out): see #PbIngestPicture; its failure is for g_free()
 *
 * Any thread.
 */
void
pb_ingest_graph_get_picture (PbIngestGraph *self, PbIngestPicture *picture)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->parse, "src");
  g_autoptr (GstPad) other =
      gst_element_get_static_pad (self->other_parse, "src");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *s;

  *picture = (PbIngestPicture){ .codec = "h264" };
  picture->transcoded = g_atomic_int_get (&self->transcoded);
  picture->transcoder = pb_transcoder_get_state (
      self->transcoder, &picture->failure, &picture->dropped);
  if (!caps && (caps = gst_pad_get_current_caps (other)))
    picture->codec = "h265";
  if (!caps)
    return;
  s = gst_caps_get_structure (caps, 0);
  gst_structure_get_int (s, "width", &picture->width);
  gst_structure_get_int (s, "height", &picture->height);
}

/**
 * pb_ingest_graph_get_sound:
 * @sound: (out): see #PbSoundReading; its failure is for g_free()
 *
 * Any thread.
 */
void
pb_ingest_graph_get_sound (PbIngestGraph *self, PbSoundReading *sound)
{
  pb_sound_read (self->sound, sound);
}

/**
 * pb_ingest_graph_get_start:
 * @start: (out): see #PbIngestStart
 *
 * Any thread.
 */
void
pb_ingest_graph_get_start (PbIngestGraph *self, PbIngestStart *start)
{
  pb_ingest_times_get_start (self->times, start);
}

/**
 * pb_ingest_graph_get_thinning:
 * @thinning: (out): of the newest row
 *
 * Any thread.
 */
void
pb_ingest_graph_get_thinning (PbIngestGraph *self, PbThinning *thinning)
{
  g_mutex_lock (&self->thinning_lock);
  *thinning = self->thinning;
  g_mutex_unlock (&self->thinning_lock);
}

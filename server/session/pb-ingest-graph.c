/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestGraph: pipelines/ingest.launch at work: TS bytes in, access units
 * and rows to the driver's hub. */
#include "session/pb-ingest-graph.h"

#include <gst/app/app.h>
#include <gstpitbox/gstpitbox.h>

#include "pb-bucket.h"
#include "pb-graph.h"
#include "session/pb-ingest-branches.h"
#include "session/pb-ingest-rows.h"
#include "session/pb-ingest-times.h"
#include "session/pb-ingest-units.h"
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
  PbIngestRows *all_rows;
  PbIngestUnits *units; /* NULL = the rest is there, else nothing of it */
  GstClock *clock; /* with it, as the next */
  GstClockTime base_time;
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

  gint64 units_full_us; /* the rows' streaming thread only */

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

static GstFlowReturn
take_row (GstAppSink *sink, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *row;

  if (sample && (row = gst_sample_get_buffer (sample))
      && gst_buffer_get_size (row) > 0
      && pb_ingest_rows_set_caps (self->all_rows, gst_sample_get_caps (sample)))
    pb_ingest_rows_push (self->all_rows, row,
        gst_segment_to_running_time (gst_sample_get_segment (sample),
            GST_FORMAT_TIME, GST_BUFFER_PTS (row)));
  return GST_FLOW_OK;
}

static GstPadProbeReturn
watch_rows (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbIngestGraph *self = user_data;
  g_autoptr (GBytes) text = NULL;
  guint update;

  if (gst_pitbox_session_event_parse (
          GST_PAD_PROBE_INFO_EVENT (info), &text, &update))
    pb_ingest_rows_set_text (self->all_rows, text, update);
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

/* h264parse lets units through that have no slice before there is a parameter
 * set, as "avc" without codec_data. rtph264pay takes the lengths in front of their
 * NAL units for none at all then, and never gets to the end of them. */
static gboolean
is_described (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *s = caps ? gst_caps_get_structure (caps, 0) : NULL;

  return s
         && (g_strcmp0 (gst_structure_get_string (s, "stream-format"), "avc")
                 != 0
             || gst_structure_has_field (s, "codec_data"));
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

  if (!is_described (pad))
    return GST_PAD_PROBE_DROP;
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

static gboolean
start_graph (PbIngestGraph *self, GError **error)
{
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
    return FALSE;
  self->transcoder =
      pb_transcoder_new (self->live, self->clock, self->base_time);
  self->sound = pb_sound_new (self->live, self->clock, self->base_time);
  self->branches = pb_ingest_branches_new (
      self->pipeline, self->sound, pb_live_get_driver_id (self->live), error);
  if (!self->branches)
    return FALSE;
  connect_graph (self);
  if (self->clock) {
    gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), self->clock);
    gst_element_set_start_time (self->pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time (self->pipeline, self->base_time);
  }
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
        "the ingest graph does not start");
    return FALSE;
  }
  return TRUE;
}

/**
 * pb_ingest_graph_new:
 * @config: see #PbIngestGraphConfig
 *
 * Any thread.
 *
 * Returns: (transfer full): a running graph, or %NULL with @error set
 */
PbIngestGraph *
pb_ingest_graph_new (const PbIngestGraphConfig *config, GError **error)
{
  g_autoptr (PbIngestGraph) self = g_new0 (PbIngestGraph, 1);

  self->live = pb_live_ref (config->live);
  self->guard = pb_picture_guard_new ();
  self->flow = pb_flow_new ();
  self->times = pb_ingest_times_new ();
  self->all_rows =
      pb_ingest_rows_new (config->live, config->book, self->times, self->flow);
  self->fail = config->fail;
  self->user_data = config->user_data;
  if (config->clock)
    self->clock = gst_object_ref (config->clock);
  self->base_time = config->base_time;
  if (config->only_units)
    self->units = pb_ingest_units_new (self->all_rows);
  else if (!start_graph (self, error))
    return NULL;
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
  pb_ingest_rows_set_recorder (self->all_rows, recorder);
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
  pb_ingest_rows_show (self->all_rows, (parts & PB_PART_TELEMETRY) != 0);
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
  pb_ingest_times_note_bytes (self->times,
      gst_element_get_current_running_time (self->pipeline),
      g_get_real_time ());
  if (gst_app_src_get_current_level_bytes (ts) > QUEUE_MAX_BYTES) {
    g_atomic_pointer_add (&self->dropped_bytes, gst_buffer_get_size (buffer));
    self->drop_discont = TRUE;
    return;
  }
  loss = find_loss (self, buffer);
  if (pb_picture_guard_is_endless (self->guard)) {
    self->fail (
        "a unit of more than 16 MB came, or one without an end. Send each "
        "picture as a PES packet of its own, as mpegtsmux does",
        FALSE, self->user_data);
    return;
  }
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
 * pb_ingest_graph_push_units:
 * @klv: (array length=size): untrusted units, of a graph of nothing else
 * @size: bytes in @klv
 * @running_time: theirs
 *
 * In place of pb_ingest_graph_push(), on the caller's thread; one at a time.
 */
void
pb_ingest_graph_push_units (PbIngestGraph *self, const guint8 *klv, gsize size,
    GstClockTime running_time)
{
  const GstClockTime now =
      self->clock ? gst_clock_get_time (self->clock) : GST_CLOCK_TIME_NONE;

  if (GST_CLOCK_TIME_IS_VALID (now) && now > self->base_time)
    pb_ingest_times_note_bytes (
        self->times, now - self->base_time, g_get_real_time ());
  g_atomic_pointer_add (&self->klv_bytes, size);
  pb_ingest_units_push (self->units, klv, size, running_time);
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
  g_clear_pointer (&self->branches, pb_ingest_branches_free);
  g_clear_pointer (&self->transcoder, pb_transcoder_free);
  g_clear_pointer (&self->sound, pb_sound_free);
  g_clear_pointer (&self->units, pb_ingest_units_free);
  pb_ingest_rows_free (self->all_rows);
  pb_flow_free (self->flow);
  pb_ingest_times_free (self->times);
  gst_clear_object (&self->clock);
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

/**
 * pb_ingest_graph_get_waiting_bytes:
 *
 * Any thread.
 *
 * Returns: what was pushed and has not been begun to be read
 */
guint64
pb_ingest_graph_get_waiting_bytes (PbIngestGraph *self)
{
  return gst_app_src_get_current_level_bytes (GST_APP_SRC (self->ts));
}

/**
 * pb_ingest_graph_get_utc_lag_us:
 * @lag_us: (out): see pb_ingest_times_get_utc_lag_us()
 *
 * Any thread.
 *
 * Returns: %FALSE if rows have no UTC
 */
gboolean
pb_ingest_graph_get_utc_lag_us (PbIngestGraph *self, gint64 *lag_us)
{
  return pb_ingest_times_get_utc_lag_us (self->times, lag_us);
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
  if (self->units) {
    pb_ingest_units_get_losses (self->units, lost_rows, rejected_units);
    return;
  }
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
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstPad) other = NULL;
  g_autoptr (GstCaps) caps = NULL;
  const GstStructure *s;

  *picture = (PbIngestPicture){ .codec = "h264" };
  if (self->units)
    return;
  pad = gst_element_get_static_pad (self->parse, "src");
  other = gst_element_get_static_pad (self->other_parse, "src");
  caps = gst_pad_get_current_caps (pad);
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
  *sound = (PbSoundReading){ 0 };
  if (self->sound)
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
  pb_ingest_rows_get_thinning (self->all_rows, thinning);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrypace: telemetry by the video frame. */

/**
 * SECTION:element-telemetrypace
 * @title: telemetrypace
 *
 * Stands before mpegtsmux, which has no time-out: a pad that is silent stalls
 * the other one for good. For each video buffer there leaves `telemetry_src`
 * one KLV buffer with all units up to the frame, merged, or, where there are
 * none, one empty buffer with the GAP flag; both have the frame's running time
 * as PTS. The video buffer leaves by its own thread at once: telemetry never
 * delays a picture. Behind each live video buffer goes a GAP event 1 ns later,
 * by which the multiplexer knows that the frame's telemetry need not wait for
 * the next frame.
 *
 * Where no video comes for #GstTelemetryPace:max-wait (by the pipeline's
 * clock), telemetry leaves alone as it comes, and the video pad gets GAP
 * events. Nothing is lost then. In a pipeline that is not live a frame waits
 * for its rows, and rows for their frame.
 *
 * A live stream begins with a picture: up to the first one telemetry waits for
 * #GstTelemetryPace:start-wait instead, and leaves 20 ms after it, caps and
 * segment before it. mpegtsmux 1.26 writes what it has without waiting for the
 * other pad; a stream that begins with telemetry has a programme map without
 * video, and a demuxer throws its first rows away.
 *
 * Link the video pad to the multiplexer first: of two buffers at the same time
 * it takes that of its first pad, and a demuxer throws away what comes before
 * the first picture and its clock reference.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc is-live=true ! tee name=rows rows. ! queue ! telemetryenc ! pace.telemetry_sink rows. ! queue ! telemetryscene ! videoconvert ! x264enc tune=zerolatency ! h264parse config-interval=-1 ! pace.video_sink telemetrypace name=pace pace.video_src ! mux.sink_65 pace.telemetry_src ! mux.sink_66 mpegtsmux name=mux alignment=0 ! filesink location=lap.ts
 * ]|
 */
#include "gsttelemetrypace.h"

#include <gst/video/video-event.h>
#include <gstpitbox/gstpitbox.h>

#include "pacer.h"

GST_DEBUG_CATEGORY_STATIC (telemetry_pace_debug);
#define GST_CAT_DEFAULT telemetry_pace_debug

/* Three frames at 60 a second: less is jitter, not an outage. */
#define DEFAULT_MAX_WAIT (50 * GST_MSECOND)
/* Capture and encoder at their start, with some to spare. */
#define DEFAULT_START_WAIT (1 * GST_SECOND)
/* What the first picture may need through a queue to the multiplexer. */
#define LEAD (20 * GST_MSECOND)

struct _GstTelemetryPace {
  GstElement parent;

  GstPad *video_sink;
  GstPad *video_src;
  GstPad *telemetry_sink;
  GstPad *telemetry_src;

  /* Held by whoever pushes on video_src; its segment too. The task, which only
   * has GAP events to push, never waits for it. */
  GMutex video_push;
  GstSegment video_segment;
  gboolean video_asked_live;

  /* Telemetry's upstream thread only. */
  GstSegment telemetry_segment;
  gboolean telemetry_asked_live;

  /* The task of telemetry_src only. */
  gboolean started;
  gboolean segment_sent;

  /* Protects the rest; wake() tells the task, room tells upstream. */
  GMutex lock;
  GCond cond;
  GCond room;
  GstClockID wait_id;
  Pacer *pacer;
  PacerConfig config;
  gboolean flushing;
  GstFlowReturn flow;
  guint64 n_frames;
  guint64 n_units;
  guint64 n_merged;
  guint64 n_gaps;
  guint64 n_alone;
  guint64 n_dropped;
};

enum { PROP_0, PROP_MAX_WAIT, PROP_START_WAIT, PROP_STATS };

static GstStaticPadTemplate video_sink_template = GST_STATIC_PAD_TEMPLATE (
    "video_sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate video_src_template = GST_STATIC_PAD_TEMPLATE (
    "video_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate telemetry_sink_template =
    GST_STATIC_PAD_TEMPLATE ("telemetry_sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));
static GstStaticPadTemplate telemetry_src_template =
    GST_STATIC_PAD_TEMPLATE ("telemetry_src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));

/* clang-format off */
G_DEFINE_TYPE (GstTelemetryPace, gst_telemetry_pace, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (
    telemetrypace, "telemetrypace", GST_RANK_NONE, GST_TYPE_TELEMETRY_PACE);
/* clang-format on */

/* With the lock. */
static void
wake (GstTelemetryPace *self)
{
  g_cond_signal (&self->cond);
  if (self->wait_id != NULL)
    gst_clock_id_unschedule (self->wait_id);
}

static GstClockTime
running_time_now (GstTelemetryPace *self)
{
  return gst_element_get_current_running_time (GST_ELEMENT (self));
}

/* NONE also where upstream sent no segment, or none of times. */
static GstClockTime
to_running_time (const GstSegment *segment, GstClockTime position)
{
  return segment->format == GST_FORMAT_TIME
             ? gst_segment_to_running_time (segment, GST_FORMAT_TIME, position)
             : GST_CLOCK_TIME_NONE;
}

/* Once a stream: a live one on either side makes both live. */
static void
ask_live (GstTelemetryPace *self, GstPad *sink, gboolean *asked)
{
  g_autoptr (GstQuery) query = NULL;
  gboolean live = FALSE;

  if (*asked)
    return;
  *asked = TRUE;
  query = gst_query_new_latency ();
  if (gst_pad_peer_query (sink, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  GST_DEBUG_OBJECT (sink, "%s", live ? "live" : "not live");
  g_mutex_lock (&self->lock);
  self->config.live |= live;
  pacer_configure (self->pacer, &self->config);
  g_mutex_unlock (&self->lock);
}

/* --- what leaves telemetry_src: the task --- */

/* Before anything comes: a multiplexer that begins with the picture then knows
 * of telemetry too. */
static void
push_start (GstTelemetryPace *self)
{
  GstSegment segment;

  if (!self->started) {
    g_autofree gchar *id = g_strdup_printf (
        "telemetry-%08x%08x", g_random_int (), g_random_int ());
    g_autoptr (GstCaps) caps = gst_caps_from_string (GST_PITBOX_CAPS_KLV);
    GstEvent *event = gst_event_new_stream_start (id);

    gst_event_set_stream_flags (event, GST_STREAM_FLAG_SPARSE);
    gst_pad_push_event (self->telemetry_src, event);
    gst_pad_push_event (self->telemetry_src, gst_event_new_caps (caps));
    self->started = TRUE;
  }
  if (!self->segment_sent) {
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_push_event (self->telemetry_src, gst_event_new_segment (&segment));
    self->segment_sent = TRUE;
  }
}

static GstBuffer *
new_gap (GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new ();

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  return buffer;
}

/* One buffer of all @units. What cannot be merged, because it is no unit of
 * ours, goes as it is. */
static GstBuffer *
merge (GstTelemetryPace *self, GPtrArray *units, GstClockTime pts)
{
  GstBuffer *first = g_ptr_array_index (units, 0);
  g_autoptr (GError) error = NULL;
  GstBuffer *merged;

  if (units->len == 1 && GST_BUFFER_PTS (first) == pts)
    return gst_buffer_ref (first);
  merged = gst_pitbox_unit_merge (
      (GstBuffer **) units->pdata, units->len, pts, &error);
  if (merged != NULL)
    return merged;
  GST_DEBUG_OBJECT (self, "not merged: %s", error->message);
  merged = gst_buffer_copy (first);
  for (guint i = 1; i < units->len; i++)
    merged = gst_buffer_append (
        merged, gst_buffer_ref (g_ptr_array_index (units, i)));
  GST_BUFFER_PTS (merged) = pts;
  return merged;
}

/* Tells the multiplexer that it need not wait for a picture up to @pts. */
static void
push_video_gap (GstTelemetryPace *self, GstClockTime pts)
{
  guint64 position;

  if (!g_mutex_trylock (&self->video_push))
    return;
  if (self->video_segment.format == GST_FORMAT_TIME
      && !GST_PAD_IS_EOS (self->video_sink)) {
    position = gst_segment_position_from_running_time (
        &self->video_segment, GST_FORMAT_TIME, pts);
    if (position != GST_CLOCK_TIME_NONE)
      gst_pad_push_event (
          self->video_src, gst_event_new_gap (position, GST_CLOCK_TIME_NONE));
  }
  g_mutex_unlock (&self->video_push);
}

static GstFlowReturn
perform (GstTelemetryPace *self, PacerAction *action)
{
  GstFlowReturn ret = GST_FLOW_OK;

  switch (action->verdict) {
    case PACER_FRAME:
      ret = gst_pad_push (self->telemetry_src,
          action->units->len > 0 ? merge (self, action->units, action->pts)
                                 : new_gap (action->pts));
      break;
    case PACER_ALONE:
      ret = gst_pad_push (
          self->telemetry_src, merge (self, action->units, action->pts));
      if (ret == GST_FLOW_OK)
        push_video_gap (self, action->pts);
      break;
    case PACER_EOS:
      gst_pad_push_event (self->telemetry_src, gst_event_new_eos ());
      break;
    default:
      break;
  }
  return ret;
}

/* With the lock: waits for something to do, or for flushing. */
static void
wait_for_action (GstTelemetryPace *self, PacerAction *action)
{
  for (;;) {
    g_autoptr (GstClock) clock = NULL;

    pacer_next (self->pacer, running_time_now (self), action);
    if (self->flushing
        || (action->verdict != PACER_IDLE && action->verdict != PACER_WAIT))
      return;
    g_ptr_array_unref (action->units);
    if (action->verdict == PACER_WAIT)
      clock = gst_element_get_clock (GST_ELEMENT (self));
    if (clock == NULL) {
      g_cond_wait (&self->cond, &self->lock);
      continue;
    }
    self->wait_id = gst_clock_new_single_shot_id (
        clock, gst_element_get_base_time (GST_ELEMENT (self)) + action->until);
    g_mutex_unlock (&self->lock);
    gst_clock_id_wait (self->wait_id, NULL);
    g_mutex_lock (&self->lock);
    g_clear_pointer (&self->wait_id, gst_clock_id_unref);
  }
}

/* With the lock. */
static void
count (GstTelemetryPace *self, const PacerAction *action)
{
  if (action->verdict == PACER_FRAME && action->units->len == 0)
    self->n_gaps++;
  else if (action->verdict == PACER_FRAME)
    self->n_merged++;
  else if (action->verdict == PACER_ALONE)
    self->n_alone++;
}

static void
task (gpointer data)
{
  GstTelemetryPace *self = data;
  GstFlowReturn ret = GST_FLOW_FLUSHING;
  PacerAction action;
  gboolean flushing;

  push_start (self);
  g_mutex_lock (&self->lock);
  wait_for_action (self, &action);
  flushing = self->flushing;
  if (!flushing)
    count (self, &action);
  g_cond_signal (&self->room);
  g_mutex_unlock (&self->lock);

  if (!flushing)
    ret = perform (self, &action);
  g_ptr_array_unref (action.units);
  if (ret == GST_FLOW_OK)
    return;
  GST_INFO_OBJECT (self, "telemetry stops: %s", gst_flow_get_name (ret));
  g_mutex_lock (&self->lock);
  self->flow = ret;
  g_cond_signal (&self->room);
  g_mutex_unlock (&self->lock);
  gst_pad_pause_task (self->telemetry_src);
}

static void
set_flushing (GstTelemetryPace *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (flushing) {
    wake (self);
    g_cond_signal (&self->room);
  } else {
    pacer_reset_telemetry (self->pacer);
    self->flow = GST_FLOW_OK;
  }
  g_mutex_unlock (&self->lock);
}

static gboolean
activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active) {
    self->started = self->segment_sent = FALSE;
    set_flushing (self, FALSE);
    return gst_pad_start_task (pad, task, self, NULL);
  }
  set_flushing (self, TRUE);
  return gst_pad_stop_task (pad);
}

/* --- telemetry comes in --- */

static GstFlowReturn
telemetry_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);
  GstClockTime time = to_running_time (
      &self->telemetry_segment, GST_BUFFER_DTS_OR_PTS (buffer));
  GstFlowReturn ret;
  guint dropped = 0;

  if (!GST_CLOCK_TIME_IS_VALID (time)
      || gst_buffer_get_size (buffer) > GST_PITBOX_MAX_UNIT_BYTES) {
    GST_WARNING_OBJECT (self,
        "dropping a unit without time or too large: %" GST_PTR_FORMAT, buffer);
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  ask_live (self, pad, &self->telemetry_asked_live);
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;

  g_mutex_lock (&self->lock);
  if (!gst_pad_is_linked (self->video_sink))
    pacer_set_video_eos (self->pacer);
  while (!self->config.live && !self->flushing && self->flow == GST_FLOW_OK
         && !pacer_has_room (self->pacer))
    g_cond_wait (&self->room, &self->lock);
  ret = self->flushing ? GST_FLOW_FLUSHING : self->flow;
  if (ret == GST_FLOW_OK) {
    dropped = pacer_add_unit (
        self->pacer, g_steal_pointer (&buffer), time, running_time_now (self));
    self->n_units++;
    self->n_dropped += dropped;
    wake (self);
  }
  g_mutex_unlock (&self->lock);
  if (dropped > 0)
    GST_WARNING_OBJECT (self, "nobody takes telemetry: dropped %u", dropped);
  gst_clear_buffer (&buffer);
  return ret;
}

static gboolean
telemetry_segment (GstTelemetryPace *self, GstEvent *event)
{
  gst_event_copy_segment (event, &self->telemetry_segment);
  if (self->telemetry_segment.format == GST_FORMAT_TIME)
    return TRUE;
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      ("telemetry needs times, not %s",
          gst_format_get_name (self->telemetry_segment.format)),
      (NULL));
  return FALSE;
}

static void
telemetry_gap (GstTelemetryPace *self, GstEvent *event)
{
  GstClockTime pts, duration;

  gst_event_parse_gap (event, &pts, &duration);
  if (GST_CLOCK_TIME_IS_VALID (duration))
    pts += duration;
  pts = to_running_time (&self->telemetry_segment, pts);
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return;
  g_mutex_lock (&self->lock);
  pacer_add_telemetry_gap (self->pacer, pts);
  wake (self);
  g_mutex_unlock (&self->lock);
}

static void
telemetry_flush_stop (GstTelemetryPace *self, GstEvent *event)
{
  gst_pad_push_event (self->telemetry_src, gst_event_ref (event));
  gst_segment_init (&self->telemetry_segment, GST_FORMAT_UNDEFINED);
  self->segment_sent = FALSE;
  set_flushing (self, FALSE);
  gst_pad_start_task (self->telemetry_src, task, self, NULL);
}

/* Stream start, caps and segment of telemetry_src are the element's own, so
 * that GAP buffers can go before any telemetry comes; what else is serialised
 * has nothing to tell a multiplexer. */
static gboolean
telemetry_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);
  gboolean ret = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      ret = gst_pad_push_event (self->telemetry_src, gst_event_ref (event));
      set_flushing (self, TRUE);
      gst_pad_pause_task (self->telemetry_src);
      break;
    case GST_EVENT_FLUSH_STOP:
      telemetry_flush_stop (self, event);
      break;
    case GST_EVENT_STREAM_START:
      self->telemetry_asked_live = FALSE;
      break;
    case GST_EVENT_SEGMENT:
      ret = telemetry_segment (self, event);
      break;
    case GST_EVENT_GAP:
      telemetry_gap (self, event);
      break;
    case GST_EVENT_EOS:
      g_mutex_lock (&self->lock);
      pacer_set_telemetry_eos (self->pacer);
      wake (self);
      g_mutex_unlock (&self->lock);
      break;
    default:
      if (!GST_EVENT_IS_SERIALIZED (event))
        return gst_pad_event_default (pad, parent, event);
      break;
  }
  gst_event_unref (event);
  return ret;
}

/* --- video comes in and goes out --- */

static void
add_frame (GstTelemetryPace *self, GstClockTime position)
{
  GstClockTime time = to_running_time (&self->video_segment, position);

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  g_mutex_lock (&self->lock);
  if (!gst_pad_is_linked (self->telemetry_sink))
    pacer_set_telemetry_eos (self->pacer);
  pacer_add_frame (self->pacer, time, running_time_now (self));
  self->n_frames++;
  wake (self);
  g_mutex_unlock (&self->lock);
}

/* Whoever joins or cuts at a key frame finds a key unit beside it; beside the
 * first one, with all headers: a multiplexer begins with the picture, and what
 * telemetry sent before it nobody can read. */
static void
request_key_unit (GstTelemetryPace *self)
{
  gst_pad_push_event (self->telemetry_sink,
      gst_video_event_new_upstream_force_key_unit (
          GST_CLOCK_TIME_NONE, self->n_frames == 0, (guint) self->n_frames));
}

static GstFlowReturn
video_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);
  /* What the multiplexer orders by. */
  GstClockTime position = GST_BUFFER_DTS_OR_PTS (buffer);
  gboolean key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  GstFlowReturn ret;
  gboolean live;

  if (key)
    request_key_unit (self);
  ask_live (self, pad, &self->video_asked_live);
  g_mutex_lock (&self->lock);
  live = self->config.live;
  g_mutex_unlock (&self->lock);
  g_mutex_lock (&self->video_push);
  add_frame (self, GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer)
                                                    : GST_BUFFER_DTS (buffer));
  ret = gst_pad_push (self->video_src, buffer);
  if (ret == GST_FLOW_OK && live && GST_CLOCK_TIME_IS_VALID (position))
    gst_pad_push_event (
        self->video_src, gst_event_new_gap (position + 1, GST_CLOCK_TIME_NONE));
  g_mutex_unlock (&self->video_push);
  return ret;
}

/* As good as a frame, but a live stream does not begin with it. */
static void
video_gap (GstTelemetryPace *self, GstClockTime pts)
{
  gboolean begins;

  g_mutex_lock (&self->lock);
  begins = self->config.live && !pacer_has_begun (self->pacer);
  g_mutex_unlock (&self->lock);
  if (!begins)
    add_frame (self, pts);
}

static gboolean
video_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);
  gboolean serialised = GST_EVENT_IS_SERIALIZED (event);
  GstClockTime pts;
  gboolean ret;

  if (serialised)
    g_mutex_lock (&self->video_push);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_FLUSH_STOP:
      self->video_asked_live = FALSE;
      gst_segment_init (&self->video_segment, GST_FORMAT_UNDEFINED);
      g_mutex_lock (&self->lock);
      pacer_reset_video (self->pacer);
      g_mutex_unlock (&self->lock);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->video_segment);
      break;
    case GST_EVENT_GAP:
      gst_event_parse_gap (event, &pts, NULL);
      video_gap (self, pts);
      break;
    case GST_EVENT_EOS:
      g_mutex_lock (&self->lock);
      pacer_set_video_eos (self->pacer);
      wake (self);
      g_mutex_unlock (&self->lock);
      break;
    default:
      break;
  }
  ret = gst_pad_event_default (pad, parent, event);
  if (serialised)
    g_mutex_unlock (&self->video_push);
  return ret;
}

static GstIterator *
internal_links (GstPad *pad, GstObject *parent)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);
  GstPad *other = pad == self->video_sink       ? self->video_src
                  : pad == self->video_src      ? self->video_sink
                  : pad == self->telemetry_sink ? self->telemetry_src
                                                : self->telemetry_sink;
  GValue value = G_VALUE_INIT;
  GstIterator *it;

  g_value_init (&value, GST_TYPE_PAD);
  g_value_set_object (&value, other);
  it = gst_iterator_new_single (GST_TYPE_PAD, &value);
  g_value_unset (&value);
  return it;
}

/* --- object --- */

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    g_mutex_lock (&self->lock);
    pacer_reset (self->pacer);
    self->config.live = FALSE;
    pacer_configure (self->pacer, &self->config);
    self->n_frames = self->n_units = self->n_merged = 0;
    self->n_gaps = self->n_alone = self->n_dropped = 0;
    g_mutex_unlock (&self->lock);
    self->video_asked_live = self->telemetry_asked_live = FALSE;
    gst_segment_init (&self->video_segment, GST_FORMAT_UNDEFINED);
    gst_segment_init (&self->telemetry_segment, GST_FORMAT_UNDEFINED);
  }
  return GST_ELEMENT_CLASS (gst_telemetry_pace_parent_class)
      ->change_state (element, transition);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (object);

  switch (id) {
    case PROP_MAX_WAIT:
      g_mutex_lock (&self->lock);
      self->config.max_wait = g_value_get_uint64 (value);
      pacer_configure (self->pacer, &self->config);
      wake (self);
      g_mutex_unlock (&self->lock);
      break;
    case PROP_START_WAIT:
      g_mutex_lock (&self->lock);
      self->config.start_wait = g_value_get_uint64 (value);
      pacer_configure (self->pacer, &self->config);
      wake (self);
      g_mutex_unlock (&self->lock);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (object);

  g_mutex_lock (&self->lock);
  switch (id) {
    case PROP_MAX_WAIT:
      g_value_set_uint64 (value, self->config.max_wait);
      break;
    case PROP_START_WAIT:
      g_value_set_uint64 (value, self->config.start_wait);
      break;
    case PROP_STATS:
      g_value_take_boxed (value,
          gst_structure_new ("telemetry-pace-stats", "frames", G_TYPE_UINT64,
              self->n_frames, "units", G_TYPE_UINT64, self->n_units, "merged",
              G_TYPE_UINT64, self->n_merged, "gaps", G_TYPE_UINT64,
              self->n_gaps, "alone", G_TYPE_UINT64, self->n_alone, "dropped",
              G_TYPE_UINT64, self->n_dropped, "queued", G_TYPE_UINT,
              pacer_get_n_units (self->pacer), NULL));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

static void
finalize (GObject *object)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (object);

  pacer_free (self->pacer);
  g_mutex_clear (&self->video_push);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_cond_clear (&self->room);
  G_OBJECT_CLASS (gst_telemetry_pace_parent_class)->finalize (object);
}

static void
gst_telemetry_pace_class_init (GstTelemetryPaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      telemetry_pace_debug, "telemetrypace", 0, "Telemetry by the frame");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  g_object_class_install_property (object_class, PROP_MAX_WAIT,
      g_param_spec_uint64 ("max-wait", "Longest wait",
          "How long telemetry waits for a live picture, in ns", 0, G_MAXUINT64,
          DEFAULT_MAX_WAIT,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstTelemetryPace:start-wait:
   *
   * In ns. At most 600 units wait, 10 s at 60 a second; a longer wait loses the
   * oldest.
   */
  g_object_class_install_property (object_class, PROP_START_WAIT,
      g_param_spec_uint64 ("start-wait", "Longest wait at the start",
          "How long telemetry waits for the first live picture, in ns", 0,
          G_MAXUINT64, DEFAULT_START_WAIT,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "frames, units in, merged buffers, gaps, buffers alone, units "
          "dropped, units queued",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template (
      element_class, &video_sink_template);
  gst_element_class_add_static_pad_template (
      element_class, &video_src_template);
  gst_element_class_add_static_pad_template (
      element_class, &telemetry_sink_template);
  gst_element_class_add_static_pad_template (
      element_class, &telemetry_src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry pacer",
      "Filter/Telemetry", "Telemetry by the video frame, before a multiplexer",
      "PitBox Relay");
}

static GstPad *
add_pad (GstTelemetryPace *self, GstStaticPadTemplate *templ)
{
  GstPad *pad = gst_pad_new_from_static_template (templ, templ->name_template);

  gst_pad_set_iterate_internal_links_function (pad, internal_links);
  return pad;
}

static void
gst_telemetry_pace_init (GstTelemetryPace *self)
{
  GstElement *element = GST_ELEMENT (self);

  g_mutex_init (&self->video_push);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_cond_init (&self->room);
  self->pacer = pacer_new ();
  self->config.max_wait = DEFAULT_MAX_WAIT;
  self->config.start_wait = DEFAULT_START_WAIT;
  self->config.lead = LEAD;
  pacer_configure (self->pacer, &self->config);

  self->video_sink = add_pad (self, &video_sink_template);
  gst_pad_set_chain_function (self->video_sink, video_chain);
  gst_pad_set_event_function (self->video_sink, video_event);
  GST_PAD_SET_PROXY_CAPS (self->video_sink);
  gst_element_add_pad (element, self->video_sink);
  self->video_src = add_pad (self, &video_src_template);
  GST_PAD_SET_PROXY_CAPS (self->video_src);
  gst_element_add_pad (element, self->video_src);
  self->telemetry_sink = add_pad (self, &telemetry_sink_template);
  gst_pad_set_chain_function (self->telemetry_sink, telemetry_chain);
  gst_pad_set_event_function (self->telemetry_sink, telemetry_event);
  gst_element_add_pad (element, self->telemetry_sink);
  self->telemetry_src = add_pad (self, &telemetry_src_template);
  gst_pad_set_activatemode_function (self->telemetry_src, activate_mode);
  gst_pad_use_fixed_caps (self->telemetry_src);
  gst_element_add_pad (element, self->telemetry_src);
}

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

#include <gstpitbox/gstpitbox.h>

#include "gsttelemetrypaceprivate.h"

GST_DEBUG_CATEGORY (telemetry_pace_debug);
#define GST_CAT_DEFAULT telemetry_pace_debug

/* Three frames at 60 a second: less is jitter, not an outage. */
#define DEFAULT_MAX_WAIT (50 * GST_MSECOND)
/* Capture and encoder at their start, with some to spare. */
#define DEFAULT_START_WAIT (1 * GST_SECOND)
/* What the first picture may need through a queue to the multiplexer. */
#define LEAD (20 * GST_MSECOND)

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
void
gst_telemetry_pace_wake (GstTelemetryPace *self)
{
  g_cond_signal (&self->cond);
  if (self->wait_id != NULL)
    gst_clock_id_unschedule (self->wait_id);
}

GstClockTime
gst_telemetry_pace_running_time_now (GstTelemetryPace *self)
{
  return gst_element_get_current_running_time (GST_ELEMENT (self));
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
      gst_telemetry_pace_wake (self);
      g_mutex_unlock (&self->lock);
      break;
    case PROP_START_WAIT:
      g_mutex_lock (&self->lock);
      self->config.start_wait = g_value_get_uint64 (value);
      pacer_configure (self->pacer, &self->config);
      gst_telemetry_pace_wake (self);
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
      "Filter/Video/Metadata",
      "Gives a multiplexer one KLV buffer for each picture, so that neither "
      "waits",
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
  gst_pad_set_chain_function (self->video_sink, gst_telemetry_pace_video_chain);
  gst_pad_set_event_function (self->video_sink, gst_telemetry_pace_video_event);
  GST_PAD_SET_PROXY_CAPS (self->video_sink);
  gst_element_add_pad (element, self->video_sink);
  self->video_src = add_pad (self, &video_src_template);
  GST_PAD_SET_PROXY_CAPS (self->video_src);
  gst_element_add_pad (element, self->video_src);
  self->telemetry_sink = add_pad (self, &telemetry_sink_template);
  gst_pad_set_chain_function (
      self->telemetry_sink, gst_telemetry_pace_telemetry_chain);
  gst_pad_set_event_function (
      self->telemetry_sink, gst_telemetry_pace_telemetry_event);
  gst_element_add_pad (element, self->telemetry_sink);
  self->telemetry_src = add_pad (self, &telemetry_src_template);
  gst_pad_set_activatemode_function (
      self->telemetry_src, gst_telemetry_pace_activate_mode);
  gst_pad_use_fixed_caps (self->telemetry_src);
  gst_element_add_pad (element, self->telemetry_src);
}

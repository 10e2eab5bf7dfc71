/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What comes in by telemetry_sink and video_sink; pictures go on at once. */
#include <gst/video/video-event.h>
#include <gstpitbox/gstpitbox.h>

#include "gsttelemetrypaceprivate.h"

#define GST_CAT_DEFAULT telemetry_pace_debug

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

/* --- telemetry comes in --- */

GstFlowReturn
gst_telemetry_pace_telemetry_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer)
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
    dropped = pacer_add_unit (self->pacer, g_steal_pointer (&buffer), time,
        gst_telemetry_pace_running_time_now (self));
    self->n_units++;
    self->n_dropped += dropped;
    gst_telemetry_pace_wake (self);
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
  gst_telemetry_pace_wake (self);
  g_mutex_unlock (&self->lock);
}

static void
telemetry_flush_stop (GstTelemetryPace *self, GstEvent *event)
{
  gst_pad_push_event (self->telemetry_src, gst_event_ref (event));
  gst_segment_init (&self->telemetry_segment, GST_FORMAT_UNDEFINED);
  self->segment_sent = FALSE;
  gst_telemetry_pace_set_flushing (self, FALSE);
  gst_pad_start_task (self->telemetry_src, gst_telemetry_pace_task, self, NULL);
}

/* Stream start, caps and segment of telemetry_src are the element's own, so
 * that GAP buffers can go before any telemetry comes; what else is serialised
 * has nothing to tell a multiplexer. */
gboolean
gst_telemetry_pace_telemetry_event (
    GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);
  gboolean ret = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      ret = gst_pad_push_event (self->telemetry_src, gst_event_ref (event));
      gst_telemetry_pace_set_flushing (self, TRUE);
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
      gst_telemetry_pace_wake (self);
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
  pacer_add_frame (
      self->pacer, time, gst_telemetry_pace_running_time_now (self));
  self->n_frames++;
  gst_telemetry_pace_wake (self);
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

GstFlowReturn
gst_telemetry_pace_video_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer)
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

gboolean
gst_telemetry_pace_video_event (GstPad *pad, GstObject *parent, GstEvent *event)
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
      gst_telemetry_pace_wake (self);
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

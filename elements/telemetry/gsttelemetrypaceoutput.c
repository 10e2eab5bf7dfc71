/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What leaves telemetry_src: its task. */
#include <gstpitbox/gstpitbox.h>

#include "gsttelemetrypaceprivate.h"

#define GST_CAT_DEFAULT telemetry_pace_debug

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

    pacer_next (
        self->pacer, gst_telemetry_pace_running_time_now (self), action);
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

void
gst_telemetry_pace_task (gpointer data)
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

void
gst_telemetry_pace_set_flushing (GstTelemetryPace *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (flushing) {
    gst_telemetry_pace_wake (self);
    g_cond_signal (&self->room);
  } else {
    pacer_reset_telemetry (self->pacer);
    self->flow = GST_FLOW_OK;
  }
  g_mutex_unlock (&self->lock);
}

gboolean
gst_telemetry_pace_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstTelemetryPace *self = GST_TELEMETRY_PACE (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active) {
    self->started = self->segment_sent = FALSE;
    gst_telemetry_pace_set_flushing (self, FALSE);
    return gst_pad_start_task (pad, gst_telemetry_pace_task, self, NULL);
  }
  gst_telemetry_pace_set_flushing (self, TRUE);
  return gst_pad_stop_task (pad);
}

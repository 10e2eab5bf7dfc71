/* SPDX-License-Identifier: LGPL-2.1-or-later
 * mpegtsmux takes what is oldest of all its streams, so it waits for each of
 * them: one that is missing stops the others. Where sound is missing it is told
 * so, for each picture anew; where the picture stands still, for each sound. */
#include "ingest/pb-mux-guard.h"

#include "pb-graph.h"

struct _PbMuxGuard {
  GstElement *mux;
  GstElement *sound;
  GstPad *picture_sink;
  GstPad *sound_sink;
  gulong picture_probe;
  gulong sound_probe;

  GMutex lock; /* protects all below */
  gboolean linked;
  gboolean missing; /* the next pictures do not wait */
  gboolean stands; /* the next sounds do not wait */
  GstClockTime sound_end; /* running time up to which sound has come */
  GstClockTime picture_end; /* the same of pictures; NONE before the first */
};

/* Of what leaves a demultiplexer or a parser DTS never goes back. */
static GstClockTime
get_running_time (GstPad *pad, GstBuffer *buffer)
{
  const GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  if (!event || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  gst_event_parse_segment (event, &segment);
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
}

static void
send_gap (GstPad *pad, GstClockTime from, GstClockTime to)
{
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  guint64 position;

  if (!event)
    return;
  gst_event_parse_segment (event, &segment);
  position =
      gst_segment_position_from_running_time (segment, GST_FORMAT_TIME, from);
  gst_pad_send_event (pad, gst_event_new_gap (position, to - from));
}

static GstPadProbeReturn
watch_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbMuxGuard *self = user_data;
  const GstClockTime now =
      get_running_time (pad, GST_PAD_PROBE_INFO_BUFFER (info));
  GstClockTime from = 0;
  gboolean is_gap = FALSE;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  self->picture_end = now;
  self->stands = FALSE;
  if (self->linked && now > self->sound_end) {
    if (now - self->sound_end > PB_MUX_GUARD_WAIT_MS * GST_MSECOND)
      self->missing = TRUE;
    is_gap = self->missing;
    from = self->sound_end;
    if (is_gap)
      self->sound_end = now;
  }
  g_mutex_unlock (&self->lock);
  if (is_gap)
    send_gap (self->sound_sink, from, now);
  return GST_PAD_PROBE_OK;
}

/* Of a picture that is late, and not missing, nothing is lost: it goes behind
 * sound that is newer. */
static void
pass_over_picture (PbMuxGuard *self, GstClockTime now)
{
  GstClockTime from;
  gboolean is_gap = FALSE;

  g_mutex_lock (&self->lock);
  from = self->picture_end;
  if (GST_CLOCK_TIME_IS_VALID (from) && now > from) {
    if (now - from > PB_MUX_GUARD_WAIT_MS * GST_MSECOND)
      self->stands = TRUE;
    is_gap = self->stands;
    if (is_gap)
      self->picture_end = now;
  }
  g_mutex_unlock (&self->lock);
  if (is_gap)
    send_gap (self->picture_sink, from, now);
}

static GstPadProbeReturn
watch_sound (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbMuxGuard *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  const GstClockTime now = get_running_time (pad, buffer);
  gboolean is_first, is_late;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return GST_PAD_PROBE_DROP;
  g_mutex_lock (&self->lock);
  is_first = !self->linked;
  is_late = self->missing && now < self->sound_end;
  if (!is_late) {
    self->missing = FALSE;
    self->sound_end = now;
    if (GST_BUFFER_DURATION_IS_VALID (buffer))
      self->sound_end += GST_BUFFER_DURATION (buffer);
  }
  self->linked = TRUE;
  g_mutex_unlock (&self->lock);
  if (is_first && !gst_element_link (self->sound, self->mux))
    g_warning ("a sound is left out: mpegtsmux does not take it");
  if (!is_late)
    pass_over_picture (self, now);
  return is_late ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/**
 * pb_mux_guard_new:
 * @graph: has queues "picture" and "sound" and a multiplexer "mux", where the
 *   picture is linked already
 *
 * Before @graph runs.
 *
 * Returns: (transfer full): the guard, or %NULL with @error set
 */
PbMuxGuard *
pb_mux_guard_new (GstElement *graph, GError **error)
{
  g_autoptr (PbMuxGuard) self = g_new0 (PbMuxGuard, 1);
  g_autoptr (GstElement) picture = NULL;

  g_mutex_init (&self->lock);
  self->picture_end = GST_CLOCK_TIME_NONE;
  if (!(picture = pb_graph_get (graph, "picture", error))
      || !(self->sound = pb_graph_get (graph, "sound", error))
      || !(self->mux = pb_graph_get (graph, "mux", error)))
    return NULL;
  self->picture_sink = gst_element_get_static_pad (picture, "sink");
  self->sound_sink = gst_element_get_static_pad (self->sound, "sink");
  self->picture_probe = gst_pad_add_probe (
      self->picture_sink, GST_PAD_PROBE_TYPE_BUFFER, watch_picture, self, NULL);
  self->sound_probe = gst_pad_add_probe (
      self->sound_sink, GST_PAD_PROBE_TYPE_BUFFER, watch_sound, self, NULL);
  return g_steal_pointer (&self);
}

/**
 * pb_mux_guard_free:
 *
 * After the graph has stopped.
 */
void
pb_mux_guard_free (PbMuxGuard *self)
{
  if (self->picture_probe)
    gst_pad_remove_probe (self->picture_sink, self->picture_probe);
  if (self->sound_probe)
    gst_pad_remove_probe (self->sound_sink, self->sound_probe);
  gst_clear_object (&self->picture_sink);
  gst_clear_object (&self->sound_sink);
  gst_clear_object (&self->sound);
  gst_clear_object (&self->mux);
  g_mutex_clear (&self->lock);
  g_free (self);
}

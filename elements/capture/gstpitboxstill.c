/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Stands between a capture that may fall silent or be replaced, and what must
 * have a picture now and then: a multiplexer waits for ever for a silent pad,
 * and the telemetry with it. */
#include "gstpitboxstill.h"

struct _GstPitboxStill {
  GstElement parent;

  GstPad *sinkpad, *srcpad;

  /* Under the object lock. */
  GstBuffer *last;
  gint64 last_us; /* monotonic: when it came */
  GstClockTime last_pts; /* of what left */
  gboolean begun; /* a capture has said where its stream begins */
  gboolean expects_another; /* this one's end is not the end */
};

G_DEFINE_TYPE (GstPitboxStill, gst_pitbox_still, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* What was repeated meanwhile is younger than a picture that was taken before
 * it. The stream lock is held, so nobody else changes last_pts. */
static GstBuffer *
put_behind (GstPitboxStill *self, GstBuffer *buffer)
{
  GstClockTime last;

  GST_OBJECT_LOCK (self);
  last = self->last_pts;
  GST_OBJECT_UNLOCK (self);
  if (!GST_BUFFER_PTS_IS_VALID (buffer) || !GST_CLOCK_TIME_IS_VALID (last)
      || GST_BUFFER_PTS (buffer) > last)
    return buffer;
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = last + 1;
  return buffer;
}

static GstFlowReturn
gst_pitbox_still_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstPitboxStill *self = GST_PITBOX_STILL (parent);
  GstBuffer *old;

  buffer = put_behind (self, buffer);
  GST_OBJECT_LOCK (self);
  old = self->last;
  self->last = gst_buffer_ref (buffer);
  self->last_us = g_get_monotonic_time ();
  self->last_pts = GST_BUFFER_PTS (buffer);
  self->expects_another = FALSE;
  GST_OBJECT_UNLOCK (self);
  gst_clear_buffer (&old);
  return gst_pad_push (self->srcpad, buffer);
}

/* Of several captures, one behind the other, only the first says where the
 * stream begins: all of them are live, on one clock. */
static gboolean
gst_pitbox_still_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstPitboxStill *self = GST_PITBOX_STILL (parent);
  gboolean drop = FALSE;

  GST_OBJECT_LOCK (self);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      drop = self->begun;
      break;
    case GST_EVENT_SEGMENT:
      drop = self->begun;
      self->begun = TRUE;
      break;
    case GST_EVENT_EOS:
      drop = self->expects_another;
      break;
    default:
      break;
  }
  GST_OBJECT_UNLOCK (self);
  if (!drop)
    return gst_pad_event_default (pad, parent, event);
  gst_event_unref (event);
  return TRUE;
}

/* The running time now; the segment begins at 0. */
static GstClockTime
now (GstPitboxStill *self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime time, base = gst_element_get_base_time (GST_ELEMENT (self));

  if (clock == NULL)
    return GST_CLOCK_TIME_NONE;
  time = gst_clock_get_time (clock);
  return time > base ? time - base : 0;
}

/**
 * gst_pitbox_still_repeat:
 * @self: one between a capture and the rest
 *
 * The last picture leaves once more, as of now. Not while one leaves anyway.
 * Any thread.
 *
 * Returns: %TRUE if it left
 */
gboolean
gst_pitbox_still_repeat (GstPitboxStill *self)
{
  GstBuffer *buffer = NULL;
  GstFlowReturn flow = GST_FLOW_ERROR;
  GstClockTime time;

  if (!GST_PAD_STREAM_TRYLOCK (self->sinkpad))
    return FALSE;
  time = now (self);
  GST_OBJECT_LOCK (self);
  if (self->last != NULL && GST_CLOCK_TIME_IS_VALID (time)
      && (!GST_CLOCK_TIME_IS_VALID (self->last_pts) || time > self->last_pts)) {
    buffer = gst_buffer_copy (self->last);
    self->last_pts = time;
  }
  GST_OBJECT_UNLOCK (self);
  if (buffer != NULL) {
    GST_BUFFER_PTS (buffer) = time;
    GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
    flow = gst_pad_push (self->srcpad, buffer);
  }
  GST_PAD_STREAM_UNLOCK (self->sinkpad);
  return flow == GST_FLOW_OK;
}

/**
 * gst_pitbox_still_has_picture:
 * @self: one
 *
 * Any thread.
 *
 * Returns: %TRUE if there is a picture to repeat
 */
gboolean
gst_pitbox_still_has_picture (GstPitboxStill *self)
{
  gboolean has;

  GST_OBJECT_LOCK (self);
  has = self->last != NULL;
  GST_OBJECT_UNLOCK (self);
  return has;
}

/**
 * gst_pitbox_still_get_silence_us:
 * @self: one
 *
 * Any thread.
 *
 * Returns: since when no picture came, µs; 0 before the first
 */
gint64
gst_pitbox_still_get_silence_us (GstPitboxStill *self)
{
  gint64 us = 0;

  GST_OBJECT_LOCK (self);
  if (self->last != NULL)
    us = g_get_monotonic_time () - self->last_us;
  GST_OBJECT_UNLOCK (self);
  return us;
}

/**
 * gst_pitbox_still_expect_another:
 * @self: one
 *
 * The capture before it has failed, and its end is not to be handed on. Any
 * thread.
 */
void
gst_pitbox_still_expect_another (GstPitboxStill *self)
{
  GST_OBJECT_LOCK (self);
  self->expects_another = TRUE;
  GST_OBJECT_UNLOCK (self);
}

/**
 * gst_pitbox_still_forget:
 * @self: one
 *
 * The last picture is of no use any more: what follows lies in another memory.
 * Any thread.
 */
void
gst_pitbox_still_forget (GstPitboxStill *self)
{
  GstBuffer *old;

  GST_OBJECT_LOCK (self);
  old = g_steal_pointer (&self->last);
  GST_OBJECT_UNLOCK (self);
  gst_clear_buffer (&old);
}

static GstStateChangeReturn
gst_pitbox_still_change_state (GstElement *element, GstStateChange transition)
{
  GstPitboxStill *self = GST_PITBOX_STILL (element);
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (gst_pitbox_still_parent_class)
                                 ->change_state (element, transition);

  if (transition != GST_STATE_CHANGE_PAUSED_TO_READY)
    return ret;
  gst_pitbox_still_forget (self);
  GST_OBJECT_LOCK (self);
  self->begun = FALSE;
  self->expects_another = FALSE;
  self->last_pts = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
  return ret;
}

static void
gst_pitbox_still_class_init (GstPitboxStillClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  element_class->change_state = gst_pitbox_still_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "PitBox still picture",
      "Generic", "Repeats the last picture of a capture that is silent",
      "PitBox Relay");
}

static void
gst_pitbox_still_init (GstPitboxStill *self)
{
  self->last_pts = GST_CLOCK_TIME_NONE;
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gst_pitbox_still_chain);
  gst_pad_set_event_function (self->sinkpad, gst_pitbox_still_event);
  GST_PAD_SET_PROXY_CAPS (self->sinkpad);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  GST_PAD_SET_PROXY_CAPS (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

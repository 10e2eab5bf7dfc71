/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc: from a row of the simulator to a buffer with its times, behind the
 * caps and the session string that belong to it. */
#include "gstirsdksrcprivate.h"

#define GST_CAT_DEFAULT irsdk_src_debug

/* Of @time, a time of the clock. */
GstClockTime
gst_irsdk_src_running_time (GstIrsdkSrc *self, GstClockTime time)
{
  const GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));

  return time > base ? time - base : 0;
}

static gboolean
update_layout (GstIrsdkSrc *self)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GError) error = NULL;

  if (gst_irsdk_layout_is_of (&self->layout, self->reader))
    return TRUE;
  if (!gst_irsdk_layout_update (&self->layout, self->reader, &caps, &error)) {
    GST_WARNING_OBJECT (self, "variables not usable: %s", error->message);
    return FALSE;
  }
  self->text.have = FALSE;
  if (caps == NULL)
    return TRUE;
  if (!gst_base_src_set_caps (GST_BASE_SRC (self), caps))
    GST_WARNING_OBJECT (self, "caps refused downstream");
  GST_OBJECT_LOCK (self);
  self->stats.layouts++;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
update_session (GstIrsdkSrc *self, GstClockTime now)
{
  GstEvent *event = gst_irsdk_text_take (&self->text, self->reader, now);

  if (event == NULL)
    return;
  GST_OBJECT_LOCK (self);
  self->stats.session_updates++;
  GST_OBJECT_UNLOCK (self);
  gst_pad_push_event (GST_BASE_SRC_PAD (self), event);
}

static void
count_row (GstIrsdkSrc *self, const IrsdkShmRow *row, GstClockTime delay)
{
  GST_OBJECT_LOCK (self);
  gst_irsdk_stats_count_row (&self->stats, row, delay);
  gst_irsdk_stats_set_fit (&self->stats, &self->stamp.clock);
  self->stats.torn = irsdk_shm_reader_get_torn (self->reader);
  self->stats.wakes += self->wakes;
  GST_OBJECT_UNLOCK (self);
}

static void
stamp_row (GstIrsdkSrc *self, GstBuffer *buffer, const IrsdkShmRow *row,
    GstClock *clock, GstClockTime now)
{
  const GstClockTime time = gst_irsdk_look_found (
      &self->look, &self->stamp.clock, row->tick, row->lost, now);
  const gint64 tick = gst_pitbox_row_get_newest_int64 (
      row->data, self->layout.session_tick, (guint32) row->tick);
  const GstClockTime period = gst_irsdk_layout_get_period (&self->layout);
  GstClockTime pts;
  gint64 utc_us;

  if (gst_irsdk_place_row (
          &self->place, gst_irsdk_src_running_time (self, time), period, &pts)
      || row->lost > 0 || row->restarted)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = period;
  GST_BUFFER_OFFSET (buffer) = (guint64) MAX (tick, 0);
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET (buffer) + 1;
  gst_irsdk_stamp_update_utc (&self->stamp, clock, now);
  utc_us = gst_irsdk_stamp_get_utc_us (&self->stamp, time);
  if (utc_us > 0)
    gst_pitbox_buffer_set_utc (buffer, utc_us, GST_PITBOX_CLOCK_LOCAL);
  count_row (self, row, now - time);
}

/* NULL when the row cannot be used. */
GstBuffer *
gst_irsdk_src_make_buffer (
    GstIrsdkSrc *self, GstClock *clock, const IrsdkShmRow *row)
{
  const GstClockTime now = gst_clock_get_time (clock);
  GstBuffer *buffer;

  if (!update_layout (self))
    return NULL;
  if (row->restarted) {
    gst_irsdk_stamp_init (&self->stamp, self->layout.tick_rate);
    gst_irsdk_look_init (
        &self->look, irsdk_shm_reader_has_event (self->reader));
  }
  if (row->lost > 0)
    GST_WARNING_OBJECT (self, "%u ticks lost before %d", row->lost, row->tick);
  update_session (self, now);
  buffer = gst_buffer_new_memdup (
      row->data, gst_pitbox_schema_get_row_bytes (self->layout.schema));
  stamp_row (self, buffer, row, clock, now);
  self->last_row = now;
  self->wakes = 0;
  gst_irsdk_src_set_state (self, GST_IRSDK_CONNECTED, "rows are coming");
  GST_LOG_OBJECT (self, "tick %d at %" GST_TIME_FORMAT, row->tick,
      GST_TIME_ARGS (GST_BUFFER_PTS (buffer)));
  return buffer;
}

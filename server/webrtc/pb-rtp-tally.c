/* SPDX-License-Identifier: LGPL-2.1-or-later
 * RFC 3550, A.3 and A.8. */
#include "webrtc/pb-rtp-tally.h"

/**
 * pb_rtp_tally_init:
 * @rate: of the stream's timestamps, a second
 * @ssrc: of the stream
 */
void
pb_rtp_tally_init (PbRtpTally *tally, guint rate, guint32 ssrc)
{
  *tally = (PbRtpTally){ .ssrc = ssrc, .rate = rate };
}

static void
note_transit (PbRtpTally *tally, guint32 rtp, gint64 now_us)
{
  const guint32 arrival =
      (guint32) (now_us / 1000 * (gint64) tally->rate / 1000);
  const guint32 transit = arrival - rtp;
  gint32 d = (gint32) (transit - tally->transit);

  tally->transit = transit;
  if (!tally->started)
    return;
  /* A jump of the timestamps is no jitter of the network. */
  if (d == G_MININT32 || ABS (d) > (gint32) tally->rate)
    return;
  tally->jitter_16 += (guint32) ABS (d) - ((tally->jitter_16 + 8) >> 4);
}

/**
 * pb_rtp_tally_add:
 * @seq, @rtp: of a packet
 * @now_us: when it came, monotonic
 */
void
pb_rtp_tally_add (PbRtpTally *tally, guint16 seq, guint32 rtp, gint64 now_us)
{
  const gint16 ahead = (gint16) (guint16) (seq - (guint16) tally->highest);

  note_transit (tally, rtp, now_us);
  if (!tally->started) {
    tally->started = TRUE;
    tally->first = tally->highest = seq;
  } else if (ahead > 0) {
    tally->highest += (guint32) ahead;
  }
  tally->received++;
}

/**
 * pb_rtp_tally_note_report:
 * @ntp: a sender report's time, 32.32 seconds
 * @now_us: when it came
 */
void
pb_rtp_tally_note_report (PbRtpTally *tally, guint64 ntp, gint64 now_us)
{
  tally->report = (guint32) (ntp >> 16);
  tally->report_at_us = now_us;
}

/**
 * pb_rtp_tally_report:
 * @now_us: monotonic
 * @block: (out): of the time since the last one
 */
void
pb_rtp_tally_report (PbRtpTally *tally, gint64 now_us, PbRtcpBlock *block)
{
  const guint32 expected =
      tally->started ? tally->highest - tally->first + 1 : 0;
  const guint32 of = expected - tally->expected_before;
  const guint32 got = tally->received - tally->received_before;

  *block = (PbRtcpBlock){
    .ssrc = tally->ssrc,
    .lost = (gint32) (expected - tally->received),
    .highest = tally->highest,
    .jitter = tally->jitter_16 >> 4,
    .last_report = tally->report,
  };
  if (of > got)
    block->lost_256 = (guint8) MIN (255, (guint64) (of - got) * 256 / of);
  if (tally->report != 0)
    block->since_report =
        (guint32) ((now_us - tally->report_at_us) * 65536 / G_USEC_PER_SEC);
  tally->expected_before = expected;
  tally->received_before = tally->received;
}

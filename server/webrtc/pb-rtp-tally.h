/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRtpTally: what a receiver reports of one stream (RFC 3550, 6.4.1); pure. */
#pragma once

#include "webrtc/pb-rtcp-receiver.h"

G_BEGIN_DECLS

/**
 * PbRtpTally:
 * @ssrc: of the stream
 * @rate: of its timestamps, a second
 * @started: something has come
 * @first, @highest: sequence numbers, extended
 * @received: packets, each copy counts
 * @expected_before, @received_before: at the last report
 * @transit: of the newest packet, in units of @rate
 * @jitter_16: in sixteenths of a unit
 * @report: the middle of the newest sender report's time; 0 = none
 * @report_at_us: when that came
 */
typedef struct {
  guint32 ssrc;
  guint rate;
  gboolean started;
  guint32 first;
  guint32 highest;
  guint32 received;
  guint32 expected_before;
  guint32 received_before;
  guint32 transit;
  guint32 jitter_16;
  guint32 report;
  gint64 report_at_us;
} PbRtpTally;

void pb_rtp_tally_init (PbRtpTally *tally, guint rate, guint32 ssrc);
void pb_rtp_tally_add (
    PbRtpTally *tally, guint16 seq, guint32 rtp, gint64 now_us);
void pb_rtp_tally_note_report (PbRtpTally *tally, guint64 ntp, gint64 now_us);
void pb_rtp_tally_report (PbRtpTally *tally, gint64 now_us, PbRtcpBlock *block);

G_END_DECLS

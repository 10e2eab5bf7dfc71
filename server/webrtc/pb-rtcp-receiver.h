/* SPDX-License-Identifier: LGPL-2.1-or-later
 * RTCP (RFC 3550, RFC 4585, REMB) as far as a receiver of media needs it;
 * pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_RTCP_MAX_BYTES: of what this writes. */
#define PB_RTCP_MAX_BYTES 512
/** PB_RTCP_MAX_LOST: packets that one request asks for at most. */
#define PB_RTCP_MAX_LOST 64
/** PB_RTCP_MAX_BLOCKS: streams that one report speaks of. */
#define PB_RTCP_MAX_BLOCKS 2

/**
 * PbRtcpSource:
 * @ssrc: of the stream
 * @ntp: an instant of the sender's clock, 32.32 seconds since 1900
 * @rtp: the same one on the stream's
 */
typedef struct {
  guint32 ssrc;
  guint64 ntp;
  guint32 rtp;
} PbRtcpSource;

/**
 * PbRtcpBlock:
 * @ssrc: of the stream
 * @lost_256: of the packets since the last report, in 256ths
 * @lost: in all; may be negative (RFC 3550, A.3)
 * @highest: sequence number, extended
 * @jitter: in units of the stream's clock
 * @last_report: the middle of the newest report's NTP time; 0 = none came
 * @since_report: how long ago that was, in 65536ths of a second
 */
typedef struct {
  guint32 ssrc;
  guint8 lost_256;
  gint32 lost;
  guint32 highest;
  guint32 jitter;
  guint32 last_report;
  guint32 since_report;
} PbRtcpBlock;

typedef void (*PbRtcpSourceFunc) (
    const PbRtcpSource *source, gpointer user_data);

void pb_rtcp_read_sources (const guint8 *packet, gsize size,
    PbRtcpSourceFunc func, gpointer user_data);
gsize pb_rtcp_write_blocks (guint32 own_ssrc, const PbRtcpBlock *blocks,
    guint n, guint8 out[PB_RTCP_MAX_BYTES]);
gsize pb_rtcp_write_lost (guint32 own_ssrc, guint32 ssrc, const guint16 *seqs,
    guint n, guint8 out[PB_RTCP_MAX_BYTES]);
gsize pb_rtcp_write_pli (
    guint32 own_ssrc, guint32 ssrc, guint8 out[PB_RTCP_MAX_BYTES]);
gsize pb_rtcp_write_remb (guint32 own_ssrc, guint32 ssrc, guint64 bits_per_s,
    guint8 out[PB_RTCP_MAX_BYTES]);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * RTCP (RFC 3550, RFC 4585) as far as a sender of video needs it; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_RTCP_REPORT_BYTES 52

/**
 * PbRtcpReport:
 * @ssrc: of the stream
 * @utc_us: now
 * @rtp: RTP timestamp of now
 * @packets, @bytes: sent so far; bytes of payload
 */
typedef struct {
  guint32 ssrc;
  gint64 utc_us;
  guint32 rtp;
  guint32 packets;
  guint32 bytes;
} PbRtcpReport;

typedef void (*PbRtcpLostFunc) (guint16 seq, gpointer user_data);

gsize pb_rtcp_write_report (
    const PbRtcpReport *report, guint8 out[PB_RTCP_REPORT_BYTES]);
void pb_rtcp_read (const guint8 *packet, gsize size, guint32 ssrc,
    PbRtcpLostFunc func, gpointer user_data);

G_END_DECLS

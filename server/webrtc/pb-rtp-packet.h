/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRtpPacket: an RTP packet (RFC 3550, RFC 4588, RFC 6184), read; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_RTP_HEADER_BYTES 12

/**
 * PbRtpPacket:
 * @pt: payload type
 * @seq, @rtp, @ssrc: as they stand there
 * @payload, @size: without extensions and padding; may be empty
 */
typedef struct {
  guint8 pt;
  gboolean marker;
  guint16 seq;
  guint32 rtp;
  guint32 ssrc;
  const guint8 *payload;
  gsize size;
} PbRtpPacket;

gboolean pb_rtp_packet_read (
    PbRtpPacket *packet, const guint8 *data, gsize size);
GBytes *pb_rtp_packet_to_bytes (const PbRtpPacket *packet);
gboolean pb_rtp_packet_unwrap (PbRtpPacket *packet, guint8 pt, guint32 ssrc);
gboolean pb_rtp_packet_is_key (const guint8 *payload, gsize size);

G_END_DECLS

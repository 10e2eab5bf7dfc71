/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading RTP: every length in it is a stranger's. */
#include "webrtc/pb-rtp-packet.h"

#include <string.h>

/* RFC 6184, 5.2 and ISO 14496-10, table 7-1. */
#define NAL_IDR 5
#define NAL_SPS 7
#define NAL_STAP_A 24
#define NAL_FU_A 28
#define FU_START 0x80

static guint16
get_16 (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

static guint32
get_32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
put_32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

/**
 * pb_rtp_packet_read:
 * @packet: (out): what it says; its payload lies in @data
 * @data: any bytes
 * @size: how many
 *
 * Returns: %FALSE if that is no RTP packet
 */
gboolean
pb_rtp_packet_read (PbRtpPacket *packet, const guint8 *data, gsize size)
{
  gsize at = PB_RTP_HEADER_BYTES;
  gsize padding = 0;

  if (size < PB_RTP_HEADER_BYTES || data[0] >> 6 != 2)
    return FALSE;
  at += 4 * (gsize) (data[0] & 0x0f);
  if (data[0] & 0x10) {
    if (at + 4 > size)
      return FALSE;
    at += 4 + 4 * (gsize) get_16 (data + at + 2);
  }
  if (at > size)
    return FALSE;
  if (data[0] & 0x20) {
    padding = data[size - 1];
    if (padding == 0 || padding > size - at)
      return FALSE;
  }
  *packet = (PbRtpPacket){
    .pt = data[1] & 0x7f,
    .marker = data[1] >> 7,
    .seq = get_16 (data + 2),
    .rtp = get_32 (data + 4),
    .ssrc = get_32 (data + 8),
    .payload = data + at,
    .size = size - at - padding,
  };
  return TRUE;
}

/**
 * pb_rtp_packet_to_bytes:
 * @packet: one that was read
 *
 * Returns: (transfer full): the same without extensions and padding
 */
GBytes *
pb_rtp_packet_to_bytes (const PbRtpPacket *packet)
{
  const gsize size = PB_RTP_HEADER_BYTES + packet->size;
  guint8 *data = g_malloc (size);

  data[0] = 0x80;
  data[1] = (guint8) (packet->marker << 7 | packet->pt);
  data[2] = (guint8) (packet->seq >> 8);
  data[3] = (guint8) packet->seq;
  put_32 (data + 4, packet->rtp);
  put_32 (data + 8, packet->ssrc);
  memcpy (data + PB_RTP_HEADER_BYTES, packet->payload, packet->size);
  return g_bytes_new_take (data, size);
}

/**
 * pb_rtp_packet_unwrap:
 * @packet: a retransmission; becomes what was lost
 * @pt, @ssrc: of the stream that it belongs to
 *
 * RFC 4588, 4: the number it had comes before the payload.
 *
 * Returns: %FALSE if there is nothing in it, as where a sender tries how much
 *   goes through
 */
gboolean
pb_rtp_packet_unwrap (PbRtpPacket *packet, guint8 pt, guint32 ssrc)
{
  if (packet->size <= 2)
    return FALSE;
  packet->seq = get_16 (packet->payload);
  packet->payload += 2;
  packet->size -= 2;
  packet->pt = pt;
  packet->ssrc = ssrc;
  return TRUE;
}

static gboolean
is_key_unit (guint8 type)
{
  return type == NAL_IDR || type == NAL_SPS;
}

/**
 * pb_rtp_packet_is_key:
 * @payload: of H.264, any bytes
 * @size: how many
 *
 * Returns: whether a key frame begins here
 */
gboolean
pb_rtp_packet_is_key (const guint8 *payload, gsize size)
{
  const guint8 type = size > 0 ? payload[0] & 0x1f : 0;
  gsize at = 1;

  if (type == NAL_FU_A)
    return size > 1 && (payload[1] & FU_START)
           && is_key_unit (payload[1] & 0x1f);
  if (type != NAL_STAP_A)
    return is_key_unit (type);
  while (at + 3 <= size) {
    const gsize length = get_16 (payload + at);

    if (is_key_unit (payload[at + 2] & 0x1f))
      return TRUE;
    at += 2 + length;
  }
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sender reports in; reports, requests and estimates out. */
#include "webrtc/pb-rtcp-receiver.h"

#include <string.h>

#define SENDER_REPORT 200
#define RECEIVER_REPORT 201
#define TRANSPORT_FEEDBACK 205
#define PAYLOAD_FEEDBACK 206
#define GENERIC_NACK 1
#define PLI 1
#define APPLICATION_LAYER 15
#define BLOCK_BYTES 24

static void
put_32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

static guint32
get_32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
put_header (guint8 *at, guint count, guint8 type, gsize size, guint32 own_ssrc)
{
  at[0] = (guint8) (0x80 | count);
  at[1] = type;
  at[2] = (guint8) ((size / 4 - 1) >> 8);
  at[3] = (guint8) (size / 4 - 1);
  put_32 (at + 4, own_ssrc);
}

/**
 * pb_rtcp_read_sources:
 * @packet: a compound packet, any bytes
 * @size: how many
 * @func: called for each sender report
 * @user_data: for @func
 *
 * What is not well formed is left out.
 */
void
pb_rtcp_read_sources (
    const guint8 *packet, gsize size, PbRtcpSourceFunc func, gpointer user_data)
{
  gsize at = 0;

  while (at + 4 <= size) {
    const guint8 *header = packet + at;
    const gsize length = 4 * ((gsize) (header[2] << 8 | header[3]) + 1);

    if (header[0] >> 6 != 2 || length > size - at)
      return;
    if (header[1] == SENDER_REPORT && length >= 28) {
      const PbRtcpSource source = {
        .ssrc = get_32 (header + 4),
        .ntp = (guint64) get_32 (header + 8) << 32 | get_32 (header + 12),
        .rtp = get_32 (header + 16),
      };

      func (&source, user_data);
    }
    at += length;
  }
}

/**
 * pb_rtcp_write_blocks:
 * @own_ssrc: the receiver's
 * @blocks: one a stream
 * @n: how many, at most %PB_RTCP_MAX_BLOCKS
 * @out: a receiver report (RFC 3550, 6.4.2)
 *
 * Returns: its bytes
 */
gsize
pb_rtcp_write_blocks (guint32 own_ssrc, const PbRtcpBlock *blocks, guint n,
    guint8 out[PB_RTCP_MAX_BYTES])
{
  const guint count = MIN (n, PB_RTCP_MAX_BLOCKS);
  const gsize size = 8 + BLOCK_BYTES * (gsize) count;

  put_header (out, count, RECEIVER_REPORT, size, own_ssrc);
  for (guint i = 0; i < count; i++) {
    const PbRtcpBlock *block = &blocks[i];
    const gint32 lost = CLAMP (block->lost, -0x800000, 0x7fffff);
    guint8 *at = out + 8 + BLOCK_BYTES * i;

    put_32 (at, block->ssrc);
    put_32 (
        at + 4, (guint32) block->lost_256 << 24 | ((guint32) lost & 0xffffff));
    put_32 (at + 8, block->highest);
    put_32 (at + 12, block->jitter);
    put_32 (at + 16, block->last_report);
    put_32 (at + 20, block->since_report);
  }
  return size;
}

/**
 * pb_rtcp_write_lost:
 * @ssrc: of the stream that lacks them
 * @seqs: the numbers of packets, rising
 * @n: how many, at most %PB_RTCP_MAX_LOST
 * @out: a generic NACK (RFC 4585, 6.2.1)
 *
 * Returns: its bytes; 0 if there is nothing to ask for
 */
gsize
pb_rtcp_write_lost (guint32 own_ssrc, guint32 ssrc, const guint16 *seqs,
    guint n, guint8 out[PB_RTCP_MAX_BYTES])
{
  gsize size = 12;
  guint i = 0;

  n = MIN (n, PB_RTCP_MAX_LOST);
  while (i < n) {
    const guint16 first = seqs[i++];
    guint32 more = 0;

    for (; i < n && (guint16) (seqs[i] - first - 1) < 16; i++)
      more |= 1u << (guint16) (seqs[i] - first - 1);
    put_32 (out + size, (guint32) first << 16 | more);
    size += 4;
  }
  if (size == 12)
    return 0;
  put_header (out, GENERIC_NACK, TRANSPORT_FEEDBACK, size, own_ssrc);
  put_32 (out + 8, ssrc);
  return size;
}

/**
 * pb_rtcp_write_pli:
 * @ssrc: of the stream that shall send a key frame
 * @out: a picture loss indication (RFC 4585, 6.3.1)
 *
 * Returns: its bytes
 */
gsize
pb_rtcp_write_pli (
    guint32 own_ssrc, guint32 ssrc, guint8 out[PB_RTCP_MAX_BYTES])
{
  put_header (out, PLI, PAYLOAD_FEEDBACK, 12, own_ssrc);
  put_32 (out + 8, ssrc);
  return 12;
}

/**
 * pb_rtcp_write_remb:
 * @ssrc: of the stream
 * @bits_per_s: what may come
 * @out: a receiver's estimate (draft-alvestrand-rmcat-remb-03, 2.2)
 *
 * Returns: its bytes
 */
gsize
pb_rtcp_write_remb (guint32 own_ssrc, guint32 ssrc, guint64 bits_per_s,
    guint8 out[PB_RTCP_MAX_BYTES])
{
  guint exponent = 0;

  while (bits_per_s > 0x3ffff && exponent < 63) {
    bits_per_s >>= 1;
    exponent++;
  }
  put_header (out, APPLICATION_LAYER, PAYLOAD_FEEDBACK, 24, own_ssrc);
  put_32 (out + 8, 0);
  memcpy (out + 12, "REMB", 4);
  put_32 (out + 16, 1u << 24 | exponent << 18 | (guint32) bits_per_s);
  put_32 (out + 20, ssrc);
  return 24;
}

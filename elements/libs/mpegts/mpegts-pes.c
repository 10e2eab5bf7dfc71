/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes PES packets as MPEG-TS packets. */
#include "mpegts-pes.h"

#include <string.h>

#include "mpegts-parser.h"

#define PES_HEAD_BYTES 14
#define TIME_MASK ((G_GUINT64_CONSTANT (1) << 33) - 1)
/* Of the adaptation field. */
#define FLAG_RANDOM_ACCESS 0x40
#define FLAG_PCR 0x10

/* The programme clock's whole 90 kHz ticks; its 27 MHz part is 0. */
static void
write_pcr (guint8 *out, guint64 base)
{
  out[0] = base >> 25;
  out[1] = base >> 17;
  out[2] = base >> 9;
  out[3] = base >> 1;
  out[4] = (base & 1) << 7 | 0x7e;
  out[5] = 0;
}

/* The first one of @pes has all that its head says of packets. */
static guint8
get_flags (const MpegtsPes *pes, gboolean starts)
{
  if (!starts)
    return 0;
  return (pes->random_access ? FLAG_RANDOM_ACCESS : 0)
         | (pes->pcr != MPEGTS_NO_TIME ? FLAG_PCR : 0);
}

/* Takes from @data what fits. */
static void
write_packet (const MpegtsPes *pes, GByteArray *out, guint8 continuity,
    gboolean starts, const guint8 **data, gsize *size)
{
  guint8 packet[MPEGTS_PACKET_BYTES];
  const guint8 flags = get_flags (pes, starts);
  gsize adaptation = flags & FLAG_PCR ? 8 : flags != 0 ? 2 : 0;
  gsize room = MPEGTS_PACKET_BYTES - 4 - adaptation;
  gsize take = MIN (room, *size);
  gsize pos = 4;

  adaptation += room - take;
  packet[0] = 0x47;
  packet[1] = (starts ? 0x40 : 0) | pes->pid >> 8;
  packet[2] = pes->pid;
  packet[3] = (adaptation > 0 ? 0x30 : 0x10) | (continuity & 0x0f);
  if (adaptation > 0) {
    packet[pos] = adaptation - 1;
    memset (packet + pos + 1, 0xff, adaptation - 1);
    if (adaptation > 1)
      packet[pos + 1] = flags;
    if (flags & FLAG_PCR)
      write_pcr (packet + pos + 2, pes->pcr & TIME_MASK);
    pos += adaptation;
  }
  memcpy (packet + pos, *data, take);
  *data += take;
  *size -= take;
  g_byte_array_append (out, packet, sizeof packet);
}

/**
 * mpegts_pes_write:
 * @pes: what stands in its head
 * @out: gets whole TS packets
 * @continuity: (inout): counter of the first packet, then of the one after the
 *   last; its low four bits count
 * @payload: what the PES packet holds
 * @size: bytes in @payload
 *
 * One PES packet with a PTS, filled up with stuffing (ISO/IEC 13818-1, 2.4.3).
 * Its length is 0, which stands for unknown, in a video stream. Any thread.
 */
void
mpegts_pes_write (const MpegtsPes *pes, GByteArray *out, guint8 *continuity,
    const guint8 *payload, gsize size)
{
  gsize length = pes->stream_id == MPEGTS_STREAM_ID_VIDEO ? 0 : size + 8;
  const guint64 pts = pes->pts & TIME_MASK;
  guint8 head[PES_HEAD_BYTES] = { 0, 0, 1, pes->stream_id, length >> 8, length,
    0x84, 0x80, 5 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 *data;
  gboolean starts = TRUE;
  gsize left;

  g_return_if_fail (length <= G_MAXUINT16);

  head[9] = 0x21 | (pts >> 30 & 7) << 1;
  head[10] = pts >> 22;
  head[11] = (pts >> 15 & 0x7f) << 1 | 1;
  head[12] = pts >> 7;
  head[13] = (pts & 0x7f) << 1 | 1;
  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, payload, size);
  data = bytes->data;
  for (left = bytes->len; left > 0; starts = FALSE)
    write_packet (pes, out, (*continuity)++, starts, &data, &left);
}

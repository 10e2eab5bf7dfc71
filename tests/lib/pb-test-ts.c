/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes small MPEG-TS streams for tests. */
#include "pb-test-ts.h"

#include <string.h>

#include <mpegts/mpegts-tables.h>

void
pb_test_ts_init (PbTestTs *ts, gboolean has_video, gboolean has_klv)
{
  memset (ts, 0, sizeof *ts);
  ts->out = g_byte_array_new ();
  ts->has_video = has_video;
  ts->has_klv = has_klv;
}

void
pb_test_ts_clear (PbTestTs *ts)
{
  g_clear_pointer (&ts->out, g_byte_array_unref);
}

static void
put_section (PbTestTs *ts, guint16 pid, GByteArray *section)
{
  guint8 packet[MPEGTS_PACKET_BYTES];
  guint8 tail[4];
  guint32 crc;
  gsize length = section->len - 3 + 4;

  section->data[1] = 0xb0 | length >> 8;
  section->data[2] = length;
  crc = mpegts_crc32 (section->data, section->len);
  for (guint i = 0; i < 4; i++)
    tail[i] = crc >> (24 - 8 * i);
  g_byte_array_append (section, tail, 4);
  g_assert_cmpuint (section->len, <=, MPEGTS_PACKET_BYTES - 5);

  memset (packet, 0xff, sizeof packet);
  packet[0] = 0x47;
  packet[1] = 0x40 | pid >> 8;
  packet[2] = pid;
  packet[3] = 0x10 | (ts->continuity[pid]++ & 0x0f);
  packet[4] = 0;
  memcpy (packet + 5, section->data, section->len);
  g_byte_array_append (ts->out, packet, sizeof packet);
}

/**
 * pb_test_ts_put_tables:
 *
 * One PAT and one PMT.
 */
void
pb_test_ts_put_tables (PbTestTs *ts)
{
  static const guint8 pat_start[] = { 0x00, 0, 0, 0, 1, 0xc1, 0, 0, 0, 1,
    0xe0 | PB_TEST_TS_PMT_PID >> 8, PB_TEST_TS_PMT_PID & 0xff };
  static const guint8 pmt_start[] = { 0x02, 0, 0, 0, 1, 0xc1, 0, 0,
    0xe0 | PB_TEST_TS_VIDEO_PID >> 8, PB_TEST_TS_VIDEO_PID & 0xff, 0xf0, 0 };
  static const guint8 video[] = { 0x1b, 0xe0 | PB_TEST_TS_VIDEO_PID >> 8,
    PB_TEST_TS_VIDEO_PID & 0xff, 0xf0, 0 };
  static const guint8 klv[] = { 0x06, 0xe0 | PB_TEST_TS_KLV_PID >> 8,
    PB_TEST_TS_KLV_PID & 0xff, 0xf0, 6, 0x05, 4, 'K', 'L', 'V', 'A' };
  g_autoptr (GByteArray) pat = g_byte_array_new ();
  g_autoptr (GByteArray) pmt = g_byte_array_new ();

  g_byte_array_append (pat, pat_start, sizeof pat_start);
  put_section (ts, 0, pat);
  g_byte_array_append (pmt, pmt_start, sizeof pmt_start);
  if (ts->has_video)
    g_byte_array_append (pmt, video, sizeof video);
  if (ts->has_klv)
    g_byte_array_append (pmt, klv, sizeof klv);
  put_section (ts, PB_TEST_TS_PMT_PID, pmt);
}

static void
put_packet (PbTestTs *ts, guint16 pid, gboolean starts, gboolean random_access,
    const guint8 **data, gsize *size)
{
  guint8 packet[MPEGTS_PACKET_BYTES];
  gsize adaptation = random_access ? 2 : 0;
  gsize room = MPEGTS_PACKET_BYTES - 4 - adaptation;
  gsize take = MIN (room, *size);
  gsize pad = room - take;
  gsize pos = 4;

  packet[0] = 0x47;
  packet[1] = (starts ? 0x40 : 0) | pid >> 8;
  packet[2] = pid;
  adaptation += pad;
  packet[3] = (adaptation > 0 ? 0x30 : 0x10) | (ts->continuity[pid]++ & 0x0f);
  if (adaptation > 0) {
    packet[pos] = adaptation - 1;
    if (adaptation > 1) {
      packet[pos + 1] = random_access ? 0x40 : 0;
      memset (packet + pos + 2, 0xff, adaptation - 2);
    }
    pos += adaptation;
  }
  memcpy (packet + pos, *data, take);
  *data += take;
  *size -= take;
  g_byte_array_append (ts->out, packet, sizeof packet);
}

/**
 * pb_test_ts_put_pes:
 * @pts: 90 kHz, taken modulo 2^33
 * @random_access: set the indicator
 *
 * One PES packet with a PTS.
 */
void
pb_test_ts_put_pes (PbTestTs *ts, guint16 pid, guint64 pts,
    gboolean random_access, const guint8 *payload, gsize size)
{
  g_autoptr (GByteArray) pes = g_byte_array_new ();
  guint8 head[14] = { 0, 0, 1, pid == PB_TEST_TS_VIDEO_PID ? 0xe0 : 0xbd, 0, 0,
    0x84, 0x80, 5 };
  const guint8 *data;
  gsize left;

  pts &= (G_GUINT64_CONSTANT (1) << 33) - 1;
  head[9] = 0x21 | (pts >> 30 & 7) << 1;
  head[10] = pts >> 22;
  head[11] = (pts >> 15 & 0x7f) << 1 | 1;
  head[12] = pts >> 7;
  head[13] = (pts & 0x7f) << 1 | 1;
  g_byte_array_append (pes, head, sizeof head);
  g_byte_array_append (pes, payload, size);
  data = pes->data;
  left = pes->len;
  put_packet (ts, pid, TRUE, random_access, &data, &left);
  while (left > 0)
    put_packet (ts, pid, FALSE, FALSE, &data, &left);
}

/**
 * pb_test_ts_put_picture:
 * @key: parameter sets and an IDR slice, or one plain slice
 * @flagged: set the random access indicator as well
 * @size: bytes of the access unit, at least 24
 *
 * What an H.264 encoder writes, with filler for pictures.
 */
void
pb_test_ts_put_picture (
    PbTestTs *ts, guint64 pts, gboolean key, gboolean flagged, gsize size)
{
  static const guint8 key_start[] = { 0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x67,
    0x42, 0, 0, 1, 0x68, 0xce, 0, 0, 1, 0x65, 0x88 };
  static const guint8 plain_start[] = { 0, 0, 0, 1, 9, 0x30, 0, 0, 1, 0x41,
    0x9a };
  g_autofree guint8 *unit = g_malloc (size);

  memset (unit, 0xaa, size);
  if (key)
    memcpy (unit, key_start, sizeof key_start);
  else
    memcpy (unit, plain_start, sizeof plain_start);
  pb_test_ts_put_pes (
      ts, PB_TEST_TS_VIDEO_PID, pts, key && flagged, unit, size);
}

/**
 * pb_test_ts_put_klv:
 * @size: bytes of the unit
 */
void
pb_test_ts_put_klv (PbTestTs *ts, guint64 pts, gsize size)
{
  g_autofree guint8 *unit = g_malloc (size);

  memset (unit, 0x55, size);
  pb_test_ts_put_pes (ts, PB_TEST_TS_KLV_PID, pts, FALSE, unit, size);
}

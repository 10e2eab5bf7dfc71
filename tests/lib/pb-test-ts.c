/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes small MPEG-TS streams for tests. */
#include "pb-test-ts.h"

#include <string.h>

#include <mpegts/mpegts-pes.h>
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
  const MpegtsPes pes = { pid,
    pid == PB_TEST_TS_VIDEO_PID ? MPEGTS_STREAM_ID_VIDEO
                                : MPEGTS_STREAM_ID_PRIVATE,
    random_access, pts, MPEGTS_NO_TIME };

  mpegts_pes_write (&pes, ts->out, &ts->continuity[pid], payload, size);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Telemetry units become packets; a reader sees what mpegtsmux would have
 * written of them. */
#include "mpegts-writer.h"

#include <string.h>

#include "mpegts-parser.h"
#include "mpegts-pes.h"
#include "mpegts-tables.h"

#define PID_PAT 0x00
#define PID_PMT 0x20
#define PID_KLV 0x42
#define HEAD_BYTES 4
/* Header of the PES packet, and the adaptation field with the clock. */
#define UNIT_EXTRA_BYTES (14 + 8)
/* Half a second: whoever joins waits for a key unit for longer. */
#define TABLES_INTERVAL 45000
/* 40 ms; the standard wants one each 100 ms. */
#define PCR_INTERVAL 3600
/* How long before its time a unit is there: an eighth of a second. */
#define PCR_LEAD 11250
#define TIME_MASK ((G_GUINT64_CONSTANT (1) << 33) - 1)

enum { COUNT_PAT, COUNT_PMT, COUNT_KLV };

/* Without checksums. One programme, one stream: private PES that the
 * registration descriptor calls KLV, and whose packets carry the clock. */
static const guint8 pat[] = { 0x00, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1,
  0xe0 | PID_PMT >> 8, PID_PMT & 0xff };
static const guint8 pmt[] = { 0x02, 0xb0, 24, 0, 1, 0xc1, 0, 0,
  0xe0 | PID_KLV >> 8, PID_KLV & 0xff, 0xf0, 0, 0x06, 0xe0 | PID_KLV >> 8,
  PID_KLV & 0xff, 0xf0, 6, 0x05, 4, 'K', 'L', 'V', 'A' };

static void
put_table (GByteArray *out, guint16 pid, guint8 *continuity,
    const guint8 *table, gsize size)
{
  guint8 packet[MPEGTS_PACKET_BYTES];
  const guint32 crc = GUINT32_TO_BE (mpegts_crc32 (table, size));

  memset (packet, 0xff, sizeof packet);
  packet[0] = 0x47;
  packet[1] = 0x40 | pid >> 8;
  packet[2] = pid & 0xff;
  packet[3] = 0x10 | ((*continuity)++ & 0x0f);
  packet[4] = 0;
  memcpy (packet + 5, table, size);
  memcpy (packet + 5 + size, &crc, sizeof crc);
  g_byte_array_append (out, packet, sizeof packet);
}

/* Also when the time went back. */
static gboolean
is_due (guint64 pts, guint64 last, guint64 interval)
{
  return pts < last || pts - last >= interval;
}

/**
 * mpegts_writer_init:
 * @writer: (out): a stream that begins
 */
void
mpegts_writer_init (MpegtsWriter *writer)
{
  memset (writer, 0, sizeof *writer);
}

/**
 * mpegts_writer_want_tables:
 * @writer: a stream
 *
 * The tables go before the next unit, so that a reader can begin there.
 */
void
mpegts_writer_want_tables (MpegtsWriter *writer)
{
  writer->begun = FALSE;
}

/**
 * mpegts_writer_get_room:
 * @unit_bytes: size of a unit
 *
 * Returns: bytes that mpegts_writer_put() appends at most
 */
gsize
mpegts_writer_get_room (gsize unit_bytes)
{
  const gsize room = MPEGTS_PACKET_BYTES - HEAD_BYTES;
  const gsize packets = (UNIT_EXTRA_BYTES + unit_bytes + room - 1) / room;

  return (2 + packets) * MPEGTS_PACKET_BYTES;
}

/**
 * mpegts_writer_put:
 * @writer: a stream
 * @out: gets whole packets
 * @pts: the unit's time, 90 kHz
 * @unit: a KLV unit, or several
 * @unit_bytes: its size, at most %MPEGTS_UNIT_MAX_BYTES
 *
 * Writes one PES packet: the tables before it twice a second, the clock in its
 * first packet each 40 ms.
 *
 * Returns: %TRUE with tables: a reader can begin here
 */
gboolean
mpegts_writer_put (MpegtsWriter *writer, GByteArray *out, guint64 pts,
    const guint8 *unit, gsize unit_bytes)
{
  const gboolean with_tables =
      !writer->begun || is_due (pts, writer->tables_pts, TABLES_INTERVAL);
  MpegtsPes pes = { PID_KLV, MPEGTS_STREAM_ID_PRIVATE, FALSE, pts,
    MPEGTS_NO_TIME };

  if (with_tables) {
    put_table (out, PID_PAT, &writer->continuity[COUNT_PAT], pat, sizeof pat);
    put_table (out, PID_PMT, &writer->continuity[COUNT_PMT], pmt, sizeof pmt);
    writer->tables_pts = pts;
  }
  if (with_tables || is_due (pts, writer->pcr_pts, PCR_INTERVAL)) {
    pes.pcr = (pts - PCR_LEAD) & TIME_MASK;
    writer->pcr_pts = pts;
  }
  writer->begun = TRUE;
  mpegts_pes_write (
      &pes, out, &writer->continuity[COUNT_KLV], unit, unit_bytes);
  return with_tables;
}

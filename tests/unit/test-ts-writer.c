/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MpegtsWriter: what it writes, MpegtsParser reads. */
#include <glib.h>
#include <mpegts/mpegts-parser.h>
#include <mpegts/mpegts-writer.h>
#include <string.h>

#define WRAP (G_GUINT64_CONSTANT (1) << 33)
#define FRAME 1500 /* 60 Hz in 90 kHz ticks */

typedef struct {
  GByteArray *unit; /* payload of the newest one, without its PES header */
  guint units;
  guint packets;
  guint tables;
  guint64 pts;
  guint64 pcr; /* the newest, MPEGTS_NO_TIME if the unit has none */
} Seen;

static void
see (const guint8 *data, gsize size, const MpegtsPacket *packet, gpointer user)
{
  Seen *seen = user;

  g_assert_cmpint (packet->kind, !=, MPEGTS_GARBAGE);
  seen->packets++;
  seen->tables += packet->pid == 0;
  if (packet->kind != MPEGTS_KLV)
    return;
  if (packet->starts_unit) {
    g_byte_array_set_size (seen->unit, 0);
    seen->units++;
    seen->pts = packet->pts;
    seen->pcr = packet->pcr;
  }
  g_byte_array_append (seen->unit, packet->payload, packet->payload_bytes);
}

/* Returns how many packets the unit took. */
static guint
put (MpegtsWriter *writer, MpegtsParser *parser, Seen *seen, guint64 pts,
    const guint8 *unit, gsize size, gboolean *with_tables)
{
  const guint before = seen->packets;
  g_autoptr (GByteArray) out = g_byte_array_new ();

  *with_tables = mpegts_writer_put (writer, out, pts, unit, size);
  g_assert_cmpuint (out->len, <=, mpegts_writer_get_room (size));
  g_assert_cmpuint (out->len % MPEGTS_PACKET_BYTES, ==, 0);
  mpegts_parser_push (parser, out->data, out->len, see, seen);
  mpegts_parser_flush (parser, see, seen);
  return seen->packets - before;
}

/* Every size around each place where a packet more begins comes out as it was,
 * with and without clock. */
static void
test_units_of_all_sizes (void)
{
  g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
  g_autofree guint8 *unit = g_malloc (MPEGTS_UNIT_MAX_BYTES);
  Seen seen = { .unit = g_byte_array_new () };
  MpegtsWriter writer;
  gboolean with_tables;
  guint n = 0;

  for (gsize i = 0; i < MPEGTS_UNIT_MAX_BYTES; i++)
    unit[i] = (guint8) (i * 7 + 1);
  mpegts_writer_init (&writer);
  for (gsize size = 1; size <= MPEGTS_UNIT_MAX_BYTES;
       size = size < 800                         ? size + 1
              : size < MPEGTS_UNIT_MAX_BYTES - 5 ? MPEGTS_UNIT_MAX_BYTES - 5
                                                 : size + 1) {
    put (&writer, parser, &seen, n++ * FRAME, unit, size, &with_tables);
    g_assert_cmpuint (seen.units, ==, n);
    g_assert_cmpuint (seen.pts, ==, (n - 1) * FRAME);
    g_assert_cmpmem (seen.unit->data, seen.unit->len, unit, size);
  }
  g_assert_cmpuint (mpegts_parser_get_stats (parser)->continuity_errors, ==, 0);
  g_assert_cmpuint (mpegts_parser_get_stats (parser)->table_errors, ==, 0);
  g_assert_true (mpegts_parser_get_stats (parser)->has_klv);
  g_byte_array_unref (seen.unit);
}

/* A unit of 170 bytes is one packet, as mpegtsmux makes it. */
static void
test_no_packet_too_many (void)
{
  static const struct {
    gsize size;
    guint packets;
  } table[] = { { 170, 1 }, { 171, 2 }, { 354, 2 }, { 355, 3 } };
  guint8 unit[400] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
    Seen seen = { .unit = g_byte_array_new () };
    MpegtsWriter writer;
    gboolean with_tables;

    mpegts_writer_init (&writer);
    put (&writer, parser, &seen, 0, unit, 1, &with_tables);
    g_assert_cmpuint (
        put (&writer, parser, &seen, FRAME, unit, table[i].size, &with_tables),
        ==, table[i].packets);
    g_assert_cmpuint (seen.pcr, ==, MPEGTS_NO_TIME);
    g_byte_array_unref (seen.unit);
  }
}

/* Tables twice a second, the clock each 40 ms and an eighth of a second before
 * the unit; both also when the time jumps back or wraps. */
static void
test_tables_and_clock (void)
{
  static const guint64 starts[] = { 0, 324000000, WRAP - 60 * FRAME };
  const guint8 unit[100] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++) {
    g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
    Seen seen = { .unit = g_byte_array_new () };
    MpegtsWriter writer;
    gboolean with_tables;
    guint clocks = 0;

    mpegts_writer_init (&writer);
    for (guint n = 0; n < 120; n++) {
      const guint64 pts = starts[i] + n * FRAME;

      put (&writer, parser, &seen, pts, unit, sizeof unit, &with_tables);
      g_assert_cmpint (with_tables, ==, n % 30 == 0);
      g_assert_cmpuint (seen.pts, ==, pts % WRAP);
      if (seen.pcr != MPEGTS_NO_TIME) {
        clocks++;
        g_assert_cmpuint (seen.pcr, ==, (pts + WRAP - 11250) % WRAP * 300);
      }
    }
    /* Units are 16.7 ms apart: with each third, and with tables. */
    g_assert_cmpuint (seen.tables, ==, 4);
    g_assert_cmpuint (clocks, ==, 40);
    mpegts_writer_want_tables (&writer);
    put (&writer, parser, &seen, starts[i] + 120 * FRAME + 1, unit, sizeof unit,
        &with_tables);
    g_assert_true (with_tables);
    put (&writer, parser, &seen, starts[i], unit, sizeof unit, &with_tables);
    g_assert_true (with_tables);
    g_assert_cmpuint (
        mpegts_parser_get_stats (parser)->continuity_errors, ==, 0);
    g_byte_array_unref (seen.unit);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts-writer/units-of-all-sizes", test_units_of_all_sizes);
  g_test_add_func ("/ts-writer/no-packet-too-many", test_no_packet_too_many);
  g_test_add_func ("/ts-writer/tables-and-clock", test_tables_and_clock);
  return g_test_run ();
}

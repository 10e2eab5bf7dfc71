/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MpegtsParser and PbSegmenter: what they see in a stream, where they cut it. */
#include <glib.h>
#include <string.h>

#include "../lib/pb-test-ts.h"
#include "recording/pb-segmenter.h"

#define FRAME 1500 /* 60 Hz in 90 kHz ticks */

typedef struct {
  GByteArray *bytes;
  guint packets;
  guint video_units;
  guint klv_units;
  guint keys;
  guint not_keys;
  guint64 last_pts;
} Seen;

static void
see (const guint8 *data, gsize size, const MpegtsPacket *packet, gpointer user)
{
  Seen *seen = user;

  g_byte_array_append (seen->bytes, data, size);
  if (packet->kind != MPEGTS_GARBAGE)
    seen->packets++;
  if (packet->starts_unit) {
    if (packet->kind == MPEGTS_VIDEO)
      seen->video_units++;
    else
      seen->klv_units++;
    seen->last_pts = packet->pts;
  }
  if (packet->kind != MPEGTS_VIDEO)
    return;
  seen->keys += packet->key == MPEGTS_KEY_YES;
  seen->not_keys += packet->key == MPEGTS_KEY_NO;
}

static void
parse (Seen *seen, const GByteArray *in, gsize chunk, MpegtsStats *stats)
{
  g_autoptr (MpegtsParser) parser = mpegts_parser_new ();

  *seen = (Seen){ .bytes = g_byte_array_new () };
  for (gsize pos = 0; pos < in->len; pos += chunk)
    mpegts_parser_push (
        parser, in->data + pos, MIN (chunk, in->len - pos), see, seen);
  mpegts_parser_flush (parser, see, seen);
  *stats = *mpegts_parser_get_stats (parser);
}

static void
assert_same_bytes (const GByteArray *a, const GByteArray *b)
{
  g_assert_cmpmem (a->data, a->len, b->data, b->len);
}

static void
make_stream (PbTestTs *ts, gboolean flagged)
{
  pb_test_ts_init (ts, TRUE, TRUE);
  for (guint i = 0; i < 60; i++) {
    if (i % 10 == 0)
      pb_test_ts_put_tables (ts);
    pb_test_ts_put_klv (ts, 1000 + i * FRAME, 150);
    pb_test_ts_put_picture (
        ts, 1000 + i * FRAME, i % 30 == 0, flagged, 100 + i * 20);
  }
}

static void
test_sees_units (void)
{
  static const gsize chunks[] = { 1, 7, 187, 188, 189, 376, 1316, 100000 };

  for (guint flagged = 0; flagged < 2; flagged++) {
    PbTestTs ts;

    make_stream (&ts, flagged);
    for (guint i = 0; i < G_N_ELEMENTS (chunks); i++) {
      Seen seen;
      MpegtsStats stats;

      parse (&seen, ts.out, chunks[i], &stats);
      assert_same_bytes (seen.bytes, ts.out);
      g_assert_cmpuint (seen.packets, ==, ts.out->len / 188);
      g_assert_cmpuint (seen.video_units, ==, 60);
      g_assert_cmpuint (seen.klv_units, ==, 60);
      g_assert_cmpuint (seen.keys, ==, 2);
      g_assert_cmpuint (seen.not_keys, ==, 58);
      g_assert_cmpuint (seen.last_pts, ==, 1000 + 59 * FRAME);
      g_assert_cmpuint (stats.garbage_bytes, ==, 0);
      g_assert_cmpuint (stats.continuity_errors, ==, 0);
      g_assert_cmpuint (stats.table_errors, ==, 0);
      g_assert_cmpstr (stats.video_codec, ==, "h264");
      g_assert_true (stats.has_klv);
      g_byte_array_unref (seen.bytes);
    }
    pb_test_ts_clear (&ts);
  }
}

/* The start code and the type of the deciding unit lie in two packets. */
static void
test_key_across_packets (void)
{
  for (guint sei = 140; sei < 180; sei++) {
    PbTestTs ts;
    Seen seen;
    MpegtsStats stats;
    g_autofree guint8 *unit = g_malloc (400);

    memset (unit, 0xaa, 400);
    memcpy (unit, "\0\0\0\1\11\x10\0\0\1\6", 10);
    memcpy (unit + sei, "\0\0\1\x67", 4);
    pb_test_ts_init (&ts, TRUE, FALSE);
    pb_test_ts_put_tables (&ts);
    pb_test_ts_put_pes (&ts, PB_TEST_TS_VIDEO_PID, 5, FALSE, unit, 400);
    parse (&seen, ts.out, 1316, &stats);
    g_assert_cmpuint (seen.keys, ==, 1);
    g_byte_array_unref (seen.bytes);
    pb_test_ts_clear (&ts);
  }
}

static void
test_endless_search_ends (void)
{
  PbTestTs ts;
  Seen seen;
  MpegtsStats stats;
  g_autofree guint8 *unit = g_malloc0 (100 * 184);

  pb_test_ts_init (&ts, TRUE, FALSE);
  pb_test_ts_put_tables (&ts);
  memset (unit, 0xaa, 100 * 184);
  pb_test_ts_put_pes (&ts, PB_TEST_TS_VIDEO_PID, 5, FALSE, unit, 100 * 184);
  parse (&seen, ts.out, 1316, &stats);
  g_assert_cmpuint (seen.keys, ==, 0);
  g_assert_cmpuint (seen.not_keys, ==, 1);
  g_byte_array_unref (seen.bytes);
  pb_test_ts_clear (&ts);
}

static void
test_garbage (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  PbTestTs ts;
  Seen seen;
  MpegtsStats stats;
  g_autoptr (GByteArray) mixed = g_byte_array_new ();
  guint8 noise[1000];

  for (guint i = 0; i < sizeof noise; i++)
    noise[i] = g_rand_int (random) & 0xfe; /* never 0x47 */
  make_stream (&ts, TRUE);
  g_byte_array_append (mixed, noise, 1000);
  g_byte_array_append (mixed, ts.out->data, 188 * 40);
  g_byte_array_append (mixed, noise, 77);
  g_byte_array_append (mixed, ts.out->data + 188 * 40, ts.out->len - 188 * 40);
  for (gsize chunk = 1; chunk < 600; chunk += 61) {
    parse (&seen, mixed, chunk, &stats);
    assert_same_bytes (seen.bytes, mixed);
    g_assert_cmpuint (stats.garbage_bytes, ==, 1077);
    g_assert_cmpuint (stats.garbage_run_bytes, ==, 0);
    g_assert_cmpuint (stats.packets, ==, ts.out->len / 188);
    g_byte_array_unref (seen.bytes);
  }
  g_byte_array_set_size (mixed, 1000);
  parse (&seen, mixed, 100, &stats);
  g_assert_cmpuint (stats.garbage_run_bytes, ==, 1000);
  g_assert_false (stats.has_pmt);
  g_byte_array_unref (seen.bytes);
  pb_test_ts_clear (&ts);
}

static void
test_damaged_tables (void)
{
  PbTestTs ts;
  Seen seen;
  MpegtsStats stats;

  for (guint byte = 5; byte < 5 + 32; byte++) {
    pb_test_ts_init (&ts, TRUE, TRUE);
    pb_test_ts_put_tables (&ts);
    ts.out->data[188 + byte] ^= 0x10;
    parse (&seen, ts.out, 188, &stats);
    g_assert_false (stats.has_pmt);
    g_byte_array_unref (seen.bytes);
    pb_test_ts_clear (&ts);
  }
}

static void
test_continuity (void)
{
  PbTestTs ts;
  Seen seen;
  MpegtsStats stats;

  make_stream (&ts, TRUE);
  g_byte_array_remove_range (ts.out, 188 * 100, 188);
  parse (&seen, ts.out, 1316, &stats);
  g_assert_cmpuint (stats.continuity_errors, ==, 1);
  g_byte_array_unref (seen.bytes);
  pb_test_ts_clear (&ts);
}

/* Segments. */

typedef struct {
  GPtrArray *segments; /* of GByteArray */
  GArray *points;
} Cut;

static void
cut_begin (guint n, gpointer user)
{
  Cut *cut = user;

  g_assert_cmpuint (n, ==, cut->segments->len);
  g_ptr_array_add (cut->segments, g_byte_array_new ());
}

static void
cut_write (const guint8 *data, gsize size, gpointer user)
{
  Cut *cut = user;

  g_byte_array_append (
      g_ptr_array_index (cut->segments, cut->segments->len - 1), data, size);
}

static void
cut_point (const PbPoint *point, gpointer user)
{
  Cut *cut = user;

  g_array_append_val (cut->points, *point);
}

static void
segment (Cut *cut, const GByteArray *in, gint64 target_ms, gsize chunk)
{
  const PbSegmenterFuncs funcs = { cut_begin, cut_write, cut_point };
  g_autoptr (PbSegmenter) segmenter = pb_segmenter_new (target_ms, &funcs, cut);

  cut->segments =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  cut->points = g_array_new (FALSE, FALSE, sizeof (PbPoint));
  for (gsize pos = 0; pos < in->len; pos += chunk)
    pb_segmenter_push (segmenter, in->data + pos, MIN (chunk, in->len - pos),
        1000000 + pos, 3);
  pb_segmenter_finish (segmenter);
}

static void
cut_clear (Cut *cut)
{
  g_ptr_array_unref (cut->segments);
  g_array_unref (cut->points);
}

static void
assert_points (const Cut *cut)
{
  for (guint i = 0; i < cut->points->len; i++) {
    const PbPoint *point = &g_array_index (cut->points, PbPoint, i);
    const GByteArray *file = g_ptr_array_index (cut->segments, point->segment);

    g_assert_cmpuint (point->offset % 188, ==, 0);
    g_assert_cmpuint (point->offset, <, file->len);
    g_assert_cmpuint (file->data[point->offset], ==, 0x47);
    /* A unit starts there. */
    g_assert_true (file->data[point->offset + 1] & 0x40);
    g_assert_cmpint (point->lap, ==, 3);
  }
}

/* Without the two table packets that were put in front of each later segment
 * the files are the stream. */
static void
assert_untouched (const Cut *cut, const GByteArray *in)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < cut->segments->len; i++) {
    const GByteArray *file = g_ptr_array_index (cut->segments, i);
    gsize skip = i == 0 ? 0 : 376;

    g_assert_cmpuint (file->len, >, 376);
    g_assert_cmpuint (file->data[2], ==, 0);
    g_assert_cmpuint (file->data[188 + 2], ==, PB_TEST_TS_PMT_PID);
    g_byte_array_append (all, file->data + skip, file->len - skip);
  }
  assert_same_bytes (all, in);
}

static void
test_cuts_at_key_frames (void)
{
  static const gsize chunks[] = { 1, 188, 1316, 1000000 };

  for (guint flagged = 0; flagged < 2; flagged++) {
    for (guint c = 0; c < G_N_ELEMENTS (chunks); c++) {
      PbTestTs ts;
      Cut cut;

      pb_test_ts_init (&ts, TRUE, TRUE);
      /* 25 s, a key frame each second; the clock wraps at 12 s. */
      for (guint i = 0; i < 1500; i++) {
        guint64 pts = (G_GUINT64_CONSTANT (1) << 33) - 720 * FRAME + i * FRAME;

        if (i % 6 == 0)
          pb_test_ts_put_tables (&ts);
        pb_test_ts_put_klv (&ts, pts, 100);
        pb_test_ts_put_picture (&ts, pts, i % 60 == 0, flagged, 300);
      }
      segment (&cut, ts.out, 10000, chunks[c]);
      g_assert_cmpuint (cut.segments->len, ==, 3);
      assert_untouched (&cut, ts.out);
      assert_points (&cut);
      g_assert_cmpuint (cut.points->len, ==, 26);
      for (guint i = 1; i < cut.points->len; i++) {
        const PbPoint *point = &g_array_index (cut.points, PbPoint, i);

        g_assert_true (point->is_key);
        if (i > 1)
          g_assert_cmpint (point->pts - point[-1].pts, ==, 60 * FRAME);
      }
      cut_clear (&cut);
      pb_test_ts_clear (&ts);
    }
  }
}

static void
test_cuts_telemetry_only (void)
{
  PbTestTs ts;
  Cut cut;

  pb_test_ts_init (&ts, FALSE, TRUE);
  for (guint i = 0; i < 1500; i++) {
    if (i % 6 == 0)
      pb_test_ts_put_tables (&ts);
    pb_test_ts_put_klv (&ts, i * FRAME, 100);
  }
  segment (&cut, ts.out, 10000, 1316);
  g_assert_cmpuint (cut.segments->len, ==, 3);
  assert_untouched (&cut, ts.out);
  assert_points (&cut);
  g_assert_cmpuint (cut.points->len, ==, 25);
  cut_clear (&cut);
  pb_test_ts_clear (&ts);
}

/* The picture stops: telemetry goes on to be cut. */
static void
test_cuts_when_picture_stops (void)
{
  PbTestTs ts;
  Cut cut;

  pb_test_ts_init (&ts, TRUE, TRUE);
  for (guint i = 0; i < 60 * 60; i++) {
    if (i % 6 == 0)
      pb_test_ts_put_tables (&ts);
    pb_test_ts_put_klv (&ts, i * FRAME, 100);
    if (i < 120)
      pb_test_ts_put_picture (&ts, i * FRAME, i % 60 == 0, TRUE, 200);
  }
  segment (&cut, ts.out, 10000, 1316);
  g_assert_cmpuint (cut.segments->len, >=, 5);
  assert_untouched (&cut, ts.out);
  assert_points (&cut);
  cut_clear (&cut);
  pb_test_ts_clear (&ts);
}

/* No key frame ever: no endless file. */
static void
test_cuts_without_key_frames (void)
{
  PbTestTs ts;
  Cut cut;

  pb_test_ts_init (&ts, TRUE, FALSE);
  for (guint i = 0; i < 4000; i++) {
    if (i % 6 == 0)
      pb_test_ts_put_tables (&ts);
    pb_test_ts_put_picture (&ts, i * FRAME, FALSE, FALSE, 100);
  }
  segment (&cut, ts.out, 10000, 1316);
  g_assert_cmpuint (cut.segments->len, ==, 3);
  assert_untouched (&cut, ts.out);
  cut_clear (&cut);
  pb_test_ts_clear (&ts);
}

/* A stream joined in the middle, and one that is none. */
static void
test_first_segment (void)
{
  PbTestTs ts;
  Cut cut;
  g_autoptr (GByteArray) joined = g_byte_array_new ();
  const GByteArray *file;

  make_stream (&ts, TRUE);
  g_byte_array_append (joined, ts.out->data + 376, ts.out->len - 376);
  segment (&cut, joined, 10000, 1316);
  g_assert_cmpuint (cut.segments->len, ==, 1);
  file = g_ptr_array_index (cut.segments, 0);
  g_assert_cmpuint (file->len, ==, joined->len + 376);
  g_assert_cmpuint (file->data[2], ==, 0);
  g_assert_cmpmem (
      file->data + 376, file->len - 376, joined->data, joined->len);
  assert_points (&cut);
  cut_clear (&cut);

  memset (joined->data, 0xee, joined->len);
  segment (&cut, joined, 10000, 1316);
  g_assert_cmpuint (cut.segments->len, ==, 1);
  assert_same_bytes (g_ptr_array_index (cut.segments, 0), joined);
  g_assert_cmpuint (cut.points->len, ==, 0);
  cut_clear (&cut);
  pb_test_ts_clear (&ts);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts/sees-units-in-pieces-of-any-size", test_sees_units);
  g_test_add_func ("/ts/key-frame-across-packets", test_key_across_packets);
  g_test_add_func ("/ts/endless-search-ends", test_endless_search_ends);
  g_test_add_func ("/ts/garbage-is-counted", test_garbage);
  g_test_add_func ("/ts/damaged-tables-are-refused", test_damaged_tables);
  g_test_add_func ("/ts/missing-packet-is-counted", test_continuity);
  g_test_add_func ("/segments/cut-at-key-frames", test_cuts_at_key_frames);
  g_test_add_func ("/segments/cut-telemetry-only", test_cuts_telemetry_only);
  g_test_add_func (
      "/segments/cut-when-the-picture-stops", test_cuts_when_picture_stops);
  g_test_add_func (
      "/segments/cut-without-key-frames", test_cuts_without_key_frames);
  g_test_add_func ("/segments/first-begins-with-tables", test_first_segment);
  return g_test_run ();
}

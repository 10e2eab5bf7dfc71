/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Encoder to decoder without pads: round trips, loss, merging, hostile bytes. */
#include <gstpitbox/gstpitbox.h>

#include <string.h>

#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-units.h"

static void
push_buffer (PbTestUnits *f, GstBuffer *buffer, GstMapInfo *map)
{
  g_assert_true (gst_buffer_map (buffer, map, GST_MAP_READ));
  gst_pitbox_decoder_push (f->dec, map->data, map->size);
}

/* The next row is row n; any schema item before it is passed over. */
static void
assert_next_row (PbTestUnits *f, guint n, gboolean discont)
{
  GstPitboxDecoderItem item;

  do {
    g_assert_true (gst_pitbox_decoder_next (f->dec, &item));
  } while (item.type == GST_PITBOX_DECODER_SCHEMA);
  g_assert_cmpint (item.type, ==, GST_PITBOX_DECODER_ROW);
  pb_test_row_fill (f->schema, n, f->row);
  g_assert_cmpmem (item.row, f->row_bytes, f->row, f->row_bytes);
  g_assert_cmpuint (item.times.tick, ==, 6000 + n);
  g_assert_cmpint (ABS (item.times.session_us - 100000000
                        - n * G_GINT64_CONSTANT (1000000) / 60),
      <=, 500);
  g_assert_cmpint (ABS (item.times.utc_us - 1700000000000000
                        - n * G_GINT64_CONSTANT (1000000) / 60),
      <=, 100);
  g_assert_cmpint (item.clock_quality, ==, GST_PITBOX_CLOCK_LOCAL);
  g_assert_cmpint (item.discont, ==, discont);
}

static void
assert_end (PbTestUnits *f)
{
  GstPitboxDecoderItem item;

  g_assert_false (gst_pitbox_decoder_next (f->dec, &item));
}

static void
test_rows_come_back (PbTestUnits *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);

  for (guint n = 0; n < 200; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);

    pb_test_units_push (f->dec, unit);
    assert_next_row (f, n, FALSE);
    assert_end (f);
  }
  g_assert_cmpuint (stats->units, ==, 200);
  g_assert_cmpuint (stats->key_units, ==, 7);
  g_assert_cmpuint (gst_pitbox_decoder_stats_rejected (stats), ==, 0);
  g_assert_cmpuint (stats->lost_rows, ==, 0);
  g_assert_true (gst_pitbox_schema_equal (
      f->schema, gst_pitbox_decoder_get_schema (f->dec)));
}

static void
test_random_rows_come_back (PbTestUnits *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree guint8 *random = g_malloc (f->row_bytes);

  for (guint n = 0; n < 100; n++) {
    GstPitboxEncoderRow row = {
      .data = random, .tick = n, .pts = PB_TEST_ROW_NS (n)
    };
    g_autoptr (GstBuffer) unit = NULL;
    GstPitboxDecoderItem item;
    GstMapInfo map;

    if (n % 10 != 9)
      pb_test_row_random (rand, f->schema, random);
    unit = gst_pitbox_encoder_push (f->enc, &row);
    push_buffer (f, unit, &map);
    do {
      g_assert_true (gst_pitbox_decoder_next (f->dec, &item));
    } while (item.type != GST_PITBOX_DECODER_ROW);
    g_assert_cmpmem (item.row, f->row_bytes, random, f->row_bytes);
    gst_buffer_unmap (unit, &map);
  }
}

static void
test_delta_header_is_small (PbTestUnits *f, gconstpointer data)
{
  for (guint n = 0; n < 20; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);
    GstPitboxDecoderItem item;

    pb_test_units_push (f->dec, unit);
    do {
      g_assert_true (gst_pitbox_decoder_next (f->dec, &item));
    } while (item.type != GST_PITBOX_DECODER_ROW);
    /* Key and length take up to 19. */
    if (n > 0)
      g_assert_cmpuint (
          g_bytes_get_size (unit) - item.block_bytes, <=, 19 + 24);
  }
}

static void
test_loss_ends_at_the_next_key (PbTestUnits *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);
  gboolean raw = GPOINTER_TO_UINT (data) == GST_PITBOX_CODEC_RAW;

  for (guint n = 0; n < 40; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);

    if (n == 10 || n == 11)
      continue;
    pb_test_units_push (f->dec, unit);
    if (!raw && n > 11 && n < 30) {
      assert_end (f);
      continue;
    }
    assert_next_row (f, n, n == (raw ? 12 : 30));
    assert_end (f);
  }
  g_assert_cmpuint (stats->lost_rows, ==, raw ? 2 : 20);
  g_assert_cmpuint (stats->rejected_need_key, ==, raw ? 0 : 18);
}

static void
test_joining_late_waits_for_a_key (PbTestUnits *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);

  for (guint n = 0; n < 40; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);

    if (n < 20)
      continue;
    pb_test_units_push (f->dec, unit);
    if (n >= 30)
      assert_next_row (f, n, FALSE);
    assert_end (f);
  }
  g_assert_cmpuint (stats->rejected_need_key, ==, 10);
  g_assert_cmpuint (stats->lost_rows, ==, 0);
}

/* A lost key unit must not let its delta units pass under the one before. */
static void
test_delta_of_a_lost_key_is_refused (PbTestUnits *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);

  for (guint n = 0; n < 62; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);

    if (n >= 5 && n <= 35)
      continue;
    pb_test_units_push (f->dec, unit);
    if (n < 5 || n >= 60)
      assert_next_row (f, n, n == 60);
    assert_end (f);
  }
  g_assert_cmpuint (stats->rejected_need_key, ==, 60 - 36);
}

static void
test_every_bit_flip_is_noticed (PbTestUnits *f, gconstpointer data)
{
  g_autoptr (GBytes) key = pb_test_units_encode_bytes (f, 0);
  g_autoptr (GBytes) delta = pb_test_units_encode_bytes (f, 1);
  GBytes *units[2] = { key, delta };

  for (guint which = 0; which < 2; which++) {
    gsize size = g_bytes_get_size (units[which]);

    for (gsize bit = 0; bit < size * 8; bit += 3) {
      g_autofree guint8 *bad =
          g_memdup2 (g_bytes_get_data (units[which], NULL), size);
      g_autoptr (GstPitboxDecoder) dec = gst_pitbox_decoder_new ();
      const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (dec);
      GstPitboxDecoderItem item;
      guint rows = 0;

      bad[bit / 8] ^= 1 << bit % 8;
      if (which == 1)
        pb_test_units_push (dec, units[0]);
      while (which == 1 && gst_pitbox_decoder_next (dec, &item))
        continue;
      gst_pitbox_decoder_push (dec, bad, size);
      while (gst_pitbox_decoder_next (dec, &item))
        rows += item.type == GST_PITBOX_DECODER_ROW;
      g_assert_cmpuint (rows, ==, 0);
      g_assert_cmpuint (gst_pitbox_decoder_stats_rejected (stats), >, 0);
    }
  }
}

static void
test_every_truncation_is_noticed (PbTestUnits *f, gconstpointer data)
{
  g_autoptr (GBytes) key = pb_test_units_encode_bytes (f, 0);
  g_autoptr (GBytes) delta = pb_test_units_encode_bytes (f, 1);

  pb_test_units_push (f->dec, key);
  assert_next_row (f, 0, FALSE);
  for (gsize size = 1; size < g_bytes_get_size (delta); size++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (delta, 0, size);

    pb_test_units_push (f->dec, cut);
    assert_end (f);
  }
  g_assert_cmpuint (gst_pitbox_decoder_get_stats (f->dec)->rejected_truncated,
      ==, g_bytes_get_size (delta) - 1);
  pb_test_units_push (f->dec, delta);
  assert_next_row (f, 1, FALSE);
}

static void
test_repeated_unit_is_dropped (PbTestUnits *f, gconstpointer data)
{
  g_autoptr (GBytes) key = pb_test_units_encode_bytes (f, 0);
  g_autoptr (GBytes) delta = pb_test_units_encode_bytes (f, 1);

  pb_test_units_push (f->dec, key);
  assert_next_row (f, 0, FALSE);
  pb_test_units_push (f->dec, delta);
  assert_next_row (f, 1, FALSE);
  pb_test_units_push (f->dec, delta);
  assert_end (f);
  g_assert_cmpuint (
      gst_pitbox_decoder_get_stats (f->dec)->rejected_stale, ==, 1);
}

/* Units of rows 25..34, the key unit at 30 in the middle. */
static void
test_merging_keeps_rows_and_times (PbTestUnits *f, gconstpointer data)
{
  GstBuffer *units[10];
  GstClockTime frame = PB_TEST_ROW_NS (34) + 3000000;
  g_autoptr (GstBuffer) merged = NULL;
  g_autoptr (GError) error = NULL;
  GstPitboxDecoderItem item;
  GstMapInfo map;
  guint n;

  for (n = 0; n < 25; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);

    pb_test_units_push (f->dec, unit);
    assert_next_row (f, n, FALSE);
  }
  for (guint i = 0; i < 10; i++)
    units[i] = pb_test_units_encode (f, 25 + i);
  merged = gst_pitbox_unit_merge (units, 10, frame, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (GST_BUFFER_PTS (merged), ==, frame);
  g_assert_false (GST_BUFFER_FLAG_IS_SET (merged, GST_BUFFER_FLAG_DELTA_UNIT));
  push_buffer (f, merged, &map);
  for (n = 25; gst_pitbox_decoder_next (f->dec, &item); n++) {
    gint64 off =
        (gint64) (frame + item.offset_ns) - (gint64) PB_TEST_ROW_NS (n);

    pb_test_row_fill (f->schema, n, f->row);
    g_assert_cmpint (item.type, ==, GST_PITBOX_DECODER_ROW);
    g_assert_cmpmem (item.row, f->row_bytes, f->row, f->row_bytes);
    g_assert_cmpuint (item.times.tick, ==, 6000 + n);
    g_assert_cmpint (ABS (off), <=, 11112);
  }
  g_assert_cmpuint (n, ==, 35);
  gst_buffer_unmap (merged, &map);
  g_assert_cmpuint (gst_pitbox_decoder_get_stats (f->dec)->units, ==, 25 + 2);
  for (guint i = 0; i < 10; i++)
    gst_buffer_unref (units[i]);
}

static void
test_merging_does_not_heal_a_damaged_unit (PbTestUnits *f, gconstpointer data)
{
  GstBuffer *units[3];

  for (guint i = 0; i < 3; i++)
    units[i] = pb_test_units_encode (f, i);
  for (guint first = 1; first <= 2; first++) {
    g_autoptr (GstBuffer) bad = gst_buffer_copy_deep (units[2]);
    GstBuffer *list[2] = { units[1], bad };
    g_autoptr (GstBuffer) merged = NULL;
    g_autoptr (GstPitboxDecoder) dec = gst_pitbox_decoder_new ();
    GstPitboxDecoderItem item;
    GstMapInfo key, map;
    guint rows = 0;

    g_assert_true (gst_buffer_map (bad, &map, GST_MAP_READWRITE));
    map.data[map.size - 8] ^= 0x10;
    gst_buffer_unmap (bad, &map);
    merged =
        gst_pitbox_unit_merge (&list[first - 1], 3 - first, 500000000, NULL);
    if (merged == NULL)
      continue;
    g_assert_true (gst_buffer_map (units[0], &key, GST_MAP_READ));
    g_assert_true (gst_buffer_map (merged, &map, GST_MAP_READ));
    gst_pitbox_decoder_push (dec, key.data, key.size);
    while (gst_pitbox_decoder_next (dec, &item))
      continue;
    gst_pitbox_decoder_push (dec, map.data, map.size);
    while (gst_pitbox_decoder_next (dec, &item))
      rows++;
    g_assert_cmpuint (rows, ==, 2 - first);
    g_assert_cmpuint (
        gst_pitbox_decoder_get_stats (dec)->rejected_checksum, ==, 1);
    gst_buffer_unmap (merged, &map);
    gst_buffer_unmap (units[0], &key);
  }
  for (guint i = 0; i < 3; i++)
    gst_buffer_unref (units[i]);
}

static void
test_new_run_restarts (PbTestUnits *f, gconstpointer data)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_RAW,
    .key_interval = GST_SECOND,
    .rows_per_unit = 1,
    .run_id = 78,
    .rate_divisor = 1 };
  g_autoptr (GBytes) old = pb_test_units_encode_bytes (f, 0);

  pb_test_units_push (f->dec, old);
  assert_next_row (f, 0, FALSE);
  gst_pitbox_encoder_free (f->enc);
  f->enc = gst_pitbox_encoder_new (&config);
  g_assert_true (gst_pitbox_encoder_set_schema (f->enc, f->schema, NULL));
  {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, 3);

    pb_test_units_push (f->dec, unit);
    assert_next_row (f, 3, TRUE);
  }
  g_assert_cmpuint (gst_pitbox_decoder_get_stats (f->dec)->restarts, ==, 1);
}

static void
test_several_rows_a_unit (void)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND,
    .rows_per_unit = 7,
    .rate_divisor = 1 };
  g_autoptr (GstBuffer) last = NULL;
  GstMapInfo map;
  PbTestUnits f;

  pb_test_units_set_up_with (&f, &config);
  for (guint n = 0; n < 24; n++) {
    g_autoptr (GstBuffer) unit = pb_test_units_encode (&f, n);

    if (n % 7 != 6) {
      g_assert_null (unit);
      continue;
    }
    g_assert_cmpuint (GST_BUFFER_PTS (unit), ==, PB_TEST_ROW_NS (n));
    push_buffer (&f, unit, &map);
    for (guint i = 0; i < 7; i++)
      assert_next_row (&f, n - 6 + i, FALSE);
    assert_end (&f);
    gst_buffer_unmap (unit, &map);
  }
  last = gst_pitbox_encoder_drain (f.enc);
  push_buffer (&f, last, &map);
  for (guint n = 21; n < 24; n++)
    assert_next_row (&f, n, FALSE);
  assert_end (&f);
  gst_buffer_unmap (last, &map);
  pb_test_units_tear_down (&f, NULL);
}

static void
test_reduced_stream_says_so (void)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND,
    .rows_per_unit = 1,
    .rate_divisor = 4,
    .fields = "Speed, CarIdx*,NotThere" };
  GstPitboxDecoderItem item;
  guint rows = 0;
  PbTestUnits f;

  pb_test_units_set_up_with (&f, &config);
  for (guint n = 0; n < 40; n++) {
    g_autoptr (GstBuffer) unit = pb_test_units_encode (&f, n);
    GstMapInfo map;

    if (unit == NULL)
      continue;
    push_buffer (&f, unit, &map);
    while (gst_pitbox_decoder_next (f.dec, &item)) {
      const GstPitboxVar *speed = gst_pitbox_schema_find (item.schema, "Speed");

      g_assert_cmpuint (gst_pitbox_schema_get_n_vars (item.schema), ==, 4);
      g_assert_cmpuint (
          item.key->full_schema_id, ==, gst_pitbox_schema_get_id (f.schema));
      g_assert_cmpuint (
          item.key->full_n_vars, ==, gst_pitbox_schema_get_n_vars (f.schema));
      g_assert_cmpuint (item.key->rate_divisor, ==, 4);
      if (item.type != GST_PITBOX_DECODER_ROW)
        continue;
      rows++;
      g_assert_cmpuint (item.times.tick, ==, 6000 + n);
      g_assert_cmpfloat (gst_pitbox_row_get_double (item.row, speed, 0), ==,
          gst_pitbox_row_get_double (
              f.row, gst_pitbox_schema_find (f.schema, "Speed"), 0));
    }
    gst_buffer_unmap (unit, &map);
  }
  g_assert_cmpuint (rows, ==, 10);
  pb_test_units_tear_down (&f, NULL);
}

static void
add (const gchar *name, GstPitboxCodecId codec,
    void (*func) (PbTestUnits *, gconstpointer))
{
  g_autofree gchar *path = g_strdup_printf ("/units/codec-%u/%s", codec, name);

  g_test_add (path, PbTestUnits, GUINT_TO_POINTER (codec), pb_test_units_set_up,
      func, pb_test_units_tear_down);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint c = 0; gst_pitbox_codec_is_known (c); c++) {
    add ("rows-come-back", c, test_rows_come_back);
    add ("random-rows-come-back", c, test_random_rows_come_back);
    add ("delta-header-is-small", c, test_delta_header_is_small);
    add ("loss-ends-at-the-next-key", c, test_loss_ends_at_the_next_key);
    add ("joining-late-waits-for-a-key", c, test_joining_late_waits_for_a_key);
    add ("delta-of-a-lost-key-is-refused", c,
        test_delta_of_a_lost_key_is_refused);
    add ("every-bit-flip-is-noticed", c, test_every_bit_flip_is_noticed);
    add ("every-truncation-is-noticed", c, test_every_truncation_is_noticed);
    add ("repeated-unit-is-dropped", c, test_repeated_unit_is_dropped);
    add ("merging-keeps-rows-and-times", c, test_merging_keeps_rows_and_times);
    add ("merging-does-not-heal-a-damaged-unit", c,
        test_merging_does_not_heal_a_damaged_unit);
    add ("new-run-restarts", c, test_new_run_restarts);
  }
  g_test_add_func ("/units/several-rows-a-unit", test_several_rows_a_unit);
  g_test_add_func (
      "/units/reduced-stream-says-so", test_reduced_stream_says_so);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Encoder to decoder without pads: round trips, loss, merging, hostile bytes. */
#include <gstpitbox/gstpitbox.h>

#include <string.h>

#include "../lib/pb-test-rows.h"

typedef struct {
  GstPitboxSchema *schema;
  guint row_bytes;
  GstPitboxEncoder *enc;
  GstPitboxDecoder *dec;
  guint8 *row;
} Fixture;

static void
setup_with (Fixture *f, const GstPitboxEncoderConfig *config)
{
  g_autoptr (GError) error = NULL;

  f->schema = pb_test_schema_new ();
  f->row_bytes = gst_pitbox_schema_get_row_bytes (f->schema);
  f->enc = gst_pitbox_encoder_new (config);
  f->dec = gst_pitbox_decoder_new ();
  f->row = g_malloc0 (f->row_bytes);
  g_assert_true (gst_pitbox_encoder_set_schema (f->enc, f->schema, &error));
  g_assert_no_error (error);
}

static void
setup (Fixture *f, gconstpointer data)
{
  const GstPitboxEncoderConfig config = { .codec = GPOINTER_TO_UINT (data),
    .key_interval = GST_SECOND / 2,
    .rows_per_unit = 1,
    .run_id = 77,
    .rate_divisor = 1 };

  setup_with (f, &config);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gst_pitbox_encoder_free (f->enc);
  gst_pitbox_decoder_free (f->dec);
  gst_pitbox_schema_unref (f->schema);
  g_free (f->row);
}

/* Row n as a unit, or NULL. */
static GstBuffer *
encode (Fixture *f, guint n)
{
  GstPitboxEncoderRow row = { f->row, 6000 + n, PB_TEST_ROW_NS (n),
    1700000000000000 + n * G_GINT64_CONSTANT (1000000) / 60,
    GST_PITBOX_CLOCK_LOCAL, FALSE };

  pb_test_row_fill (f->schema, n, f->row);
  return gst_pitbox_encoder_push (f->enc, &row);
}

static GBytes *
encode_bytes (Fixture *f, guint n)
{
  g_autoptr (GstBuffer) unit = encode (f, n);
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (unit, 0, -1, &data, &size);
  return g_bytes_new_take (data, size);
}

static void
push_bytes (GstPitboxDecoder *dec, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  gst_pitbox_decoder_push (dec, data, size);
}

static void
push_buffer (Fixture *f, GstBuffer *buffer, GstMapInfo *map)
{
  g_assert_true (gst_buffer_map (buffer, map, GST_MAP_READ));
  gst_pitbox_decoder_push (f->dec, map->data, map->size);
}

/* The next row is row n; any schema item before it is passed over. */
static void
assert_next_row (Fixture *f, guint n, gboolean discont)
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
assert_end (Fixture *f)
{
  GstPitboxDecoderItem item;

  g_assert_false (gst_pitbox_decoder_next (f->dec, &item));
}

static void
test_rows_come_back (Fixture *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);

  for (guint n = 0; n < 200; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);

    push_bytes (f->dec, unit);
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
test_random_rows_come_back (Fixture *f, gconstpointer data)
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
test_delta_header_is_small (Fixture *f, gconstpointer data)
{
  for (guint n = 0; n < 20; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);
    GstPitboxDecoderItem item;

    push_bytes (f->dec, unit);
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
test_loss_ends_at_the_next_key (Fixture *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);
  gboolean raw = GPOINTER_TO_UINT (data) == GST_PITBOX_CODEC_RAW;

  for (guint n = 0; n < 40; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);

    if (n == 10 || n == 11)
      continue;
    push_bytes (f->dec, unit);
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
test_joining_late_waits_for_a_key (Fixture *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);

  for (guint n = 0; n < 40; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);

    if (n < 20)
      continue;
    push_bytes (f->dec, unit);
    if (n >= 30)
      assert_next_row (f, n, FALSE);
    assert_end (f);
  }
  g_assert_cmpuint (stats->rejected_need_key, ==, 10);
  g_assert_cmpuint (stats->lost_rows, ==, 0);
}

/* A lost key unit must not let its delta units pass under the one before. */
static void
test_delta_of_a_lost_key_is_refused (Fixture *f, gconstpointer data)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);

  for (guint n = 0; n < 62; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);

    if (n >= 5 && n <= 35)
      continue;
    push_bytes (f->dec, unit);
    if (n < 5 || n >= 60)
      assert_next_row (f, n, n == 60);
    assert_end (f);
  }
  g_assert_cmpuint (stats->rejected_need_key, ==, 60 - 36);
}

static void
test_every_bit_flip_is_noticed (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) key = encode_bytes (f, 0);
  g_autoptr (GBytes) delta = encode_bytes (f, 1);
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
        push_bytes (dec, units[0]);
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
test_every_truncation_is_noticed (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) key = encode_bytes (f, 0);
  g_autoptr (GBytes) delta = encode_bytes (f, 1);

  push_bytes (f->dec, key);
  assert_next_row (f, 0, FALSE);
  for (gsize size = 1; size < g_bytes_get_size (delta); size++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (delta, 0, size);

    push_bytes (f->dec, cut);
    assert_end (f);
  }
  g_assert_cmpuint (gst_pitbox_decoder_get_stats (f->dec)->rejected_truncated,
      ==, g_bytes_get_size (delta) - 1);
  push_bytes (f->dec, delta);
  assert_next_row (f, 1, FALSE);
}

static void
test_repeated_unit_is_dropped (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) key = encode_bytes (f, 0);
  g_autoptr (GBytes) delta = encode_bytes (f, 1);

  push_bytes (f->dec, key);
  assert_next_row (f, 0, FALSE);
  push_bytes (f->dec, delta);
  assert_next_row (f, 1, FALSE);
  push_bytes (f->dec, delta);
  assert_end (f);
  g_assert_cmpuint (
      gst_pitbox_decoder_get_stats (f->dec)->rejected_stale, ==, 1);
}

/* Units of rows 25..34, the key unit at 30 in the middle. */
static void
test_merging_keeps_rows_and_times (Fixture *f, gconstpointer data)
{
  GstBuffer *units[10];
  GstClockTime frame = PB_TEST_ROW_NS (34) + 3000000;
  g_autoptr (GstBuffer) merged = NULL;
  g_autoptr (GError) error = NULL;
  GstPitboxDecoderItem item;
  GstMapInfo map;
  guint n;

  for (n = 0; n < 25; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);

    push_bytes (f->dec, unit);
    assert_next_row (f, n, FALSE);
  }
  for (guint i = 0; i < 10; i++)
    units[i] = encode (f, 25 + i);
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
test_merging_does_not_heal_a_damaged_unit (Fixture *f, gconstpointer data)
{
  GstBuffer *units[3];

  for (guint i = 0; i < 3; i++)
    units[i] = encode (f, i);
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

static GBytes *
session_text_new (guint n_lines)
{
  GString *text = g_string_new ("---\n");
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < n_lines; i++)
    g_string_append_printf (text, " Key%u: %u\n", i, g_rand_int (rand));
  return g_string_free_to_bytes (text);
}

/* Row at which the session string is whole, when unit 17 is lost and, before
 * row @asked, somebody asks for it. */
static guint
session_whole_at (Fixture *f, guint asked)
{
  g_autoptr (GBytes) bytes = session_text_new (3000);
  guint sessions = 0, whole_at = 0;

  gst_pitbox_encoder_set_session (f->enc, bytes, 9);
  for (guint n = 0; n < 60 * 60; n++) {
    g_autoptr (GBytes) unit = NULL;
    GstPitboxDecoderItem item;

    if (n == asked)
      gst_pitbox_encoder_repeat_texts (f->enc);
    unit = encode_bytes (f, n);
    g_assert_cmpuint (g_bytes_get_size (unit), <=, f->row_bytes + 2000);
    /* The first delivery is hit by a loss, so a repetition completes it. */
    if (n == 17)
      continue;
    push_bytes (f->dec, unit);
    while (gst_pitbox_decoder_next (f->dec, &item)) {
      if (item.type != GST_PITBOX_DECODER_SESSION)
        continue;
      g_assert_true (g_bytes_equal (item.session, bytes));
      g_assert_cmpuint (item.session_update, ==, 9);
      sessions++;
      whole_at = n;
    }
  }
  g_assert_cmpuint (sessions, ==, 1);
  return whole_at;
}

static void
test_session_string_arrives_in_pieces (Fixture *f, gconstpointer data)
{
  guint whole_at = session_whole_at (f, G_MAXUINT);

  g_test_message ("a lost piece came again at row %u", whole_at);
  g_assert_cmpuint (whole_at, >, 60 * 2);
  g_assert_cmpuint (whole_at, <, 60 * 12);
}

static void
test_session_string_when_asked_for (Fixture *f, gconstpointer data)
{
  guint whole_at = session_whole_at (f, 20);

  g_test_message ("asked for at row 20, whole at row %u", whole_at);
  g_assert_cmpuint (whole_at, <, 60 * 2);
}

static void
test_new_run_restarts (Fixture *f, gconstpointer data)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_RAW,
    .key_interval = GST_SECOND,
    .rows_per_unit = 1,
    .run_id = 78,
    .rate_divisor = 1 };
  g_autoptr (GBytes) old = encode_bytes (f, 0);

  push_bytes (f->dec, old);
  assert_next_row (f, 0, FALSE);
  gst_pitbox_encoder_free (f->enc);
  f->enc = gst_pitbox_encoder_new (&config);
  g_assert_true (gst_pitbox_encoder_set_schema (f->enc, f->schema, NULL));
  {
    g_autoptr (GBytes) unit = encode_bytes (f, 3);

    push_bytes (f->dec, unit);
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
  Fixture f;

  setup_with (&f, &config);
  for (guint n = 0; n < 24; n++) {
    g_autoptr (GstBuffer) unit = encode (&f, n);

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
  teardown (&f, NULL);
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
  Fixture f;

  setup_with (&f, &config);
  for (guint n = 0; n < 40; n++) {
    g_autoptr (GstBuffer) unit = encode (&f, n);
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
  teardown (&f, NULL);
}

/* Rows without a gap, of whatever comes in between. */
static void
check_joined (Fixture *f, GPtrArray *preface, GBytes *text, guint from)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);
  GstPitboxDecoderItem item;
  guint first = 0, sessions = 0;

  for (guint i = 0; i < preface->len; i++) {
    g_assert_cmpuint (g_bytes_get_size (g_ptr_array_index (preface, i)), <=,
        GST_PITBOX_MAX_UNIT_BYTES);
    push_bytes (f->dec, g_ptr_array_index (preface, i));
    while (gst_pitbox_decoder_next (f->dec, &item)) {
      g_assert_cmpint (item.type, !=, GST_PITBOX_DECODER_ROW);
      if (item.type == GST_PITBOX_DECODER_SESSION) {
        g_assert_true (g_bytes_equal (item.session, text));
        g_assert_cmpuint (item.session_update, ==, 9);
        sessions++;
      }
    }
  }
  g_assert_cmpuint (sessions, ==, 1);
  g_assert_cmpuint (gst_pitbox_decoder_stats_rejected (stats), ==, 0);
  g_assert_true (gst_pitbox_schema_equal (
      f->schema, gst_pitbox_decoder_get_schema (f->dec)));
  for (guint n = from; n < from + 100; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);

    push_bytes (f->dec, unit);
    while (gst_pitbox_decoder_next (f->dec, &item)) {
      g_assert_cmpint (item.type, ==, GST_PITBOX_DECODER_ROW);
      pb_test_row_fill (f->schema, n, f->row);
      g_assert_cmpmem (item.row, f->row_bytes, f->row, f->row_bytes);
      if (first == 0)
        first = n;
    }
  }
  /* Not one row of another key period than its own. */
  g_assert_cmpuint (first, >=, from);
  g_assert_cmpuint (stats->rows, ==, from + 100 - first);
  g_assert_cmpuint (
      gst_pitbox_decoder_stats_rejected (stats), ==, first - from);
  g_assert_cmpuint (stats->lost_rows + stats->restarts, ==, 0);
}

/* At a key unit, right behind one, and in the middle of a key period. */
static void
test_who_joins_late_has_the_session_string (Fixture *f, gconstpointer data)
{
  for (guint from = 600; from <= 615; from += 5) {
    g_autoptr (GBytes) text = session_text_new (3000);
    g_autoptr (GstPitboxPreface) preface = gst_pitbox_preface_new ();
    g_autoptr (GPtrArray) none = gst_pitbox_preface_write (preface);
    g_autoptr (GPtrArray) units = NULL;
    Fixture late;

    g_assert_cmpuint (none->len, ==, 0);
    setup (&late, data);
    gst_pitbox_encoder_set_session (late.enc, text, 9);
    for (guint n = 0; n < from; n++) {
      g_autoptr (GBytes) unit = encode_bytes (&late, n);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (unit, &size);

      gst_pitbox_preface_push (preface, bytes, size);
    }
    units = gst_pitbox_preface_write (preface);
    g_assert_cmpuint (units->len, ==, 1);
    check_joined (&late, units, text, from);
    teardown (&late, NULL);
  }
}

/* One that fits no unit; and none, while pieces of it are missing that were lost
 * or damaged on their way. */
static void
test_a_preface_of_what_was_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) text = session_text_new (20000);
  g_autoptr (GstPitboxPreface) whole = gst_pitbox_preface_new ();
  g_autoptr (GstPitboxPreface) holed = gst_pitbox_preface_new ();
  g_autoptr (GPtrArray) units = gst_pitbox_preface_write (whole);
  g_autoptr (GPtrArray) none = NULL;
  guint n;

  gst_pitbox_encoder_set_session (f->enc, text, 9);
  for (n = 0; units->len == 0; n++) {
    g_autoptr (GBytes) unit = encode_bytes (f, n);
    gsize size = g_bytes_get_size (unit);
    g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (unit, NULL), size);

    gst_pitbox_preface_push (whole, bytes, size);
    bytes[size - 10] ^= n % 29 == 17;
    gst_pitbox_preface_push (holed, bytes, size - (n % 31 == 3));
    g_ptr_array_unref (units);
    units = gst_pitbox_preface_write (whole);
  }
  g_assert_cmpuint (n, >, 31);
  g_assert_cmpuint (units->len, >, 1);
  none = gst_pitbox_preface_write (holed);
  g_assert_cmpuint (none->len, ==, 0);
  check_joined (f, units, text, n);
}

static void
add (const gchar *name, GstPitboxCodecId codec,
    void (*func) (Fixture *, gconstpointer))
{
  g_autofree gchar *path = g_strdup_printf ("/units/codec-%u/%s", codec, name);

  g_test_add (path, Fixture, GUINT_TO_POINTER (codec), setup, func, teardown);
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
    add ("session-string-arrives-in-pieces", c,
        test_session_string_arrives_in_pieces);
    add (
        "session-string-when-asked-for", c, test_session_string_when_asked_for);
    add ("who-joins-late-has-the-session-string", c,
        test_who_joins_late_has_the_session_string);
    add ("a-preface-of-what-was-whole", c, test_a_preface_of_what_was_whole);
    add ("new-run-restarts", c, test_new_run_restarts);
  }
  g_test_add_func ("/units/several-rows-a-unit", test_several_rows_a_unit);
  g_test_add_func (
      "/units/reduced-stream-says-so", test_reduced_stream_says_so);
  return g_test_run ();
}

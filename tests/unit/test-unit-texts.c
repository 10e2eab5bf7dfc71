/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Session strings from encoder to decoder, and for who joins late. */
#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-units.h"

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
session_whole_at (PbTestUnits *f, guint asked)
{
  g_autoptr (GBytes) bytes = session_text_new (3000);
  guint sessions = 0, whole_at = 0;

  gst_pitbox_encoder_set_session (f->enc, bytes, 9);
  for (guint n = 0; n < 60 * 60; n++) {
    g_autoptr (GBytes) unit = NULL;
    GstPitboxDecoderItem item;

    if (n == asked)
      gst_pitbox_encoder_repeat_texts (f->enc);
    unit = pb_test_units_encode_bytes (f, n);
    g_assert_cmpuint (g_bytes_get_size (unit), <=, f->row_bytes + 2000);
    /* The first delivery is hit by a loss, so a repetition completes it. */
    if (n == 17)
      continue;
    pb_test_units_push (f->dec, unit);
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
test_session_string_arrives_in_pieces (PbTestUnits *f, gconstpointer data)
{
  guint whole_at = session_whole_at (f, G_MAXUINT);

  g_test_message ("a lost piece came again at row %u", whole_at);
  g_assert_cmpuint (whole_at, >, 60 * 2);
  g_assert_cmpuint (whole_at, <, 60 * 12);
}

static void
test_session_string_when_asked_for (PbTestUnits *f, gconstpointer data)
{
  guint whole_at = session_whole_at (f, 20);

  g_test_message ("asked for at row 20, whole at row %u", whole_at);
  g_assert_cmpuint (whole_at, <, 60 * 2);
}

/* Rows without a gap, of whatever comes in between. */
static void
check_joined (PbTestUnits *f, GPtrArray *preface, GBytes *text, guint from)
{
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (f->dec);
  GstPitboxDecoderItem item;
  guint first = 0, sessions = 0;

  for (guint i = 0; i < preface->len; i++) {
    g_assert_cmpuint (g_bytes_get_size (g_ptr_array_index (preface, i)), <=,
        GST_PITBOX_MAX_UNIT_BYTES);
    pb_test_units_push (f->dec, g_ptr_array_index (preface, i));
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
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);

    pb_test_units_push (f->dec, unit);
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
test_who_joins_late_has_the_session_string (PbTestUnits *f, gconstpointer data)
{
  for (guint from = 600; from <= 615; from += 5) {
    g_autoptr (GBytes) text = session_text_new (3000);
    g_autoptr (GstPitboxPreface) preface = gst_pitbox_preface_new ();
    g_autoptr (GPtrArray) none = gst_pitbox_preface_write (preface);
    g_autoptr (GPtrArray) units = NULL;
    PbTestUnits late;

    g_assert_cmpuint (none->len, ==, 0);
    pb_test_units_set_up (&late, data);
    gst_pitbox_encoder_set_session (late.enc, text, 9);
    for (guint n = 0; n < from; n++) {
      g_autoptr (GBytes) unit = pb_test_units_encode_bytes (&late, n);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (unit, &size);

      gst_pitbox_preface_push (preface, bytes, size);
    }
    units = gst_pitbox_preface_write (preface);
    g_assert_cmpuint (units->len, ==, 1);
    check_joined (&late, units, text, from);
    pb_test_units_tear_down (&late, NULL);
  }
}

/* One that fits no unit; and none, while pieces of it are missing that were lost
 * or damaged on their way. */
static void
test_a_preface_of_what_was_whole (PbTestUnits *f, gconstpointer data)
{
  g_autoptr (GBytes) text = session_text_new (20000);
  g_autoptr (GstPitboxPreface) whole = gst_pitbox_preface_new ();
  g_autoptr (GstPitboxPreface) holed = gst_pitbox_preface_new ();
  g_autoptr (GPtrArray) units = gst_pitbox_preface_write (whole);
  g_autoptr (GPtrArray) none = NULL;
  guint n;

  gst_pitbox_encoder_set_session (f->enc, text, 9);
  for (n = 0; units->len == 0; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (f, n);
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
    add ("session-string-arrives-in-pieces", c,
        test_session_string_arrives_in_pieces);
    add (
        "session-string-when-asked-for", c, test_session_string_when_asked_for);
    add ("who-joins-late-has-the-session-string", c,
        test_who_joins_late_has_the_session_string);
    add ("a-preface-of-what-was-whole", c, test_a_preface_of_what_was_whole);
  }
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxMatcher as tables of times; interpolation; RTP timestamps. */
#include <gstpitbox/gstpitbox.h>

#define MS GST_MSECOND
#define NONE GST_CLOCK_TIME_NONE

static const GstPitboxVar vars[] = {
  { "Speed", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 },
  { "Gear", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 4 },
  { "LapDistPct", "%", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 8 },
};
#define ROW_BYTES 12

static GstPitboxSchema *schema;

static GstPitboxSample *
make (gdouble time_ms, gdouble speed, gint gear, gdouble pct)
{
  guint8 data[ROW_BYTES];
  g_autoptr (GBytes) row = NULL;

  gst_pitbox_row_set_double (data, &vars[0], 0, speed);
  gst_pitbox_row_set_double (data, &vars[1], 0, gear);
  gst_pitbox_row_set_double (data, &vars[2], 0, pct);
  row = g_bytes_new (data, sizeof data);
  return gst_pitbox_sample_new (schema, row, (guint64) time_ms,
      (GstClockTime) (time_ms * MS), 1000000 + (gint64) (time_ms * 1000),
      GST_PITBOX_CLOCK_LOCAL);
}

static void
push (GstPitboxMatcher *matcher, gdouble time_ms)
{
  gst_pitbox_matcher_push (matcher, make (time_ms, time_ms, 3, 0.5));
}

typedef struct {
  const gchar *name;
  gdouble rows_ms[5]; /* 0 ends the list */
  GstPitboxMatchPolicy policy;
  gdouble max_diff_ms; /* 0 = any */
  gdouble picture_ms;
  gint row_ms; /* running time of the row wanted, 0 = no row */
  GstPitboxMatchQuality quality;
} Case;

#define NEAREST GST_PITBOX_MATCH_NEAREST
#define PREVIOUS GST_PITBOX_MATCH_PREVIOUS
#define INTERPOLATE GST_PITBOX_MATCH_INTERPOLATE
#define Q(x) GST_PITBOX_MATCH_QUALITY_##x

static const Case cases[] = {
  { "empty", { 0 }, NEAREST, 0, 100, 0, Q (NONE) },
  { "own-row", { 84, 100, 117 }, NEAREST, 0, 100, 100, Q (EXACT) },
  { "ts-rounding", { 84, 100, 117 }, NEAREST, 0, 100.01, 100, Q (EXACT) },
  { "nearest-older", { 100, 117 }, NEAREST, 0, 108, 100, Q (NEAR) },
  { "nearest-newer", { 100, 117 }, NEAREST, 0, 109, 117, Q (NEAR) },
  { "tie-is-older", { 100, 110 }, NEAREST, 0, 105, 100, Q (NEAR) },
  { "before-first", { 100, 117 }, NEAREST, 0, 90, 100, Q (NEAR) },
  { "after-last", { 100, 117 }, NEAREST, 0, 500, 117, Q (NEAR) },
  { "limit", { 100, 117 }, NEAREST, 20, 137, 117, Q (NEAR) },
  { "past-limit", { 100, 117 }, NEAREST, 20, 138, 0, Q (NONE) },
  { "before-limit", { 100, 117 }, NEAREST, 20, 79, 0, Q (NONE) },
  { "previous", { 100, 117 }, PREVIOUS, 0, 115.9, 100, Q (NEAR) },
  { "previous-2", { 100, 117 }, PREVIOUS, 0, 115, 100, Q (NEAR) },
  { "previous-rounded", { 100, 117 }, PREVIOUS, 0, 116.99, 117, Q (EXACT) },
  { "previous-none", { 100, 117 }, PREVIOUS, 0, 90, 0, Q (NONE) },
  { "previous-old", { 100, 200 }, PREVIOUS, 50, 170, 0, Q (NONE) },
  { "late-row", { 100, 134, 117 }, NEAREST, 0, 118, 117, Q (EXACT) },
  { "between", { 80, 90, 100 }, INTERPOLATE, 0, 97, 97, Q (INTERPOLATED) },
  { "between-own", { 80, 90, 100 }, INTERPOLATE, 0, 90, 90, Q (EXACT) },
  { "between-end", { 80, 90, 100 }, INTERPOLATE, 0, 105, 100, Q (NEAR) },
  { "between-hole", { 80, 90, 190 }, INTERPOLATE, 20, 100, 90, Q (NEAR) },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GstPitboxMatcher) matcher = gst_pitbox_matcher_new (8, NONE);
  g_auto (GstPitboxMatch) match = { NULL };
  GstClockTime max_diff =
      c->max_diff_ms > 0 ? (GstClockTime) (c->max_diff_ms * MS) : NONE;
  gboolean found;

  for (guint i = 0; c->rows_ms[i] > 0; i++)
    push (matcher, c->rows_ms[i]);
  found = gst_pitbox_matcher_find (matcher, (GstClockTime) (c->picture_ms * MS),
      c->policy, max_diff, &match);
  g_assert_cmpint (found, ==, c->row_ms != 0);
  if (c->row_ms != 0) {
    g_assert_nonnull (match.sample);
    g_assert_cmpuint (match.sample->time, ==, c->row_ms * MS);
  }
  g_assert_cmpint (match.quality, ==, c->quality);
  if (match.quality != Q (NONE) && match.quality != Q (INTERPOLATED))
    g_assert_cmpint (match.error, ==,
        (gint64) match.sample->time - (gint64) (c->picture_ms * MS));
}

static void
test_interpolated_values (void)
{
  g_autoptr (GstPitboxMatcher) matcher = gst_pitbox_matcher_new (8, NONE);
  g_auto (GstPitboxMatch) match = { NULL };
  const guint8 *row;

  gst_pitbox_matcher_push (matcher, make (80, 40, 3, 0.98));
  gst_pitbox_matcher_push (matcher, make (90, 50, 3, 0.99));
  gst_pitbox_matcher_push (matcher, make (100, 60, 4, 0.00));
  g_assert_true (
      gst_pitbox_matcher_find (matcher, 97 * MS, INTERPOLATE, NONE, &match));
  row = g_bytes_get_data (match.sample->row, NULL);
  g_assert_cmpfloat_with_epsilon (
      gst_pitbox_row_get_double (row, &vars[0], 0), 57.0, 1e-4);
  /* Whole numbers and what starts anew at the line are the nearer row's. */
  g_assert_cmpint (gst_pitbox_row_get_int64 (row, &vars[1], 0, 0), ==, 4);
  g_assert_cmpfloat (gst_pitbox_row_get_double (row, &vars[2], 0), ==, 0.0);
  g_assert_cmpuint (match.sample->tick, ==, 100);
  g_assert_cmpint (match.error, ==, 3 * (gint64) MS);
  g_assert_cmpint (match.sample->utc_us, ==, 1000000 + 97000);
}

static guint
count_rows (const GstPitboxMatcher *matcher)
{
  g_autoptr (GPtrArray) rows =
      gst_pitbox_matcher_range (matcher, NONE, GST_SECOND);

  return rows->len;
}

static void
test_ring_is_bounded_and_ordered (void)
{
  g_autoptr (GstPitboxMatcher) matcher = gst_pitbox_matcher_new (4, NONE);
  g_autoptr (GPtrArray) rows = NULL;

  for (guint t = 10; t <= 60; t += 10)
    push (matcher, t);
  push (matcher, 45); /* late, within the ring */
  push (matcher, 45); /* the same again */
  push (matcher, 1); /* older than all of a full ring */
  rows = gst_pitbox_matcher_range (matcher, NONE, 100 * MS);
  g_assert_cmpuint (rows->len, ==, 4);
  for (guint i = 0; i < 4; i++) {
    static const guint wanted[] = { 40, 45, 50, 60 };
    GstPitboxSample *sample = g_ptr_array_index (rows, i);

    g_assert_cmpuint (sample->time, ==, wanted[i] * MS);
  }
}

static void
test_range_is_open_below_and_closed_above (void)
{
  g_autoptr (GstPitboxMatcher) matcher = gst_pitbox_matcher_new (8, NONE);
  g_autoptr (GPtrArray) rows = NULL;

  for (guint t = 10; t <= 60; t += 10)
    push (matcher, t);
  rows = gst_pitbox_matcher_range (matcher, 20 * MS, 40 * MS);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpuint (
      ((GstPitboxSample *) g_ptr_array_index (rows, 0))->time, ==, 30 * MS);
}

static void
test_what_is_forgotten_is_found_no_more (void)
{
  g_autoptr (GstPitboxMatcher) matcher = gst_pitbox_matcher_new (8, NONE);
  g_autoptr (GPtrArray) rows = NULL;
  g_auto (GstPitboxMatch) match = { NULL, 0, Q (NONE) };

  for (guint i = 1; i <= 5; i++)
    push (matcher, 10 * i);
  gst_pitbox_matcher_forget (matcher, 30 * MS);
  rows = gst_pitbox_matcher_range (matcher, NONE, 100 * MS);
  g_assert_cmpuint (rows->len, ==, 3);
  g_assert_cmpuint (
      ((GstPitboxSample *) g_ptr_array_index (rows, 0))->time, ==, 30 * MS);
  g_assert_false (
      gst_pitbox_matcher_find (matcher, 20 * MS, PREVIOUS, NONE, &match));
  gst_pitbox_matcher_forget (matcher, 60 * MS);
  push (matcher, 70);
  g_assert_true (
      gst_pitbox_matcher_find (matcher, 75 * MS, PREVIOUS, NONE, &match));
  g_assert_cmpuint (match.sample->time, ==, 70 * MS);
}

static void
test_window_and_settling (void)
{
  g_autoptr (GstPitboxMatcher) matcher = gst_pitbox_matcher_new (8, 50 * MS);

  g_assert_false (gst_pitbox_matcher_is_settled (matcher, 0));
  push (matcher, 100);
  g_assert_true (gst_pitbox_matcher_is_settled (matcher, 100 * MS));
  g_assert_false (gst_pitbox_matcher_is_settled (matcher, 101 * MS));
  gst_pitbox_matcher_advance (matcher, 150 * MS);
  g_assert_true (gst_pitbox_matcher_is_settled (matcher, 150 * MS));
  g_assert_cmpuint (count_rows (matcher), ==, 1);
  push (matcher, 151);
  g_assert_cmpuint (count_rows (matcher), ==, 1);
  gst_pitbox_matcher_reset (matcher);
  g_assert_cmpuint (count_rows (matcher), ==, 0);
  g_assert_false (gst_pitbox_matcher_is_settled (matcher, 0));
}

static void
test_buffer_of_wrong_size_is_refused (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 11, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPitboxSample) sample =
      gst_pitbox_sample_new_from_buffer (schema, buffer, 0, &error);

  g_assert_null (sample);
  g_assert_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID);
}

static void
test_rtp_timestamps (void)
{
  static const struct {
    GstClockTime time;
    guint32 offset;
    guint32 rtp;
  } table[] = {
    { 0, 0, 0 },
    { 11111, 0, 0 },
    { 11112, 0, 1 },
    { GST_SECOND, 5, 90005 },
    { 16666667, 0, 1500 },
    { 47722 * GST_SECOND, 0, 12704 }, /* past 2^32 */
    { 1 * GST_SECOND, G_MAXUINT32, 89999 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpuint (
        gst_pitbox_running_time_to_rtp (table[i].time, table[i].offset), ==,
        table[i].rtp);
}

int
main (int argc, char **argv)
{
  int rc;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  schema = gst_pitbox_schema_new (
      "iracing", 60, ROW_BYTES, vars, G_N_ELEMENTS (vars), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("/matcher/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/matcher/interpolated-values", test_interpolated_values);
  g_test_add_func ("/matcher/bounded", test_ring_is_bounded_and_ordered);
  g_test_add_func ("/matcher/range", test_range_is_open_below_and_closed_above);
  g_test_add_func ("/matcher/forget", test_what_is_forgotten_is_found_no_more);
  g_test_add_func ("/matcher/window", test_window_and_settling);
  g_test_add_func ("/sample/wrong-size", test_buffer_of_wrong_size_is_refused);
  g_test_add_func ("/time/rtp", test_rtp_timestamps);
  rc = g_test_run ();
  gst_pitbox_schema_unref (schema);
  return rc;
}

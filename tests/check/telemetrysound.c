/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrysound: which samples belong to a row. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <math.h>

#include "../lib/pb-test-harness.h"

#define SAMPLES 800

static gint
get_sample (GstBuffer *buffer, guint index)
{
  gint16 sample;

  gst_buffer_extract (buffer, index * sizeof sample, &sample, sizeof sample);
  return GINT16_FROM_LE (sample);
}

static gint
get_peak (GstBuffer *buffer)
{
  gint peak = 0;

  for (guint i = 0; i < SAMPLES; i++)
    peak = MAX (peak, ABS (get_sample (buffer, i)));
  return peak;
}

static GstBuffer *
push_row (GstHarness *h, GstBuffer *row)
{
  GstBuffer *out;

  fail_unless_equals_int (gst_harness_push (h, row), GST_FLOW_OK);
  out = gst_harness_pull (h);
  fail_unless_equals_int (gst_buffer_get_size (out), SAMPLES * sizeof (gint16));
  return out;
}

/* A tone from the first sample of each row on whose tick divides by 60, for six
 * rows, with the row's own time. */
GST_START_TEST (test_marks)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  GstHarness *h = pb_test_harness_new ("telemetrysound marks=true", schema);

  for (guint n = 0; n < 130; n++) {
    GstBuffer *row = pb_test_row_buffer (schema, n);
    const guint64 tick = GST_BUFFER_OFFSET (row);
    const GstClockTime pts = GST_BUFFER_PTS (row);
    g_autoptr (GstBuffer) out = push_row (h, row);

    fail_unless_equals_uint64 (GST_BUFFER_PTS (out), pts);
    fail_unless (!GST_BUFFER_OFFSET_IS_VALID (out));
    if (tick % 60 < 6) {
      fail_unless (get_peak (out) > 15000);
      /* 1 kHz: the first quarter of a wave is 12 samples. */
      if (tick % 60 == 0)
        fail_unless (get_sample (out, 12) > 15000);
    } else {
      fail_unless_equals_int (get_peak (out), 0);
    }
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

static GstBuffer *
make_row (GstPitboxSchema *schema, guint n, gdouble rpm)
{
  GstBuffer *row = gst_buffer_make_writable (pb_test_row_buffer (schema, n));
  const GstPitboxVar *var = gst_pitbox_schema_find (schema, "RPM");
  GstMapInfo map;

  gst_buffer_map (row, &map, GST_MAP_READWRITE);
  gst_pitbox_row_set_double (map.data, var, 0, rpm);
  gst_buffer_unmap (row, &map);
  return row;
}

/* Turning is heard, standing and nonsense are not, and no row's sound begins with
 * a click. */
GST_START_TEST (test_engine)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  GstHarness *h = pb_test_harness_new ("telemetrysound", schema);
  const gdouble silent[] = { 0, -5, NAN, INFINITY };
  gint last = 0;

  for (guint n = 0; n < 20; n++) {
    g_autoptr (GstBuffer) out = push_row (h, make_row (schema, n, 6000));

    fail_unless (get_peak (out) > 1000);
    fail_unless (ABS (get_sample (out, 0) - last) < 2000);
    last = get_sample (out, SAMPLES - 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++) {
    /* The first one fades. */
    for (guint n = 0; n < 2; n++) {
      g_autoptr (GstBuffer) out =
          push_row (h, make_row (schema, 20 + 2 * i + n, silent[i]));

      if (n == 1)
        fail_unless_equals_int (get_peak (out), 0);
    }
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
telemetrysound_suite (void)
{
  Suite *s = suite_create ("telemetrysound");
  TCase *tc = tcase_create ("general");

  tcase_add_test (tc, test_marks);
  tcase_add_test (tc, test_engine);
  suite_add_tcase (s, tc);
  return s;
}

GST_CHECK_MAIN (telemetrysound);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrydec: rows, times, events and what it does with bad units. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "../lib/pb-test-harness.h"

static GstPitboxSchema *schema;

static GstBuffer *
row_new (guint n)
{
  GstBuffer *buffer = pb_test_row_buffer (schema, n);

  gst_pitbox_buffer_set_utc (
      buffer, 1700000000000000 + n * 16667, GST_PITBOX_CLOCK_SYNCED);
  return buffer;
}

static void
assert_row (GstBuffer *buffer, guint n)
{
  g_autoptr (GstBuffer) want = row_new (n);
  GstPitboxClockQuality quality;
  gint64 utc;
  GstMapInfo map;

  fail_unless (buffer != NULL);
  gst_buffer_map (want, &map, GST_MAP_READ);
  fail_unless_equals_int (gst_buffer_get_size (buffer), map.size);
  fail_unless (gst_buffer_memcmp (buffer, 0, map.data, map.size) == 0);
  gst_buffer_unmap (want, &map);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), PB_TEST_ROW_NS (n));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 6000 + n);
  utc = gst_pitbox_buffer_get_utc (buffer, &quality);
  fail_unless (ABS (utc - 1700000000000000 - n * 16667) <= 100);
  fail_unless_equals_int (quality, GST_PITBOX_CLOCK_SYNCED);
}

GST_START_TEST (test_rows_come_out_as_they_went_in)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc ! telemetrydec", schema);
  g_autoptr (GstPitboxSchema) copy = NULL;
  g_autoptr (GstCaps) caps = NULL;

  for (guint n = 0; n < 300; n++) {
    g_autoptr (GstBuffer) row = NULL;

    fail_unless_equals_int (gst_harness_push (h, row_new (n)), GST_FLOW_OK);
    row = gst_harness_try_pull (h);
    assert_row (row, n);
    fail_unless (!GST_BUFFER_FLAG_IS_SET (row, GST_BUFFER_FLAG_DISCONT));
  }
  caps = gst_pad_get_current_caps (h->sinkpad);
  copy = gst_pitbox_schema_new_from_caps (caps, NULL);
  fail_unless (gst_pitbox_schema_equal (copy, schema));
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_session_string_comes_as_sticky_event)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc ! telemetrydec", schema);
  g_autoptr (GBytes) text = g_bytes_new_static ("---\nWeekendInfo:\n", 17);
  g_autoptr (GBytes) got = NULL;
  g_autoptr (GstEvent) event = NULL;
  guint update = 0;

  gst_harness_push_event (h, gst_pitbox_session_event_new (text, 4));
  for (guint n = 0; n < 20; n++)
    gst_harness_push (h, row_new (n));
  event = gst_pad_get_sticky_event (
      h->sinkpad, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, 0);
  fail_unless (event != NULL);
  fail_unless (gst_pitbox_session_event_parse (event, &got, &update));
  fail_unless (g_bytes_equal (got, text));
  fail_unless_equals_int (update, 4);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_new_layout_is_new_caps)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc ! telemetrydec", schema);
  const GstPitboxVar one = { "Speed", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE,
    0 };
  g_autoptr (GstPitboxSchema) small =
      gst_pitbox_schema_new ("iracing", 60, 4, &one, 1, NULL);
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBuffer) row = NULL;

  gst_harness_push (h, row_new (0));
  gst_buffer_unref (gst_harness_pull (h));
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (small));
  gst_harness_push (h, gst_buffer_new_wrapped (g_memdup2 ("abcd", 4), 4));
  row = gst_harness_pull (h);
  fail_unless (gst_buffer_memcmp (row, 0, "abcd", 4) == 0);
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless_equals_int (g_value_get_uint (gst_structure_get_value (
                              gst_caps_get_structure (caps, 0), "schema-id")),
      gst_pitbox_schema_get_id (small));
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_reduced_stream_says_so_in_caps)
{
  GstHarness *h = pb_test_harness_new (
      "telemetryenc fields=Speed rate-divisor=3 ! telemetrydec", schema);
  g_autoptr (GstCaps) caps = NULL;
  GstStructure *s;
  guint id = 0;
  gint num = 0, den = 0;

  for (guint n = 0; n < 9; n++)
    gst_harness_push (h, row_new (n));
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 3);
  caps = gst_pad_get_current_caps (h->sinkpad);
  s = gst_caps_get_structure (caps, 0);
  fail_unless (gst_structure_get_uint (s, "full-schema-id", &id));
  fail_unless_equals_int (id, gst_pitbox_schema_get_id (schema));
  fail_unless (gst_structure_get_fraction (s, "rate", &num, &den));
  fail_unless_equals_int (num * 3, den * 60);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_gap_event_and_gap_buffer_pass)
{
  GstHarness *h = gst_harness_new ("telemetrydec");
  GstBuffer *gap = gst_buffer_new ();
  guint gaps = 0;

  gst_harness_set_src_caps_str (h, GST_PITBOX_CAPS_KLV);
  gst_harness_push_event (h, gst_event_new_gap (0, GST_MSECOND));
  GST_BUFFER_PTS (gap) = GST_SECOND;
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
  fail_unless_equals_int (gst_harness_push (h, gap), GST_FLOW_OK);
  while (gst_harness_events_in_queue (h) > 0) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (h);

    gaps += GST_EVENT_TYPE (event) == GST_EVENT_GAP;
  }
  fail_unless_equals_int (gaps, 2);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_garbage_is_counted_and_passed_over)
{
  GstHarness *h = gst_harness_new ("telemetrydec");
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  gst_harness_set_src_caps_str (h, GST_PITBOX_CAPS_KLV);
  for (guint n = 0; n < 50; n++) {
    guint8 *junk = g_malloc (n + 1);

    for (guint i = 0; i <= n; i++)
      junk[i] = g_rand_int (rand);
    fail_unless_equals_int (
        gst_harness_push (h, gst_buffer_new_wrapped (junk, n + 1)),
        GST_FLOW_OK);
  }
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  /* Junk may look like several short items. */
  fail_unless (pb_test_harness_get_stat (h, "telemetrydec", "rejected") >= 50);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* Units 0..3 cut in their middle on the way. */
GST_START_TEST (test_loss_marks_the_next_row_discont)
{
  GstHarness *enc =
      pb_test_harness_new ("telemetryenc key-interval=100000000", schema);
  GstHarness *dec = gst_harness_new ("telemetrydec");
  guint rows = 0;

  gst_harness_set_src_caps_str (dec, GST_PITBOX_CAPS_KLV);
  for (guint n = 0; n < 12; n++) {
    GstBuffer *unit;

    gst_harness_push (enc, row_new (n));
    unit = gst_harness_pull (enc);
    if (n == 3)
      gst_buffer_resize (unit, 0, gst_buffer_get_size (unit) - 9);
    fail_unless_equals_int (gst_harness_push (dec, unit), GST_FLOW_OK);
  }
  while (gst_harness_buffers_in_queue (dec) > 0) {
    g_autoptr (GstBuffer) row = gst_harness_pull (dec);

    assert_row (row, rows < 3 ? rows : rows + 3);
    fail_unless_equals_int (
        GST_BUFFER_FLAG_IS_SET (row, GST_BUFFER_FLAG_DISCONT), rows == 3);
    rows++;
  }
  fail_unless_equals_int (rows, 9);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (dec, "telemetrydec", "rejected-truncated"), 1);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (dec, "telemetrydec", "rejected-need-key"), 2);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (dec, "telemetrydec", "lost-rows"), 3);
  gst_harness_teardown (dec);
  gst_harness_teardown (enc);
}
GST_END_TEST;

GST_START_TEST (test_flush_waits_for_a_key)
{
  GstHarness *enc = pb_test_harness_new ("telemetryenc", schema);
  GstHarness *dec = gst_harness_new ("telemetrydec");
  GstSegment segment;

  gst_harness_set_src_caps_str (dec, GST_PITBOX_CAPS_KLV);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (guint n = 0; n < 4; n++) {
    gst_harness_push (enc, row_new (n));
    gst_harness_push (dec, gst_harness_pull (enc));
    if (n != 1)
      continue;
    gst_harness_push_event (dec, gst_event_new_flush_start ());
    gst_harness_push_event (dec, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (dec, gst_event_new_segment (&segment));
  }
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (dec, "telemetrydec", "rows"), 2);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (dec, "telemetrydec", "rejected-need-key"), 2);
  gst_harness_teardown (dec);
  gst_harness_teardown (enc);
}
GST_END_TEST;

GST_START_TEST (test_plays_twice)
{
  pb_test_plays_twice ("telemetrydec");
}
GST_END_TEST;

static void
make_schema (void)
{
  schema = pb_test_schema_new ();
}

static void
drop_schema (void)
{
  g_clear_pointer (&schema, gst_pitbox_schema_unref);
}

static Suite *
telemetrydec_suite (void)
{
  Suite *s = suite_create ("telemetrydec");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, make_schema, drop_schema);
  tcase_add_test (tc, test_rows_come_out_as_they_went_in);
  tcase_add_test (tc, test_session_string_comes_as_sticky_event);
  tcase_add_test (tc, test_new_layout_is_new_caps);
  tcase_add_test (tc, test_reduced_stream_says_so_in_caps);
  tcase_add_test (tc, test_gap_event_and_gap_buffer_pass);
  tcase_add_test (tc, test_garbage_is_counted_and_passed_over);
  tcase_add_test (tc, test_loss_marks_the_next_row_discont);
  tcase_add_test (tc, test_flush_waits_for_a_key);
  tcase_add_test (tc, test_plays_twice);
  return s;
}

GST_CHECK_MAIN (telemetrydec);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryenc: what leaves it, when, and with which times. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video-event.h>

#include "../lib/pb-test-harness.h"

/* Of the rows of pb-test-rows. */
#define FIRST_TICK 6000

static GstPitboxSchema *schema;

static GstFlowReturn
push_row (GstHarness *h, guint n)
{
  GstBuffer *buffer = pb_test_row_buffer (schema, n);

  gst_pitbox_buffer_set_utc (
      buffer, 1700000000000000 + n * 16667, GST_PITBOX_CLOCK_SYNCED);
  return gst_harness_push (h, buffer);
}

static gboolean
pull_is_key (GstHarness *h)
{
  g_autoptr (GstBuffer) unit = gst_harness_pull (h);

  return !GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT);
}

GST_START_TEST (test_one_row_one_unit_at_once)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc", schema);
  GstCaps *caps;

  for (guint n = 0; n < 5; n++) {
    GstBuffer *unit;

    fail_unless_equals_int (push_row (h, n), GST_FLOW_OK);
    unit = gst_harness_try_pull (h);
    fail_unless (unit != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (unit), PB_TEST_ROW_NS (n));
    gst_buffer_unref (unit);
  }
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (
      gst_structure_has_name (gst_caps_get_structure (caps, 0), "meta/x-klv"));
  gst_caps_unref (caps);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_key_units_come_by_time)
{
  GstHarness *h =
      pb_test_harness_new ("telemetryenc key-interval=1000000000", schema);

  for (guint n = 0; n < 130; n++) {
    push_row (h, n);
    fail_unless_equals_int (pull_is_key (h), n % 60 == 0);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_force_key_unit_event_makes_a_key)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc", schema);

  push_row (h, 0);
  push_row (h, 1);
  fail_unless (pull_is_key (h));
  fail_unless (!pull_is_key (h));
  fail_unless (gst_harness_push_upstream_event (
      h, gst_video_event_new_upstream_force_key_unit (
             GST_CLOCK_TIME_NONE, TRUE, 0)));
  push_row (h, 2);
  push_row (h, 3);
  fail_unless (pull_is_key (h));
  fail_unless (!pull_is_key (h));
  gst_harness_teardown (h);
}
GST_END_TEST;

/* As a video encoder does, so that a multiplexer repeats its headers there. */
GST_START_TEST (test_a_key_unit_is_announced_downstream)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc", schema);
  GstEvent *event;
  guint announced = 0;

  push_row (h, 0);
  push_row (h, 1);
  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    if (gst_video_event_is_force_key_unit (event)) {
      gboolean all_headers = FALSE;

      gst_video_event_parse_downstream_force_key_unit (
          event, NULL, NULL, NULL, &all_headers, NULL);
      fail_unless (all_headers);
      announced++;
    }
    gst_event_unref (event);
  }
  fail_unless_equals_int (announced, 1);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_gap_passes_after_waiting_rows)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc rows-per-unit=5", schema);
  GstEvent *event;

  push_row (h, 0);
  push_row (h, 1);
  fail_unless (gst_harness_try_pull (h) == NULL);
  gst_harness_push_event (
      h, gst_event_new_gap (PB_TEST_ROW_NS (2), PB_TEST_ROW_NS (1)));
  gst_buffer_unref (gst_harness_pull (h));
  do {
    event = gst_harness_pull_event (h);
    fail_unless (event != NULL);
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP)
      break;
    gst_event_unref (event);
  } while (TRUE);
  gst_event_unref (event);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_eos_drains)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc rows-per-unit=5", schema);

  push_row (h, 0);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  gst_buffer_unref (gst_harness_pull (h));
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_row_of_wrong_size_is_dropped_and_counted)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc", schema);

  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_allocate (NULL, 3, NULL)),
      GST_FLOW_OK);
  fail_unless_equals_int (push_row (h, 0), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 1);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (h, "telemetryenc", "bad-rows"), 1);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (h, "telemetryenc", "rows"), 1);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_fields_that_no_car_has_are_an_error)
{
  GstHarness *h = gst_harness_new_parse ("telemetryenc fields=Nothing");
  GstBus *bus = gst_bus_new ();
  GstMessage *message;

  gst_element_set_bus (h->element, bus);
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
  fail_unless_equals_int (push_row (h, 0), GST_FLOW_NOT_NEGOTIATED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_element_set_bus (h->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_waiting_rows_are_latency)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc rows-per-unit=4", schema);

  push_row (h, 0);
  fail_unless_equals_uint64 (
      gst_harness_query_latency (h), 3 * GST_SECOND / 60);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* Rows that come out of a decoder behind it: their ticks, and no hole. */
static void
expect_rows (GstHarness *h, guint from, guint to, guint step)
{
  for (guint n = from; n <= to; n += step) {
    g_autoptr (GstBuffer) row = gst_harness_try_pull (h);

    fail_unless (row != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (row), FIRST_TICK + n);
    fail_unless (n == 0 || !GST_BUFFER_IS_DISCONT (row));
  }
}

/* And nothing else. */
static void
expect_ticks (GstHarness *h, guint from, guint to, guint step)
{
  expect_rows (h, from, to, step);
  fail_unless (gst_harness_try_pull (h) == NULL);
}

static void
expect_caps (GstHarness *h, guint n_vars, gint rate_hz, gboolean reduced)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autoptr (GstPitboxSchema) rows =
      gst_pitbox_schema_new_from_caps (caps, NULL);
  gint num, den;

  fail_unless_equals_int (gst_pitbox_schema_get_n_vars (rows), n_vars);
  fail_unless (gst_structure_get_fraction (s, "rate", &num, &den));
  fail_unless_equals_int (num / den, rate_hz);
  fail_unless_equals_int (
      gst_structure_has_field (s, "full-schema-id"), reduced);
  gst_caps_unref (caps);
}

/* No row that is to be sent gets lost where what is left out changes. */
GST_START_TEST (test_is_thinned_while_it_plays)
{
  const guint n_vars = gst_pitbox_schema_get_n_vars (schema);
  GstHarness *h = pb_test_harness_new (
      "telemetryenc rows-per-unit=4 ! telemetrydec", schema);
  GstElement *enc = gst_harness_find_element (h, "telemetryenc");

  for (guint n = 0; n < 10; n++)
    push_row (h, n);
  expect_ticks (h, 0, 7, 1); /* two wait */
  g_object_set (enc, "fields", "Speed,SessionTime", "rate-divisor", 6,
      "rows-per-unit", 1, NULL);
  for (guint n = 10; n < 40; n++) {
    push_row (h, n);
    if (n == 10)
      expect_caps (h, 2, 10, TRUE);
  }
  expect_rows (h, 8, 9, 1);
  expect_ticks (h, 10, 34, 6);
  g_object_set (enc, "fields", "", "rate-divisor", 1, NULL);
  for (guint n = 40; n < 50; n++)
    push_row (h, n);
  expect_ticks (h, 40, 49, 1);
  expect_caps (h, n_vars, 60, FALSE);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (h, "telemetrydec", "lost-rows"), 0);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (h, "telemetrydec", "rejected"), 0);
  fail_unless_equals_uint64 (
      pb_test_harness_get_stat (h, "telemetrydec", "restarts"), 0);
  gst_object_unref (enc);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* All is better than nothing; the car that has them may come yet. */
GST_START_TEST (test_unknown_fields_while_it_plays)
{
  GstHarness *h = pb_test_harness_new ("telemetryenc ! telemetrydec", schema);
  GstElement *enc = gst_harness_find_element (h, "telemetryenc");

  push_row (h, 0);
  g_object_set (enc, "fields", "Nothing", NULL);
  push_row (h, 1);
  expect_ticks (h, 0, 1, 1);
  expect_caps (h, gst_pitbox_schema_get_n_vars (schema), 60, FALSE);
  gst_object_unref (enc);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_plays_twice)
{
  pb_test_plays_twice ("telemetryenc");
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
telemetryenc_suite (void)
{
  Suite *s = suite_create ("telemetryenc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, make_schema, drop_schema);
  tcase_add_test (tc, test_one_row_one_unit_at_once);
  tcase_add_test (tc, test_key_units_come_by_time);
  tcase_add_test (tc, test_force_key_unit_event_makes_a_key);
  tcase_add_test (tc, test_a_key_unit_is_announced_downstream);
  tcase_add_test (tc, test_gap_passes_after_waiting_rows);
  tcase_add_test (tc, test_eos_drains);
  tcase_add_test (tc, test_row_of_wrong_size_is_dropped_and_counted);
  tcase_add_test (tc, test_fields_that_no_car_has_are_an_error);
  tcase_add_test (tc, test_waiting_rows_are_latency);
  tcase_add_test (tc, test_is_thinned_while_it_plays);
  tcase_add_test (tc, test_unknown_fields_while_it_plays);
  tcase_add_test (tc, test_plays_twice);
  return s;
}

GST_CHECK_MAIN (telemetryenc);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytestsrc: rows, times, events and seeks. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gstpitbox/gstpitbox.h>

static GstHarness *
start (const gchar *line)
{
  GstHarness *h = gst_harness_new_parse (line);

  fail_unless (h != NULL);
  gst_harness_play (h);
  return h;
}

static GstPitboxSchema *
schema_of (GstHarness *h)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema = gst_pitbox_schema_new_from_caps (caps, &error);

  g_assert_no_error (error);
  return schema;
}

static gdouble
value_of (GstPitboxSchema *schema, GstBuffer *row, const gchar *name)
{
  const GstPitboxVar *var = gst_pitbox_schema_find (schema, name);
  GstMapInfo map;
  gdouble value;

  fail_unless (var != NULL, "no %s", name);
  fail_unless (gst_buffer_map (row, &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, gst_pitbox_schema_get_row_bytes (schema));
  value = gst_pitbox_row_get_newest (map.data, var);
  gst_buffer_unmap (row, &map);
  return value;
}

GST_START_TEST (rows_carry_tick_and_time)
{
  GstHarness *h = start ("telemetrytestsrc num-buffers=90 shape=disk");

  for (guint i = 0; i < 90; i++) {
    g_autoptr (GstBuffer) row = gst_harness_pull (h);
    g_autoptr (GstPitboxSchema) schema = schema_of (h);
    GstPitboxClockQuality quality;
    const GstClockTime pts = gst_util_uint64_scale_int (i, GST_SECOND, 60);

    fail_unless_equals_uint64 (GST_BUFFER_PTS (row), pts);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (row), i + 1);
    fail_unless_equals_float (
        value_of (schema, row, "SessionTick"), (gdouble) (i + 1));
    fail_unless_equals_int (
        GST_BUFFER_FLAG_IS_SET (row, GST_BUFFER_FLAG_DISCONT), i == 0);
    fail_unless_equals_int64 (gst_pitbox_buffer_get_utc (row, &quality),
        G_GINT64_CONSTANT (1777636800000000)
            + (gint64) GST_TIME_AS_USECONDS (pts));
    fail_unless_equals_int (quality, GST_PITBOX_CLOCK_FILE);
    fail_unless (value_of (schema, row, "Lat") != 0 || i == 0);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (shapes_differ)
{
  GstHarness *live = start ("telemetrytestsrc num-buffers=1");
  GstHarness *disk = start ("telemetrytestsrc num-buffers=1 shape=disk");
  g_autoptr (GstBuffer) a = gst_harness_pull (live);
  g_autoptr (GstBuffer) b = gst_harness_pull (disk);
  g_autoptr (GstPitboxSchema) live_schema = schema_of (live);
  g_autoptr (GstPitboxSchema) disk_schema = schema_of (disk);

  fail_unless (gst_pitbox_schema_get_n_vars (live_schema) >= 300);
  fail_unless (gst_pitbox_schema_get_n_vars (disk_schema) >= 250);
  fail_unless (gst_pitbox_schema_find (live_schema, "Lat") == NULL);
  fail_unless_equals_int (
      gst_pitbox_schema_find (live_schema, "CarIdxLap")->count, 64);
  fail_unless (gst_pitbox_schema_find (disk_schema, "CarIdxLap") == NULL);
  gst_harness_teardown (live);
  gst_harness_teardown (disk);
}
GST_END_TEST;

GST_START_TEST (session_text_comes_before_the_first_row)
{
  GstHarness *h = start ("telemetrytestsrc num-buffers=1");
  g_autoptr (GstBuffer) row = gst_harness_pull (h);
  GstEventType order[4];
  guint n = 0;

  fail_unless (row != NULL);
  while (n < G_N_ELEMENTS (order)) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (h);
    g_autoptr (GBytes) text = NULL;
    guint update;

    order[n++] = GST_EVENT_TYPE (event);
    if (n < G_N_ELEMENTS (order))
      continue;
    fail_unless (gst_pitbox_session_event_parse (event, &text, &update));
    fail_unless_equals_int (update, 1);
    fail_unless (
        g_str_has_prefix (g_bytes_get_data (text, NULL), "---\nWeekendInfo"));
  }
  fail_unless_equals_int (order[0], GST_EVENT_STREAM_START);
  fail_unless_equals_int (order[1], GST_EVENT_CAPS);
  fail_unless_equals_int (order[2], GST_EVENT_SEGMENT);
  gst_harness_teardown (h);
}
GST_END_TEST;

static guint
session_events (const gchar *line, guint rows)
{
  GstHarness *h = start (line);
  GstEvent *event;
  guint n = 0;

  for (guint i = 0; i < rows; i++)
    gst_buffer_unref (gst_harness_pull (h));
  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    n += gst_pitbox_session_event_parse (event, NULL, NULL);
    gst_event_unref (event);
  }
  gst_harness_teardown (h);
  return n;
}

GST_START_TEST (session_text_follows_results_when_live)
{
  fail_unless (
      session_events ("telemetrytestsrc num-buffers=2400 track=pinwheel", 2400)
      > 2);
  fail_unless_equals_int (
      session_events (
          "telemetrytestsrc num-buffers=2400 track=pinwheel shape=disk", 2400),
      1);
}
GST_END_TEST;

GST_START_TEST (same_properties_give_the_same_bytes)
{
  static const gchar line[] = "telemetrytestsrc num-buffers=600 seed=5";
  GstHarness *a = start (line);
  GstHarness *b = start (line);

  for (guint i = 0; i < 600; i++) {
    g_autoptr (GstBuffer) row_a = gst_harness_pull (a);
    g_autoptr (GstBuffer) row_b = gst_harness_pull (b);
    GstMapInfo map;

    fail_unless (gst_buffer_map (row_a, &map, GST_MAP_READ));
    fail_unless_equals_int (
        gst_buffer_memcmp (row_b, 0, map.data, map.size), 0);
    gst_buffer_unmap (row_a, &map);
  }
  gst_harness_teardown (a);
  gst_harness_teardown (b);
}
GST_END_TEST;

GST_START_TEST (seeks_land_on_the_row_of_that_time)
{
  static const guint seconds[] = { 7, 2 };
  GstHarness *h = start ("telemetrytestsrc shape=disk");

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++) {
    const GstClockTime to = seconds[i] * GST_SECOND;
    GstBuffer *row = NULL;

    fail_unless (gst_harness_push_upstream_event (
        h, gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
               GST_SEEK_TYPE_SET, to, GST_SEEK_TYPE_NONE, 0)));
    /* Rows from before the seek may still be queued in the harness. */
    do {
      gst_clear_buffer (&row);
      row = gst_harness_pull (h);
    } while (!GST_BUFFER_FLAG_IS_SET (row, GST_BUFFER_FLAG_DISCONT)
             || GST_BUFFER_PTS (row) == 0);
    g_autoptr (GstPitboxSchema) schema = schema_of (h);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (row), to);
    fail_unless_equals_float (
        value_of (schema, row, "SessionTick"), seconds[i] * 60 + 1.0);
    gst_buffer_unref (row);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (live_rows_wait_for_the_clock)
{
  GstHarness *h = gst_harness_new_parse ("telemetrytestsrc is-live=true");

  gst_harness_use_testclock (h);
  gst_harness_play (h);
  for (guint i = 0; i < 30; i++) {
    g_autoptr (GstBuffer) row = NULL;

    fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 10));
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
    fail_unless (gst_harness_crank_single_clock_wait (h));
    row = gst_harness_pull (h);
    fail_unless_equals_uint64 (
        GST_BUFFER_PTS (row), gst_util_uint64_scale_int (i, GST_SECOND, 60));
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (unknown_track_is_an_error_in_words)
{
  GstElement *pipeline =
      gst_parse_launch ("telemetrytestsrc track=nowhere ! fakesink", NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  message = gst_bus_timed_pop_filtered (bus, 5 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "'nowhere'") != NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (starts_and_stops_twice)
{
  GstElement *pipeline =
      gst_parse_launch ("telemetrytestsrc num-buffers=20 ! fakesink", NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstMessage) message = NULL;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (
        bus, 5 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (message != NULL);
    fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
telemetrytestsrc_suite (void)
{
  Suite *s = suite_create ("telemetrytestsrc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, rows_carry_tick_and_time);
  tcase_add_test (tc, shapes_differ);
  tcase_add_test (tc, session_text_comes_before_the_first_row);
  tcase_add_test (tc, session_text_follows_results_when_live);
  tcase_add_test (tc, same_properties_give_the_same_bytes);
  tcase_add_test (tc, seeks_land_on_the_row_of_that_time);
  tcase_add_test (tc, live_rows_wait_for_the_clock);
  tcase_add_test (tc, unknown_track_is_an_error_in_words);
  tcase_add_test (tc, starts_and_stops_twice);
  return s;
}

GST_CHECK_MAIN (telemetrytestsrc);

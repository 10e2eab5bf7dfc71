/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrypace: a live stream begins with a picture, and without one it begins
 * all the same. */
#include <gst/check/gstcheck.h>

#include "telemetrypacefixture.h"

static void
flush (GstHarness *h, GstClockTime start)
{
  GstSegment segment;

  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = start;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
}

GST_START_TEST (test_a_multiplexer_knows_of_telemetry_before_any_comes)
{
  static const GstEventType types[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT };
  /* Linked before it starts, as in a pipeline. */
  GstHarness *h = gst_harness_new_with_padnames (
      "telemetrypace", "telemetry_sink", "telemetry_src");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (h);

    g_assert_nonnull (event);
    g_assert_cmpint (GST_EVENT_TYPE (event), ==, types[i]);
  }
  gst_harness_teardown (h);
}
GST_END_TEST

GST_START_TEST (test_rows_wait_for_a_first_frame_at_900_ms)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  for (guint n = 0; n <= 54; n++) {
    gst_test_clock_set_time (f.clock, PB_TEST_ROW_NS (n));
    pace_push_row (&f, n);
  }
  g_assert_cmpuint (gst_harness_buffers_in_queue (f.telemetry), ==, 0);
  /* The last row is the next frame's. */
  pace_push_first_frame (&f, 53);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (53), 0, 53);
  pace_push_frame (&f, 54);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (54), 54, 54);
  pace_push_row (&f, 55);
  pace_push_frame (&f, 55);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (55), 55, 55);
  g_assert_cmpuint (pace_get_stat (&f, "merged"), ==, 3);
  g_assert_cmpuint (pace_get_stat (&f, "alone"), ==, 0);
  g_assert_cmpuint (pace_get_stat (&f, "dropped"), ==, 0);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_rows_go_alone_when_no_frame_ever_comes)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  for (guint n = 0; n < 60; n++) {
    gst_test_clock_set_time (f.clock, PB_TEST_ROW_NS (n));
    pace_push_row (&f, n);
  }
  pace_pass_wait (&f, GST_SECOND);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (59), 0, 59);
  for (guint n = 60; n < 63; n++) {
    pace_push_row (&f, n);
    pace_pull_rows (&f, dec, PB_TEST_ROW_NS (n), n, n);
  }
  g_assert_cmpuint (pace_get_stat (&f, "alone"), ==, 4);
  /* One that comes all the same takes its row at once. */
  pace_push_row (&f, 63);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (63), 63, 63);
  pace_push_frame (&f, 64);
  pace_pull_gap (&f, 64);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pace_pull_eos (f.telemetry);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_start_wait_is_a_property)
{
  PaceFixture f;
  GstHarness *dec;
  guint64 wait;

  pace_set_up (&f);
  dec = pace_new_dec ();
  g_object_get (f.pace, "start-wait", &wait, NULL);
  g_assert_cmpuint (wait, ==, GST_SECOND);
  g_object_set (f.pace, "start-wait", (guint64) (300 * GST_MSECOND), NULL);
  pace_push_row (&f, 0);
  pace_pass_wait (&f, 300 * GST_MSECOND);
  pace_pull_rows (&f, dec, 0, 0, 0);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_gap_of_video_does_not_begin_a_stream)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  gst_harness_push_event (
      f.video, gst_event_new_gap (SHIFT, PB_TEST_ROW_NS (1)));
  pace_push_row (&f, 1);
  pace_push_first_frame (&f, 1);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (1), 0, 1);
  /* Later it is as good as a frame. */
  pace_push_row (&f, 2);
  gst_harness_push_event (f.video,
      gst_event_new_gap (SHIFT + PB_TEST_ROW_NS (2), PB_TEST_ROW_NS (1)));
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (2), 2, 2);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_eos_of_video_ends_the_wait)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  gst_harness_push_event (f.video, gst_event_new_eos ());
  pace_pull_rows (&f, dec, 0, 0, 0);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pace_pull_eos (f.telemetry);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_eos_of_telemetry_comes_behind_what_waits)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  pace_push_row (&f, 1);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pace_pass_wait (&f, GST_SECOND);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (1), 0, 1);
  pace_pull_eos (f.telemetry);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_flush_begins_the_wait_anew)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  flush (f.telemetry, 0);
  gst_harness_teardown (f.enc);
  f.enc = gst_harness_new ("telemetryenc");
  gst_harness_set_src_caps (f.enc, gst_pitbox_schema_to_caps (f.schema));
  gst_test_clock_set_time (f.clock, 500 * GST_MSECOND);
  pace_push_row (&f, 1);
  /* One of video changes nothing for what waits. */
  flush (f.video, SHIFT);
  pace_pass_wait (&f, 1500 * GST_MSECOND);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (1), 1, 1);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_it_stops_while_rows_wait)
{
  PaceFixture f;

  pace_set_up (&f);
  pace_push_row (&f, 0);
  pace_push_row (&f, 1);
  g_assert_cmpint (gst_element_set_state (f.pace, GST_STATE_NULL), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpuint (gst_harness_buffers_in_queue (f.telemetry), ==, 0);
  pace_tear_down (&f);
}
GST_END_TEST

/* --- with the real multiplexer and encoder --- */

/* What a stream begins with, by its first table of the programme and its first
 * two PES packets. Buffers are whole packets. */
typedef struct {
  GMutex lock;
  GCond cond;
  guint n_units; /* that came to telemetrypace */
  GString *order; /* 'V' and 'T' */
  guint table_streams; /* of the first one */
} Start;

static void
look_at_packet (Start *start, const guint8 *p)
{
  guint pid = (p[1] & 0x1f) << 8 | p[2];
  guint at = (p[3] & 0x20) != 0 ? 5 + p[4] : 4;

  if ((p[1] & 0x40) == 0 || (p[3] & 0x10) == 0 || at > 160)
    return;
  if (pid == 65 || pid == 66)
    g_string_append_c (start->order, pid == 65 ? 'V' : 'T');
  else if (pid != 0 && p[at] == 0 && p[at + 1] == 2
           && start->table_streams == 0) {
    const guint8 *table = p + at + 1;
    guint end = 3 + ((table[1] & 15) << 8 | table[2]) - 4;
    guint i = 12 + ((table[10] & 15) << 8 | table[11]);

    for (; i + 5 <= end && at + 1 + i + 5 <= 188; start->table_streams++)
      i += 5 + ((table[i + 3] & 15) << 8 | table[i + 4]);
  }
}

static GstPadProbeReturn
count_unit (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Start *start = data;

  g_mutex_lock (&start->lock);
  start->n_units++;
  g_cond_broadcast (&start->cond);
  g_mutex_unlock (&start->lock);
  return GST_PAD_PROBE_OK;
}

/* An encoder that takes 200 ms for its first picture. */
static GstPadProbeReturn
wait_for_units (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Start *start = data;

  g_mutex_lock (&start->lock);
  while (start->n_units < 12)
    g_cond_wait (&start->cond, &start->lock);
  g_mutex_unlock (&start->lock);
  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
look_at_start (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Start *start = data;
  GstBufferList *list = gst_pad_probe_info_get_buffer_list (info);

  g_mutex_lock (&start->lock);
  for (guint i = 0; i < gst_buffer_list_length (list); i++) {
    GstMapInfo map;

    gst_buffer_map (gst_buffer_list_get (list, i), &map, GST_MAP_READ);
    for (gsize at = 0; at + 188 <= map.size; at += 188)
      look_at_packet (start, map.data + at);
    gst_buffer_unmap (gst_buffer_list_get (list, i), &map);
  }
  g_cond_broadcast (&start->cond);
  g_mutex_unlock (&start->lock);
  return GST_PAD_PROBE_OK;
}

static void
probe (GstElement *pipeline, const gchar *element, const gchar *name,
    GstPadProbeType type, GstPadProbeCallback callback, gpointer data)
{
  g_autoptr (GstElement) e = gst_bin_get_by_name (GST_BIN (pipeline), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (e, name);

  gst_pad_add_probe (pad, type, callback, data, NULL);
}

GST_START_TEST (test_a_live_stream_begins_with_a_picture)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "telemetrytestsrc is-live=true ! telemetryenc ! pace.telemetry_sink "
      "videotestsrc is-live=true "
      "! video/x-raw,width=160,height=90,framerate=60/1 "
      "! x264enc tune=zerolatency speed-preset=ultrafast "
      "! h264parse config-interval=-1 ! pace.video_sink "
      "telemetrypace name=pace pace.video_src ! mux.sink_65 "
      "pace.telemetry_src ! mux.sink_66 "
      "mpegtsmux name=mux alignment=0 ! fakesink sync=false async=false",
      &error);
  Start start = { .order = g_string_new (NULL) };
  gint64 until = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_assert_no_error (error);
  g_mutex_init (&start.lock);
  g_cond_init (&start.cond);
  probe (pipeline, "pace", "telemetry_sink", GST_PAD_PROBE_TYPE_BUFFER,
      count_unit, &start);
  probe (pipeline, "pace", "video_sink", GST_PAD_PROBE_TYPE_BUFFER,
      wait_for_units, &start);
  probe (pipeline, "mux", "src", GST_PAD_PROBE_TYPE_BUFFER_LIST, look_at_start,
      &start);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&start.lock);
  while (strchr (start.order->str, 'V') == NULL
         || strchr (start.order->str, 'T') == NULL)
    g_assert_true (g_cond_wait_until (&start.cond, &start.lock, until));
  g_assert_cmpint (start.order->str[0], ==, 'V');
  g_assert_cmpuint (start.table_streams, ==, 2);
  g_mutex_unlock (&start.lock);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_string_free (start.order, TRUE);
  g_mutex_clear (&start.lock);
  g_cond_clear (&start.cond);
}
GST_END_TEST

static Suite *
telemetrypacestart_suite (void)
{
  Suite *s = suite_create ("telemetrypacestart");
  TCase *tc = tcase_create ("harness"), *real = tcase_create ("multiplexer");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_a_multiplexer_knows_of_telemetry_before_any_comes);
  tcase_add_test (tc, test_rows_wait_for_a_first_frame_at_900_ms);
  tcase_add_test (tc, test_rows_go_alone_when_no_frame_ever_comes);
  tcase_add_test (tc, test_start_wait_is_a_property);
  tcase_add_test (tc, test_a_gap_of_video_does_not_begin_a_stream);
  tcase_add_test (tc, test_eos_of_video_ends_the_wait);
  tcase_add_test (tc, test_eos_of_telemetry_comes_behind_what_waits);
  tcase_add_test (tc, test_a_flush_begins_the_wait_anew);
  tcase_add_test (tc, test_it_stops_while_rows_wait);
  suite_add_tcase (s, real);
  tcase_set_timeout (real, 60);
  tcase_add_test (real, test_a_live_stream_begins_with_a_picture);
  return s;
}

GST_CHECK_MAIN (telemetrypacestart);

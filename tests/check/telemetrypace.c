/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrypace: what leaves with a frame, what leaves alone and when, and that
 * mpegtsmux behind it never stalls. */
#include <gst/check/gstcheck.h>
#include <gst/video/video-event.h>

#include "telemetrypacefixture.h"

GST_START_TEST (test_a_frame_takes_its_row_in_running_time)
{
  PaceFixture f;
  GstHarness *dec;
  GstEvent *event;
  const GstSegment *segment;

  pace_set_up (&f);
  dec = pace_new_dec ();
  for (guint n = 0; n < 5; n++) {
    pace_push_row (&f, n);
    if (n == 0)
      pace_push_first_frame (&f, n);
    else
      pace_push_frame (&f, n);
    pace_pull_rows (&f, dec, PB_TEST_ROW_NS (n), n, n);
  }
  event = gst_pad_get_sticky_event (f.telemetry->sinkpad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  g_assert_cmpint (segment->format, ==, GST_FORMAT_TIME);
  g_assert_cmpuint (segment->start, ==, 0);
  gst_event_unref (event);
  g_assert_cmpuint (pace_get_stat (&f, "merged"), ==, 5);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

/* Requests for key units that went up towards the encoder. */
static guint
count_key_requests (PaceFixture *f, guint *with_headers)
{
  GstEvent *event;
  guint n = 0;

  *with_headers = 0;
  while ((event = gst_harness_try_pull_upstream_event (f->telemetry)) != NULL) {
    gboolean all_headers = FALSE;

    if (gst_video_event_is_force_key_unit (event)) {
      n++;
      gst_video_event_parse_upstream_force_key_unit (
          event, NULL, &all_headers, NULL);
      *with_headers += all_headers;
    }
    gst_event_unref (event);
  }
  return n;
}

GST_START_TEST (test_a_key_frame_asks_for_a_key_unit)
{
  PaceFixture f;
  GstBuffer *delta = gst_buffer_new_allocate (NULL, 10, NULL);
  guint with_headers;

  pace_set_up (&f);
  count_key_requests (&f, &with_headers);
  pace_push_row (&f, 0);
  pace_push_frame (&f, 0);
  g_assert_cmpuint (count_key_requests (&f, &with_headers), ==, 1);
  /* What went before the first picture is lost on a demuxer. */
  g_assert_cmpuint (with_headers, ==, 1);
  GST_BUFFER_PTS (delta) = GST_BUFFER_DTS (delta) = SHIFT + PB_TEST_ROW_NS (1);
  GST_BUFFER_FLAG_SET (delta, GST_BUFFER_FLAG_DELTA_UNIT);
  g_assert_cmpint (gst_harness_push (f.video, delta), ==, GST_FLOW_OK);
  g_assert_cmpuint (count_key_requests (&f, &with_headers), ==, 0);
  gst_buffer_unref (gst_harness_pull (f.video));
  pace_push_frame (&f, 2);
  g_assert_cmpuint (count_key_requests (&f, &with_headers), ==, 1);
  g_assert_cmpuint (with_headers, ==, 0);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_rows_between_frames_are_merged)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  for (guint n = 0; n < 9; n++)
    pace_push_row (&f, n);
  pace_push_first_frame (&f, 2);
  pace_push_frame (&f, 4);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (2), 0, 2);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (4), 3, 4);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_frame_never_waits_for_telemetry)
{
  PaceFixture f;
  GstCaps *caps;

  pace_set_up (&f);
  /* None has ever come. */
  pace_push_first_frame (&f, 0);
  pace_pull_gap (&f, 0);
  for (guint n = 1; n < 3; n++) {
    pace_push_frame (&f, n);
    pace_pull_gap (&f, n);
  }
  caps = gst_pad_get_current_caps (f.telemetry->sinkpad);
  g_assert_nonnull (caps);
  gst_caps_unref (caps);
  g_assert_cmpuint (pace_get_stat (&f, "gaps"), ==, 3);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_telemetry_goes_alone_after_max_wait)
{
  PaceFixture f;
  GstHarness *dec;
  GstEvent *event;
  gboolean gap = FALSE;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  pace_push_first_frame (&f, 0);
  pace_pull_rows (&f, dec, 0, 0, 0);
  pace_push_row (&f, 1);
  pace_pass_wait (&f, 50 * GST_MSECOND);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (1), 1, 1);
  /* From now on at once. */
  pace_push_row (&f, 2);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (2), 2, 2);
  pace_push_row (&f, 3);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (3), 3, 3);
  /* The video pad was told, in its own time. */
  while ((event = gst_harness_try_pull_event (f.video)) != NULL) {
    GstClockTime pts;

    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
      gst_event_parse_gap (event, &pts, NULL);
      gap |= pts >= SHIFT + PB_TEST_ROW_NS (1);
    }
    gst_event_unref (event);
  }
  g_assert_true (gap);
  /* Video is back: a frame takes its row again. */
  pace_push_frame (&f, 4);
  pace_pull_gap (&f, 4);
  pace_push_row (&f, 5);
  pace_push_frame (&f, 5);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (5), 5, 5);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_each_pad_ends_by_itself)
{
  PaceFixture f;
  GstHarness *dec;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  pace_push_row (&f, 1);
  pace_push_first_frame (&f, 0);
  pace_pull_rows (&f, dec, 0, 0, 0);
  gst_harness_push_event (f.video, gst_event_new_eos ());
  /* Rows that no frame will take. */
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (1), 1, 1);
  pace_push_row (&f, 2);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (2), 2, 2);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pace_pull_eos (f.telemetry);
  g_assert_true (GST_PAD_IS_EOS (f.video->sinkpad));
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_flushes_are_each_pads_own)
{
  PaceFixture f;
  GstHarness *dec;
  GstSegment segment;

  pace_set_up (&f);
  dec = pace_new_dec ();
  pace_push_row (&f, 0);
  pace_push_row (&f, 1);
  gst_harness_push_event (f.telemetry, gst_event_new_flush_start ());
  gst_harness_push_event (f.telemetry, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (f.telemetry, gst_event_new_segment (&segment));
  pace_push_first_frame (&f, 1);
  pace_pull_gap (&f, 1);
  /* The key unit was flushed away with its rows. */
  gst_harness_teardown (f.enc);
  f.enc = gst_harness_new ("telemetryenc");
  gst_harness_set_src_caps (f.enc, gst_pitbox_schema_to_caps (f.schema));
  pace_push_row (&f, 2);
  gst_harness_push_event (f.video, gst_event_new_flush_start ());
  gst_harness_push_event (f.video, gst_event_new_flush_stop (TRUE));
  segment.start = segment.time = SHIFT;
  gst_harness_push_event (f.video, gst_event_new_segment (&segment));
  pace_push_frame (&f, 2);
  pace_pull_rows (&f, dec, PB_TEST_ROW_NS (2), 2, 2);
  gst_harness_teardown (dec);
  pace_tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_foreign_bytes_pass)
{
  PaceFixture f;
  g_autoptr (GstBuffer) out = NULL;

  pace_set_up (&f);
  for (guint n = 0; n < 2; n++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL);

    gst_buffer_memset (buffer, 0, 0x55, 10);
    GST_BUFFER_PTS (buffer) = PB_TEST_ROW_NS (n);
    gst_harness_push (f.telemetry, buffer);
  }
  pace_push_first_frame (&f, 1);
  out = gst_harness_pull (f.telemetry);
  g_assert_cmpuint (gst_buffer_get_size (out), ==, 20);
  g_assert_cmpuint (GST_BUFFER_PTS (out), ==, PB_TEST_ROW_NS (1));
  pace_tear_down (&f);
}
GST_END_TEST

/* --- with the real multiplexer and encoder; outages: tests/system --- */

GST_START_TEST (test_a_file_keeps_every_row_with_its_frame)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "telemetrytestsrc num-buffers=120 ! telemetryenc ! pace.telemetry_sink "
      "videotestsrc num-buffers=60 "
      "! video/x-raw,width=160,height=90,framerate=30/1 "
      "! x264enc tune=zerolatency speed-preset=ultrafast ! h264parse "
      "! pace.video_sink "
      "telemetrypace name=pace "
      "pace.telemetry_src ! mux. pace.video_src ! mux. "
      "mpegtsmux name=mux ! fakesink sync=false",
      &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstElement) pace = NULL;
  g_autoptr (GstStructure) stats = NULL;
  guint64 frames = 0, merged = 0, gaps = 0;

  g_assert_no_error (error);
  pace = gst_bin_get_by_name (GST_BIN (pipeline), "pace");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  g_object_get (pace, "stats", &stats, NULL);
  gst_structure_get (stats, "frames", G_TYPE_UINT64, &frames, "merged",
      G_TYPE_UINT64, &merged, "gaps", G_TYPE_UINT64, &gaps, NULL);
  g_assert_cmpuint (frames, ==, 60);
  g_assert_cmpuint (merged, ==, 60);
  g_assert_cmpuint (gaps, ==, 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST

static Suite *
telemetrypace_suite (void)
{
  Suite *s = suite_create ("telemetrypace");
  TCase *tc = tcase_create ("harness"), *real = tcase_create ("multiplexer");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_a_frame_takes_its_row_in_running_time);
  tcase_add_test (tc, test_a_key_frame_asks_for_a_key_unit);
  tcase_add_test (tc, test_rows_between_frames_are_merged);
  tcase_add_test (tc, test_a_frame_never_waits_for_telemetry);
  tcase_add_test (tc, test_telemetry_goes_alone_after_max_wait);
  tcase_add_test (tc, test_each_pad_ends_by_itself);
  tcase_add_test (tc, test_flushes_are_each_pads_own);
  tcase_add_test (tc, test_foreign_bytes_pass);
  suite_add_tcase (s, real);
  tcase_set_timeout (real, 60);
  tcase_add_test (real, test_a_file_keeps_every_row_with_its_frame);
  return s;
}

GST_CHECK_MAIN (telemetrypace);

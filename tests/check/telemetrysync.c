/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrysync: which row a picture gets, and how long it waits for it. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>

#include "../lib/pb-test-rows.h"

#define SHIFT (1000 * 3600 * GST_SECOND)
#define VIDEO_CAPS "video/x-raw,format=I420,width=16,height=16,framerate=60/1"

typedef struct {
  GstElement *sync;
  GstHarness *video;
  GstHarness *telemetry;
  GstTestClock *clock;
  GstPitboxSchema *schema;
} Fixture;

static void
set_up (Fixture *f)
{
  GstSegment segment;

  f->schema = pb_test_schema_new ();
  f->sync = gst_element_factory_make ("telemetrysync", NULL);
  f->video = gst_harness_new_with_element (f->sync, "video", "src");
  f->telemetry = gst_harness_new_with_element (f->sync, "telemetry", NULL);
  f->clock = GST_TEST_CLOCK (gst_test_clock_new ());
  gst_element_set_clock (f->sync, GST_CLOCK (f->clock));
  gst_element_set_base_time (f->sync, 0);
  gst_harness_set_src_caps_str (f->video, VIDEO_CAPS);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = SHIFT;
  gst_harness_push_event (f->video, gst_event_new_segment (&segment));
  gst_harness_set_src_caps (
      f->telemetry, gst_pitbox_schema_to_caps (f->schema));
}

static void
tear_down (Fixture *f)
{
  gst_harness_teardown (f->telemetry);
  gst_harness_teardown (f->video);
  gst_object_unref (f->clock);
  gst_object_unref (f->sync);
  gst_pitbox_schema_unref (f->schema);
}

static void
push_row (Fixture *f, guint n)
{
  GstBuffer *buffer = pb_test_row_buffer (f->schema, n);

  GST_BUFFER_OFFSET (buffer) = n;
  g_assert_cmpint (gst_harness_push (f->telemetry, buffer), ==, GST_FLOW_OK);
}

static void
push_picture (Fixture *f, GstClockTime time)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 16 * 16 * 3 / 2, NULL);

  GST_BUFFER_PTS (buffer) = SHIFT + time;
  g_assert_cmpint (gst_harness_push (f->video, buffer), ==, GST_FLOW_OK);
}

/* The next picture has the row @n, @error away, or none for -1. */
static void
pull_picture (Fixture *f, GstClockTime time, gint n, gint64 error)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (f->video);
  GstPitboxTelemetryMeta *meta;

  g_assert_nonnull (buffer);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, SHIFT + time);
  meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  if (n < 0) {
    g_assert_null (meta);
    return;
  }
  g_assert_nonnull (meta);
  g_assert_cmpuint (meta->sample->tick, ==, n);
  g_assert_cmpint (meta->sync_error, ==, error);
  g_assert_true (gst_pitbox_schema_equal (meta->sample->schema, f->schema));
}

static guint64
stat (Fixture *f, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (f->sync, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

GST_START_TEST (test_a_picture_gets_its_row_in_running_time)
{
  Fixture f;
  GstCaps *caps;

  set_up (&f);
  for (guint n = 0; n < 20; n++) {
    push_row (&f, n);
    push_picture (&f, PB_TEST_ROW_NS (n));
    pull_picture (&f, PB_TEST_ROW_NS (n), n, 0);
  }
  caps = gst_pad_get_current_caps (f.video->sinkpad);
  g_assert_true (
      gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"));
  gst_caps_unref (caps);
  g_assert_cmpuint (stat (&f, "exact"), ==, 20);
  g_assert_cmpuint (stat (&f, "error-p99"), ==, 0);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_picture_waits_for_its_row)
{
  Fixture f;

  set_up (&f);
  push_row (&f, 0);
  push_picture (&f, PB_TEST_ROW_NS (1));
  push_row (&f, 1);
  pull_picture (&f, PB_TEST_ROW_NS (1), 1, 0);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_live_picture_waits_no_longer_than_the_window)
{
  Fixture f;
  GstClockID id;

  set_up (&f);
  push_row (&f, 0);
  push_picture (&f, PB_TEST_ROW_NS (1));
  gst_test_clock_wait_for_next_pending_id (f.clock, &id);
  g_assert_cmpuint (
      gst_clock_id_get_time (id), ==, PB_TEST_ROW_NS (1) + 50 * GST_MSECOND);
  gst_clock_id_unref (id);
  g_assert_cmpuint (gst_harness_buffers_in_queue (f.video), ==, 0);
  gst_test_clock_crank (f.clock);
  pull_picture (&f, PB_TEST_ROW_NS (1), 0, -(gint64) PB_TEST_ROW_NS (1));
  /* Nothing near: no meta. */
  push_picture (&f, PB_TEST_ROW_NS (60));
  gst_test_clock_wait_for_next_pending_id (f.clock, NULL);
  gst_test_clock_crank (f.clock);
  pull_picture (&f, PB_TEST_ROW_NS (60), -1, 0);
  g_assert_cmpuint (stat (&f, "near"), ==, 1);
  g_assert_cmpuint (stat (&f, "missing"), ==, 1);
  tear_down (&f);
}
GST_END_TEST

typedef struct {
  GstPitboxMatchPolicy policy;
  gint offset_ms; /* of the picture, after row 2 */
  gint row;
  GstPitboxMatchQuality quality;
} Policy;

static const Policy policies[] = {
  { GST_PITBOX_MATCH_NEAREST, 5, 2, GST_PITBOX_MATCH_QUALITY_NEAR },
  { GST_PITBOX_MATCH_NEAREST, 12, 3, GST_PITBOX_MATCH_QUALITY_NEAR },
  { GST_PITBOX_MATCH_PREVIOUS, 12, 2, GST_PITBOX_MATCH_QUALITY_NEAR },
  { GST_PITBOX_MATCH_INTERPOLATE, 5, 2, GST_PITBOX_MATCH_QUALITY_INTERPOLATED },
  { GST_PITBOX_MATCH_INTERPOLATE, 0, 2, GST_PITBOX_MATCH_QUALITY_EXACT },
};

GST_START_TEST (test_policies)
{
  const Policy *p = &policies[__i__];
  GstClockTime time = PB_TEST_ROW_NS (2) + p->offset_ms * GST_MSECOND;
  g_autoptr (GstBuffer) buffer = NULL;
  GstPitboxTelemetryMeta *meta;
  Fixture f;

  set_up (&f);
  g_object_set (f.sync, "policy", p->policy, NULL);
  push_picture (&f, PB_TEST_ROW_NS (1));
  for (guint n = 0; n <= 1; n++)
    push_row (&f, n);
  pull_picture (&f, PB_TEST_ROW_NS (1), 1, 0);
  push_picture (&f, time);
  for (guint n = 2; n <= 3; n++)
    push_row (&f, n);
  buffer = gst_harness_pull (f.video);
  meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  g_assert_nonnull (meta);
  g_assert_cmpuint (meta->sample->tick, ==, p->row);
  g_assert_cmpint (meta->quality, ==, p->quality);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_an_offset_moves_the_rows)
{
  Fixture f;

  set_up (&f);
  g_object_set (f.sync, "offset", (gint64) PB_TEST_ROW_NS (3), NULL);
  push_row (&f, 0);
  push_picture (&f, 0);
  pull_picture (&f, 0, -1, 0);
  push_picture (&f, PB_TEST_ROW_NS (3));
  pull_picture (&f, PB_TEST_ROW_NS (3), 0, 0);
  /* Turned on air: the picture after the third row is the fifth row's. */
  g_object_set (f.sync, "offset",
      (gint64) PB_TEST_ROW_NS (4) - (gint64) PB_TEST_ROW_NS (5), NULL);
  push_picture (&f, PB_TEST_ROW_NS (4));
  for (guint n = 1; n <= 5; n++)
    push_row (&f, n);
  pull_picture (&f, PB_TEST_ROW_NS (4), 5, 0);
  tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (test_pictures_outlive_telemetry)
{
  Fixture f;

  set_up (&f);
  push_row (&f, 0);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  push_picture (&f, PB_TEST_ROW_NS (1));
  pull_picture (&f, PB_TEST_ROW_NS (1), 0, -(gint64) PB_TEST_ROW_NS (1));
  push_picture (&f, PB_TEST_ROW_NS (30));
  pull_picture (&f, PB_TEST_ROW_NS (30), -1, 0);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_gap_settles_a_picture)
{
  Fixture f;

  set_up (&f);
  push_row (&f, 0);
  push_picture (&f, PB_TEST_ROW_NS (2));
  gst_harness_push_event (
      f.telemetry, gst_event_new_gap (PB_TEST_ROW_NS (1), PB_TEST_ROW_NS (3)));
  pull_picture (&f, PB_TEST_ROW_NS (2), 0, -(gint64) PB_TEST_ROW_NS (2));
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_row_of_wrong_size_is_dropped_and_counted)
{
  Fixture f;
  GstBuffer *bad = gst_buffer_new_allocate (NULL, 3, NULL);

  set_up (&f);
  GST_BUFFER_PTS (bad) = 0;
  push_picture (&f, PB_TEST_ROW_NS (1));
  gst_harness_push (f.telemetry, bad);
  push_row (&f, 1);
  pull_picture (&f, PB_TEST_ROW_NS (1), 1, 0);
  g_assert_cmpuint (stat (&f, "bad-rows"), ==, 1);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_gap_before_the_segment_is_nothing)
{
  GstElement *sync = gst_element_factory_make ("telemetrysync", NULL);
  GstPad *pad = gst_element_request_pad_simple (sync, "telemetry");
  GstHarness *video = gst_harness_new_with_element (sync, "video", "src");
  GstBuffer *picture = gst_buffer_new_allocate (NULL, 384, NULL);

  gst_harness_set_src_caps_str (video, VIDEO_CAPS);
  gst_pad_send_event (pad, gst_event_new_stream_start ("s"));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_gap (0, GST_SECOND)));
  gst_pad_send_event (pad, gst_event_new_eos ());
  GST_BUFFER_PTS (picture) = 0;
  gst_harness_push (video, picture);
  /* By now the events were looked at; a warning would end the test. */
  gst_buffer_unref (gst_harness_pull (video));
  gst_element_release_request_pad (sync, pad);
  gst_object_unref (pad);
  gst_harness_teardown (video);
  gst_object_unref (sync);
}
GST_END_TEST

static GstPadProbeReturn
check_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstPitboxTelemetryMeta *meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  guint *n = data;

  g_assert_nonnull (meta);
  g_assert_cmpint (ABS (meta->sync_error), <, 10);
  g_assert_cmpuint (meta->sample->time, <, GST_BUFFER_PTS (buffer) + 10);
  (*n)++;
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (test_a_file_pairs_every_picture)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "telemetrytestsrc num-buffers=60 ! sync.telemetry "
      "videotestsrc num-buffers=30 "
      "! video/x-raw,width=64,height=64,framerate=30/1 ! sync.video "
      "telemetrysync name=sync ! videoscale ! video/x-raw,width=32,height=32 "
      "! fakesink name=out sync=false",
      &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstElement) out = NULL;
  g_autoptr (GstPad) pad = NULL;
  guint n = 0;

  g_assert_no_error (error);
  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  pad = gst_element_get_static_pad (out, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, check_picture, &n, NULL);
  bus = gst_element_get_bus (pipeline);
  for (guint i = 1; i <= 2; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    gst_clear_message (&message);
    message = gst_bus_timed_pop_filtered (
        bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_nonnull (message);
    g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
    g_assert_cmpuint (n, ==, 30 * i);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
}
GST_END_TEST

static Suite *
telemetrysync_suite (void)
{
  Suite *s = suite_create ("telemetrysync");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_a_picture_gets_its_row_in_running_time);
  tcase_add_test (tc, test_a_picture_waits_for_its_row);
  tcase_add_test (tc, test_a_live_picture_waits_no_longer_than_the_window);
  tcase_add_loop_test (tc, test_policies, 0, G_N_ELEMENTS (policies));
  tcase_add_test (tc, test_an_offset_moves_the_rows);
  tcase_add_test (tc, test_pictures_outlive_telemetry);
  tcase_add_test (tc, test_a_gap_settles_a_picture);
  tcase_add_test (tc, test_a_gap_before_the_segment_is_nothing);
  tcase_add_test (tc, test_a_row_of_wrong_size_is_dropped_and_counted);
  tcase_add_test (tc, test_a_file_pairs_every_picture);
  return s;
}

GST_CHECK_MAIN (telemetrysync);

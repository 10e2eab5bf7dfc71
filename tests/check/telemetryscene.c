/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryscene: one picture a row with the row's time and tick, whatever the
 * car has and whatever its values are. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "../lib/pb-test-rows.h"

#define ROW_NS(n) gst_util_uint64_scale (n, GST_SECOND, 60)
#define FIRST_TICK 6000
#define SMALL "video/x-raw,format=I420,width=640,height=360"

static GstPitboxSchema *schema;

static GstHarness *
harness_new (const gchar *launch, GstPitboxSchema *rows)
{
  GstHarness *h = gst_harness_new_parse (launch);

  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (rows));
  return h;
}

static GstBuffer *
make_row (guint n)
{
  return pb_test_row_buffer (schema, n);
}

static void
push_rows (GstHarness *h, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    fail_unless_equals_int (gst_harness_push (h, make_row (i)), GST_FLOW_OK);
}

static void
get_info (GstHarness *h, GstVideoInfo *info)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless (caps != NULL && gst_video_info_from_caps (info, caps));
  gst_caps_unref (caps);
}

/* The tick in the picture's strip; fails if there is none. */
static guint32
read_tick (GstHarness *h, GstBuffer *buffer)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  guint32 tick = 0;

  get_info (h, &info);
  fail_unless_equals_int (GST_VIDEO_INFO_FORMAT (&info), GST_VIDEO_FORMAT_I420);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  fail_unless (gst_pitbox_strip_read (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
      GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), info.width, info.height,
      &tick));
  gst_video_frame_unmap (&frame);
  return tick;
}

GST_START_TEST (test_one_picture_a_row)
{
  GstHarness *h = harness_new ("telemetryscene", schema);
  GstVideoInfo info;

  for (guint n = 0; n < 12; n++) {
    GstBuffer *picture;

    push_rows (h, n, 1);
    picture = gst_harness_try_pull (h);
    fail_unless (picture != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (picture), ROW_NS (n));
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (picture), GST_SECOND / 60);
    fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + n);
    gst_buffer_unref (picture);
  }
  get_info (h, &info);
  fail_unless_equals_int (info.width, 1280);
  fail_unless_equals_int (info.height, 720);
  fail_unless_equals_int (info.fps_n, 60);
  fail_unless_equals_int (info.fps_d, 1);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_lower_rate_draws_rows_in_step)
{
  static const struct {
    const gchar *framerate;
    guint ticks[5];
  } cases[] = {
    { "30/1", { 0, 2, 4, 6, 8 } },
    { "20/1", { 0, 3, 6, 9, 12 } },
    { "24/1", { 0, 3, 5, 8, 10 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *launch = g_strdup_printf (
        "telemetryscene ! capsfilter caps=" SMALL ",framerate=%s",
        cases[i].framerate);
    GstHarness *h = harness_new (launch, schema);

    push_rows (h, 0, cases[i].ticks[4] + 1);
    for (guint k = 0; k < 5; k++) {
      GstBuffer *picture = gst_harness_try_pull (h);

      fail_unless (picture != NULL);
      fail_unless_equals_int (
          read_tick (h, picture), FIRST_TICK + cases[i].ticks[k]);
      fail_unless_equals_uint64 (
          GST_BUFFER_PTS (picture), ROW_NS (cases[i].ticks[k]));
      gst_buffer_unref (picture);
    }
    fail_unless (gst_harness_try_pull (h) == NULL);
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

GST_START_TEST (test_more_pictures_than_rows_cannot_be)
{
  GstHarness *h = harness_new (
      "telemetryscene ! capsfilter caps=" SMALL ",framerate=120/1", schema);

  fail_unless_equals_int (
      gst_harness_push (h, make_row (0)), GST_FLOW_NOT_NEGOTIATED);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_rgb_converts_to_a_readable_strip)
{
  GstHarness *h = harness_new (
      "telemetryscene ! video/x-raw,format=BGRx,width=640,height=360 ! "
      "videoconvert ! capsfilter caps=video/x-raw,format=I420",
      schema);

  push_rows (h, 0, 3);
  for (guint n = 0; n < 3; n++) {
    GstBuffer *picture = gst_harness_pull (h);

    fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + n);
    gst_buffer_unref (picture);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

static const gchar *
find_decoder (void)
{
  static const gchar *const names[] = { "avdec_h264", "openh264dec" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

    if (factory != NULL)
      return names[i];
  }
  return NULL;
}

GST_START_TEST (test_strip_outlives_h264_and_scaling)
{
  const gchar *decoder = find_decoder ();
  g_autoptr (GstElementFactory) encoder = gst_element_factory_find ("x264enc");
  g_autofree gchar *launch = NULL;
  const guint n = 90;
  GstHarness *h;

  if (decoder == NULL || encoder == NULL) {
    g_print ("SKIP: needs x264enc and a decoder for H.264\n");
    return;
  }
  launch = g_strdup_printf (
      "telemetryscene ! video/x-raw,width=1280,height=720 ! "
      "x264enc bitrate=3000 tune=zerolatency speed-preset=superfast ! "
      "video/x-h264,profile=constrained-baseline ! h264parse ! %s ! "
      "videoconvert ! videoscale ! capsfilter caps=" SMALL,
      decoder);
  h = harness_new (launch, schema);
  push_rows (h, 0, n);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  for (guint i = 0; i < n; i++) {
    GstBuffer *picture = gst_harness_pull (h);

    fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + i);
    gst_buffer_unref (picture);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

/* A car may lack any variable; here all but one, and of an odd type. */
GST_START_TEST (test_any_variable_may_be_missing)
{
  const GstPitboxVar one = { "RPM", "", "", GST_PITBOX_VAR_BOOL, 1, FALSE, 2 };
  g_autoptr (GstPitboxSchema) poor =
      gst_pitbox_schema_new ("iracing", 60, 5, &one, 1, NULL);
  GstHarness *h = harness_new ("telemetryscene ! capsfilter caps=" SMALL, poor);

  for (guint n = 0; n < 4; n++) {
    GstBuffer *row = gst_buffer_new_wrapped (g_malloc0 (5), 5);
    GstBuffer *picture;

    /* Nor need it have a time or a tick. */
    fail_unless_equals_int (gst_harness_push (h, row), GST_FLOW_OK);
    picture = gst_harness_pull (h);
    fail_unless_equals_int (read_tick (h, picture), n);
    gst_buffer_unref (picture);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

/* Every value may be anything, infinities and NaN among them. */
GST_START_TEST (test_wild_values_are_drawn)
{
  static const gchar *const names[] = { "Speed", "RPM", "Gear", "Throttle",
    "Brake", "Clutch", "SteeringWheelAngle", "YawRate", "LatAccel", "LongAccel",
    "VertAccel", "Yaw", "YawNorth", "Pitch", "Lat", "Lon", "Alt", "LapDistPct",
    "LapDist", "Lap", "LapCurrentLapTime", "LapLastLapTime", "FuelLevel",
    "FuelLevelPct", "WaterTemp", "PlayerCarIdx", "PlayerCarSLFirstRPM",
    "PlayerCarSLLastRPM", "PlayerCarPosition", "LapDeltaToBestLap",
    "LapDeltaToBestLap_OK", "SessionFlags" };
  GstPitboxVar vars[G_N_ELEMENTS (names) + 1];
  const guint n_names = G_N_ELEMENTS (names), size = n_names * 8 + 64 * 4;
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);
  g_autoptr (GstPitboxSchema) wild = NULL;
  GstHarness *h;

  for (guint i = 0; i < n_names; i++)
    vars[i] = (GstPitboxVar){ names[i], "", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE,
      i * 8 };
  vars[n_names] = (GstPitboxVar){ "CarIdxLapDistPct", "", "",
    GST_PITBOX_VAR_FLOAT, 64, FALSE, n_names * 8 };
  wild = gst_pitbox_schema_new ("iracing", 60, size, vars, n_names + 1, NULL);
  h = harness_new ("telemetryscene ! capsfilter "
                   "caps=video/x-raw,format=I420,width=320,height=180",
      wild);
  for (guint n = 0; n < 400; n++) {
    guint8 *row = g_malloc (size);
    GstBuffer *picture;

    for (guint i = 0; i < size; i++)
      row[i] = (guint8) g_rand_int (rand);
    for (guint i = 0; n % 4 != 0 && i < n_names; i++) {
      /* Of every size from tiny to past all physics. */
      gdouble v = g_rand_double_range (rand, -1, 1);

      for (guint k = g_rand_int_range (rand, 0, n % 4 * 5); k > 0; k--)
        v *= 10;
      gst_pitbox_row_set_double (row, &vars[i], 0, v);
    }
    picture = gst_harness_push_and_pull (h, gst_buffer_new_wrapped (row, size));
    fail_unless (picture != NULL);
    fail_unless_equals_int (read_tick (h, picture), n);
    gst_buffer_unref (picture);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_a_row_of_the_wrong_size_is_dropped)
{
  GstHarness *h =
      harness_new ("telemetryscene ! capsfilter caps=" SMALL, schema);
  GstBuffer *picture;

  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_wrapped (g_malloc0 (7), 7)),
      GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (h) == NULL);
  push_rows (h, 1, 1);
  picture = gst_harness_pull (h);
  fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + 1);
  gst_buffer_unref (picture);
  gst_harness_teardown (h);
}
GST_END_TEST;

static gboolean
saw_event (GstHarness *h, GstEventType type)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    gboolean is_it = GST_EVENT_TYPE (event) == type;

    gst_event_unref (event);
    if (is_it)
      return TRUE;
  }
  return FALSE;
}

GST_START_TEST (test_gaps_flushes_and_ends_pass)
{
  GstHarness *h =
      harness_new ("telemetryscene ! capsfilter caps=" SMALL, schema);
  GstBuffer *picture;

  push_rows (h, 0, 2);
  fail_unless (
      gst_harness_push_event (h, gst_event_new_gap (ROW_NS (2), GST_SECOND)));
  fail_unless (saw_event (h, GST_EVENT_GAP));
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 2);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  fail_unless (saw_event (h, GST_EVENT_FLUSH_STOP));
  {
    GstSegment segment;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
  }
  while ((picture = gst_harness_try_pull (h)) != NULL)
    gst_buffer_unref (picture);
  push_rows (h, 62, 1);
  picture = gst_harness_pull (h);
  fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + 62);
  gst_buffer_unref (picture);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  fail_unless (saw_event (h, GST_EVENT_EOS));
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_session_text_and_schema_may_change)
{
  const GstPitboxVar one = { "RPM", "", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 };
  g_autoptr (GstPitboxSchema) other =
      gst_pitbox_schema_new ("iracing", 60, 4, &one, 1, NULL);
  /* Ends in the middle of a line, as a cut-off string does. */
  static const gchar session[] =
      "DriverInfo:\n DriverCarSLFirstRPM: 6000\n DriverCarSLLastRPM:";
  g_autoptr (GBytes) text = g_bytes_new_static (session, sizeof session - 1);
  GstHarness *h =
      harness_new ("telemetryscene ! capsfilter caps=" SMALL, schema);
  GstBuffer *picture;

  fail_unless (
      gst_harness_push_event (h, gst_pitbox_session_event_new (text, 1)));
  push_rows (h, 0, 1);
  fail_unless (
      gst_harness_push_event (h, gst_pitbox_session_event_new (text, 2)));
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (other));
  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_wrapped (g_malloc0 (4), 4)),
      GST_FLOW_OK);
  gst_buffer_unref (gst_harness_pull (h));
  picture = gst_harness_pull (h);
  fail_unless_equals_int (read_tick (h, picture), 1);
  gst_buffer_unref (picture);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_starts_again_after_null)
{
  GstElement *scene = gst_element_factory_make ("telemetryscene", NULL);

  fail_unless (scene != NULL);
  gst_object_ref_sink (scene);
  for (guint i = 0; i < 2; i++) {
    GstHarness *h = gst_harness_new_with_element (scene, "sink", "src");
    GstBuffer *picture;

    gst_harness_set_sink_caps_str (h, SMALL);
    gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
    push_rows (h, 0, 2);
    gst_buffer_unref (gst_harness_pull (h));
    picture = gst_harness_pull (h);
    fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + 1);
    gst_buffer_unref (picture);
    fail_unless_equals_int (gst_element_set_state (scene, GST_STATE_NULL),
        GST_STATE_CHANGE_SUCCESS);
    gst_harness_teardown (h);
  }
  gst_object_unref (scene);
}
GST_END_TEST;

static Suite *
telemetryscene_suite (void)
{
  Suite *suite = suite_create ("telemetryscene");
  TCase *tc = tcase_create ("general");

  schema = pb_test_schema_new ();
  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_one_picture_a_row);
  tcase_add_test (tc, test_lower_rate_draws_rows_in_step);
  tcase_add_test (tc, test_more_pictures_than_rows_cannot_be);
  tcase_add_test (tc, test_rgb_converts_to_a_readable_strip);
  tcase_add_test (tc, test_strip_outlives_h264_and_scaling);
  tcase_add_test (tc, test_any_variable_may_be_missing);
  tcase_add_test (tc, test_wild_values_are_drawn);
  tcase_add_test (tc, test_a_row_of_the_wrong_size_is_dropped);
  tcase_add_test (tc, test_gaps_flushes_and_ends_pass);
  tcase_add_test (tc, test_session_text_and_schema_may_change);
  tcase_add_test (tc, test_starts_again_after_null);
  return suite;
}

GST_CHECK_MAIN (telemetryscene);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryscene: one picture a row with the row's time and tick, whatever the
 * car has and whatever its values are. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <string.h>

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
  /* Two key frames and what is between and behind them. */
  const guint n = 45;
  GstHarness *h;

  if (decoder == NULL || encoder == NULL) {
    g_print ("SKIP: needs x264enc and a decoder for H.264\n");
    return;
  }
  launch = g_strdup_printf (
      "telemetryscene ! video/x-raw,width=1280,height=720 ! "
      "x264enc bitrate=3000 tune=zerolatency speed-preset=superfast "
      "key-int-max=30 ! "
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

static const gchar wild_session[] =
    "WeekendInfo:\n TrackName: %s\nDriverInfo:\n DriverCarIdx: 3\n Drivers:\n"
    " - CarIdx: 2\n   UserName: A very long name that goes past any column\n"
    "   CarNumber: \"12345678\"\n   CarClassColor: 0xff00ff\n"
    " - CarIdx: 3\n   CarNumber: \"7\"\n - CarIdx: 99\n";

/* Every value may be anything, infinities and NaN among them; on a track of
 * known geometry and on any other, in both views. */
static void
draw_wild (const gchar *track, const gchar *view, guint32 seed)
{
  static const gchar *const names[] = { "Speed", "RPM", "Gear", "Throttle",
    "Brake", "Clutch", "SteeringWheelAngle", "YawRate", "LatAccel", "LongAccel",
    "VertAccel", "Yaw", "YawNorth", "Pitch", "Lat", "Lon", "Alt", "LapDistPct",
    "LapDist", "Lap", "LapCurrentLapTime", "LapLastLapTime", "FuelLevel",
    "FuelLevelPct", "WaterTemp", "PlayerCarIdx", "PlayerCarSLFirstRPM",
    "PlayerCarSLLastRPM", "PlayerCarPosition", "LapDeltaToBestLap",
    "LapDeltaToBestLap_OK", "SessionFlags", "Skies", "TrackWetness",
    "Precipitation", "SessionTimeRemain" };
  static const gchar *const arrays[] = { "CarIdxLapDistPct",
    "CarIdxTrackSurface", "CarIdxPosition", "CarIdxLap", "CarIdxBestLapTime" };
  const guint n_names = G_N_ELEMENTS (names), n_arrays = G_N_ELEMENTS (arrays);
  const guint size = n_names * 8 + n_arrays * 64 * 4;
  GstPitboxVar vars[G_N_ELEMENTS (names) + G_N_ELEMENTS (arrays)];
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GstPitboxSchema) wild = NULL;
  g_autofree gchar *launch =
      g_strdup_printf ("telemetryscene view=%s ! capsfilter "
                       "caps=video/x-raw,format=I420,width=320,height=180",
          view);
  gchar *session = g_strdup_printf (wild_session, track);
  g_autoptr (GBytes) text = g_bytes_new_take (session, strlen (session));
  GstHarness *h;

  for (guint i = 0; i < n_names; i++)
    vars[i] = (GstPitboxVar){ names[i], "", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE,
      i * 8 };
  for (guint i = 0; i < n_arrays; i++)
    vars[n_names + i] = (GstPitboxVar){ arrays[i], "", "",
      i % 4 ? GST_PITBOX_VAR_INT : GST_PITBOX_VAR_FLOAT, 64, FALSE,
      n_names * 8 + i * 64 * 4 };
  wild = gst_pitbox_schema_new (
      "iracing", 60, size, vars, n_names + n_arrays, NULL);
  h = harness_new (launch, wild);
  fail_unless (
      gst_harness_push_event (h, gst_pitbox_session_event_new (text, 1)));
  for (guint n = 0; n < 96; n++) {
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
    for (guint i = 0; n % 3 == 0 && i < 64; i++) {
      gst_pitbox_row_set_double (
          row, &vars[n_names], i, g_rand_double_range (rand, -1, 2));
      gst_pitbox_row_set_double (
          row, &vars[n_names + 1], i, g_rand_int_range (rand, -1, 4));
    }
    picture = gst_harness_push_and_pull (h, gst_buffer_new_wrapped (row, size));
    fail_unless (picture != NULL);
    fail_unless_equals_int (read_tick (h, picture), n);
    gst_buffer_unref (picture);
  }
  gst_harness_teardown (h);
}

GST_START_TEST (test_wild_values_are_drawn)
{
  draw_wild ("nowhere", "driver", 20);
  draw_wild ("nowhere", "top", 21);
  draw_wild ("vellmoor endurance", "driver", 22);
  draw_wild ("pinwheel short", "driver", 23);
  draw_wild ("tinplate oval", "top", 24);
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

/* The first picture of a few rows of telemetrytestsrc's race. */
static GstBuffer *
race_picture (const gchar *track, const gchar *view, const gchar *size)
{
  g_autofree gchar *launch = g_strdup_printf (
      "telemetrytestsrc track=%s cars=12 shape=live num-buffers=4 ! "
      "telemetryscene name=scene view=%s ! "
      "video/x-raw,format=I420,%s ! appsink name=out sync=false",
      track, view, size);
  GstElement *pipeline = gst_parse_launch (launch, NULL), *out;
  GstBuffer *picture = NULL;

  fail_unless (pipeline != NULL);
  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (;;) {
    GstSample *sample = NULL;

    g_signal_emit_by_name (out, "pull-sample", &sample);
    if (sample == NULL)
      break;
    gst_buffer_replace (&picture, gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (out);
  gst_object_unref (pipeline);
  fail_unless (picture != NULL);
  return picture;
}

/* How many of the picture's luma values differ, and are not the strip's. */
static guint
count_different (GstBuffer *a, GstBuffer *b, guint n)
{
  GstMapInfo x, y;
  guint different = 0;

  fail_unless (gst_buffer_map (a, &x, GST_MAP_READ));
  fail_unless (gst_buffer_map (b, &y, GST_MAP_READ));
  fail_unless_equals_int (x.size, y.size);
  for (guint i = 0; i < n; i++)
    different += x.data[i] != y.data[i];
  gst_buffer_unmap (a, &x);
  gst_buffer_unmap (b, &y);
  return different;
}

GST_START_TEST (test_the_same_rows_are_the_same_picture)
{
  static const gchar *const views[] = { "driver", "top" };

  for (guint i = 0; i < G_N_ELEMENTS (views); i++) {
    GstBuffer *a =
        race_picture ("cinderridge", views[i], "width=640,height=360");
    GstBuffer *b =
        race_picture ("cinderridge", views[i], "width=640,height=360");
    GstMapInfo map;

    fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
    fail_unless (gst_buffer_memcmp (a, 0, map.data, map.size) == 0);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (a);
    gst_buffer_unref (b);
  }
}
GST_END_TEST;

GST_START_TEST (test_tracks_and_views_look_different)
{
  static const gchar *const tracks[] = { "pinwheel", "cinderridge", "tinplate",
    "vellmoor" };
  const guint n = 640 * 352;
  GstBuffer *last = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (tracks); i++) {
    GstBuffer *driver =
        race_picture (tracks[i], "driver", "width=640,height=360");
    GstBuffer *top = race_picture (tracks[i], "top", "width=640,height=360");

    fail_unless (count_different (driver, top, n) > n / 2);
    if (last != NULL)
      fail_unless (count_different (driver, last, n) > n / 10);
    gst_buffer_replace (&last, driver);
    gst_buffer_unref (driver);
    gst_buffer_unref (top);
  }
  gst_buffer_unref (last);
}
GST_END_TEST;

GST_START_TEST (test_the_view_may_change_on_air)
{
  GstHarness *h = harness_new (
      "telemetryscene name=scene ! capsfilter caps=" SMALL, schema);
  GstElement *scene = gst_harness_find_element (h, "telemetryscene");
  GstBuffer *pictures[3];
  const guint n = 640 * 352;

  for (guint i = 0; i < 3; i++) {
    gst_util_set_object_arg (
        G_OBJECT (scene), "view", i == 1 ? "top" : "driver");
    push_rows (h, i, 1);
    pictures[i] = gst_harness_pull (h);
    fail_unless_equals_int (read_tick (h, pictures[i]), FIRST_TICK + i);
  }
  fail_unless (count_different (pictures[0], pictures[1], n) > n / 2);
  fail_unless (count_different (pictures[0], pictures[2], n) < n / 2);
  for (guint i = 0; i < 3; i++)
    gst_buffer_unref (pictures[i]);
  gst_object_unref (scene);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* The own car, with as much road on either side, and, from @told on, one 5 m
 * ahead; the spotter says @told. The picture is that of the second second. */
static GstBuffer *
beside_picture (gint told)
{
  static const GstPitboxVar vars[] = {
    { "PlayerCarIdx", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 0 },
    { "CarLeftRight", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 4 },
    { "LapDistPct", "", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 8 },
    { "CarIdxLapDistPct", "", "", GST_PITBOX_VAR_FLOAT, 2, FALSE, 12 },
    { "CarIdxTrackSurface", "", "", GST_PITBOX_VAR_INT, 2, FALSE, 20 },
  };
  static const gchar text[] = "WeekendInfo:\n TrackName: pinwheel short\n";
  g_autoptr (GBytes) session = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GstPitboxSchema) pair = gst_pitbox_schema_new (
      "iracing", 60, 28, vars, G_N_ELEMENTS (vars), NULL);
  GstHarness *h = harness_new (
      "telemetryscene ! capsfilter caps=" SMALL ",framerate=1/1", pair);
  GstBuffer *picture;

  fail_unless (
      gst_harness_push_event (h, gst_pitbox_session_event_new (session, 1)));
  for (guint n = 0; n <= 60; n++) {
    GstBuffer *row = gst_buffer_new_wrapped (g_malloc0 (28), 28);
    GstMapInfo map;

    gst_buffer_map (row, &map, GST_MAP_WRITE);
    gst_pitbox_row_set_double (map.data, &vars[1], 0, told);
    gst_pitbox_row_set_double (map.data, &vars[2], 0, 0.32);
    gst_pitbox_row_set_double (map.data, &vars[3], 0, 0.32);
    gst_pitbox_row_set_double (map.data, &vars[3], 1, 0.32 + 5.0 / 990);
    gst_pitbox_row_set_double (map.data, &vars[4], 0, 3);
    gst_pitbox_row_set_double (map.data, &vars[4], 1, told > 0 ? 3 : -1);
    gst_buffer_unmap (row, &map);
    fail_unless_equals_int (gst_harness_push (h, row), GST_FLOW_OK);
  }
  gst_buffer_unref (gst_harness_pull (h));
  picture = gst_harness_pull (h);
  gst_harness_teardown (h);
  return picture;
}

GST_START_TEST (test_a_car_beside_is_where_the_spotter_says)
{
  GstBuffer *alone = beside_picture (0);

  for (gint told = 2; told <= 3; told++) {
    GstBuffer *picture = beside_picture (told);
    guint side[2] = { 0, 0 };
    GstMapInfo a, b;

    gst_buffer_map (alone, &a, GST_MAP_READ);
    gst_buffer_map (picture, &b, GST_MAP_READ);
    for (guint i = 0; i < 640 * 352; i++)
      side[i % 640 / 320] += a.data[i] != b.data[i];
    gst_buffer_unmap (alone, &a);
    gst_buffer_unmap (picture, &b);
    fail_unless (side[told - 2] > 1000 && side[told - 2] > 4 * side[3 - told],
        "%u left, %u right", side[0], side[1]);
    gst_buffer_unref (picture);
  }
  gst_buffer_unref (alone);
}
GST_END_TEST;

GST_START_TEST (test_any_size_is_drawn_in_both_views)
{
  static const gint sizes[][2] = { { 128, 72 }, { 130, 2160 }, { 4096, 72 },
    { 854, 480 }, { 4096, 2160 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint top = 0; top < 2; top++) {
      g_autofree gchar *launch =
          g_strdup_printf ("telemetryscene view=%s ! capsfilter "
                           "caps=video/x-raw,format=I420,width=%d,height=%d",
              top ? "top" : "driver", sizes[i][0], sizes[i][1]);
      GstHarness *h = harness_new (launch, schema);
      GstBuffer *picture;

      push_rows (h, 0, 2);
      gst_buffer_unref (gst_harness_pull (h));
      picture = gst_harness_pull (h);
      fail_unless_equals_int (read_tick (h, picture), FIRST_TICK + 1);
      gst_buffer_unref (picture);
      gst_harness_teardown (h);
    }
}
GST_END_TEST;

/* A strip of 64 cells needs 128 columns to be read back. */
GST_START_TEST (test_a_size_without_a_strip_is_refused)
{
  GstHarness *h = gst_harness_new ("telemetryscene");

  gst_harness_set_sink_caps_str (h, "video/x-raw,width=16,height=16");
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
  fail_unless_equals_int (
      gst_harness_push (h, make_row (0)), GST_FLOW_NOT_NEGOTIATED);
  gst_harness_teardown (h);
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
  tcase_add_test (tc, test_the_same_rows_are_the_same_picture);
  tcase_add_test (tc, test_tracks_and_views_look_different);
  tcase_add_test (tc, test_the_view_may_change_on_air);
  tcase_add_test (tc, test_a_car_beside_is_where_the_spotter_says);
  tcase_add_test (tc, test_any_size_is_drawn_in_both_views);
  tcase_add_test (tc, test_a_size_without_a_strip_is_refused);
  return suite;
}

GST_CHECK_MAIN (telemetryscene);

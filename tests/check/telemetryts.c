/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows through either multiplexer and stock tsdemux: every byte, and the times. */
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>

#include "../lib/pb-test-rows.h"

#define N_ROWS 400
/* MPEG-TS counts 90,000 a second. */
#define PTS_TOLERANCE (GST_SECOND / 90000 + 2)

static const gchar *const muxes[] = { "mpegtsmux", "telemetrytsmux" };

static GstBuffer *
row_new (GstPitboxSchema *schema, guint n)
{
  return pb_test_row_buffer (schema, n);
}

static GstElement *
start (const gchar *launch)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (launch, &error);

  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
               != GST_STATE_CHANGE_FAILURE);
  return pipeline;
}

static void
stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static GstSample *
pull (GstElement *sink, GstElement *pipeline)
{
  GstSample *sample =
      gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 20 * GST_SECOND);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  fail_unless (message == NULL);
  return sample;
}

GST_START_TEST (test_rows_and_times_outlive_mpeg_ts)
{
  g_autofree gchar *launch =
      g_strdup_printf ("appsrc name=src format=time ! telemetryenc ! %s ! "
                       "tsdemux ! telemetrydec ! appsink name=sink sync=false",
          muxes[__i__]);
  GstElement *p = start (launch);
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (p), "src");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (p), "sink");
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (GstCaps) caps = gst_pitbox_schema_to_caps (schema);
  GstClockTimeDiff shift = 0;

  gst_app_src_set_caps (GST_APP_SRC (src), caps);
  for (guint n = 0; n < N_ROWS; n++)
    fail_unless_equals_int (
        gst_app_src_push_buffer (GST_APP_SRC (src), row_new (schema, n)),
        GST_FLOW_OK);
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  for (guint n = 0; n < N_ROWS; n++) {
    g_autoptr (GstSample) sample = pull (sink, p);
    g_autoptr (GstBuffer) want = row_new (schema, n);
    GstBuffer *got;
    GstClockTimeDiff off;
    GstMapInfo map;

    fail_unless (sample != NULL);
    got = gst_sample_get_buffer (sample);
    gst_buffer_map (want, &map, GST_MAP_READ);
    fail_unless_equals_int (gst_buffer_get_size (got), map.size);
    fail_unless (gst_buffer_memcmp (got, 0, map.data, map.size) == 0);
    gst_buffer_unmap (want, &map);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (got), 6000 + n);
    off = GST_CLOCK_DIFF (PB_TEST_ROW_NS (n), GST_BUFFER_PTS (got));
    if (n == 0)
      shift = off;
    fail_unless (ABS (off - shift) <= (gint64) PTS_TOLERANCE);
  }
  fail_unless (pull (sink, p) == NULL);
  fail_unless (gst_app_sink_is_eos (GST_APP_SINK (sink)));
  stop (p);
}
GST_END_TEST;

/* Every recording there is, through .ibt, codec and TS, against ibtparse. */
static void
compare_recording (const gchar *path, const gchar *mux)
{
  g_autofree gchar *there = g_strdup_printf (
      "filesrc location=\"%s\" ! "
      "ibtparse ! telemetryenc ! %s ! tsdemux ! telemetrydec ! "
      "appsink name=sink sync=false",
      path, mux);
  g_autofree gchar *direct = g_strdup_printf (
      "filesrc location=\"%s\" ! ibtparse ! appsink name=sink sync=false",
      path);
  GstElement *p = start (there), *q = start (direct);
  g_autoptr (GstElement) ps = gst_bin_get_by_name (GST_BIN (p), "sink");
  g_autoptr (GstElement) qs = gst_bin_get_by_name (GST_BIN (q), "sink");
  guint n = 0;

  for (;; n++) {
    g_autoptr (GstSample) a = pull (ps, p);
    g_autoptr (GstSample) b = pull (qs, q);
    GstMapInfo map;

    fail_unless_equals_int (a == NULL, b == NULL);
    if (a == NULL)
      break;
    gst_buffer_map (gst_sample_get_buffer (b), &map, GST_MAP_READ);
    fail_unless_equals_int (
        gst_buffer_get_size (gst_sample_get_buffer (a)), map.size);
    fail_unless (
        gst_buffer_memcmp (gst_sample_get_buffer (a), 0, map.data, map.size)
        == 0);
    gst_buffer_unmap (gst_sample_get_buffer (b), &map);
  }
  fail_unless (n > 100, "only %u rows of %s", n, path);
  stop (p);
  stop (q);
}

GST_START_TEST (test_recordings_outlive_mpeg_ts)
{
  const gchar *data = g_getenv ("PITBOX_TEST_DATA");
  g_autofree gchar *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  const gchar *name;

  if (data != NULL && *data != '\0')
    folder = g_build_filename (data, "ibt", NULL);
  if (folder != NULL)
    dir = g_dir_open (folder, 0, NULL);
  if (dir == NULL) {
    g_print ("# skipped: no ibt/ in PITBOX_TEST_DATA\n");
    return;
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (g_str_has_suffix (name, ".ibt"))
      compare_recording (path, muxes[__i__]);
  }
}
GST_END_TEST;

static Suite *
telemetryts_suite (void)
{
  Suite *s = suite_create ("telemetryts");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (
      tc, test_rows_and_times_outlive_mpeg_ts, 0, G_N_ELEMENTS (muxes));
  tcase_add_loop_test (
      tc, test_recordings_outlive_mpeg_ts, 0, G_N_ELEMENTS (muxes));
  return s;
}

GST_CHECK_MAIN (telemetryts);

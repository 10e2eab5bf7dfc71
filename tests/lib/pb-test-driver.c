/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver without a network: pictures and rows in real time into a PbLive. */
#include "pb-test-driver.h"

#include <gst/app/app.h>
#include <racesim/racesim.h>

/* Rows kept and played in a ring: ten seconds. */
#define N_ROWS 600

struct _PbTestDriver {
  PbLive *live;
  PbTestDriverOptions options;
  GPtrArray *pictures;
  GPtrArray *rows;
  GstPitboxSchema *schema;
  GstElement *pipeline;
  GstElement *appsrc;
  GThread *thread;
  GMutex lock;
  GCond cond;
  gboolean stopping;
};

static GstPitboxSchema *
make_schema (RaceSim *sim)
{
  guint n_vars;
  const RaceSimVar *from = race_sim_get_vars (sim, &n_vars);
  g_autofree GstPitboxVar *vars = g_new0 (GstPitboxVar, n_vars);

  for (guint i = 0; i < n_vars; i++) {
    const IrsdkWellKnown *known = from[i].known;

    vars[i] = (GstPitboxVar){ known->name, known->unit, known->desc,
      (GstPitboxVarType) known->type, known->count, known->count_as_time,
      from[i].offset };
  }
  return gst_pitbox_schema_new (
      "iracing", 60, race_sim_get_row_bytes (sim), vars, n_vars, NULL);
}

static gboolean
make_rows (PbTestDriver *driver, GError **error)
{
  g_autoptr (RaceSim) sim = NULL;
  RaceSimConfig config;
  gsize bytes;

  race_sim_config_init (&config);
  sim = race_sim_new (&config, error);
  if (sim == NULL)
    return FALSE;
  driver->schema = make_schema (sim);
  bytes = race_sim_get_row_bytes (sim);
  for (guint i = 0; i < N_ROWS; i++) {
    guint8 *row = g_malloc (bytes);

    race_sim_next_row (sim, row);
    g_ptr_array_add (driver->rows, gst_buffer_new_wrapped (row, bytes));
  }
  return TRUE;
}

/* Three groups of pictures, encoded as fast as the machine can. */
static gboolean
make_pictures (PbTestDriver *driver, GError **error)
{
  const PbTestDriverOptions *options = &driver->options;
  g_autofree gchar *text = g_strdup_printf (
      "videotestsrc pattern=snow num-buffers=%u ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! "
      "x264enc tune=zerolatency speed-preset=ultrafast bitrate=%u "
      "key-int-max=%u bframes=0 vbv-buf-capacity=300 ! "
      "video/x-h264,profile=constrained-baseline,stream-format=byte-stream ! "
      "h264parse config-interval=-1 ! appsink name=sink sync=false",
      3 * options->gop_frames, options->width, options->height, options->fps,
      options->kbps, options->gop_frames);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, error);
  g_autoptr (GstElement) sink = NULL;
  GstSample *sample;

  if (pipeline == NULL)
    return FALSE;
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    g_ptr_array_add (
        driver->pictures, gst_buffer_copy (gst_sample_get_buffer (sample)));
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return driver->pictures->len > 0;
}

static GstFlowReturn
on_packets (GstAppSink *sink, gpointer user_data)
{
  PbTestDriver *driver = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample != NULL)
    pb_live_push_rtp (driver->live, sample);
  return GST_FLOW_OK;
}

static gboolean
make_payloader (PbTestDriver *driver, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_packets };
  g_autoptr (GstElement) sink = NULL;

  driver->pipeline = gst_parse_launch (
      "appsrc name=src format=time is-live=true caps=video/x-h264,"
      "stream-format=byte-stream,alignment=au ! h264parse config-interval=-1 ! "
      "rtph264pay aggregate-mode=zero-latency mtu=1200 pt=96 ! "
      "appsink name=sink sync=false buffer-list=true",
      error);
  if (driver->pipeline == NULL)
    return FALSE;
  driver->appsrc = gst_bin_get_by_name (GST_BIN (driver->pipeline), "src");
  sink = gst_bin_get_by_name (GST_BIN (driver->pipeline), "sink");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, driver, NULL);
  return TRUE;
}

/**
 * pb_test_driver_new:
 * @live: what to feed
 * @options: pictures
 * @error: an element that is missing
 *
 * Returns: (nullable): a driver that has not started
 */
PbTestDriver *
pb_test_driver_new (
    PbLive *live, const PbTestDriverOptions *options, GError **error)
{
  g_autoptr (PbTestDriver) driver = g_new0 (PbTestDriver, 1);

  driver->live = pb_live_ref (live);
  driver->options = *options;
  driver->pictures =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  driver->rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  g_mutex_init (&driver->lock);
  g_cond_init (&driver->cond);
  if (!make_rows (driver, error)
      || (options->fps > 0
          && (!make_pictures (driver, error)
              || !make_payloader (driver, error))))
    return NULL;
  return g_steal_pointer (&driver);
}

/**
 * pb_test_driver_free:
 * @driver: a driver; stopped if it runs
 */
void
pb_test_driver_free (PbTestDriver *driver)
{
  pb_test_driver_stop (driver);
  gst_clear_object (&driver->appsrc);
  gst_clear_object (&driver->pipeline);
  g_clear_pointer (&driver->schema, gst_pitbox_schema_unref);
  g_ptr_array_unref (driver->pictures);
  g_ptr_array_unref (driver->rows);
  g_mutex_clear (&driver->lock);
  g_cond_clear (&driver->cond);
  pb_live_unref (driver->live);
  g_free (driver);
}

static void
push_row (PbTestDriver *driver, guint n, GstClockTime time)
{
  g_autoptr (GstBuffer) row =
      gst_buffer_copy (g_ptr_array_index (driver->rows, n % N_ROWS));

  GST_BUFFER_OFFSET (row) = n;
  GST_BUFFER_PTS (row) = time;
  gst_pitbox_buffer_set_utc (row, g_get_real_time (), GST_PITBOX_CLOCK_LOCAL);
  pb_live_push_row (driver->live, driver->schema, row, time);
}

static void
push_picture (PbTestDriver *driver, guint n, GstClockTime time)
{
  GstBuffer *picture = gst_buffer_copy (
      g_ptr_array_index (driver->pictures, n % driver->pictures->len));

  GST_BUFFER_PTS (picture) = GST_BUFFER_DTS (picture) = time;
  gst_app_src_push_buffer (GST_APP_SRC (driver->appsrc), picture);
}

static gpointer
run (gpointer data)
{
  PbTestDriver *driver = data;
  guint rate = driver->options.fps > 0 ? driver->options.fps : 60;
  gint64 start_us = g_get_monotonic_time ();

  g_mutex_lock (&driver->lock);
  for (guint n = 0; !driver->stopping; n++) {
    GstClockTime time = gst_util_uint64_scale (n, GST_SECOND, rate);
    gint64 due_us = start_us + time / GST_USECOND;

    while (!driver->stopping
           && g_cond_wait_until (&driver->cond, &driver->lock, due_us))
      continue;
    g_mutex_unlock (&driver->lock);
    push_row (driver, n, time);
    if (driver->options.fps > 0)
      push_picture (driver, n, time);
    g_mutex_lock (&driver->lock);
  }
  g_mutex_unlock (&driver->lock);
  return NULL;
}

/**
 * pb_test_driver_start:
 * @driver: a driver
 *
 * Begins a new stream, from the first picture and row.
 */
void
pb_test_driver_start (PbTestDriver *driver)
{
  pb_test_driver_stop (driver);
  pb_live_reset (driver->live);
  if (driver->pipeline != NULL)
    gst_element_set_state (driver->pipeline, GST_STATE_PLAYING);
  driver->stopping = FALSE;
  driver->thread = g_thread_new ("test-driver", run, driver);
}

/**
 * pb_test_driver_stop:
 * @driver: a driver
 */
void
pb_test_driver_stop (PbTestDriver *driver)
{
  if (driver->thread == NULL)
    return;
  g_mutex_lock (&driver->lock);
  driver->stopping = TRUE;
  g_cond_signal (&driver->cond);
  g_mutex_unlock (&driver->lock);
  g_thread_join (g_steal_pointer (&driver->thread));
  if (driver->pipeline != NULL)
    gst_element_set_state (driver->pipeline, GST_STATE_NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Five seconds without telemetry, and five without a picture: what the other
 * one loses, with telemetrypace before the multiplexer and, beside it in the
 * same run, without. */
#include <gst/gst.h>

#define OUTAGE_US (5 * G_USEC_PER_SEC)
/* What the outage may cost the picture: the longest time between two pictures.
 * 20 to 85 ms on a machine that has nothing else to do, more on a busy one, and
 * far less than the outage on either. */
#define MAX_GAP_US (2 * G_USEC_PER_SEC)
/* Without the element the outage itself goes through, nearly whole. */
#define MIN_CONTROL_US (3 * G_USEC_PER_SEC)

#define SOURCES \
  "telemetrytestsrc is-live=true ! queue ! telemetryenc name=enc " \
  "videotestsrc is-live=true " \
  "! video/x-raw,width=160,height=90,framerate=60/1 " \
  "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 " \
  "! h264parse name=parse config-interval=-1 " \
  "! capsfilter name=picture " \
  "caps=video/x-h264,stream-format=byte-stream,alignment=au "
#define MUX \
  "mpegtsmux name=mux alignment=0 " \
  "prog-map=program_map,sink_65=(int)1,sink_66=(int)1,PCR_1=sink_65 " \
  "! tsdemux name=demux latency=0 " \
  "demux. ! queue ! h264parse ! fakesink name=video sync=false " \
  "async=false " \
  "demux. ! queue ! telemetrydec name=dec ! fakesink name=rows " \
  "sync=false async=false "

static const gchar *const with_pace =
    SOURCES "enc. ! pace.telemetry_sink picture. ! pace.video_sink "
            "telemetrypace name=pace pace.video_src ! mux.sink_65 "
            "pace.telemetry_src ! mux.sink_66 " MUX;
/* Queues, as stock launch lines have them: bounded, so that what waits for the
 * multiplexer does not grow for ever. */
static const gchar *const without_pace =
    SOURCES "enc. ! queue ! mux.sink_66 picture. ! queue ! mux.sink_65 " MUX;

typedef struct {
  GstElement *pipeline;
  GMutex lock;
  GCond cond;
  gint drop_video;
  gint drop_telemetry;
  gint64 last_video_us;
  gint64 worst_video_us;
  GstClockTime last_pts;
  GstClockTime worst_pts_gap;
  guint n_video;
  gint64 last_row_us;
  gint64 worst_row_us;
  guint64 first_tick;
  guint64 last_tick;
  guint n_rows;
} Run;

static GstPadProbeReturn
before (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return g_atomic_int_get ((gint *) data) ? GST_PAD_PROBE_DROP
                                          : GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
after_video (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Run *run = data;
  gint64 now = g_get_monotonic_time ();
  GstClockTime pts = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&run->lock);
  if (run->last_video_us != 0)
    run->worst_video_us = MAX (run->worst_video_us, now - run->last_video_us);
  if (GST_CLOCK_TIME_IS_VALID (run->last_pts) && pts > run->last_pts)
    run->worst_pts_gap = MAX (run->worst_pts_gap, pts - run->last_pts);
  run->last_video_us = now;
  run->last_pts = pts;
  run->n_video++;
  g_cond_signal (&run->cond);
  g_mutex_unlock (&run->lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
after_rows (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Run *run = data;
  gint64 now = g_get_monotonic_time ();
  guint64 tick = GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&run->lock);
  if (run->n_rows == 0)
    run->first_tick = tick;
  if (run->last_row_us != 0)
    run->worst_row_us = MAX (run->worst_row_us, now - run->last_row_us);
  run->last_row_us = now;
  run->last_tick = tick;
  run->n_rows++;
  g_cond_signal (&run->cond);
  g_mutex_unlock (&run->lock);
  return GST_PAD_PROBE_OK;
}

static void
probe (Run *run, const gchar *element, const gchar *pad_name,
    GstPadProbeCallback callback, gpointer data)
{
  g_autoptr (GstElement) e =
      gst_bin_get_by_name (GST_BIN (run->pipeline), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (e, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, data, NULL);
}

static void
wait_count (Run *run, const guint *counter, guint more)
{
  gint64 until = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  guint target;

  g_mutex_lock (&run->lock);
  target = *counter + more;
  while (*counter < target)
    if (!g_cond_wait_until (&run->cond, &run->lock, until))
      g_error ("stalled: %u pictures, %u rows", run->n_video, run->n_rows);
  g_mutex_unlock (&run->lock);
}

static void
run_start (Run *run, const gchar *launch)
{
  g_autoptr (GError) error = NULL;

  *run = (Run){ .last_pts = GST_CLOCK_TIME_NONE };
  run->pipeline = gst_parse_launch (launch, &error);
  g_assert_no_error (error);
  g_mutex_init (&run->lock);
  g_cond_init (&run->cond);
  probe (run, "picture", "src", before, &run->drop_video);
  probe (run, "enc", "src", before, &run->drop_telemetry);
  probe (run, "video", "sink", after_video, run);
  probe (run, "rows", "sink", after_rows, run);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  wait_count (run, &run->n_rows, 20);
  wait_count (run, &run->n_video, 20);
  g_mutex_lock (&run->lock);
  run->worst_video_us = run->worst_row_us = 0;
  run->worst_pts_gap = 0;
  g_mutex_unlock (&run->lock);
}

static void
run_stop (Run *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_object_unref (run->pipeline);
  g_mutex_clear (&run->lock);
  g_cond_clear (&run->cond);
}

/* The outage is what is tested: its length is measured, not waited out by
 * counting, because the control counts nothing meanwhile. */
static void
outage (gint *drop_a, gint *drop_b)
{
  g_atomic_int_set (drop_a, TRUE);
  g_atomic_int_set (drop_b, TRUE);
  g_usleep (OUTAGE_US);
  g_atomic_int_set (drop_a, FALSE);
  g_atomic_int_set (drop_b, FALSE);
}

/* From 1.24 on mpegtsmux goes on without a silent pad, and in the stock line
 * begins without one: it changes its programme when the picture comes, and
 * tsdemux's new pad for the telemetry finds no link. So there the control says
 * nothing about an outage. */
static gboolean
has_control (void)
{
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  if (major == 1 && minor < 24)
    return TRUE;
  g_print ("# no control beside it: this mpegtsmux has a time-out\n");
  return FALSE;
}

static void
test_telemetry_outage (void)
{
  gboolean controlled = has_control ();
  Run run, control;

  run_start (&run, with_pace);
  if (controlled)
    run_start (&control, without_pace);
  outage (&run.drop_telemetry,
      controlled ? &control.drop_telemetry : &run.drop_telemetry);
  wait_count (&run, &run.n_video, 20);
  wait_count (&run, &run.n_rows, 20);
  if (controlled) {
    wait_count (&control, &control.n_video, 20);
    run_stop (&control);
    g_print ("# 5 s without telemetry, without telemetrypace: longest time "
             "without a picture %.0f ms\n",
        control.worst_video_us / 1e3);
    g_assert_cmpint (control.worst_video_us, >, MIN_CONTROL_US);
  }
  run_stop (&run);
  g_print ("# 5 s without telemetry: longest time without a picture %.1f ms "
           "(by time stamps %.1f ms)\n",
      run.worst_video_us / 1e3, run.worst_pts_gap / 1e6);
  /* No picture is lost, however late this machine is. */
  g_assert_cmpuint (run.worst_pts_gap, <, 2 * GST_SECOND / 60);
  g_assert_cmpint (run.worst_video_us, <, MAX_GAP_US);
}

static void
test_picture_outage (void)
{
  gboolean controlled = has_control ();
  Run run, control;

  run_start (&run, with_pace);
  if (controlled)
    run_start (&control, without_pace);
  outage (&run.drop_video, controlled ? &control.drop_video : &run.drop_video);
  wait_count (&run, &run.n_video, 20);
  wait_count (&run, &run.n_rows, 20);
  if (controlled) {
    wait_count (&control, &control.n_rows, 20);
    run_stop (&control);
    g_print ("# 5 s without a picture, without telemetrypace: longest time "
             "without a row %.0f ms\n",
        control.worst_row_us / 1e3);
    g_assert_cmpint (control.worst_row_us, >, MIN_CONTROL_US);
  }
  run_stop (&run);
  g_print ("# 5 s without a picture: %u rows of %" G_GUINT64_FORMAT
           " came, the longest time without one %.1f ms\n",
      run.n_rows, run.last_tick - run.first_tick + 1, run.worst_row_us / 1e3);
  g_assert_cmpuint (run.last_tick - run.first_tick + 1, ==, run.n_rows);
  g_assert_cmpuint (run.n_rows, >, 5 * 60);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outage/telemetry", test_telemetry_outage);
  g_test_add_func ("/outage/picture", test_picture_outage);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Latency that muxing and demuxing add to the picture, with telemetry beside
 * it and, for comparison, without. */
#include <gst/gst.h>
#include <stdlib.h>

#define SECONDS 10
#define MAX_FRAMES (SECONDS * 60 + 600)

typedef struct {
  gint64 in[MAX_FRAMES], out[MAX_FRAMES];
  guint n_in, n_out;
} Track;

static GstPadProbeReturn
count_in (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Track *t = user_data;

  if (t->n_in < MAX_FRAMES)
    t->in[t->n_in++] = g_get_monotonic_time ();
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
count_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Track *t = user_data;

  if (t->n_out < MAX_FRAMES)
    t->out[t->n_out++] = g_get_monotonic_time ();
  return GST_PAD_PROBE_OK;
}

static void
probe (GstElement *graph, const gchar *element, const gchar *pad_name,
    GstPadProbeCallback callback, Track *track)
{
  g_autoptr (GstElement) e = gst_bin_get_by_name (GST_BIN (graph), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (e, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, track, NULL);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static gdouble
print_track (const gchar *name, Track *t)
{
  guint n = MIN (t->n_in, t->n_out);

  /* The first second is start-up: plugins load, the muxer waits for both. */
  for (guint i = 0; i < n; i++)
    t->out[i] -= t->in[i];
  if (n < 120) {
    g_print ("%-28s only %u frames\n", name, n);
    return 0;
  }
  qsort (t->out + 60, n - 60, sizeof t->out[0], compare);
  n -= 60;
  g_print ("%-28s n=%u  p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms\n", name, n,
      t->out[60 + n / 2] / 1e3, t->out[60 + n * 95 / 100] / 1e3,
      t->out[60 + n * 99 / 100] / 1e3, t->out[60 + n - 1] / 1e3);
  return t->out[60 + n / 2] / 1e3;
}

static void
run (const gchar *text, Track *video, Track *rows)
{
  g_autoptr (GError) error = NULL;
  GstElement *graph = gst_parse_launch (text, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  if (graph == NULL)
    g_error ("%s", error->message);
  probe (graph, "parse", "src", count_in, video);
  probe (graph, "video-end", "sink", count_out, video);
  if (rows != NULL) {
    probe (graph, "enc", "sink", count_in, rows);
    probe (graph, "row-end", "sink", count_out, rows);
  }
  gst_element_set_state (graph, GST_STATE_PLAYING);
  bus = gst_element_get_bus (graph);
  message = gst_bus_timed_pop_filtered (
      bus, SECONDS * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_error ("%s", error->message);
  }
  gst_element_set_state (graph, GST_STATE_NULL);
  gst_object_unref (graph);
}

#define PICTURE \
  "telemetrytestsrc is-live=true ! tee name=t t. ! queue ! telemetryscene " \
  "! video/x-raw,width=640,height=360,framerate=60/1 " \
  "! x264enc tune=zerolatency speed-preset=ultrafast bitrate=3000 " \
  "key-int-max=120 ! h264parse name=parse config-interval=-1 " \
  "! video/x-h264,stream-format=byte-stream,alignment=au "
#define SINK "sync=false async=false"

int
main (int argc, char **argv)
{
  static Track alone, video, rows;
  gdouble with, without;

  gst_init (&argc, &argv);
  run (PICTURE "! queue ! mux.sink_65 mpegtsmux name=mux alignment=0 ! tsdemux "
               "latency=0 ! video/x-h264 ! fakesink name=video-end " SINK,
      &alone, NULL);
  run (PICTURE
      "! pace.video_sink t. ! queue ! telemetryenc name=enc "
      "! pace.telemetry_sink telemetrypace name=pace "
      "pace.video_src ! queue ! mux.sink_65 "
      "pace.telemetry_src ! queue ! mux.sink_66 "
      "mpegtsmux name=mux alignment=0 "
      "prog-map=program_map,sink_65=(int)1,sink_66=(int)1,PCR_1=sink_65 "
      "! tsdemux name=demux latency=0 "
      "demux. ! video/x-h264 ! fakesink name=video-end " SINK
      " demux. ! meta/x-klv ! telemetrydec ! fakesink name=row-end " SINK,
      &video, &rows);
  without = print_track ("video, no telemetry", &alone);
  with = print_track ("video, telemetry beside it", &video);
  print_track ("row: written to decoded", &rows);
  if (without > 0)
    g_print ("p50 ratio with : without = %.2f\n", with / without);
  return 0;
}

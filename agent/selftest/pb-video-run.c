/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The graph of a stream without a network: started, watched, measured. */
#include "selftest/pb-video-run.h"

#include "control/pb-usage.h"
#include "pb-graph.h"
#include "pb-line.h"
#include "pb-picture.h"

#include <string.h>

/* What comes out is measured in the streaming thread, under the lock. */
typedef struct {
  PbVideoRun *run;
  GMutex lock;
  GstElement *graph;
  gint64 started_us, first_us, last_us; /* monotonic */
} Watch;

/* A first start waits for the encoders that are tried. */
#define START_US (90 * G_USEC_PER_SEC)

static gint64
delay_of (Watch *watch, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (watch->graph);
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  GstClockTime taken, now;

  if (clock == NULL || event == NULL)
    return -1;
  gst_event_parse_segment (event, &segment);
  taken = gst_segment_to_running_time (
      segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  now = gst_clock_get_time (clock) - gst_element_get_base_time (watch->graph);
  return GST_CLOCK_TIME_IS_VALID (taken) ? GST_CLOCK_DIFF (taken, now) / 1000
                                         : -1;
}

static GstPadProbeReturn
on_unit (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *watch = user_data;
  PbVideoRun *run = watch->run;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  const gint64 delay = delay_of (watch, pad, buffer);
  const gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&watch->lock);
  if (run->pictures == 0)
    watch->first_us = now;
  else
    run->gap_us = MAX (run->gap_us, now - watch->last_us);
  watch->last_us = now;
  run->pictures++;
  run->keys += !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  run->bytes += gst_buffer_get_size (buffer);
  if (delay >= 0)
    g_array_append_val (run->delay_us, delay);
  g_mutex_unlock (&watch->lock);
  return GST_PAD_PROBE_OK;
}

static gboolean
set_format (GstElement *graph, const PbConfig *config, GError **error)
{
  g_autoptr (GstElement) format = pb_graph_get (graph, "format", error);
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("video/x-raw", "width",
      G_TYPE_INT, config->width, "height", G_TYPE_INT, config->height,
      "framerate", GST_TYPE_FRACTION, config->framerate, 1, NULL);

  if (format == NULL)
    return FALSE;
  gst_caps_set_features_simple (caps, gst_caps_features_new_any ());
  g_object_set (format, "caps", caps, NULL);
  return TRUE;
}

static GstElement *
make_graph (const PbConfig *config, const PbVideoWish *wish, GError **error)
{
  g_autoptr (GstElement) graph = pb_graph_load ("selftest-video", error);
  g_autoptr (GstElement) encoder = NULL;
  g_autoptr (GstElement) capture = NULL;
  PbPicture picture;

  if (graph == NULL
      || !pb_line_add_part (graph,
          wish->source ? "source-capture" : "source-test", "source", error)
      || !set_format (graph, config, error)
      || !pb_graph_link (graph, "source", "picture", error))
    return NULL;
  encoder = pb_graph_get (graph, "encoder", error);
  capture = encoder != NULL ? pb_graph_get (graph, "capture", error) : NULL;
  if (capture == NULL)
    return NULL;
  pb_picture_from_config (&picture, config);
  pb_picture_configure_encoder (encoder, &picture, wish->exclude);
  gst_util_set_object_arg (G_OBJECT (encoder), "codec", wish->codec);
  if (wish->source)
    pb_picture_configure_capture (capture, config);
  return g_steal_pointer (&graph);
}

static void
note_words (PbVideoRun *run, const GstStructure *s)
{
  const gchar *reason;

  if (s == NULL || !gst_structure_has_name (s, "pitbox-capture"))
    return;
  reason = gst_structure_get_string (s, "reason");
  g_string_append_printf (run->words, "%s%s", run->words->len > 0 ? "; " : "",
      reason != NULL ? reason : "live again");
}

/* Until @seconds after the first picture, an error, or no picture at all. */
static void
watch_bus (Watch *watch, guint seconds)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (watch->graph);
  gboolean over = FALSE;

  while (!over) {
    g_autoptr (GstMessage) m =
        gst_bus_timed_pop_filtered (bus, 50 * GST_MSECOND,
            GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);
    const gint64 now = g_get_monotonic_time ();
    g_autoptr (GError) error = NULL;

    if (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (m, &error, NULL);
      watch->run->failure = g_strdup (error->message);
      over = TRUE;
    } else if (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ELEMENT) {
      note_words (watch->run, gst_message_get_structure (m));
    }
    g_mutex_lock (&watch->lock);
    over |= watch->run->pictures > 0
            && now - watch->first_us >= seconds * G_USEC_PER_SEC;
    if (watch->run->pictures == 0 && now - watch->started_us > START_US) {
      watch->run->failure = g_strdup ("no picture came");
      over = TRUE;
    }
    g_mutex_unlock (&watch->lock);
  }
}

static void
note_dead_start (Watch *watch)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (watch->graph);
  g_autoptr (GstMessage) m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  if (m != NULL)
    gst_message_parse_error (m, &error, NULL);
  watch->run->failure =
      g_strdup (error != NULL ? error->message : "it could not be started");
}

static GstStructure *
dup_active (GstElement *graph, const gchar *name)
{
  g_autoptr (GstElement) bin = gst_bin_get_by_name (GST_BIN (graph), name);
  GstStructure *s = NULL;

  if (bin != NULL
      && g_object_class_find_property (
          G_OBJECT_GET_CLASS (bin), "active-backend"))
    g_object_get (bin, "active-backend", &s, NULL);
  return s;
}

static void
play (Watch *watch, const PbVideoWish *wish)
{
  g_autoptr (GstElement) end =
      gst_bin_get_by_name (GST_BIN (watch->graph), "end");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (end, "sink");
  PbUsage before, after;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_unit, watch, NULL);
  pb_usage_get (&before);
  watch->started_us = g_get_monotonic_time ();
  /* What could not be started has said why on the bus. */
  if (gst_element_set_state (watch->graph, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    note_dead_start (watch);
  else
    watch_bus (watch, wish->seconds);
  pb_usage_get (&after);
  watch->run->cpu_us = after.cpu_us - before.cpu_us;
  watch->run->encoder = dup_active (watch->graph, "encoder");
  watch->run->capture = dup_active (watch->graph, "capture");
  gst_element_set_state (watch->graph, GST_STATE_NULL);
  watch->run->ran_us = watch->last_us - watch->first_us;
  watch->run->first_us = watch->first_us - watch->started_us;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/**
 * pb_video_run:
 * @run: (out caller-allocates): what came of it
 * @config: settings: source, size, frame rate, bitrate
 * @wish: what is to be measured
 *
 * Main thread only; blocks for as long as it takes.
 */
void
pb_video_run (PbVideoRun *run, const PbConfig *config, const PbVideoWish *wish)
{
  Watch watch = { run };
  g_autoptr (GError) error = NULL;

  *run = (PbVideoRun){ NULL };
  run->words = g_string_new (NULL);
  run->delay_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  watch.graph = make_graph (config, wish, &error);
  if (watch.graph == NULL) {
    run->failure = g_strdup (error->message);
    return;
  }
  g_mutex_init (&watch.lock);
  play (&watch, wish);
  g_mutex_clear (&watch.lock);
  g_array_sort (run->delay_us, compare);
  gst_object_unref (watch.graph);
}

/**
 * pb_video_run_get_delay:
 * @run: a run that is over
 * @percent: 50 is the median, 100 the longest
 *
 * Returns: from a picture's capture to its coded end, µs; -1: not known
 */
gint64
pb_video_run_get_delay (PbVideoRun *run, guint percent)
{
  const guint n = run->delay_us->len;

  if (n == 0)
    return -1;
  return g_array_index (
      run->delay_us, gint64, MIN (n - 1, n * MIN (percent, 100) / 100));
}

/**
 * pb_video_run_clear:
 * @run: a run
 */
void
pb_video_run_clear (PbVideoRun *run)
{
  g_clear_pointer (&run->failure, g_free);
  gst_clear_structure (&run->capture);
  gst_clear_structure (&run->encoder);
  g_string_free (g_steal_pointer (&run->words), TRUE);
  g_array_unref (g_steal_pointer (&run->delay_us));
}

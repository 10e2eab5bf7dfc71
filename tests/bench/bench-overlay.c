/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPU time that telemetryoverlay costs a picture, by theme, format and way of
 * blending, beside stock elements that draw on the same pictures. With the name
 * of a theme: only that. */
#include <gst/gst.h>
#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "overlay.h"

#define TARGET_MS 2.0
/* The first lap of 29 s is driven unmeasured, so that the map is whole; then
 * 10 s, and the best of so many runs: others use this machine too. */
#define LEARN 1900
#define PICTURES 600
#define RUNS 3

typedef struct {
  GPtrArray *samples;
  GBytes *session;
} Rows;

static GstPadProbeReturn
take_session (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Rows *rows = data;
  GBytes *text = NULL;

  if (gst_pitbox_session_event_parse (
          GST_PAD_PROBE_INFO_EVENT (info), &text, NULL)) {
    g_clear_pointer (&rows->session, g_bytes_unref);
    rows->session = text;
  }
  return GST_PAD_PROBE_OK;
}

static void
take_row (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  Rows *rows = data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstPitboxSchema) schema =
      rows->samples->len > 0 ? gst_pitbox_schema_ref (
          ((GstPitboxSample *) g_ptr_array_index (rows->samples, 0))->schema)
                             : gst_pitbox_schema_new_from_caps (caps, NULL);

  g_ptr_array_add (rows->samples, gst_pitbox_sample_new_from_buffer (schema,
                                      buffer, GST_BUFFER_PTS (buffer), NULL));
}

static void
run_to_end (const gchar *launch, const gchar *element, GCallback handoff,
    GstPadProbeCallback probe, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (launch, &error);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstBus) bus = NULL;

  if (pipeline == NULL)
    g_error ("%s", error->message);
  if (element != NULL) {
    g_autoptr (GstElement) sink =
        gst_bin_get_by_name (GST_BIN (pipeline), element);
    g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

    g_signal_connect (sink, "handoff", handoff, data);
    gst_pad_add_probe (
        pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, probe, data, NULL);
  }
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, 120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (message == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    printf ("(did not run) ");
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static gdouble
draw_all (const Rows *rows, const gchar *theme, GstVideoFormat format,
    guint width, guint height, OverlayBlend blend, gboolean keying)
{
  g_autoptr (GError) error = NULL;
  OverlayLayout *layout = overlay_layout_load (theme, &error);
  g_autoptr (Overlay) overlay = NULL;
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;
  GstVideoFrame frame;
  clock_t from;

  if (layout == NULL)
    g_error ("%s", error->message);
  overlay = overlay_new (layout, layout->units);
  gst_video_info_set_format (&info, format, width, height);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  if (rows->session != NULL)
    overlay_set_session (overlay, rows->session);
  overlay_set_format (overlay, &info, blend, keying);
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE))
    return -1;
  memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0), 90, info.size);
  overlay_step (overlay, g_ptr_array_index (rows->samples, 0));
  overlay_draw (overlay, &frame, 1);
  from = clock ();
  for (guint i = 1; i < rows->samples->len; i++) {
    if (i == LEARN)
      from = clock ();
    overlay_step (overlay, g_ptr_array_index (rows->samples, i));
    overlay_draw (overlay, &frame, 1);
  }
  from = clock () - from;
  gst_video_frame_unmap (&frame);
  return (gdouble) from * 1000 / CLOCKS_PER_SEC / PICTURES;
}

static void
report (const Rows *rows, const gchar *theme, GstVideoFormat format,
    guint width, guint height, OverlayBlend blend, gboolean keying)
{
  gdouble best = G_MAXDOUBLE;

  for (guint i = 0; i < RUNS; i++) {
    gdouble ms = draw_all (rows, theme, format, width, height, blend, keying);

    best = MIN (best, ms);
  }
  printf ("overlay %-9s %4ux%-4u %-4s %-11s %6.2f ms a picture (target %.1f)\n",
      theme, width, height, gst_video_format_to_string (format),
      keying                       ? "transparent"
      : blend == OVERLAY_BLEND_OWN ? "own blend"
                                   : "composition",
      best, TARGET_MS);
}

/* What @element adds to a pipeline of black pictures. */
static gdouble
stock (const gchar *element, guint width, guint height)
{
  g_autofree gchar *launch = g_strdup_printf (
      "videotestsrc pattern=black num-buffers=%d ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=60/1 ! %s ! "
      "fakesink",
      PICTURES / 2, width, height, element);
  gdouble best = G_MAXDOUBLE;

  for (guint i = 0; i < RUNS; i++) {
    clock_t from = clock ();

    run_to_end (launch, NULL, NULL, NULL, NULL);
    best = MIN (best,
        (gdouble) (clock () - from) * 1000 / CLOCKS_PER_SEC / (PICTURES / 2));
  }
  return best;
}

static void
report_stock (guint width, guint height)
{
  static const gchar *const elements[] = { "timeoverlay",
    "clockoverlay time-format=%H:%M:%S font-desc=\"Sans 24\"",
    "textoverlay text=\"123 km/h  4  7123 rpm\" font-desc=\"Sans 24\"" };
  gdouble base = stock ("identity", width, height);

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    g_autofree gchar *name =
        g_strndup (elements[i], strcspn (elements[i], " "));

    printf ("stock   %-9.12s %4ux%-4u I420 one text   %6.2f ms a picture\n",
        name, width, height, stock (elements[i], width, height) - base);
  }
}

int
main (int argc, char **argv)
{
  static const gchar *const themes[] = { "corner", "broadcast", "engineer" };
  Rows rows = { g_ptr_array_new_with_free_func (
                    (GDestroyNotify) gst_pitbox_sample_unref),
    NULL };
  g_autofree gchar *launch = g_strdup_printf (
      "telemetrytestsrc track=pinwheel num-buffers=%d ! fakesink name=sink "
      "signal-handoffs=true",
      PICTURES);

  gst_init (&argc, &argv);
  run_to_end (launch, "sink", G_CALLBACK (take_row), take_session, &rows);
  for (guint i = 0; i < G_N_ELEMENTS (themes); i++) {
    const gchar *t = themes[i];

    if (argc > 1 && strcmp (argv[1], t) != 0)
      continue;
    report (&rows, t, GST_VIDEO_FORMAT_I420, 1920, 1080, OVERLAY_BLEND_OWN, 0);
    report (&rows, t, GST_VIDEO_FORMAT_NV12, 1920, 1080, OVERLAY_BLEND_OWN, 0);
    report (&rows, t, GST_VIDEO_FORMAT_BGRx, 1920, 1080, OVERLAY_BLEND_OWN, 0);
    report (&rows, t, GST_VIDEO_FORMAT_RGBA, 1920, 1080, OVERLAY_BLEND_OWN, 1);
    report (&rows, t, GST_VIDEO_FORMAT_I420, 1280, 720, OVERLAY_BLEND_OWN, 0);
    report (&rows, t, GST_VIDEO_FORMAT_I420, 1920, 1080,
        OVERLAY_BLEND_COMPOSITION, 0);
  }
  if (argc == 1)
    report_stock (1920, 1080);
  g_ptr_array_unref (rows.samples);
  g_clear_pointer (&rows.session, g_bytes_unref);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SrcPort, SrcReading. */
#include "pitboxsrcfixture.h"

#include <gst/video/video.h>

void
src_port_play (SrcPort *port)
{
  g_object_set (port->src, "port", port->port, NULL);
  g_assert_cmpint (gst_element_set_state (port->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
  g_object_get (port->src, "bound-port", &port->port, NULL);
}

SrcPort *
src_port_new (void)
{
  SrcPort *port = g_new0 (SrcPort, 1);

  port->pipeline = gst_pipeline_new (NULL);
  port->src = gst_element_factory_make ("pitboxsrtsrc", NULL);
  gst_bin_add (GST_BIN (port->pipeline), port->src);
  g_object_set (port->src, "listener", "src-test", "latency", 20, NULL);
  g_signal_emit_by_name (port->src, "add-reader", "studio", "car01", KEY);
  g_signal_emit_by_name (port->src, "add-reader", "all", NULL, KEY);
  src_port_play (port);
  return port;
}

void
src_stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

void
src_port_free (SrcPort *port)
{
  src_stop (port->pipeline);
  g_free (port);
}

GstElement *
src_play (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
look_at_picture (SrcReading *r, GstPad *pad, GstBuffer *buffer)
{
  GstPitboxTelemetryMeta *meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoFrame frame;
  GstVideoInfo info;
  guint32 tick;

  r->n_buffers++;
  if (meta == NULL)
    return;
  r->n_with_row++;
  if (!gst_video_info_from_caps (&info, caps)
      || GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_ENCODED)
    return;
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  if (gst_pitbox_strip_read (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
          GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), info.width, info.height,
          &tick)) {
    r->n_strips++;
    r->n_own += tick == (guint32) meta->sample->tick;
  }
  gst_video_frame_unmap (&frame);
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  SrcReading *r = data;

  g_mutex_lock (&r->lock);
  look_at_picture (r, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  g_cond_broadcast (&r->cond);
  g_mutex_unlock (&r->lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_unit (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  SrcReading *r = data;

  g_mutex_lock (&r->lock);
  r->n_units++;
  g_cond_broadcast (&r->cond);
  g_mutex_unlock (&r->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch (SrcReading *r, const gchar *element, GstPadProbeCallback probe)
{
  g_autoptr (GstElement) at =
      gst_bin_get_by_name (GST_BIN (r->pipeline), element);
  g_autoptr (GstPad) pad = NULL;

  if (at == NULL)
    return;
  pad = gst_element_get_static_pad (at, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, r, NULL);
}

/* @text: a pipeline, with elements named "picture" and "units" at whose sink
 * pads is counted. */
SrcReading *
src_reading_of (const gchar *text)
{
  SrcReading *r = g_new0 (SrcReading, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&r->lock);
  g_cond_init (&r->cond);
  r->pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  watch (r, "picture", on_picture);
  watch (r, "units", on_unit);
  gst_element_set_state (r->pipeline, GST_STATE_PLAYING);
  return r;
}

/* The same with a pitboxsrc named "s" that reads car01; @behind: the rest. */
SrcReading *
src_reading_new (guint port, const gchar *more, const gchar *behind)
{
  g_autofree gchar *text = g_strdup_printf (
      "pitboxsrc name=s uri=pitbox://127.0.0.1:%u/car01 user=studio key=%s "
      "latency=20 %s %s",
      port, KEY, more, behind);

  return src_reading_of (text);
}

void
src_reading_free (SrcReading *r)
{
  src_stop (r->pipeline);
  g_mutex_clear (&r->lock);
  g_cond_clear (&r->cond);
  g_free (r);
}

/* Until one of its counters has grown by @n. */
void
src_reading_wait (SrcReading *r, guint *counter, guint n)
{
  gint64 until = UNTIL;
  guint end;

  g_mutex_lock (&r->lock);
  end = *counter + n;
  while (*counter < end)
    if (!g_cond_wait_until (&r->cond, &r->lock, until))
      g_error ("waited in vain: %u of %u; %u buffers, %u with row, %u units",
          *counter, end, r->n_buffers, r->n_with_row, r->n_units);
  g_mutex_unlock (&r->lock);
}

/* Until all pictures up to now have their units, but three: each has a thread
 * of its own, and a busy machine may hold one of them. */
void
src_reading_wait_units (SrcReading *r)
{
  gint64 until = UNTIL;
  guint pictures;

  g_mutex_lock (&r->lock);
  pictures = r->n_buffers;
  while (r->n_units + 3 < pictures)
    if (!g_cond_wait_until (&r->cond, &r->lock, until))
      g_error ("%u units of %u pictures", r->n_units, pictures);
  g_mutex_unlock (&r->lock);
}

gchar *
src_wait_error (GstElement *pipeline, gint code)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
      bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  return g_strdup (error->message);
}

/* Of the message pitbox-srt-state. */
void
src_wait_state (GstElement *pipeline, const gchar *state)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_ELEMENT);

    if (message == NULL)
      g_error ("waited in vain for %s", state);
    if (g_strcmp0 (gst_structure_get_string (
                       gst_message_get_structure (message), "state"),
            state)
        == 0)
      return;
  }
}

gboolean
src_has (const gchar *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  if (found == NULL)
    g_printerr ("SKIP: there is no %s\n", factory);
  return found != NULL;
}

/* What DRIVER is made of. */
gboolean
src_has_driver (void)
{
  return src_has ("x264enc") && src_has ("tsdemux") && src_has ("h264parse");
}

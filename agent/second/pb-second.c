/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One graph, started again after each failure as the supervisor says. It waits for
 * no simulator and reads no rows: those are the gaming PC's. */
#include "second/pb-second.h"

#include "pb-graph.h"
#include "pb-line.h"
#include "pb-picture.h"
#include "pb-refusal.h"
#include "pb-stream-graph.h"
#include "pb-uplink.h"

#include <string.h>

struct _PbSecond {
  const PbConfig *config; /* outlives it */
  GstElement *graph; /* NULL between two tries */
  guint bus_watch;
  guint timer;
  gint64 started_us; /* monotonic */
  gint refused_code; /* the server's last, 0 = none */
  PbSupervisor supervisor;
  GString *refused; /* encoders that failed here, with commas between */
};

static void begin (PbSecond *self);

static void
end_graph (PbSecond *self)
{
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->graph == NULL)
    return;
  gst_element_set_state (self->graph, GST_STATE_NULL);
  gst_clear_object (&self->graph);
}

static gboolean
on_retry (gpointer user_data)
{
  PbSecond *self = user_data;

  self->timer = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

static void
pass_over_encoder (PbSecond *self)
{
  g_autoptr (GstElement) encoder = self->graph != NULL ? gst_bin_get_by_name (
                                       GST_BIN (self->graph), "encoder")
                                                       : NULL;
  g_autofree gchar *name =
      encoder != NULL ? pb_picture_dup_backend (encoder, "element") : NULL;

  if (name != NULL)
    g_string_append_printf (
        self->refused, "%s%s", self->refused->len > 0 ? "," : "", name);
}

static void
fail (PbSecond *self, PbFailure failure, const gchar *reason)
{
  const guint64 uptime_ms =
      (guint64) (g_get_monotonic_time () - self->started_us) / 1000;
  const PbDecision d = pb_supervisor_decide (
      &self->supervisor, failure, uptime_ms, PB_MODE_VIDEO, g_random_double ());

  if (d.refuse_encoder)
    pass_over_encoder (self);
  end_graph (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (d.delay_ms, on_retry, self);
  g_message ("backing-off: %s (%s); again in %.1f s", reason,
      pb_failure_to_string (failure), d.delay_ms / 1000.0);
}

static void
on_error (PbSecond *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *advice = NULL;
  g_autofree gchar *text = NULL;

  gst_message_parse_error (message, &error, NULL);
  advice = pb_refusal_advise (self->config, self->refused_code, error);
  text =
      g_strconcat (error->message, advice != NULL ? ": " : NULL, advice, NULL);
  fail (
      self, pb_stream_graph_classify (GST_MESSAGE_SRC (message), error), text);
}

static void
on_element_message (PbSecond *self, const GstStructure *s)
{
  const gchar *reason = gst_structure_get_string (s, "reason");

  if (gst_structure_has_name (s, "pitbox-capture"))
    g_message ("picture: %s", reason != NULL ? reason : "live again");
  else if (pb_refusal_read_code (s, &self->refused_code))
    g_message ("%s%s%s", gst_structure_get_string (s, "state"),
        reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbSecond *self = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      on_error (self, message);
      /* The watch went with the graph. */
      return G_SOURCE_CONTINUE;
    case GST_MESSAGE_EOS:
      fail (self, PB_FAILURE_CAPTURE, "The picture ended");
      break;
    case GST_MESSAGE_ELEMENT:
      on_element_message (self, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (self->graph));
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
set_up (PbSecond *self, GError **error)
{
  g_autoptr (GstElement) uplink = NULL;
  g_autoptr (GstElement) encoder = NULL;
  g_autoptr (GstElement) capture = NULL;
  PbPicture picture;

  if (pb_picture_is_scene (self->config)) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "mode = picture takes a card, a screen or a window: set source");
    return FALSE;
  }
  if (!pb_line_add_part (self->graph, "source-capture", "source", error)
      || !pb_graph_link (self->graph, "source", "picture", error))
    return FALSE;
  uplink = pb_graph_get (self->graph, "uplink", error);
  encoder =
      uplink != NULL ? pb_graph_get (self->graph, "encoder", error) : NULL;
  capture =
      encoder != NULL ? pb_graph_get (self->graph, "capture", error) : NULL;
  if (capture == NULL
      || !pb_uplink_configure (uplink, self->config, PB_TRANSPORT_SRT, error))
    return FALSE;
  pb_picture_from_config (&picture, self->config);
  pb_stream_graph_set_picture (self->graph, self->config, &picture);
  pb_picture_configure_encoder (encoder, &picture, self->refused->str);
  pb_picture_configure_capture (capture, self->config);
  return TRUE;
}

static void
begin (PbSecond *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->started_us = g_get_monotonic_time ();
  self->refused_code = 0;
  self->graph = pb_graph_load ("agent-picture", &error);
  if (self->graph == NULL || !set_up (self, &error)) {
    fail (self, PB_FAILURE_OTHER, error->message);
    return;
  }
  bus = gst_element_get_bus (self->graph);
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);
  g_message ("connecting: %s, the picture alone", self->config->server);
  /* What cannot be started has said why on the bus. */
  gst_element_set_state (self->graph, GST_STATE_PLAYING);
}

/**
 * pb_second_new:
 * @config: settings; must outlive it; `mode` is "picture"
 *
 * Main thread only, as everything here. Works from here on.
 *
 * Returns: (transfer full): what sends a picture
 */
PbSecond *
pb_second_new (const PbConfig *config)
{
  PbSecond *self = g_new0 (PbSecond, 1);

  self->config = config;
  self->refused = g_string_new (NULL);
  if (pb_config_advise_setup (config) != NULL)
    g_warning ("%s", pb_config_advise_setup (config));
  begin (self);
  return self;
}

/**
 * pb_second_free:
 * @second: (transfer full): stopped first
 */
void
pb_second_free (PbSecond *second)
{
  g_clear_handle_id (&second->timer, g_source_remove);
  end_graph (second);
  g_string_free (second->refused, TRUE);
  g_free (second);
}

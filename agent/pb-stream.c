/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One run of one graph: values go in by name, the bus comes out as events. */
#include "pb-stream.h"

#include "json/pb-json.h"
#include "pb-graph.h"
#include "pb-refusal.h"
#include "pb-stats.h"
#include "pb-uplink.h"

#include <gst/gst.h>
#include <gst/video/video.h>
#include <string.h>

struct _PbStream {
  const PbConfig *config; /* outlives the stream */
  PbMode mode;
  PbStreamEvents events;
  gpointer user_data;
  GstElement *graph;
  guint bus_watch;
  guint dead_start; /* reports that the graph did not start */
  gint refused_code; /* the server's last, 0 = none */
  gboolean failed;
};

static gboolean
set_uplink (PbStream *self, PbTransport transport, GError **error)
{
  g_autoptr (GstElement) uplink = pb_graph_get (self->graph, "uplink", error);

  return uplink != NULL
         && pb_uplink_configure (uplink, self->config, transport, error);
}

static gboolean
set_telemetry (
    PbStream *self, const PbPicture *picture, PbMode mode, GError **error)
{
  g_autoptr (GstElement) source =
      pb_graph_get (self->graph, "telemetry", error);
  g_autoptr (GstElement) enc =
      source != NULL ? pb_graph_get (self->graph, "enc", error) : NULL;

  if (enc == NULL)
    return FALSE;
  if (self->config->shm_name[0] != '\0')
    g_object_set (source, "shm-name", self->config->shm_name, NULL);
  g_object_set (enc, "key-interval",
      (guint64) picture->key_interval_ms * GST_MSECOND, NULL);
  /* With a picture each row goes at once: telemetrypace puts together what
   * belongs to one frame. */
  if (mode == PB_MODE_TELEMETRY) {
    g_object_set (
        enc, "rows-per-unit", (guint) self->config->rows_per_unit, NULL);
    g_object_set (source, "batch", (guint) self->config->rows_per_unit, NULL);
  }
  return TRUE;
}

static gboolean
add_part (PbStream *self, const gchar *part, const gchar *name, GError **error)
{
  GstElement *bin = pb_graph_load_part (part, error);

  if (bin == NULL)
    return FALSE;
  gst_object_set_name (GST_OBJECT (bin), name);
  gst_bin_add (GST_BIN (self->graph), bin);
  gst_object_unref (bin);
  return TRUE;
}

/* Captures may keep their pictures in the GPU's memory. */
static GstCaps *
make_format (const PbPicture *p, gboolean any_memory)
{
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
      p->width, "height", G_TYPE_INT, p->height, "framerate", GST_TYPE_FRACTION,
      p->framerate, 1, NULL);

  if (any_memory)
    gst_caps_set_features_simple (caps, gst_caps_features_new_any ());
  return caps;
}

static gboolean
add_source (PbStream *self, const PbPicture *picture, GError **error)
{
  gboolean scene = strcmp (pb_picture_get_source (self->config), "scene") == 0;
  g_autoptr (GstElement) capture = NULL;
  g_autoptr (GstElement) format = NULL;
  g_autoptr (GstCaps) caps = make_format (picture, !scene);

  if (!add_part (
          self, scene ? "source-scene" : "source-capture", "source", error))
    return FALSE;
  capture = pb_graph_get (self->graph, "capture", error);
  format = capture != NULL ? pb_graph_get (self->graph, "format", error) : NULL;
  if (format == NULL)
    return FALSE;
  g_object_set (format, "caps", caps, NULL);
  if (!scene)
    pb_picture_configure_capture (capture, self->config);
  else if (!pb_graph_link (self->graph, "rows", "source", error))
    return FALSE;
  return pb_graph_link (self->graph, "source", "picture", error);
}

static gboolean
set_encoder (PbStream *self, const PbPicture *picture, const gchar *exclude,
    GError **error)
{
  g_autoptr (GstElement) encoder = pb_graph_get (self->graph, "encoder", error);

  if (encoder != NULL)
    pb_picture_configure_encoder (encoder, picture, exclude);
  return encoder != NULL;
}

/* The server answered, and no other try of the same kind will please it. */
static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED)
         || g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND)
         || g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS)
         || g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY);
}

/* Which part of the graph an error came from decides what follows. */
static PbFailure
classify (GstObject *src, const GError *error)
{
  for (GstObject *o = src; o != NULL; o = GST_OBJECT_PARENT (o)) {
    const gchar *name = GST_OBJECT_NAME (o);

    if (g_strcmp0 (name, "uplink") == 0)
      return is_refusal (error) ? PB_FAILURE_REFUSED : PB_FAILURE_NETWORK;
    if (g_strcmp0 (name, "source") == 0)
      return PB_FAILURE_CAPTURE;
    if (g_strcmp0 (name, "encoder") == 0)
      return PB_FAILURE_ENCODER;
  }
  return PB_FAILURE_OTHER;
}

static void
fail (PbStream *self, PbFailure failure, const gchar *reason)
{
  /* One failure ends a stream; what follows it is noise. */
  if (self->failed)
    return;
  self->failed = TRUE;
  self->events.failed (self, failure, reason, self->user_data);
}

/* A reason that the server gave goes on with what the driver can do about it. */
static void
fail_by_error (PbStream *self, GstObject *src, const GError *error)
{
  const PbFailure failure = classify (src, error);
  g_autofree gchar *advice = NULL;
  g_autofree gchar *text = NULL;

  if (failure == PB_FAILURE_REFUSED || failure == PB_FAILURE_NETWORK)
    advice = pb_refusal_advise (self->config, self->refused_code, error);
  text =
      g_strconcat (error->message, advice != NULL ? ": " : NULL, advice, NULL);
  fail (self, failure, text);
}

/* A WebSocket that was lost comes back by itself, but with a token that is good
 * no more. */
static void
note_waiting (PbStream *self, const gchar *reason)
{
  const gint code = self->refused_code;
  g_autoptr (GError) error = g_error_new_literal (GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_FAILED, reason != NULL ? reason : "");
  g_autofree gchar *advice = pb_refusal_advise (self->config, code, error);
  g_autofree gchar *text =
      g_strconcat (error->message, advice != NULL ? ": " : NULL, advice, NULL);

  if (pb_refusal_is_final (code))
    fail (self, PB_FAILURE_REFUSED, text);
  else if (!self->failed)
    self->events.waiting (
        self, pb_refusal_to_trouble (code), text, self->user_data);
}

static void
on_uplink_state (PbStream *self, const GstStructure *s)
{
  const gchar *state = gst_structure_get_string (s, "state");

  if (g_strcmp0 (state, "connected") == 0)
    self->events.connected (self, self->user_data);
  else if (g_strcmp0 (state, "waiting") == 0)
    note_waiting (self, gst_structure_get_string (s, "reason"));
}

static void
on_element_message (PbStream *self, const GstStructure *s)
{
  if (gst_structure_has_name (s, "pitbox-sim-state"))
    self->events.sim_changed (self,
        g_strcmp0 (gst_structure_get_string (s, "state"), "connected") == 0,
        self->user_data);
  else if (pb_refusal_read_code (s, &self->refused_code))
    on_uplink_state (self, s);
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbStream *self = user_data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      fail_by_error (self, GST_MESSAGE_SRC (message), error);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      g_message ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
      break;
    case GST_MESSAGE_EOS:
      fail (self, PB_FAILURE_OTHER, "The stream ended");
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

static const gchar *
get_graph (PbMode mode, PbTransport transport)
{
  if (mode == PB_MODE_VIDEO)
    return "agent-video";
  return transport == PB_TRANSPORT_WEBSOCKET ? "agent-telemetry-ws"
                                             : "agent-telemetry";
}

/**
 * pb_stream_new:
 * @config: settings; must outlive the stream
 * @picture: how the picture shall be, where there is one
 * @mode: what to stream
 * @transport: by which way
 * @exclude: encoders that "auto" passes over, with commas between
 * @events: what to call
 * @user_data: for @events
 * @error: what is missing in the graph
 *
 * Main thread only, as every function here.
 *
 * Returns: (transfer full) (nullable): a stream that is not started
 */
PbStream *
pb_stream_new (const PbConfig *config, const PbPicture *picture, PbMode mode,
    PbTransport transport, const gchar *exclude, const PbStreamEvents *events,
    gpointer user_data, GError **error)
{
  g_autoptr (PbStream) self = g_new0 (PbStream, 1);
  GstBus *bus;

  self->config = config;
  self->mode = mode;
  self->events = *events;
  self->user_data = user_data;
  self->graph = pb_graph_load (get_graph (mode, transport), error);
  if (self->graph == NULL || !set_uplink (self, transport, error)
      || !set_telemetry (self, picture, mode, error))
    return NULL;
  if (mode == PB_MODE_VIDEO
      && (!add_source (self, picture, error)
          || !set_encoder (self, picture, exclude, error)))
    return NULL;
  bus = gst_element_get_bus (self->graph);
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);
  gst_object_unref (bus);
  return g_steal_pointer (&self);
}

static gboolean
report_dead_start (gpointer user_data)
{
  PbStream *self = user_data;

  self->dead_start = 0;
  fail (self, PB_FAILURE_OTHER, "The stream could not be started");
  return G_SOURCE_REMOVE;
}

/**
 * pb_stream_set_latency:
 * @stream: a stream that is not started
 * @ms: in place of the setting
 */
void
pb_stream_set_latency (PbStream *stream, guint ms)
{
  g_autoptr (GstElement) uplink =
      gst_bin_get_by_name (GST_BIN (stream->graph), "uplink");

  if (uplink != NULL)
    g_object_set (uplink, "latency", ms, NULL);
}

/**
 * pb_stream_start:
 * @stream: a stream
 *
 * A failure to start is reported by the failed event, like any other.
 */
void
pb_stream_start (PbStream *stream)
{
  /* The element that refused has an error on the bus, which says more; it is
   * handled first because the bus has the higher priority. */
  if (gst_element_set_state (stream->graph, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    stream->dead_start =
        g_idle_add_full (G_PRIORITY_LOW, report_dead_start, stream, NULL);
}

/**
 * pb_stream_free:
 * @stream: (transfer full): a stream; stopped first
 */
void
pb_stream_free (PbStream *stream)
{
  g_clear_handle_id (&stream->bus_watch, g_source_remove);
  g_clear_handle_id (&stream->dead_start, g_source_remove);
  if (stream->graph != NULL) {
    gst_element_set_state (stream->graph, GST_STATE_NULL);
    gst_object_unref (stream->graph);
  }
  g_free (stream);
}

/**
 * pb_stream_dup_stats:
 * @stream: a stream
 * @element: its name in the graph
 *
 * Returns: (transfer full) (nullable): its stats
 */
GstStructure *
pb_stream_dup_stats (PbStream *stream, const gchar *element)
{
  g_autoptr (GstElement) e =
      gst_bin_get_by_name (GST_BIN (stream->graph), element);
  GstStructure *stats = NULL;

  if (e != NULL)
    g_object_get (e, "stats", &stats, NULL);
  return stats;
}

static void
add_stats (
    PbStream *self, JsonBuilder *b, const gchar *element, const gchar *member)
{
  g_autoptr (GstStructure) stats = pb_stream_dup_stats (self, element);

  pb_stats_add (b, member, stats);
}

/**
 * pb_stream_get_bitrate:
 * @stream: a stream
 *
 * Returns: the picture's, kbit/s; 0 without one
 */
guint
pb_stream_get_bitrate (PbStream *stream)
{
  g_autoptr (GstElement) encoder =
      gst_bin_get_by_name (GST_BIN (stream->graph), "encoder");
  guint kbps = 0;

  if (encoder != NULL)
    g_object_get (encoder, "bitrate", &kbps, NULL);
  return kbps;
}

/**
 * pb_stream_set_bitrate:
 * @stream: a stream
 * @kbps: of the picture; nothing happens without one
 *
 * On air, too.
 */
void
pb_stream_set_bitrate (PbStream *stream, guint kbps)
{
  g_autoptr (GstElement) encoder =
      gst_bin_get_by_name (GST_BIN (stream->graph), "encoder");

  if (encoder != NULL)
    g_object_set (encoder, "bitrate", kbps, NULL);
}

/**
 * pb_stream_takes_bitrate:
 * @stream: a stream
 *
 * Returns: %FALSE if its encoder begins anew with each bitrate
 */
gboolean
pb_stream_takes_bitrate (PbStream *stream)
{
  g_autoptr (GstElement) encoder =
      gst_bin_get_by_name (GST_BIN (stream->graph), "encoder");
  g_autoptr (GstStructure) backend = NULL;
  gboolean live = TRUE;

  if (encoder != NULL)
    g_object_get (encoder, "active-backend", &backend, NULL);
  if (backend != NULL)
    gst_structure_get_boolean (backend, "live-bitrate", &live);
  return live;
}

/**
 * pb_stream_set_picture:
 * @stream: a stream
 * @picture: its size and frame rate from now on; nothing happens without one
 *
 * On air: the encoder begins anew with a key frame, and the stream goes on.
 */
void
pb_stream_set_picture (PbStream *stream, const PbPicture *picture)
{
  g_autoptr (GstElement) format =
      gst_bin_get_by_name (GST_BIN (stream->graph), "format");
  g_autoptr (GstCaps) caps = NULL;
  gboolean scene =
      strcmp (pb_picture_get_source (stream->config), "scene") == 0;

  if (format == NULL)
    return;
  caps = make_format (picture, !scene);
  g_object_set (format, "caps", caps, NULL);
}

/**
 * pb_stream_request_key:
 * @stream: a stream
 *
 * The next picture, where there is one, and the next telemetry unit can be
 * understood alone.
 */
void
pb_stream_request_key (PbStream *stream)
{
  static const gchar *const names[] = { "encoder", "enc" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstElement) e =
        gst_bin_get_by_name (GST_BIN (stream->graph), names[i]);
    g_autoptr (GstPad) pad =
        e != NULL ? gst_element_get_static_pad (e, "src") : NULL;

    if (pad != NULL)
      gst_pad_send_event (pad, gst_video_event_new_upstream_force_key_unit (
                                   GST_CLOCK_TIME_NONE, TRUE, 0));
  }
}

/**
 * pb_stream_get_kept_ms:
 * @stream: a stream
 *
 * Returns: age of the oldest row that the server has not acknowledged; 0 where
 *   nobody acknowledges rows
 */
guint
pb_stream_get_kept_ms (PbStream *stream)
{
  g_autoptr (GstStructure) stats = pb_stream_dup_stats (stream, "uplink");
  guint kept_ms = 0;

  if (stats != NULL)
    gst_structure_get_uint (stats, "kept-ms", &kept_ms);
  return kept_ms;
}

/* NULL, and null in JSON, where there is no picture. */
static gchar *
dup_backend (PbStream *self, const gchar *element, const gchar *field)
{
  g_autoptr (GstElement) bin =
      self->mode == PB_MODE_VIDEO
          ? gst_bin_get_by_name (GST_BIN (self->graph), element)
          : NULL;

  return bin != NULL ? pb_picture_dup_backend (bin, field) : NULL;
}

/**
 * pb_stream_dup_encoder:
 * @stream: a stream
 *
 * Returns: (transfer full) (nullable): the encoder that was chosen; %NULL
 *   without a picture, or before it was
 */
gchar *
pb_stream_dup_encoder (PbStream *stream)
{
  return dup_backend (stream, "encoder", "element");
}

/**
 * pb_stream_add_status:
 * @stream: a stream
 * @builder: inside an object
 *
 * Adds source, encoder, bitrate and the stats of simulator, codec and link.
 */
void
pb_stream_add_status (PbStream *stream, JsonBuilder *builder)
{
  g_autofree gchar *encoder = pb_stream_dup_encoder (stream);
  g_autofree gchar *refused = dup_backend (stream, "encoder", "refused");

  pb_json_add_known_text (builder, "source",
      stream->mode == PB_MODE_VIDEO ? pb_picture_get_source (stream->config)
                                    : NULL);
  pb_json_add_known_text (builder, "encoder", encoder);
  pb_json_add_known_text (builder, "encoder_refused", refused);
  if (stream->mode == PB_MODE_VIDEO)
    pb_json_add_int (builder, "bitrate_kbps", pb_stream_get_bitrate (stream));
  add_stats (stream, builder, "telemetry", "telemetry");
  add_stats (stream, builder, "enc", "codec");
  add_stats (stream, builder, "uplink", "link");
}

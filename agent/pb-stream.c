/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One run of one graph: the bus comes out as events. */
#include "pb-stream.h"

#include "json/pb-json.h"
#include "pb-line.h"
#include "pb-pickup.h"
#include "pb-refusal.h"
#include "pb-stats.h"
#include "pb-stream-graph.h"

#include <gst/gst.h>
#include <gst/video/video.h>
#include <string.h>

struct _PbStream {
  const PbConfig *config; /* outlives the stream */
  PbMode mode;
  PbTransport transport;
  PbStreamEvents events;
  gpointer user_data;
  GstElement *graph;
  PbPickup *pickup; /* NULL: no sound is wanted */
  guint bus_watch;
  guint dead_start; /* reports that the graph did not start */
  PbTransport next_transport; /* while a line is cut off */
  guint begin_latency_ms; /* of the next one */
  gchar *still; /* why the picture is a still one; NULL: it is none */
  gint refused_code; /* the server's last, 0 = none */
  gboolean failed;
};

static gboolean
add_sound (PbStream *self, GError **error)
{
  if (strcmp (self->config->audio, "off") == 0)
    return TRUE;
  self->pickup = pb_pickup_new (
      self->graph, self->config, pb_picture_is_scene (self->config), error);
  return self->pickup != NULL;
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
static gchar *
explain (PbStream *self, const GError *error)
{
  g_autofree gchar *advice =
      pb_refusal_advise (self->config, self->refused_code, error);

  return g_strconcat (
      error->message, advice != NULL ? ": " : NULL, advice, NULL);
}

static void
fail_by_error (PbStream *self, GstObject *src, const GError *error)
{
  const PbFailure failure = pb_stream_graph_classify (src, error);
  g_autofree gchar *text =
      failure == PB_FAILURE_REFUSED || failure == PB_FAILURE_NETWORK
          ? explain (self, error)
          : g_strdup (error->message);

  fail (self, failure, text);
}

/* What was lost comes back by itself, but with a secret that is good no more:
 * an SRT listener's no is one for a while. */
static void
note_waiting (PbStream *self, const gchar *reason)
{
  const gint code = self->refused_code;
  g_autoptr (GError) error = g_error_new_literal (GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_FAILED, reason != NULL ? reason : "");
  g_autofree gchar *text = explain (self, error);

  if (self->transport == PB_TRANSPORT_SRT ? pb_refusal_is_srt (code)
                                          : pb_refusal_is_final (code))
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

/* For who looks at a picture that does not move. */
static void
note_still (PbStream *self, const gchar *reason)
{
  g_free (self->still);
  self->still = g_strdup (reason);
  g_message ("picture: %s", reason != NULL ? reason : "live again");
}

static void
on_element_message (PbStream *self, const GstStructure *s)
{
  if (gst_structure_has_name (s, "pitbox-capture"))
    note_still (self, gst_structure_get_string (s, "reason"));
  if (gst_structure_has_name (s, "pitbox-sim-state"))
    self->events.sim_changed (self,
        g_strcmp0 (gst_structure_get_string (s, "state"), "connected") == 0,
        self->user_data);
  else if (pb_refusal_read_code (s, &self->refused_code))
    on_uplink_state (self, s);
}

/* The old line is cut off: the new one begins at the next key unit. */
static void
change_line (PbStream *self)
{
  g_autoptr (GError) error = NULL;

  pb_line_remove (self->graph);
  self->transport = self->next_transport;
  if (!pb_stream_graph_add_line (
          self->graph, self->config, self->transport, &error)) {
    fail (self, PB_FAILURE_OTHER, error->message);
    return;
  }
  if (self->begin_latency_ms != 0)
    pb_stream_set_latency (self, self->begin_latency_ms);
  if (!pb_line_join (self->graph, &error))
    fail (self, PB_FAILURE_NETWORK, error->message);
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbStream *self = user_data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      if (self->pickup != NULL
          && pb_pickup_owns (self->pickup, GST_MESSAGE_SRC (message)))
        pb_pickup_fail (self->pickup, error->message);
      else
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
    case GST_MESSAGE_APPLICATION:
      if (gst_message_has_name (message, PB_LINE_CUT))
        change_line (self);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (self->graph));
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
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
  self->transport = transport;
  self->graph =
      pb_stream_graph_new (config, picture, mode, transport, exclude, error);
  if (self->graph == NULL
      || (mode == PB_MODE_VIDEO && !add_sound (self, error)))
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

static GstPadProbeReturn
on_units (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *units = GST_PAD_PROBE_INFO_BUFFER (info);

  pb_spool_push (user_data, units, GST_BUFFER_PTS (units));
  return GST_PAD_PROBE_OK;
}

/**
 * pb_stream_set_spool:
 * @stream: a stream that is not started
 * @spool: gets all units, whatever becomes of the connection; must outlive the
 *   stream
 */
void
pb_stream_set_spool (PbStream *stream, PbSpool *spool)
{
  g_autoptr (GstElement) enc = pb_stream_dup_element (stream, "enc");
  g_autoptr (GstPad) pad =
      enc != NULL ? gst_element_get_static_pad (enc, "src") : NULL;

  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_units, spool, NULL);
}

/**
 * pb_stream_set_latency:
 * @stream: a stream that is not started
 * @ms: in place of the setting
 */
void
pb_stream_set_latency (PbStream *stream, guint ms)
{
  g_autoptr (GstElement) uplink = pb_stream_dup_element (stream, "uplink");

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
  else if (stream->pickup != NULL)
    pb_pickup_start (stream->pickup);
}

/**
 * pb_stream_change_transport:
 * @stream: one that runs, without a picture
 * @transport: by which way it goes on
 * @latency_ms: of SRT; 0 = as it is set
 *
 * Rows are read on and stay in their run; those in between are in the spool
 * alone.
 */
void
pb_stream_change_transport (
    PbStream *stream, PbTransport transport, guint latency_ms)
{
  stream->next_transport = transport;
  stream->begin_latency_ms = latency_ms;
  stream->refused_code = 0;
  pb_line_cut (stream->graph);
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
  g_clear_pointer (&stream->pickup, pb_pickup_free);
  if (stream->graph != NULL) {
    gst_element_set_state (stream->graph, GST_STATE_NULL);
    gst_object_unref (stream->graph);
  }
  g_free (stream->still);
  g_free (stream);
}

/**
 * pb_stream_dup_element:
 * @stream: a stream
 * @name: of an element in the graph
 *
 * Returns: (transfer full) (nullable): the element
 */
GstElement *
pb_stream_dup_element (PbStream *stream, const gchar *name)
{
  return gst_bin_get_by_name (GST_BIN (stream->graph), name);
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
  g_autoptr (GstElement) e = pb_stream_dup_element (stream, element);
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
  g_autoptr (GstElement) encoder = pb_stream_dup_element (stream, "encoder");
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
  g_autoptr (GstElement) encoder = pb_stream_dup_element (stream, "encoder");

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
  g_autoptr (GstElement) encoder = pb_stream_dup_element (stream, "encoder");
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
  pb_stream_graph_set_picture (stream->graph, stream->config, picture);
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
    g_autoptr (GstElement) e = pb_stream_dup_element (stream, names[i]);
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
  g_autoptr (GstElement) bin = NULL;

  if (self->mode == PB_MODE_VIDEO)
    bin = pb_stream_dup_element (self, element);
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
 * pb_stream_get_still:
 * @stream: a stream
 *
 * Returns: (transfer none) (nullable): why its picture is a still one, in words;
 *   %NULL if it is none
 */
const gchar *
pb_stream_get_still (PbStream *stream)
{
  return stream->still;
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
  pb_json_add_known_text (builder, "audio",
      stream->pickup != NULL ? pb_pickup_get_source (stream->pickup) : NULL);
  pb_json_add_known_text (builder, "audio_failure",
      stream->pickup != NULL ? pb_pickup_get_failure (stream->pickup) : NULL);
  pb_json_add_known_text (builder, "encoder_refused", refused);
  if (stream->mode == PB_MODE_VIDEO)
    pb_json_add_int (builder, "bitrate_kbps", pb_stream_get_bitrate (stream));
  add_stats (stream, builder, "telemetry", "telemetry");
  add_stats (stream, builder, "enc", "codec");
  add_stats (stream, builder, "uplink", "link");
}

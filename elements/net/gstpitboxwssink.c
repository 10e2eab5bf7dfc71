/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxwssink: telemetry to a server over a WebSocket, acknowledged. */

/**
 * SECTION:element-pitboxwssink
 * @title: pitboxwssink
 *
 * Sends KLV units to a pitbox-server over a WebSocket. What the server has not
 * acknowledged is kept, within limits, and sent again by the next connection;
 * rows whose key unit the server has already are coded anew for that, so that
 * no row is lost or sent twice. While units come the streaming thread writes
 * and reads the socket without waiting, and no other thread wakes up.
 *
 * Every change of state posts an element message `pitbox-ws-state` with
 * `state` (string: connecting, connected, waiting, failed), `reason` (string),
 * `code` (int, an HTTP status, a close code or 0) and `retry-ms` (uint).
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc is-live=true ! telemetryenc ! pitboxwssink location=ws://127.0.0.1:8080 token-file=token
 * ]|
 */
#include "gstpitboxwssink.h"

#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>

#include "pitboxproperty.h"
#include "pitboxsecret.h"
#include "pitboxwscaller.h"

GST_DEBUG_CATEGORY_STATIC (pitbox_ws_sink_debug);
#define GST_CAT_DEFAULT pitbox_ws_sink_debug

/* A round trip over half the world, and what a server takes to acknowledge. */
#define FLIGHT_US (1500 * G_TIME_SPAN_MILLISECOND)
/* At EOS: what the server has not got by then it will not get. */
#define DRAIN_MS 3000
/* After a unit that fits nothing, one request at most this often. */
#define KEY_UNIT_INTERVAL_US G_USEC_PER_SEC

typedef struct {
  gchar *location;
  gchar *token;
  gchar *token_file;
  gchar *certificate;
  gboolean reconnect;
  guint delay_ms;
  guint delay_max_ms;
  guint flight_units;
  guint flight_bytes;
  guint kept_units;
  guint kept_bytes;
  guint kept_ms;
} Settings;

struct _GstPitboxWsSink {
  GstBaseSink parent;

  /* Settings and caller are protected by the object lock; the caller lives
   * from start() to stop(). */
  Settings settings;
  PitboxWsCaller *caller;

  /* Streaming thread only. */
  GstPitboxUnitCursor cursor;
  gboolean warned_full;
  gint64 last_key_unit_us;

  gint warned_code; /* of the last refusal that was told, 0 = none */
  gint key_units; /* atomic: each request has its own number */
};

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_TOKEN,
  PROP_TOKEN_FILE,
  PROP_CERTIFICATE,
  PROP_RECONNECT,
  PROP_RECONNECT_DELAY,
  PROP_RECONNECT_DELAY_MAX,
  PROP_MAX_IN_FLIGHT,
  PROP_MAX_IN_FLIGHT_BYTES,
  PROP_MAX_UNITS,
  PROP_MAX_BYTES,
  PROP_MAX_TIME,
  PROP_STATE,
  PROP_STATS,
};

#define AT(field) offsetof (GstPitboxWsSink, settings.field)

/* clang-format off */
static const PitboxProperty settings[] = {
  { PROP_LOCATION, "location", "Location",
    "ws://HOST:PORT or wss://HOST:PORT; with an API key ?driver=ID behind it",
    PITBOX_PROPERTY_STRING, AT (location), "ws://127.0.0.1:8080", 0, 0, 0 },
  { PROP_TOKEN, "token", "Token", "Who sends: a device's token or an API key",
    PITBOX_PROPERTY_SECRET, AT (token), NULL, 0, 0, 0 },
  { PROP_TOKEN_FILE, "token-file", "Token file",
    "File whose first line is the token",
    PITBOX_PROPERTY_STRING, AT (token_file), NULL, 0, 0, 0 },
  { PROP_CERTIFICATE, "certificate", "Certificate",
    "SHA-256 of a certificate that is trusted though nobody vouches for it",
    PITBOX_PROPERTY_STRING, AT (certificate), NULL, 0, 0, 0 },
  { PROP_RECONNECT, "reconnect", "Reconnect",
    "Connect again after a loss or a refusal instead of an error",
    PITBOX_PROPERTY_BOOLEAN, AT (reconnect), NULL, TRUE, 0, 0 },
  { PROP_RECONNECT_DELAY, "reconnect-delay", "Reconnect delay",
    "First pause before connecting again, in ms; doubles each time",
    PITBOX_PROPERTY_UINT, AT (delay_ms), NULL, 250, 1, 600000 },
  { PROP_RECONNECT_DELAY_MAX, "reconnect-delay-max", "Largest reconnect delay",
    "Longest pause before connecting again, in ms",
    PITBOX_PROPERTY_UINT, AT (delay_max_ms), NULL, 1000, 1, 600000 },
  { PROP_MAX_IN_FLIGHT, "max-in-flight", "Most messages in flight",
    "Messages that are sent and not acknowledged",
    PITBOX_PROPERTY_UINT, AT (flight_units), NULL, 512, 1, 65536 },
  { PROP_MAX_IN_FLIGHT_BYTES, "max-in-flight-bytes", "Most bytes in flight",
    "Bytes that are sent and not acknowledged",
    PITBOX_PROPERTY_UINT, AT (flight_bytes), NULL, 256 * 1024, 65536,
    64 * 1024 * 1024 },
  { PROP_MAX_UNITS, "max-units", "Most units kept",
    "Buffers that are kept until they are acknowledged; beyond, the oldest go",
    PITBOX_PROPERTY_UINT, AT (kept_units), NULL, 8192, 1, 1000000 },
  { PROP_MAX_BYTES, "max-bytes", "Most bytes kept",
    "Bytes that are kept until they are acknowledged",
    PITBOX_PROPERTY_UINT, AT (kept_bytes), NULL, 4 * 1024 * 1024, 65536,
    1024 * 1024 * 1024 },
  { PROP_MAX_TIME, "max-time", "Longest time kept",
    "How long units are kept until they are acknowledged, in ms",
    PITBOX_PROPERTY_UINT, AT (kept_ms), NULL, 120000, 100, 86400000 },
};
/* clang-format on */

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));

/* clang-format off */
G_DEFINE_TYPE (GstPitboxWsSink, gst_pitbox_ws_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (pitboxwssink, "pitboxwssink", GST_RANK_NONE,
    GST_TYPE_PITBOX_WS_SINK)
/* clang-format on */

static void
request_key_unit (GstPitboxWsSink *self)
{
  guint count = (guint) g_atomic_int_add (&self->key_units, 1);

  gst_pad_push_event (
      GST_BASE_SINK_PAD (self), gst_video_event_new_upstream_force_key_unit (
                                    GST_CLOCK_TIME_NONE, TRUE, count));
}

/* From the caller's thread. */
static void
state_changed (PitboxSrtState state, const GError *error, int code,
    guint retry_ms, gpointer user_data)
{
  GstPitboxWsSink *self = user_data;

  GST_INFO_OBJECT (self, "%s %s", pitbox_srt_state_name (state),
      error != NULL ? error->message : "");
  if (state == PITBOX_SRT_CONNECTED) {
    /* Whoever reads there has no session text yet. */
    request_key_unit (self);
    self->warned_code = 0;
  }
  pitbox_srt_state_post (GST_ELEMENT (self), "pitbox-ws-state", state, error,
      code, retry_ms, &self->warned_code);
}

/* With the object lock. */
static PitboxWsCaller *
new_caller (GstPitboxWsSink *self, GError **error)
{
  const Settings *s = &self->settings;
  const gboolean from_file = s->token_file != NULL && s->token_file[0] != '\0';
  gchar *token = from_file ? pitbox_secret_read_file (s->token_file, error)
                           : g_strdup (s->token);
  const PitboxWsCallerConfig config = {
    .location = s->location,
    .token = token,
    .certificate = s->certificate,
    .reconnect = s->reconnect,
    .delay_ms = s->delay_ms,
    .delay_max_ms = s->delay_max_ms,
    .limits = { s->flight_units, s->flight_bytes, s->kept_units, s->kept_bytes,
        (gint64) s->kept_ms * 1000, FLIGHT_US },
  };
  PitboxWsCaller *caller = NULL;

  if (!from_file || token != NULL)
    caller = pitbox_ws_caller_new (&config, state_changed, self, error);
  pitbox_secret_free (token);
  return caller;
}

static gboolean
start (GstBaseSink *sink)
{
  GstPitboxWsSink *self = GST_PITBOX_WS_SINK (sink);
  PitboxWsCaller *caller;
  g_autoptr (GError) error = NULL;

  self->cursor = (GstPitboxUnitCursor){ 0 };
  self->warned_full = FALSE;
  self->warned_code = 0;
  self->last_key_unit_us = 0;
  GST_OBJECT_LOCK (self);
  caller = self->caller = new_caller (self, &error);
  GST_OBJECT_UNLOCK (self);
  if (caller == NULL)
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
  return caller != NULL;
}

static gboolean
stop (GstBaseSink *sink)
{
  GstPitboxWsSink *self = GST_PITBOX_WS_SINK (sink);
  PitboxWsCaller *caller;

  GST_OBJECT_LOCK (self);
  caller = g_steal_pointer (&self->caller);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&caller, pitbox_ws_caller_free);
  return TRUE;
}

static gboolean
unlock (GstBaseSink *sink)
{
  pitbox_ws_caller_set_flushing (GST_PITBOX_WS_SINK (sink)->caller, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSink *sink)
{
  pitbox_ws_caller_set_flushing (GST_PITBOX_WS_SINK (sink)->caller, FALSE);
  return TRUE;
}

/* A stream that is joined in its middle begins at the next key unit. */
static void
skip (GstPitboxWsSink *self, const GError *error)
{
  const gint64 now_us = g_get_monotonic_time ();

  GST_WARNING_OBJECT (self, "dropping a unit: %s", error->message);
  if (now_us - self->last_key_unit_us < KEY_UNIT_INTERVAL_US)
    return;
  self->last_key_unit_us = now_us;
  request_key_unit (self);
}

static void
keep (GstPitboxWsSink *self, const GstMapInfo *map, GstClockTime pts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) units = NULL;
  GstPitboxUnitSpan span;

  if (map->size > GST_PITBOX_MAX_UNIT_BYTES) {
    GST_WARNING_OBJECT (
        self, "dropping a unit of %" G_GSIZE_FORMAT " bytes", map->size);
    return;
  }
  if (!gst_pitbox_unit_cursor_take (
          &self->cursor, map->data, map->size, &span, &error)) {
    skip (self, error);
    return;
  }
  units = g_bytes_new (map->data, map->size);
  if (!pitbox_ws_caller_push (self->caller, units, &span, pts)
      && !self->warned_full) {
    self->warned_full = TRUE;
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE,
        ("the server has not acknowledged for long what was sent; the oldest "
         "rows are let go"),
        (NULL));
  }
}

static GstFlowReturn
render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstPitboxWsSink *self = GST_PITBOX_WS_SINK (sink);
  const GstClockTime pts = gst_segment_to_running_time (
      &sink->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  GstMapInfo map;

  if (!self->settings.reconnect
      && !pitbox_ws_caller_wait_connected (self->caller))
    return GST_FLOW_FLUSHING;
  if (!GST_CLOCK_TIME_IS_VALID (pts)) {
    GST_WARNING_OBJECT (self, "dropping a unit without a time");
  } else if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_WARNING_OBJECT (self, "cannot read a unit; dropping it");
  } else {
    if (map.size > 0)
      keep (self, &map, pts);
    gst_buffer_unmap (buffer, &map);
  }
  pitbox_ws_caller_serve (self->caller);
  return GST_FLOW_OK;
}

static gboolean
event (GstBaseSink *sink, GstEvent *event)
{
  GstPitboxWsSink *self = GST_PITBOX_WS_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    pitbox_ws_caller_drain (self->caller, DRAIN_MS);
  return GST_BASE_SINK_CLASS (gst_pitbox_ws_sink_parent_class)
      ->event (sink, event);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GST_OBJECT_LOCK (object);
  if (!pitbox_properties_set (
          object, settings, G_N_ELEMENTS (settings), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (object);
}

static GstStructure *
get_stats (GstPitboxWsSink *self)
{
  return self->caller != NULL
             ? pitbox_ws_caller_get_stats (self->caller)
             : gst_structure_new ("pitbox-ws-stats", "state", G_TYPE_STRING,
                 pitbox_srt_state_name (PITBOX_SRT_IDLE), NULL);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPitboxWsSink *self = GST_PITBOX_WS_SINK (object);
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_STATE:
      stats = get_stats (self);
      g_value_set_string (value, gst_structure_get_string (stats, "state"));
      gst_structure_free (stats);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (self));
      break;
    default:
      if (!pitbox_properties_get (
              self, settings, G_N_ELEMENTS (settings), id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  pitbox_properties_clear (object, settings, G_N_ELEMENTS (settings));
  G_OBJECT_CLASS (gst_pitbox_ws_sink_parent_class)->finalize (object);
}

static void
gst_pitbox_ws_sink_class_init (GstPitboxWsSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      pitbox_ws_sink_debug, "pitboxwssink", 0, "PitBox WebSocket sink");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  pitbox_properties_install (object_class, settings, G_N_ELEMENTS (settings));
  pitbox_properties_install_state (object_class, PROP_STATE);
  pitbox_properties_install_stats (
      object_class, PROP_STATS, "Counters of this element and what it keeps");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "PitBox WebSocket sink",
      "Sink/Network/Metadata",
      "Sends telemetry over a WebSocket, and again what was not acknowledged",
      "PitBox Relay");
  sink_class->start = start;
  sink_class->stop = stop;
  sink_class->unlock = unlock;
  sink_class->unlock_stop = unlock_stop;
  sink_class->render = render;
  sink_class->event = event;
}

static void
gst_pitbox_ws_sink_init (GstPitboxWsSink *self)
{
  pitbox_properties_init (self, settings, G_N_ELEMENTS (settings));
  /* As pitboxsrtsink: what came in at a time goes out at that time, and there
   * is nothing to wait for in PAUSED. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}

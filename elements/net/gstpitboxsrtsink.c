/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtsink: MPEG-TS to one SRT listener, as a caller that comes back. */

/**
 * SECTION:element-pitboxsrtsink
 * @title: pitboxsrtsink
 *
 * Sends MPEG-TS over one encrypted SRT connection. It never holds its streaming
 * thread up: what cannot be sent is dropped by whole messages and counted. With
 * #GstPitboxSrtSink:reconnect (the default) a lost or refused connection is
 * tried again with growing pauses, and each new connection asks upstream for a
 * key unit. Without it the first connection is waited for, so that a file is
 * sent from its first byte, and any failure is an error on the bus.
 *
 * Every change of state posts an element message `pitbox-srt-state` with
 * `state` (string: connecting, connected, waiting, failed), `reason` (string),
 * `code` (int, SRT's rejection code or 0) and `retry-ms` (uint).
 *
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! x264enc tune=zerolatency ! mpegtsmux ! pitboxsrtsink host=127.0.0.1 port=9000 streamid='#!::r=car01,m=publish,u=pc1' passphrase=correct-horse
 * ]|
 */
#include "gstpitboxsrtsink.h"

#include <gst/video/video.h>

#include "pitboxproperty.h"
#include "pitboxsrtcaller.h"

GST_DEBUG_CATEGORY_STATIC (pitbox_srt_sink_debug);
#define GST_CAT_DEFAULT pitbox_srt_sink_debug

/* At EOS: what the peer has not got by then it will not get. */
#define DRAIN_MS 3000
/* After dropping for a full buffer, one key unit request at most this often. */
#define KEY_UNIT_INTERVAL_US G_USEC_PER_SEC

struct _GstPitboxSrtSink {
  GstBaseSink parent;

  /* Settings and caller are protected by the object lock; the caller lives
   * from start() to stop(). */
  PitboxSrtCallerConfig config;
  PitboxSrtCaller *caller;

  /* Streaming thread only. */
  guint8 message[PITBOX_SRT_MESSAGE_BYTES];
  guint fill;
  gboolean warned_full;
  gint warned_code; /* of the last refusal that was told, 0 = none */
  gboolean dropping;
  gint64 last_key_unit_us;

  /* Atomic: each request has its own number. */
  gint key_units;
};

enum {
  PROP_0,
  PROP_HOST,
  PROP_PORT,
  PROP_STREAMID,
  PROP_PASSPHRASE,
  PROP_LATENCY,
  PROP_RECONNECT,
  PROP_RECONNECT_DELAY,
  PROP_RECONNECT_DELAY_MAX,
  PROP_STATE,
  PROP_STATS,
};

#define AT(field) offsetof (GstPitboxSrtSink, config.field)

/* clang-format off */
static const PitboxProperty settings[] = {
  { PROP_HOST, "host", "Host", "Name or address of the listener",
    PITBOX_PROPERTY_STRING, AT (host), "127.0.0.1", 0, 0, 0 },
  PITBOX_PROPERTY_PORT (PROP_PORT, AT (port), "UDP port of the listener", 1,
    9000),
  { PROP_STREAMID, "streamid", "Stream id",
    "Who sends, for the listener: #!::r=DRIVER,m=publish,u=DEVICE",
    PITBOX_PROPERTY_STRING, AT (stream_id), NULL, 0, 0, 0 },
  PITBOX_PROPERTY_PASSPHRASE (PROP_PASSPHRASE, AT (passphrase),
    "10 to 79 characters; empty for no encryption"),
  PITBOX_PROPERTY_LATENCY (PROP_LATENCY, AT (latency_ms)),
  { PROP_RECONNECT, "reconnect", "Reconnect",
    "Connect again after a loss or a refusal instead of an error",
    PITBOX_PROPERTY_BOOLEAN, AT (reconnect), NULL, TRUE, 0, 0 },
  { PROP_RECONNECT_DELAY, "reconnect-delay", "Reconnect delay",
    "First pause before connecting again, in ms; doubles each time",
    PITBOX_PROPERTY_UINT, AT (delay_ms), NULL, 250, 1, 600000 },
  { PROP_RECONNECT_DELAY_MAX, "reconnect-delay-max", "Largest reconnect delay",
    "Longest pause before connecting again, in ms",
    PITBOX_PROPERTY_UINT, AT (delay_max_ms), NULL, 10000, 1, 600000 },
};
/* clang-format on */

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true"));

/* clang-format off */
G_DEFINE_TYPE (GstPitboxSrtSink, gst_pitbox_srt_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (pitboxsrtsink, "pitboxsrtsink", GST_RANK_NONE,
    GST_TYPE_PITBOX_SRT_SINK)
/* clang-format on */

static void
request_key_unit (GstPitboxSrtSink *self)
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
  GstPitboxSrtSink *self = user_data;

  GST_INFO_OBJECT (self, "%s %s", pitbox_srt_state_name (state),
      error != NULL ? error->message : "");
  if (state == PITBOX_SRT_CONNECTED) {
    request_key_unit (self);
    self->warned_code = 0;
  }
  pitbox_srt_state_post (GST_ELEMENT (self), "pitbox-srt-state", state, error,
      code, retry_ms, &self->warned_code);
}

static gboolean
start (GstBaseSink *sink)
{
  GstPitboxSrtSink *self = GST_PITBOX_SRT_SINK (sink);
  PitboxSrtCaller *caller;
  g_autoptr (GError) error = NULL;

  self->fill = 0;
  self->warned_full = self->dropping = FALSE;
  self->warned_code = 0;
  self->last_key_unit_us = 0;
  GST_OBJECT_LOCK (self);
  if (!pitbox_secret_is_valid (self->config.passphrase)) {
    GST_OBJECT_UNLOCK (self);
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("the passphrase must have 10 to 79 characters"), (NULL));
    return FALSE;
  }
  if (self->config.host == NULL || *self->config.host == '\0') {
    GST_OBJECT_UNLOCK (self);
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("no host to connect to"), (NULL));
    return FALSE;
  }
  caller = pitbox_srt_caller_new (&self->config, state_changed, self, &error);
  self->caller = caller;
  GST_OBJECT_UNLOCK (self);
  if (caller == NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, INIT, ("%s", error->message), (NULL));
    return FALSE;
  }
  return TRUE;
}

static gboolean
stop (GstBaseSink *sink)
{
  GstPitboxSrtSink *self = GST_PITBOX_SRT_SINK (sink);
  PitboxSrtCaller *caller;

  GST_OBJECT_LOCK (self);
  caller = g_steal_pointer (&self->caller);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&caller, pitbox_srt_caller_free);
  return TRUE;
}

static gboolean
unlock (GstBaseSink *sink)
{
  pitbox_srt_caller_set_flushing (GST_PITBOX_SRT_SINK (sink)->caller, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSink *sink)
{
  pitbox_srt_caller_set_flushing (GST_PITBOX_SRT_SINK (sink)->caller, FALSE);
  return TRUE;
}

static void
send_message (GstPitboxSrtSink *self, const guint8 *data, gsize size)
{
  switch (pitbox_srt_caller_send (self->caller, data, size)) {
    case PITBOX_SRT_SENT:
      /* What was dropped broke the picture: mend it once there is room. */
      if (self->dropping
          && g_get_monotonic_time () - self->last_key_unit_us
                 >= KEY_UNIT_INTERVAL_US) {
        self->dropping = FALSE;
        self->last_key_unit_us = g_get_monotonic_time ();
        request_key_unit (self);
      }
      break;
    case PITBOX_SRT_DROPPED_FULL:
      self->dropping = TRUE;
      if (!self->warned_full) {
        self->warned_full = TRUE;
        GST_ELEMENT_WARNING (self, RESOURCE, WRITE,
            ("the network takes less than is sent; dropping"),
            ("SRT send buffer full"));
      }
      break;
    case PITBOX_SRT_DROPPED_DOWN:
      break;
  }
}

static void
append (GstPitboxSrtSink *self, GstBuffer *buffer)
{
  GstMapInfo map;
  gsize at = 0;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_WARNING_OBJECT (self, "cannot read a buffer; dropping it");
    return;
  }
  while (at < map.size) {
    gsize n = MIN (PITBOX_SRT_MESSAGE_BYTES - self->fill, map.size - at);

    memcpy (self->message + self->fill, map.data + at, n);
    self->fill += n;
    at += n;
    if (self->fill == PITBOX_SRT_MESSAGE_BYTES) {
      send_message (self, self->message, self->fill);
      self->fill = 0;
    }
  }
  gst_buffer_unmap (buffer, &map);
}

/* Sends what is there by whole TS packets; at the end all of it. */
static void
flush (GstPitboxSrtSink *self, gboolean end)
{
  guint rest = end ? 0 : self->fill % PITBOX_SRT_TS_PACKET_BYTES;
  guint n = self->fill - rest;

  if (n == 0)
    return;
  send_message (self, self->message, n);
  memmove (self->message, self->message + n, rest);
  self->fill = rest;
}

static GstFlowReturn
before_render (GstPitboxSrtSink *self)
{
  if (!self->config.reconnect
      && !pitbox_srt_caller_wait_connected (self->caller))
    return GST_FLOW_FLUSHING;
  return GST_FLOW_OK;
}

static GstFlowReturn
render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstPitboxSrtSink *self = GST_PITBOX_SRT_SINK (sink);
  GstFlowReturn ret = before_render (self);

  if (ret == GST_FLOW_OK) {
    append (self, buffer);
    flush (self, FALSE);
  }
  return ret;
}

static GstFlowReturn
render_list (GstBaseSink *sink, GstBufferList *list)
{
  GstPitboxSrtSink *self = GST_PITBOX_SRT_SINK (sink);
  GstFlowReturn ret = before_render (self);

  if (ret == GST_FLOW_OK) {
    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      append (self, gst_buffer_list_get (list, i));
    flush (self, FALSE);
  }
  return ret;
}

static gboolean
event (GstBaseSink *sink, GstEvent *event)
{
  GstPitboxSrtSink *self = GST_PITBOX_SRT_SINK (sink);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      flush (self, TRUE);
      pitbox_srt_caller_drain (self->caller, DRAIN_MS);
      break;
    case GST_EVENT_FLUSH_STOP:
      self->fill = 0;
      break;
    default:
      break;
  }
  return GST_BASE_SINK_CLASS (gst_pitbox_srt_sink_parent_class)
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
get_stats (GstPitboxSrtSink *self)
{
  return self->caller != NULL
             ? pitbox_srt_caller_get_stats (self->caller)
             : gst_structure_new ("pitbox-srt-stats", "state", G_TYPE_STRING,
                 pitbox_srt_state_name (PITBOX_SRT_IDLE), NULL);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPitboxSrtSink *self = GST_PITBOX_SRT_SINK (object);
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
  G_OBJECT_CLASS (gst_pitbox_srt_sink_parent_class)->finalize (object);
}

static void
gst_pitbox_srt_sink_class_init (GstPitboxSrtSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      pitbox_srt_sink_debug, "pitboxsrtsink", 0, "PitBox SRT sink");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  pitbox_properties_install (object_class, settings, G_N_ELEMENTS (settings));
  pitbox_properties_install_state (object_class, PROP_STATE);
  pitbox_properties_install_stats (object_class, PROP_STATS,
      "Counters of this element and of the connection");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "PitBox SRT sink",
      "Sink/Network", "Sends MPEG-TS to an SRT listener and reconnects",
      "PitBox Relay");
  sink_class->start = start;
  sink_class->stop = stop;
  sink_class->unlock = unlock;
  sink_class->unlock_stop = unlock_stop;
  sink_class->render = render;
  sink_class->render_list = render_list;
  sink_class->event = event;
}

static void
gst_pitbox_srt_sink_init (GstPitboxSrtSink *self)
{
  pitbox_properties_init (self, settings, G_N_ELEMENTS (settings));
  /* What came in at a time goes out at that time. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  /* There is no first picture to wait for. With it, a pipeline that went to
   * PLAYING on a busy machine was seen to leave the sink waiting in PAUSED. */
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}

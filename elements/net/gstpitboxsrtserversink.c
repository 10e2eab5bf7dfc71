/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtserversink: one driver's stream for the readers of an SRT port. */

/**
 * SECTION:element-pitboxsrtserversink
 * @title: pitboxsrtserversink
 *
 * Gives MPEG-TS to everybody who reads this driver at the port of the
 * `pitboxsrtsrc` with the same #GstPitboxSrtServerSink:listener, whichever of
 * the two starts first. The bytes are sent as they come. Who joins gets PAT,
 * PMT and the telemetry's newest session string, which says whose stream it is,
 * and then the stream from its newest key frame on (telemetry alone: from its
 * newest key unit on), within a limit of 8 MiB.
 *
 * It waits for nobody: a reader that takes more than 1.5 s longer than the
 * stream goes on at the newest key frame, counted in its `bytes-dropped` and
 * `jumps`. Another sink for the same driver takes the readers over; they see
 * tables, a key frame and times that begin anew. After EOS, or when the element
 * stops, readers stay for #GstPitboxSrtServerSink:grace and are then closed.
 *
 * |[
 * gst-launch-1.0 pitboxsrtsrc port=9000 listener=relay accept-any=true passphrase=correct-horse telemetrytestsrc is-live=true ! telemetryenc ! mpegtsmux ! pitboxsrtserversink listener=relay driver=car01
 * ]|
 */
#include "gstpitboxsrtserversink.h"

#include <gstpitbox/gstpitboxstreamid.h>

#include "pitboxproperty.h"
#include "pitboxsrthub.h"

GST_DEBUG_CATEGORY_STATIC (pitbox_srt_server_sink_debug);
#define GST_CAT_DEFAULT pitbox_srt_server_sink_debug

struct _GstPitboxSrtServerSink {
  GstBaseSink parent;

  /* Object lock. */
  gchar *listener;
  gchar *driver;
  guint grace_ms;

  /* Set in start(), cleared in stop(); the object lock for who else looks. */
  PitboxSrtHub *hub;
  PitboxSrtOutlet *outlet;
  guint64 feed;

  /* Streaming thread only. */
  gboolean started; /* bytes have come */
};

enum { PROP_0, PROP_LISTENER, PROP_DRIVER, PROP_GRACE, PROP_STATS };

#define AT(field) offsetof (GstPitboxSrtServerSink, field)

/* clang-format off */
static const PitboxProperty settings[] = {
  PITBOX_PROPERTY_LISTENER (PROP_LISTENER, AT (listener),
    "As the listener of the pitboxsrtsrc whose port serves the readers"),
  { PROP_DRIVER, "driver", "Driver", "Id that readers ask for",
    PITBOX_PROPERTY_STRING, AT (driver), NULL, 0, 0, 0 },
  /* As long as the server waits for an agent that restarts. */
  { PROP_GRACE, "grace", "Grace",
    "How long readers stay after the stream has ended, in ms; checked "
    "once a second",
    PITBOX_PROPERTY_UINT, AT (grace_ms), NULL, 10000, 0, 3600000 },
};
/* clang-format on */

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true"));

/* clang-format off */
G_DEFINE_TYPE (GstPitboxSrtServerSink, gst_pitbox_srt_server_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (pitboxsrtserversink, "pitboxsrtserversink",
    GST_RANK_NONE, GST_TYPE_PITBOX_SRT_SERVER_SINK)
/* clang-format on */

static void
attach (GstPitboxSrtServerSink *self)
{
  GST_OBJECT_LOCK (self);
  self->outlet = pitbox_srt_hub_attach (
      self->hub, self->driver, self->grace_ms, &self->feed);
  GST_OBJECT_UNLOCK (self);
}

static void
detach (GstPitboxSrtServerSink *self)
{
  PitboxSrtOutlet *outlet;

  GST_OBJECT_LOCK (self);
  outlet = g_steal_pointer (&self->outlet);
  GST_OBJECT_UNLOCK (self);
  if (outlet != NULL)
    pitbox_srt_hub_detach (self->hub, outlet, self->feed);
}

static gboolean
start (GstBaseSink *sink)
{
  GstPitboxSrtServerSink *self = GST_PITBOX_SRT_SERVER_SINK (sink);
  g_autofree gchar *listener = NULL;
  gboolean valid;

  GST_OBJECT_LOCK (self);
  listener = g_strdup (self->listener);
  valid = gst_pitbox_id_is_valid (self->driver);
  GST_OBJECT_UNLOCK (self);
  if (listener == NULL || *listener == '\0') {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("set listener to the name that pitboxsrtsrc has there"), (NULL));
    return FALSE;
  }
  if (!valid) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("set driver to the id that readers ask for: 1 to %d letters, digits, "
         ". _ -",
            GST_PITBOX_MAX_ID_BYTES),
        (NULL));
    return FALSE;
  }
  self->hub = pitbox_srt_hub_get (listener);
  self->started = FALSE;
  attach (self);
  return TRUE;
}

static gboolean
stop (GstBaseSink *sink)
{
  GstPitboxSrtServerSink *self = GST_PITBOX_SRT_SERVER_SINK (sink);

  detach (self);
  g_clear_pointer (&self->hub, pitbox_srt_hub_unref);
  return TRUE;
}

static GstFlowReturn
push (GstPitboxSrtServerSink *self, GstBuffer *buffer, gboolean last)
{
  GstMapInfo map;
  gboolean mine;

  if (self->outlet == NULL)
    return GST_FLOW_EOS;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_WARNING_OBJECT (self, "cannot read a buffer; dropping it");
    return GST_FLOW_OK;
  }
  self->started = TRUE;
  mine = pitbox_srt_hub_push (
      self->hub, self->outlet, self->feed, map.data, map.size, last);
  gst_buffer_unmap (buffer, &map);
  if (!mine)
    GST_LOG_OBJECT (self, "another stream of this driver has taken over");
  return GST_FLOW_OK;
}

static GstFlowReturn
render (GstBaseSink *sink, GstBuffer *buffer)
{
  return push (GST_PITBOX_SRT_SERVER_SINK (sink), buffer, TRUE);
}

static GstFlowReturn
render_list (GstBaseSink *sink, GstBufferList *list)
{
  GstPitboxSrtServerSink *self = GST_PITBOX_SRT_SERVER_SINK (sink);
  guint n = gst_buffer_list_length (list);
  GstFlowReturn ret = GST_FLOW_OK;

  for (guint i = 0; i < n && ret == GST_FLOW_OK; i++)
    ret = push (self, gst_buffer_list_get (list, i), i + 1 == n);
  return ret;
}

static void
begin_stream (GstPitboxSrtServerSink *self)
{
  if (self->outlet == NULL)
    attach (self); /* after EOS */
  else if (self->started)
    pitbox_srt_hub_restart (self->hub, self->outlet, self->feed);
  self->started = FALSE;
}

static gboolean
event (GstBaseSink *sink, GstEvent *event)
{
  GstPitboxSrtServerSink *self = GST_PITBOX_SRT_SERVER_SINK (sink);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_FLUSH_STOP:
      begin_stream (self);
      break;
    case GST_EVENT_EOS:
      detach (self);
      break;
    default:
      break;
  }
  return GST_BASE_SINK_CLASS (gst_pitbox_srt_server_sink_parent_class)
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

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPitboxSrtServerSink *self = GST_PITBOX_SRT_SERVER_SINK (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_STATS) {
    if (self->outlet != NULL)
      g_value_take_boxed (value, pitbox_srt_outlet_get_stats (self->outlet));
  } else if (!pitbox_properties_get (
                 self, settings, G_N_ELEMENTS (settings), id, value)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  pitbox_properties_clear (object, settings, G_N_ELEMENTS (settings));
  G_OBJECT_CLASS (gst_pitbox_srt_server_sink_parent_class)->finalize (object);
}

static void
gst_pitbox_srt_server_sink_class_init (GstPitboxSrtServerSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (pitbox_srt_server_sink_debug, "pitboxsrtserversink",
      0, "PitBox SRT server sink");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  pitbox_properties_install (object_class, settings, G_N_ELEMENTS (settings));
  pitbox_properties_install_stats (object_class, PROP_STATS,
      "Readers of this stream, what they were sent and what was dropped");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "PitBox SRT server sink", "Sink/Network",
      "Serves one driver's MPEG-TS to the readers of a pitboxsrtsrc's port",
      "PitBox Relay");
  sink_class->start = start;
  sink_class->stop = stop;
  sink_class->render = render;
  sink_class->render_list = render_list;
  sink_class->event = event;
}

static void
gst_pitbox_srt_server_sink_init (GstPitboxSrtServerSink *self)
{
  pitbox_properties_init (self, settings, G_N_ELEMENTS (settings));
  /* What came in at a time goes out at that time; there is no first picture to
   * wait for. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}

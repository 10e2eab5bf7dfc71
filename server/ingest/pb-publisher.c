/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What breaks in the graph ends its session and nothing else. */
#include "ingest/pb-publisher.h"

#include <gst/app/app.h>

#include "ingest/pb-mux-guard.h"
#include "pb-graph.h"

struct _PbPublisher {
  PbDoor *door;
  gchar *driver;
  gchar *device;
  PbSession *session;
  GstElement *graph;
  PbMuxGuard *guard;
  gboolean is_patient; /* somebody else sees when it has gone */
};

/* A multiplexer's packets come one by one, in a list for each access unit. */
static GstBuffer *
join (GstBufferList *list)
{
  GstBuffer *joined = gst_buffer_new_allocate (
      NULL, gst_buffer_list_calculate_size (list), NULL);
  const guint n = gst_buffer_list_length (list);
  GstMapInfo map;
  gsize at = 0;

  gst_buffer_map (joined, &map, GST_MAP_WRITE);
  for (guint i = 0; i < n; i++)
    at += gst_buffer_extract (
        gst_buffer_list_get (list, i), 0, map.data + at, map.size - at);
  gst_buffer_unmap (joined, &map);
  return joined;
}

static GstFlowReturn
take_bytes (GstAppSink *sink, gpointer user_data)
{
  PbPublisher *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBufferList *list = sample ? gst_sample_get_buffer_list (sample) : NULL;
  g_autoptr (GstBuffer) buffer = NULL;

  if (!sample)
    return GST_FLOW_EOS;
  buffer =
      list ? join (list) : gst_buffer_copy (gst_sample_get_buffer (sample));
  /* A session counts by when bytes come, not by when they were filmed. */
  GST_BUFFER_PTS (buffer) = pb_door_get_running_time (self->door);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  return pb_session_push (self->session, buffer);
}

static GstBusSyncReply
watch_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbPublisher *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *reason = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    reason = g_strdup_printf ("what is published cannot be read: %s: %s",
        GST_MESSAGE_SRC_NAME (message), error->message);
    pb_session_end (self->session, reason);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    pb_session_end (self->session, "the publisher has left");
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* What "demux" finds and nothing takes (a sound that is no AAC) is thrown away: a
 * demultiplexer whose first pad leads nowhere gives up. After the links of the
 * launch text have had their turn. */
static void
throw_away (GstElement *demux, GstPad *pad, gpointer user_data)
{
  PbPublisher *self = user_data;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstPad) sink_pad = NULL;
  g_autofree gchar *kind = NULL;
  GstElement *sink;

  if (gst_pad_is_linked (pad))
    return;
  caps = gst_pad_query_caps (pad, NULL);
  kind = gst_caps_to_string (caps);
  g_message ("driver %s: left out of what device %s publishes: %s. Send H.264 "
             "and AAC",
      self->driver, self->device, kind);
  sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  gst_bin_add (GST_BIN (self->graph), sink);
  gst_element_sync_state_with_parent (sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_link (pad, sink_pad);
}

static void
watch_demux (PbPublisher *self)
{
  g_autoptr (GstElement) demux =
      gst_bin_get_by_name (GST_BIN (self->graph), "demux");

  if (demux)
    g_signal_connect (demux, "pad-added", G_CALLBACK (throw_away), self);
}

/* Behind "mux" comes what a caller of the SRT port has, readers included. */
static GstElement *
add_caller (PbPublisher *self, GError **error)
{
  g_autoptr (GstElement) mux = pb_graph_get (self->graph, "mux", error);
  g_autoptr (GstElement) bin =
      mux ? pb_graph_load_part ("caller", error) : NULL;
  g_autoptr (GstElement) readers =
      bin ? pb_graph_get (bin, "readers", error) : NULL;
  g_autoptr (GstElement) sink =
      readers ? pb_graph_get (bin, "session", error) : NULL;

  if (!sink)
    return NULL;
  g_object_set (
      readers, "driver", self->driver, "grace", PB_DRIVER_OFFLINE_MS, NULL);
  gst_bin_add (GST_BIN (self->graph), gst_object_ref (bin));
  if (!gst_element_link (mux, bin)) {
    g_set_error_literal (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "\"mux\" and \"caller\" cannot be linked");
    return NULL;
  }
  return g_steal_pointer (&sink);
}

/**
 * pb_publisher_new:
 * @door: lets it in; outlives it
 * @guest: who it is; its has_place says whether the door was asked
 * @graph: a pipeline as pipelines/rtmp.launch and whip.launch
 *
 * Opens the session. Any thread.
 *
 * Returns: (transfer full): what pb_publisher_start() starts, or %NULL with
 *   @error set
 */
PbPublisher *
pb_publisher_new (
    PbDoor *door, const PbDoorGuest *guest, GstElement *graph, GError **error)
{
  g_autoptr (PbPublisher) self = g_new0 (PbPublisher, 1);
  GstAppSinkCallbacks callbacks = { .new_sample = take_bytes };
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->door = door;
  self->driver = g_strdup (guest->driver);
  self->device = g_strdup (guest->device);
  self->graph = gst_object_ref (graph);
  self->guard = pb_mux_guard_new (graph, error);
  sink = self->guard ? add_caller (self, error) : NULL;
  if (!sink || !(self->session = pb_door_open (door, guest, error)))
    return NULL;
  gst_app_sink_set_buffer_list_support (GST_APP_SINK (sink), TRUE);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  bus = gst_element_get_bus (graph);
  gst_bus_set_sync_handler (bus, watch_bus, self, NULL);
  watch_demux (self);
  return g_steal_pointer (&self);
}

/**
 * pb_publisher_start:
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_publisher_start (PbPublisher *self, GError **error)
{
  if (gst_element_set_state (self->graph, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE)
    return TRUE;
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
      "what is published cannot be taken: its graph does not start");
  return FALSE;
}

/**
 * pb_publisher_free:
 *
 * Closes the session. May take as long as a connection takes to end: not on
 * the main thread.
 */
void
pb_publisher_free (PbPublisher *self)
{
  gst_element_set_state (self->graph, GST_STATE_NULL);
  if (self->session)
    pb_door_close (
        self->door, self->driver, self->session, "the publisher has left");
  g_clear_pointer (&self->guard, pb_mux_guard_free);
  gst_clear_object (&self->graph);
  g_free (self->driver);
  g_free (self->device);
  g_free (self);
}

/**
 * pb_publisher_set_patient:
 *
 * What sends nothing stays: somebody else sees whether it is there.
 */
void
pb_publisher_set_patient (PbPublisher *self)
{
  self->is_patient = TRUE;
}

/**
 * pb_publisher_set_link:
 * @stats: as pb_session_set_link()
 *
 * Any thread.
 */
void
pb_publisher_set_link (PbPublisher *self, const GstStructure *stats)
{
  pb_session_set_link (self->session, stats);
}

/**
 * pb_publisher_end:
 * @reason: in words; the first one counts
 *
 * Any thread.
 */
void
pb_publisher_end (PbPublisher *self, const gchar *reason)
{
  pb_session_end (self->session, reason);
}

/**
 * pb_publisher_tick:
 * @now_us: monotonic
 *
 * Once a second.
 *
 * Returns: %FALSE once it is over
 */
gboolean
pb_publisher_tick (PbPublisher *self, gint64 now_us)
{
  g_autofree gchar *ended = NULL;

  if (!self->is_patient
      && now_us - pb_session_get_last_data_mono_us (self->session)
             > PB_PUBLISHER_SILENT_S * G_USEC_PER_SEC)
    pb_session_end (self->session, "nothing came from the publisher for 8 s");
  ended = pb_session_dup_end_reason (self->session);
  return ended == NULL;
}

const gchar *
pb_publisher_get_driver (PbPublisher *self)
{
  return self->driver;
}

const gchar *
pb_publisher_get_device (PbPublisher *self)
{
  return self->device;
}

/**
 * pb_publisher_sent_too_much:
 *
 * Returns: whether it is over because more came than a device may send
 */
gboolean
pb_publisher_sent_too_much (PbPublisher *self)
{
  return pb_session_sent_too_much (self->session);
}

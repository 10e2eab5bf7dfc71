/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Both ends of an SRT connection as pipelines, for tests. */
#include "pitboxsrtpeers.h"

#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#define UNTIL (g_get_monotonic_time () + WAIT_SECONDS * G_TIME_SPAN_SECOND)

/* A byte of an endless stream that differs for each seed and place. */
guint8
test_byte (guint seed, gsize at)
{
  guint64 x = (at + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
              + seed * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);

  return (guint8) (x >> 56);
}

static void
stream_free (Stream *stream)
{
  g_free (stream->driver);
  g_free (stream->device);
  gst_object_unref (stream->pad);
  g_byte_array_unref (stream->bytes);
  g_free (stream);
}

static Stream *
stream_of (Server *server, GstPad *pad)
{
  for (guint i = 0; i < server->streams->len; i++) {
    Stream *stream = g_ptr_array_index (server->streams, i);

    if (stream->pad == pad)
      return stream;
  }
  return NULL;
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Server *server = data;
  Stream *stream;

  g_mutex_lock (&server->lock);
  stream = stream_of (server, pad);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    g_byte_array_append (stream->bytes, map.data, (guint) map.size);
    gst_buffer_unmap (buffer, &map);
    stream->last_pts = GST_BUFFER_PTS (buffer);
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))
             == GST_EVENT_EOS) {
    stream->eos = TRUE;
  }
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer data)
{
  Server *server = data;
  Stream *stream = g_new0 (Stream, 1);

  stream->pad = gst_object_ref (pad);
  stream->bytes = g_byte_array_new ();
  stream->last_pts = GST_CLOCK_TIME_NONE;
  g_object_get (
      pad, "driver", &stream->driver, "device", &stream->device, NULL);
  if (server->link) {
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

    g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
    gst_bin_add (GST_BIN (server->pipeline), sink);
    gst_element_sync_state_with_parent (sink);
    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        on_data, server, NULL);
    g_assert_cmpint (gst_pad_link (pad, sink_pad), ==, GST_PAD_LINK_OK);
  }
  g_mutex_lock (&server->lock);
  g_ptr_array_add (server->streams, stream);
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
}

static void
on_pad_removed (GstElement *src, GstPad *pad, gpointer data)
{
  Server *server = data;

  g_mutex_lock (&server->lock);
  stream_of (server, pad)->removed = TRUE;
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
}

Server *
server_new (guint port)
{
  Server *server = g_new0 (Server, 1);

  g_mutex_init (&server->lock);
  g_cond_init (&server->cond);
  server->streams =
      g_ptr_array_new_with_free_func ((GDestroyNotify) stream_free);
  server->link = TRUE;
  server->pipeline = gst_pipeline_new (NULL);
  server->src = gst_element_factory_make ("pitboxsrtsrc", NULL);
  g_assert_nonnull (server->src);
  gst_bin_add (GST_BIN (server->pipeline), server->src);
  g_object_set (server->src, "port", port, "latency", 40, NULL);
  g_signal_connect (
      server->src, "pad-added", G_CALLBACK (on_pad_added), server);
  g_signal_connect (
      server->src, "pad-removed", G_CALLBACK (on_pad_removed), server);
  return server;
}

void
server_play (Server *server)
{
  g_assert_cmpint (gst_element_set_state (server->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
  g_object_get (server->src, "bound-port", &server->port, NULL);
  g_assert_cmpuint (server->port, >, 0);
}

void
server_free (Server *server)
{
  gst_element_set_state (server->pipeline, GST_STATE_NULL);
  gst_object_unref (server->pipeline);
  g_ptr_array_unref (server->streams);
  g_mutex_clear (&server->lock);
  g_cond_clear (&server->cond);
  g_free (server);
}

void
server_add (Server *server, const gchar *device, const gchar *driver,
    const gchar *passphrase)
{
  g_signal_emit_by_name (server->src, "add-device", device, driver, passphrase);
}

static void
wait_more (Server *server, gint64 until, const gchar *what)
{
  if (!g_cond_wait_until (&server->cond, &server->lock, until))
    g_error ("waited in vain for %s", what);
}

Stream *
server_wait_stream (Server *server, guint index)
{
  gint64 until = UNTIL;
  Stream *stream;

  g_mutex_lock (&server->lock);
  while (server->streams->len <= index)
    wait_more (server, until, "a caller");
  stream = g_ptr_array_index (server->streams, index);
  g_mutex_unlock (&server->lock);
  return stream;
}

void
server_wait_bytes (Server *server, Stream *stream, gsize n)
{
  gint64 until = UNTIL;

  g_mutex_lock (&server->lock);
  while (stream->bytes->len < n)
    wait_more (server, until, "bytes");
  g_mutex_unlock (&server->lock);
}

void
server_wait_eos (Server *server, Stream *stream)
{
  gint64 until = UNTIL;

  g_mutex_lock (&server->lock);
  while (!stream->eos)
    wait_more (server, until, "EOS");
  g_mutex_unlock (&server->lock);
}

void
server_wait_removed (Server *server, Stream *stream)
{
  gint64 until = UNTIL;

  g_mutex_lock (&server->lock);
  while (!stream->removed)
    wait_more (server, until, "pad-removed");
  g_mutex_unlock (&server->lock);
}

static GstMessage *
wait_message (GstElement *pipeline, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message =
      gst_bus_timed_pop_filtered (bus, WAIT_SECONDS * GST_SECOND, type);

  if (message == NULL)
    g_error ("waited in vain for %s", gst_message_type_get_name (type));
  return message;
}

/* The refusal of @device; those of others are skipped. */
GstStructure *
server_wait_refused (Server *server, const gchar *device)
{
  for (;;) {
    g_autoptr (GstMessage) message =
        wait_message (server->pipeline, GST_MESSAGE_ELEMENT);
    const GstStructure *s = gst_message_get_structure (message);

    if (gst_structure_has_name (s, "pitbox-srt-refused")
        && g_strcmp0 (gst_structure_get_string (s, "device"), device) == 0)
      return gst_structure_copy (s);
  }
}

static GstPadProbeReturn
on_upstream_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Client *client = data;

  if (gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    g_atomic_int_inc (&client->key_units);
  return GST_PAD_PROBE_OK;
}

/* @driver NULL: no stream id; @device then is the whole stream id, or NULL. */
Client *
client_new (guint port, const gchar *driver, const gchar *device,
    const gchar *passphrase, gboolean reconnect)
{
  Client *client = g_new0 (Client, 1);
  g_autofree gchar *id = driver != NULL ? g_strdup_printf (
                             "#!::r=%s,m=publish,u=%s", driver, device)
                                        : g_strdup (device);
  g_autoptr (GstCaps) caps =
      gst_caps_from_string ("video/mpegts,systemstream=true,packetsize=188");
  g_autoptr (GstPad) pad = NULL;

  client->pipeline = gst_pipeline_new (NULL);
  client->in = gst_element_factory_make ("appsrc", NULL);
  client->sink = gst_element_factory_make ("pitboxsrtsink", NULL);
  g_object_set (client->in, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps",
      caps, "max-bytes", (guint64) 0, NULL);
  g_object_set (client->sink, "port", port, "streamid", id, "passphrase",
      passphrase, "latency", 40, "reconnect", reconnect, "reconnect-delay", 10,
      "reconnect-delay-max", 100, NULL);
  gst_bin_add_many (GST_BIN (client->pipeline), client->in, client->sink, NULL);
  g_assert_true (gst_element_link (client->in, client->sink));
  pad = gst_element_get_static_pad (client->sink, "sink");
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, client, NULL);
  return client;
}

void
client_play (Client *client)
{
  g_assert_cmpint (gst_element_set_state (client->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
}

void
client_free (Client *client)
{
  gst_element_set_state (client->pipeline, GST_STATE_NULL);
  gst_object_unref (client->pipeline);
  g_free (client);
}

static GstBuffer *
make_buffer (guint seed, gsize at, gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = test_byte (seed, at + i);
  return gst_buffer_new_wrapped (data, size);
}

/* Pushes the first @size bytes of the stream @seed as one buffer. */
void
client_push (Client *client, guint seed, gsize size)
{
  gst_app_src_push_buffer (
      GST_APP_SRC (client->in), make_buffer (seed, 0, size));
}

/* Pushes the first @n times @size bytes of the stream @seed as a list, as
 * mpegtsmux does. */
void
client_push_list (Client *client, guint seed, guint n, gsize size)
{
  GstBufferList *list = gst_buffer_list_new ();

  for (guint i = 0; i < n; i++)
    gst_buffer_list_add (list, make_buffer (seed, i * size, size));
  gst_app_src_push_buffer_list (GST_APP_SRC (client->in), list);
}

/* The same as @n buffers with times; the sink must sync to the clock. */
void
client_push_paced (
    Client *client, guint seed, guint n, gsize size, GstClockTime interval)
{
  g_autoptr (GstClock) clock =
      gst_pipeline_get_clock (GST_PIPELINE (client->pipeline));
  GstClockTime now =
      gst_clock_get_time (clock) - gst_element_get_base_time (client->pipeline);

  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer = make_buffer (seed, i * size, size);

    GST_BUFFER_PTS (buffer) = now + i * interval;
    gst_app_src_push_buffer (GST_APP_SRC (client->in), buffer);
  }
}

void
client_wait_state (Client *client, const gchar *state)
{
  for (;;) {
    g_autoptr (GstMessage) message =
        wait_message (client->pipeline, GST_MESSAGE_ELEMENT);
    const GstStructure *s = gst_message_get_structure (message);

    if (gst_structure_has_name (s, "pitbox-srt-state")
        && g_strcmp0 (gst_structure_get_string (s, "state"), state) == 0)
      return;
  }
}

/* The text of the error on the bus, which must have this resource error
 * @code. */
gchar *
client_wait_error (Client *client, gint code)
{
  g_autoptr (GstMessage) message =
      wait_message (client->pipeline, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  return g_strdup (error->message);
}

GstStructure *
client_stats (Client *client)
{
  GstStructure *stats = NULL;

  g_object_get (client->sink, "stats", &stats, NULL);
  return stats;
}

guint64
client_stat (Client *client, const gchar *field)
{
  g_autoptr (GstStructure) stats = client_stats (client);
  guint64 value = 0;

  g_assert_true (gst_structure_get_uint64 (stats, field, &value));
  return value;
}

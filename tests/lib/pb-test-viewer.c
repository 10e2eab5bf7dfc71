/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A WHEP client on webrtcbin: real ICE, DTLS, SRTP and SCTP; decodes nothing.
 */
#include "pb-test-viewer.h"

#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <string.h>

#include "live/pb-frame.h"

#define SOUND_PAYLOAD 111

struct _PbTestViewer {
  SoupSession *session;
  GCancellable *cancellable;
  gchar *url;
  gchar *location;
  GstElement *pipeline;
  GstElement *webrtcbin;
  GstWebRTCDataChannel *channel;
  GstPromise *promise;
  PbTestSampleFunc func;
  gpointer user_data;
  /* Main thread only. */
  gboolean offer_ready;
  gboolean connect_wanted;
  gboolean posted;

  /* Protects what follows. */
  GMutex lock;
  PbTestViewerStats stats;
  gint64 post_us;
  gboolean in_key;
  guint16 last_seq;
};

static gdouble
since_post_ms (const PbTestViewer *viewer)
{
  return (g_get_monotonic_time () - viewer->post_us) / 1000.0;
}

static void
count_packet (PbTestViewer *viewer, GstBuffer *buffer)
{
  PbTestViewerStats *stats = &viewer->stats;
  PbRtpInfo info;
  guint8 header[4];
  guint16 seq;

  if (!pb_rtp_info_read (buffer, &info)
      || gst_buffer_extract (buffer, 0, header, 4) != 4)
    return;
  seq = GST_READ_UINT16_BE (header + 2);
  g_mutex_lock (&viewer->lock);
  if ((header[1] & 0x7f) == SOUND_PAYLOAD) {
    stats->sound_packets++;
    g_mutex_unlock (&viewer->lock);
    return;
  }
  if (stats->packets > 0 && seq != (guint16) (viewer->last_seq + 1))
    stats->seq_gaps++;
  viewer->last_seq = seq;
  stats->packets++;
  stats->bytes += gst_buffer_get_size (buffer);
  if (stats->first_packet_ms < 0)
    stats->first_packet_ms = since_post_ms (viewer);
  viewer->in_key |= info.key;
  if (info.marker) {
    stats->frames++;
    if (viewer->in_key && stats->first_key_ms < 0)
      stats->first_key_ms = since_post_ms (viewer);
    viewer->in_key = FALSE;
  }
  g_mutex_unlock (&viewer->lock);
}

/* Before the jitter buffer, and no further: what the wire brought. */
static GstPadProbeReturn
on_rtp (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);

    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      count_packet (user_data, gst_buffer_list_get (list, i));
  } else {
    count_packet (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
  }
  return GST_PAD_PROBE_DROP;
}

static void
on_deep_element_added (
    GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory != NULL
      && g_str_equal (GST_OBJECT_NAME (factory), "rtpjitterbuffer")) {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_rtp,
        user_data, NULL);
  }
}

static void
on_data (GstWebRTCDataChannel *channel, GBytes *bytes, gpointer user_data)
{
  PbTestViewer *viewer = user_data;

  g_mutex_lock (&viewer->lock);
  viewer->stats.samples++;
  if (viewer->stats.first_sample_ms < 0)
    viewer->stats.first_sample_ms = since_post_ms (viewer);
  g_mutex_unlock (&viewer->lock);
  if (viewer->func != NULL)
    viewer->func (viewer, bytes, viewer->user_data);
}

static void
on_string (GstWebRTCDataChannel *channel, const gchar *text, gpointer user_data)
{
  PbTestViewer *viewer = user_data;

  g_mutex_lock (&viewer->lock);
  viewer->stats.texts++;
  g_mutex_unlock (&viewer->lock);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GBytes) body =
      soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  SoupMessage *message =
      soup_session_get_async_result_message (SOUP_SESSION (source), result);
  PbTestViewer *viewer;
  GstWebRTCSessionDescription *answer;
  GstSDPMessage *sdp;

  if (body == NULL)
    return;
  viewer = user_data;
  g_mutex_lock (&viewer->lock);
  viewer->stats.status = soup_message_get_status (message);
  viewer->stats.answer_ms = since_post_ms (viewer);
  g_mutex_unlock (&viewer->lock);
  if (soup_message_get_status (message) != SOUP_STATUS_CREATED)
    return;
  viewer->location = g_strdup (soup_message_headers_get_one (
      soup_message_get_response_headers (message), "Location"));
  gst_sdp_message_new (&sdp);
  gst_sdp_message_parse_buffer (
      g_bytes_get_data (body, NULL), (guint) g_bytes_get_size (body), sdp);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  g_signal_emit_by_name (
      viewer->webrtcbin, "set-remote-description", answer, NULL);
  gst_webrtc_session_description_free (answer);
}

static void
post (PbTestViewer *viewer)
{
  GstWebRTCSessionDescription *offer = NULL;
  g_autoptr (SoupMessage) message = soup_message_new ("POST", viewer->url);
  g_autoptr (GBytes) body = NULL;
  gchar *text;

  if (!viewer->offer_ready || !viewer->connect_wanted || viewer->posted)
    return;
  viewer->posted = TRUE;
  g_object_get (viewer->webrtcbin, "local-description", &offer, NULL);
  text = gst_sdp_message_as_text (offer->sdp);
  gst_webrtc_session_description_free (offer);
  body = g_bytes_new_take (text, strlen (text));
  soup_message_set_request_body_from_bytes (message, "application/sdp", body);
  viewer->post_us = g_get_monotonic_time ();
  soup_session_send_and_read_async (viewer->session, message,
      G_PRIORITY_DEFAULT, viewer->cancellable, on_answered, viewer);
}

static gboolean
on_offer_ready (gpointer user_data)
{
  PbTestViewer *viewer = user_data;

  viewer->offer_ready = TRUE;
  post (viewer);
  return G_SOURCE_REMOVE;
}

static void
on_gathering (GObject *object, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCICEGatheringState state;

  g_object_get (object, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    g_idle_add (on_offer_ready, user_data);
}

static void
on_offer (GstPromise *promise, gpointer user_data)
{
  PbTestViewer *viewer = user_data;
  GstWebRTCSessionDescription *offer = NULL;
  const GstStructure *reply = gst_promise_get_reply (promise);

  if (reply != NULL)
    gst_structure_get (
        reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
  g_clear_pointer (&viewer->promise, gst_promise_unref);
  /* The viewer was freed before it had one. */
  if (offer == NULL)
    return;
  g_signal_emit_by_name (
      viewer->webrtcbin, "set-local-description", offer, NULL);
  gst_webrtc_session_description_free (offer);
}

static void
on_pad (GstElement *webrtcbin, GstPad *pad, gpointer user_data)
{
  PbTestViewer *viewer = user_data;
  GstElement *sink;
  g_autoptr (GstPad) sink_pad = NULL;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (viewer->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_link (pad, sink_pad);
}

static void
configure_ice (PbTestViewer *viewer)
{
  g_autoptr (GstObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  gboolean ok;

  g_object_get (viewer->webrtcbin, "ice-agent", &ice, NULL);
  g_signal_emit_by_name (ice, "add-local-ip-address", "127.0.0.1", &ok);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (agent), "upnp"))
    g_object_set (agent, "upnp", FALSE, NULL);
  g_object_set (agent, "stun-pacing-timer", 5, NULL);
}

static void
add_media (PbTestViewer *viewer, const gchar *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  GstWebRTCRTPTransceiver *transceiver = NULL;

  g_signal_emit_by_name (viewer->webrtcbin, "add-transceiver",
      GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps, &transceiver);
  gst_object_unref (transceiver);
}

/**
 * pb_test_viewer_new:
 * @session: for the POST
 * @url: of the driver's WHEP endpoint
 * @media: what it also asks for
 *
 * Main thread. Makes its offer at once, so that pb_test_viewer_connect()
 * measures the server.
 *
 * Returns: (transfer full): a viewer
 */
PbTestViewer *
pb_test_viewer_new (
    SoupSession *session, const gchar *url, PbTestViewerMedia media)
{
  PbTestViewer *viewer = g_new0 (PbTestViewer, 1);

  g_mutex_init (&viewer->lock);
  viewer->session = g_object_ref (session);
  viewer->cancellable = g_cancellable_new ();
  viewer->url = g_strdup (url);
  viewer->stats.answer_ms = viewer->stats.first_packet_ms =
      viewer->stats.first_key_ms = viewer->stats.first_sample_ms = -1;
  viewer->pipeline = gst_pipeline_new (NULL);
  viewer->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  g_object_set (viewer->webrtcbin, "bundle-policy",
      GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", 0, NULL);
  gst_bin_add (GST_BIN (viewer->pipeline), gst_object_ref (viewer->webrtcbin));
  configure_ice (viewer);
  g_signal_connect (viewer->webrtcbin, "deep-element-added",
      G_CALLBACK (on_deep_element_added), viewer);
  g_signal_connect (
      viewer->webrtcbin, "pad-added", G_CALLBACK (on_pad), viewer);
  g_signal_connect (viewer->webrtcbin, "notify::ice-gathering-state",
      G_CALLBACK (on_gathering), viewer);
  if (media & PB_TEST_VIEWER_VIDEO)
    add_media (viewer,
        "application/x-rtp,media=video,encoding-name=H264,payload=102,"
        "clock-rate=90000,packetization-mode=(string)1,"
        "profile-level-id=(string)42e01f");
  if (media & PB_TEST_VIEWER_SOUND)
    add_media (viewer,
        "application/x-rtp,media=audio,encoding-name=OPUS,"
        "payload=" G_STRINGIFY (SOUND_PAYLOAD) ",clock-rate=48000,"
                                               "encoding-params=(string)2");
  gst_element_set_state (viewer->pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (viewer->webrtcbin, "create-data-channel", "telemetry",
      NULL, &viewer->channel);
  g_signal_connect (
      viewer->channel, "on-message-data", G_CALLBACK (on_data), viewer);
  g_signal_connect (
      viewer->channel, "on-message-string", G_CALLBACK (on_string), viewer);
  viewer->promise = gst_promise_new_with_change_func (on_offer, viewer, NULL);
  g_signal_emit_by_name (
      viewer->webrtcbin, "create-offer", NULL, viewer->promise);
  return viewer;
}

/**
 * pb_test_viewer_set_sample_func:
 * @viewer: a viewer
 * @func: called for each binary message, in webrtcbin's thread
 * @user_data: for @func
 */
void
pb_test_viewer_set_sample_func (
    PbTestViewer *viewer, PbTestSampleFunc func, gpointer user_data)
{
  viewer->user_data = user_data;
  viewer->func = func;
}

/**
 * pb_test_viewer_connect:
 * @viewer: a viewer
 *
 * Main thread. POSTs the offer, now or as soon as it is made.
 */
void
pb_test_viewer_connect (PbTestViewer *viewer)
{
  viewer->connect_wanted = TRUE;
  post (viewer);
}

/**
 * pb_test_viewer_get_stats:
 * @viewer: a viewer
 * @stats: (out): what came so far
 *
 * Any thread.
 */
void
pb_test_viewer_get_stats (PbTestViewer *viewer, PbTestViewerStats *stats)
{
  g_mutex_lock (&viewer->lock);
  *stats = viewer->stats;
  g_mutex_unlock (&viewer->lock);
}

/**
 * pb_test_viewer_has_posted:
 * @viewer: a viewer
 *
 * Main thread.
 *
 * Returns: %TRUE once the request is on its way
 */
gboolean
pb_test_viewer_has_posted (PbTestViewer *viewer)
{
  return viewer->posted;
}

/**
 * pb_test_viewer_get_location:
 * @viewer: a viewer
 *
 * Main thread.
 *
 * Returns: (nullable): path for a DELETE, once answered
 */
const gchar *
pb_test_viewer_get_location (PbTestViewer *viewer)
{
  return viewer->location;
}

/**
 * pb_test_viewer_free:
 * @viewer: a viewer
 *
 * Main thread. Ends it without a word to the server, beside what DTLS says.
 */
void
pb_test_viewer_free (PbTestViewer *viewer)
{
  g_cancellable_cancel (viewer->cancellable);
  /* webrtcbin's thread ends with this, and adds no more to the main loop. */
  gst_element_set_state (viewer->pipeline, GST_STATE_NULL);
  g_clear_pointer (&viewer->promise, gst_promise_unref);
  while (g_idle_remove_by_data (viewer))
    continue;
  g_signal_handlers_disconnect_by_data (viewer->webrtcbin, viewer);
  if (viewer->channel != NULL)
    g_signal_handlers_disconnect_by_data (viewer->channel, viewer);
  g_clear_object (&viewer->channel);
  gst_clear_object (&viewer->webrtcbin);
  gst_clear_object (&viewer->pipeline);
  g_clear_object (&viewer->session);
  g_clear_object (&viewer->cancellable);
  g_mutex_clear (&viewer->lock);
  g_free (viewer->url);
  g_free (viewer->location);
  g_free (viewer);
}

/**
 * pb_test_listen:
 * @server: an HTTP server
 * @port: TCP port on loopback; 0 = any
 *
 * SoupServer's own listening lets ten connections wait: the next one comes a
 * second later, or not at all.
 *
 * Returns: the port; 0 if it cannot be had
 */
guint
pb_test_listen (SoupServer *server, guint port)
{
  g_autoptr (GSocketAddress) wanted =
      g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_socket_set_listen_backlog (socket, 256);
  if (!g_socket_bind (socket, wanted, TRUE, NULL)
      || !g_socket_listen (socket, NULL)
      || !soup_server_listen_socket (server, socket, 0, NULL))
    return 0;
  local = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
}

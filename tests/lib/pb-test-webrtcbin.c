/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A WHEP server as GStreamer's own examples build one. It answers offers of
 * PbTestViewer only and never ends a viewer: its process is ended instead. */
#include "pb-test-webrtcbin.h"

#include <gst/app/app.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <string.h>

#include "webrtc/pb-offer.h"

typedef struct {
  SoupServerMessage *message;
  PbLive *live;
  PbLiveViewer *viewer;
  PbOffer offer;
  GstElement *pipeline;
  GstElement *webrtcbin;
  GstElement *src;
  GstWebRTCDataChannel *channel;
  gboolean answered;
} Peer;

static void
on_frame (GstBufferList *list, gboolean key, gpointer user_data)
{
  gst_app_src_push_buffer_list (
      GST_APP_SRC (((Peer *) user_data)->src), gst_buffer_list_ref (list));
}

static void
on_sample (GBytes *message, gboolean key, gpointer user_data)
{
  gst_webrtc_data_channel_send_data_full (
      ((Peer *) user_data)->channel, message, NULL);
}

static void
on_text (const gchar *json, gpointer user_data)
{
  gst_webrtc_data_channel_send_string_full (
      ((Peer *) user_data)->channel, json, NULL);
}

static const PbLiveViewerFuncs funcs = { on_frame, on_sample, on_text };

static void
on_channel (GstElement *bin, GstWebRTCDataChannel *channel, gpointer user_data)
{
  Peer *peer = user_data;

  peer->channel = g_object_ref (channel);
  pb_live_viewer_start_data (peer->live, peer->viewer);
}

static void
on_connection (GObject *bin, GParamSpec *spec, gpointer user_data)
{
  Peer *peer = user_data;
  GstWebRTCPeerConnectionState state;

  g_object_get (bin, "connection-state", &state, NULL);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && peer->src != NULL)
    pb_live_viewer_start_video (
        peer->live, peer->viewer, (guint) peer->offer.pt);
}

static gboolean
reply (gpointer user_data)
{
  Peer *peer = user_data;
  GstWebRTCSessionDescription *local = NULL;
  gchar *text;

  g_object_get (peer->webrtcbin, "local-description", &local, NULL);
  text = gst_sdp_message_as_text (local->sdp);
  gst_webrtc_session_description_free (local);
  soup_server_message_set_status (peer->message, SOUP_STATUS_CREATED, NULL);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (peer->message), "Location",
      "/plain/bench/viewer");
  soup_server_message_set_response (
      peer->message, "application/sdp", SOUP_MEMORY_TAKE, text, strlen (text));
  soup_server_message_unpause (peer->message);
  g_clear_object (&peer->message);
  return G_SOURCE_REMOVE;
}

static void
on_gathering (GObject *bin, GParamSpec *spec, gpointer user_data)
{
  Peer *peer = user_data;
  GstWebRTCICEGatheringState state;

  g_object_get (bin, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && !peer->answered) {
    peer->answered = TRUE;
    g_idle_add (reply, peer);
  }
}

static void
on_answer (GstPromise *promise, gpointer user_data)
{
  Peer *peer = user_data;
  GstWebRTCSessionDescription *answer = NULL;

  gst_structure_get (gst_promise_get_reply (promise), "answer",
      GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  g_signal_emit_by_name (
      peer->webrtcbin, "set-local-description", answer, NULL);
  gst_webrtc_session_description_free (answer);
  gst_promise_unref (promise);
}

static void
on_remote_set (GstPromise *promise, gpointer user_data)
{
  Peer *peer = user_data;

  g_signal_emit_by_name (peer->webrtcbin, "create-answer", NULL,
      gst_promise_new_with_change_func (on_answer, peer, NULL));
  gst_promise_unref (promise);
}

static void
add_video (Peer *peer)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("application/x-rtp", "media",
      G_TYPE_STRING, "video", "encoding-name", G_TYPE_STRING, "H264", "payload",
      G_TYPE_INT, peer->offer.pt, "clock-rate", G_TYPE_INT, 90000,
      "packetization-mode", G_TYPE_STRING, "1", "ssrc", G_TYPE_UINT,
      pb_live_get_ssrc (peer->live), NULL);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstPad) from = NULL;
  g_autoptr (GstPad) sink = NULL;

  peer->src = gst_element_factory_make ("appsrc", NULL);
  g_object_set (peer->src, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps",
      caps, NULL);
  gst_bin_add (GST_BIN (peer->pipeline), peer->src);
  from = gst_element_get_static_pad (peer->src, "src");
  sink = gst_element_request_pad (peer->webrtcbin,
      gst_element_get_pad_template (peer->webrtcbin, "sink_%u"), "sink_0",
      caps);
  gst_pad_link (from, sink);
  g_object_get (sink, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "direction",
      GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack", TRUE,
      "codec-preferences", caps, NULL);
}

static void
configure_ice (Peer *peer)
{
  g_autoptr (GstObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  gboolean ok;

  g_object_get (peer->webrtcbin, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_signal_emit_by_name (ice, "add-local-ip-address", "127.0.0.1", &ok);
  g_object_get (ice, "agent", &agent, NULL);
  /* Else each answer waits 200 ms for a router. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (agent), "upnp"))
    g_object_set (agent, "upnp", FALSE, NULL);
}

static void
make_pipeline (Peer *peer)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();

  peer->pipeline = gst_pipeline_new (NULL);
  gst_pipeline_use_clock (GST_PIPELINE (peer->pipeline), clock);
  gst_element_set_start_time (peer->pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (peer->pipeline, 0);
  peer->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  g_object_set (peer->webrtcbin, "bundle-policy",
      GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", 0, NULL);
  configure_ice (peer);
  gst_bin_add (GST_BIN (peer->pipeline), peer->webrtcbin);
  g_signal_connect (
      peer->webrtcbin, "on-data-channel", G_CALLBACK (on_channel), peer);
  g_signal_connect (peer->webrtcbin, "notify::connection-state",
      G_CALLBACK (on_connection), peer);
  g_signal_connect (peer->webrtcbin, "notify::ice-gathering-state",
      G_CALLBACK (on_gathering), peer);
  if (peer->offer.has_video)
    add_video (peer);
  gst_element_set_state (peer->pipeline, GST_STATE_PLAYING);
}

/**
 * pb_test_webrtcbin_handle:
 * @message: a POST with an offer of PbTestViewer
 * @live: what to show
 *
 * Main thread. Answers later.
 */
void
pb_test_webrtcbin_handle (SoupServerMessage *message, PbLive *live)
{
  Peer *peer = g_new0 (Peer, 1);
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  GstWebRTCSessionDescription *offer;
  GstSDPMessage *sdp;
  gsize size;
  const gchar *text = g_bytes_get_data (body, &size);

  if (!pb_offer_parse (&peer->offer, text, size, NULL)) {
    g_free (peer);
    soup_server_message_set_status (message, SOUP_STATUS_BAD_REQUEST, NULL);
    return;
  }
  peer->live = live;
  peer->message = g_object_ref (message);
  peer->viewer = pb_live_add_viewer (live, &funcs, peer);
  make_pipeline (peer);
  soup_server_message_pause (message);
  gst_sdp_message_new (&sdp);
  gst_sdp_message_parse_buffer ((const guint8 *) text, (guint) size, sdp);
  offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  g_signal_emit_by_name (peer->webrtcbin, "set-remote-description", offer,
      gst_promise_new_with_change_func (on_remote_set, peer, NULL));
  gst_webrtc_session_description_free (offer);
}

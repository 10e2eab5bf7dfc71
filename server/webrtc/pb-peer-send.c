/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a viewer is sent: RTP packets on a pad, messages on a data channel. */
#include "webrtc/pb-peer-private.h"

#include <gio/gio.h>

/* A channel this full is behind by seconds: samples are left out until it has
 * emptied to the lower mark, then a key sample goes on. A sample is about 500
 * bytes, a key sample up to 48 KiB. */
#define CHANNEL_HIGH_BYTES (96 * 1024)
#define CHANNEL_LOW_BYTES (8 * 1024)

/* webrtcbin runs a task in a thread of its own each time the channel falls to
 * its low mark, which by default is each message; nobody here waits for it. */
#define NO_LOW_MARK G_GUINT64_CONSTANT (0x7fffffff)

static void
on_frame (GstBufferList *list, gboolean key, gpointer user_data)
{
  PbPeer *peer = user_data;

  if (g_atomic_int_get (&peer->closing))
    return;
  if (gst_pad_push_list (peer->src, gst_buffer_list_ref (list)) != GST_FLOW_OK)
    g_atomic_int_inc (&peer->frames_dropped);
}

/* Lane thread: the channel is set once and stays. */
static GstWebRTCDataChannel *
open_channel (PbPeer *peer)
{
  GstWebRTCDataChannelState state;

  if (peer->channel == NULL || g_atomic_int_get (&peer->closing))
    return NULL;
  g_object_get (peer->channel, "ready-state", &state, NULL);
  return state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN ? peer->channel : NULL;
}

static void
on_sample (GBytes *message, gboolean key, gpointer user_data)
{
  PbPeer *peer = user_data;
  GstWebRTCDataChannel *channel = open_channel (peer);
  guint64 buffered;

  if (channel == NULL)
    return;
  g_object_get (channel, "buffered-amount", &buffered, NULL);
  if (buffered > CHANNEL_HIGH_BYTES
      || (peer->lost_samples && buffered > CHANNEL_LOW_BYTES)) {
    g_atomic_int_inc (&peer->samples_dropped);
    peer->lost_samples = TRUE;
    peer->asked_for_key = FALSE;
    return;
  }
  if (peer->lost_samples && !key) {
    /* Comes back as a key sample, in order with what follows. */
    g_atomic_int_inc (&peer->samples_dropped);
    if (!peer->asked_for_key)
      pb_live_viewer_resync_data (peer->live, peer->handle);
    peer->asked_for_key = TRUE;
    return;
  }
  peer->lost_samples = FALSE;
  peer->asked_for_key = FALSE;
  if (!gst_webrtc_data_channel_send_data_full (channel, message, NULL))
    peer->lost_samples = TRUE;
}

static void
on_text (const gchar *json, gpointer user_data)
{
  PbPeer *peer = user_data;
  GstWebRTCDataChannel *channel = open_channel (peer);
  guint64 buffered;

  if (channel == NULL)
    return;
  g_object_get (channel, "buffered-amount", &buffered, NULL);
  /* Texts are few; past this the channel is stuck and about to be reaped. */
  if (buffered <= 2 * CHANNEL_HIGH_BYTES)
    gst_webrtc_data_channel_send_string_full (channel, json, NULL);
}

const PbLiveViewerFuncs pb_peer_viewer_funcs = {
  .frame = on_frame,
  .sample = on_sample,
  .text = on_text,
};

static void
on_channel_close (GstWebRTCDataChannel *channel, gpointer user_data)
{
  pb_peer_emit_closed (user_data, "data channel closed");
}

static void
unref_closure (gpointer data, GClosure *closure)
{
  pb_peer_unref (data);
}

void
pb_peer_on_data_channel (
    GstElement *webrtcbin, GstWebRTCDataChannel *channel, gpointer user_data)
{
  PbPeer *peer = user_data;
  g_autofree gchar *label = NULL;
  gboolean ours;

  g_object_get (channel, "label", &label, NULL);
  g_mutex_lock (&peer->lock);
  ours = peer->viewer != NULL && peer->channel == NULL
         && g_strcmp0 (label, "telemetry") == 0;
  if (ours) {
    peer->channel = g_object_ref (channel);
    g_object_set (channel, "buffered-amount-low-threshold", NO_LOW_MARK, NULL);
    g_signal_connect_data (channel, "on-close", G_CALLBACK (on_channel_close),
        pb_peer_ref (peer), unref_closure, (GConnectFlags) 0);
    pb_live_viewer_start_data (peer->live, peer->viewer);
  }
  g_mutex_unlock (&peer->lock);
}

static GstCaps *
make_caps (PbPeer *peer)
{
  return gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING,
      "video", "encoding-name", G_TYPE_STRING, "H264", "payload", G_TYPE_INT,
      peer->offer.pt, "clock-rate", G_TYPE_INT, 90000, "packetization-mode",
      G_TYPE_STRING, "1", "profile-level-id", G_TYPE_STRING,
      peer->offer.profile_level_id, "rtcp-fb-nack", G_TYPE_BOOLEAN, TRUE,
      "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, "rtcp-fb-ccm-fir",
      G_TYPE_BOOLEAN, TRUE,
      /* Else the answer names a random SSRC and a broken FID group. */
      "ssrc", G_TYPE_UINT, pb_live_get_ssrc (peer->live), NULL);
}

static guint
video_index (const PbOffer *offer)
{
  guint index = 0;

  while (offer->media[index].kind != PB_OFFER_VIDEO)
    index++;
  return index;
}

/* The lane pushes on a pad of our own straight into webrtcbin: an appsrc would
 * be one more thread to wake for each viewer and frame. Nothing below waits:
 * UDP sends do not block, and clocksync's waiting is switched off. */
gboolean
pb_peer_add_video (PbPeer *peer, GError **error)
{
  g_autoptr (GstCaps) caps = make_caps (peer);
  g_autoptr (GstPad) sink = NULL;
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autofree gchar *name =
      g_strdup_printf ("sink_%u", video_index (&peer->offer));
  GstSegment segment;

  peer->src = gst_object_ref_sink (gst_pad_new ("video", GST_PAD_SRC));
  gst_pad_set_active (peer->src, TRUE);
  gst_pad_use_fixed_caps (peer->src);
  sink = gst_element_request_pad (peer->webrtcbin,
      gst_element_get_pad_template (peer->webrtcbin, "sink_%u"), name, caps);
  if (sink == NULL || gst_pad_link (peer->src, sink) != GST_PAD_LINK_OK) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "webrtcbin does not take the video");
    return FALSE;
  }
  g_object_get (sink, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "direction",
      GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack",
      peer->offer.rtx_pt >= 0, "codec-preferences", caps, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (peer->src, gst_event_new_stream_start ("pitbox-video"));
  gst_pad_push_event (peer->src, gst_event_new_caps (caps));
  gst_pad_push_event (peer->src, gst_event_new_segment (&segment));
  return TRUE;
}

/* webrtcbin puts clocksync, rtpulpfecenc and rtpredenc before its funnel, also
 * where neither FEC nor RED is wanted, and rtpulpfecenc takes the list of a
 * frame apart: each packet then goes through ten elements and a system call of
 * its own. Linked straight to the funnel, lists stay lists down to sendmmsg.
 * Before the first packet; where webrtcbin is built differently nothing is
 * changed. */
void
pb_peer_shorten_path (PbPeer *peer)
{
  g_autofree gchar *name =
      g_strdup_printf ("sink_%u", video_index (&peer->offer));
  g_autoptr (GstPad) funnel_sink = NULL;
  g_autoptr (GstPad) old_src = NULL;
  g_autoptr (GstPad) old_sink = NULL;

  if (peer->funnel == NULL)
    return;
  funnel_sink = gst_element_get_static_pad (peer->funnel, name);
  old_sink = gst_pad_get_peer (peer->src);
  if (funnel_sink == NULL || old_sink == NULL)
    return;
  old_src = gst_pad_get_peer (funnel_sink);
  if (old_src == NULL)
    return;
  gst_pad_unlink (old_src, funnel_sink);
  gst_pad_unlink (peer->src, old_sink);
  if (gst_pad_link (peer->src, funnel_sink) == GST_PAD_LINK_OK)
    return;
  gst_pad_link (old_src, funnel_sink);
  gst_pad_link (peer->src, old_sink);
}

/**
 * pb_peer_wake:
 * @peer: a peer
 *
 * Any thread. Sends something the viewer must acknowledge, so that one without
 * video, and with nothing to see, is not taken for gone.
 */
void
pb_peer_wake (PbPeer *peer)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  GstWebRTCDataChannelState state;

  g_mutex_lock (&peer->lock);
  if (peer->channel != NULL && peer->viewer != NULL)
    channel = g_object_ref (peer->channel);
  g_mutex_unlock (&peer->lock);
  if (channel == NULL)
    return;
  g_object_get (channel, "ready-state", &state, NULL);
  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN)
    gst_webrtc_data_channel_send_string_full (
        channel, "{\"type\":\"alive\"}", NULL);
}

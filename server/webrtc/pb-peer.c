/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One viewer's WebRTC connection: its life from ready-made to closed. */
#include "webrtc/pb-peer-private.h"

#include <gio/gio.h>

GST_DEBUG_CATEGORY (pb_webrtc_debug);
#define GST_CAT_DEFAULT pb_webrtc_debug

/* webrtcbin 1.22 that is taken down within a negotiation leaks its transport,
 * two descriptors and a socket, about one time in ten. */
#define NEGOTIATION_LIMIT_US (2 * G_USEC_PER_SEC)

static void
init_debug (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (pb_webrtc_debug, "pb-webrtc", 0, "WHEP viewers");
    g_once_init_leave (&once, 1);
  }
}

/* Milliseconds of a clock that goes on, for differences up to 24 days. */
gint
pb_peer_clock_ms (void)
{
  return (gint) (guint32) (g_get_monotonic_time () / 1000);
}

/**
 * pb_peer_ref:
 * @peer: a peer
 *
 * Any thread.
 *
 * Returns: (transfer full): @peer
 */
PbPeer *
pb_peer_ref (PbPeer *peer)
{
  g_atomic_ref_count_inc (&peer->ref_count);
  return peer;
}

/**
 * pb_peer_unref:
 * @peer: (transfer full): a peer
 *
 * Any thread. The last reference goes after pb_peer_close().
 */
void
pb_peer_unref (PbPeer *peer)
{
  if (!g_atomic_ref_count_dec (&peer->ref_count))
    return;
  g_clear_object (&peer->channel);
  gst_clear_object (&peer->src);
  gst_clear_object (&peer->funnel);
  gst_clear_object (&peer->webrtcbin);
  gst_clear_object (&peer->pipeline);
  g_clear_pointer (&peer->live, pb_live_unref);
  g_atomic_rc_box_release (peer->heard_ms);
  g_free (peer->config.public_address);
  g_cond_clear (&peer->step_ended);
  g_mutex_clear (&peer->lock);
  g_free (peer);
}

/* A signal's handler holds the peer: webrtcbin's threads may be in it while
 * the viewer is taken down. */
static void
unref_closure (gpointer data, GClosure *closure)
{
  pb_peer_unref (data);
}

static void
connect_signal (
    PbPeer *peer, gpointer object, const gchar *signal, GCallback handler)
{
  g_signal_connect_data (object, signal, handler, pb_peer_ref (peer),
      unref_closure, (GConnectFlags) 0);
}

void
pb_peer_emit_closed (PbPeer *peer, const gchar *why)
{
  gboolean first;

  g_mutex_lock (&peer->lock);
  first = !peer->closed;
  peer->closed = TRUE;
  g_mutex_unlock (&peer->lock);
  if (first && peer->func != NULL)
    peer->func (peer, PB_PEER_CLOSED, why, peer->user_data);
}

static GstPadProbeReturn
on_heard (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gint *heard_ms = user_data;

  g_atomic_int_set (heard_ms, pb_peer_clock_ms ());
  return GST_PAD_PROBE_OK;
}

static void
drop_peer (gpointer peer)
{
  pb_peer_unref (peer);
}

static void
on_deep_element_added (
    GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  PbPeer *peer = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (name, "rtpfunnel") && peer->funnel == NULL) {
    peer->funnel = gst_object_ref (element);
  } else if (g_str_equal (name, "clocksync")) {
    /* Packets go out when they come; waiting would hold up the lane. */
    g_object_set (element, "sync", FALSE, NULL);
  } else if (g_str_equal (name, "nicesrc")) {
    /* RTCP, SCTP and DTLS from the viewer: whatever comes, it is there. */
    g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_heard,
        g_atomic_rc_box_acquire (peer->heard_ms), g_atomic_rc_box_release);
  }
}

static void
on_connection_state (GObject *object, GParamSpec *spec, gpointer user_data)
{
  PbPeer *peer = user_data;
  GstWebRTCPeerConnectionState state;

  g_object_get (object, "connection-state", &state, NULL);
  GST_DEBUG ("%p: connection state %d", peer, state);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED)
    pb_peer_emit_closed (peer, "connection failed");
  else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED)
    pb_peer_emit_closed (peer, "connection closed");
  if (state != GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    return;
  g_atomic_int_set (peer->heard_ms, pb_peer_clock_ms ());
  g_atomic_int_set (&peer->connected, TRUE);
  g_mutex_lock (&peer->lock);
  if (peer->viewer != NULL && peer->offer.has_video && !peer->video_started) {
    peer->video_started = TRUE;
    pb_peer_shorten_path (peer);
    pb_live_viewer_start_video (
        peer->live, peer->viewer, (guint) peer->offer.pt);
  }
  g_mutex_unlock (&peer->lock);
}

/* In the thread that posts. A page that closes its connection makes sctpenc
 * post an error: the viewer has left. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbPeer *peer = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autoptr (GError) error = NULL;

    gst_message_parse_error (message, &error, NULL);
    GST_DEBUG (
        "%p: %s: %s", peer, GST_MESSAGE_SRC_NAME (message), error->message);
    pb_peer_emit_closed (peer, "transport ended");
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* Properties of webrtcbin's agent and of the NiceAgent below it. */
static void
configure_ice (PbPeer *peer)
{
  g_autoptr (GstObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  gboolean ok = FALSE;

  g_object_get (peer->webrtcbin, "ice-agent", &ice, NULL);
  if (ice == NULL)
    return;
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  if (peer->config.max_port != 0)
    g_object_set (ice, "max-rtp-port", (guint) peer->config.max_port,
        "min-rtp-port", (guint) peer->config.min_port, NULL);
  if (peer->config.loopback) {
    g_signal_emit_by_name (ice, "add-local-ip-address", "127.0.0.1", &ok);
    if (!ok)
      GST_WARNING ("%p: cannot use the loopback address", peer);
  }
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent") != NULL)
    g_object_get (ice, "agent", &agent, NULL);
  if (agent == NULL)
    return;
  /* Waiting for a UPnP router was 200 ms of each answer. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (agent), "upnp"))
    g_object_set (agent, "upnp", FALSE, NULL);
  /* The least RFC 8445 (14.2) allows: by default the reply to a browser's check
   * waits 20 ms. */
  g_object_set (agent, "stun-pacing-timer", 5, NULL);
  /* Keepalives that ask for a reply notice a viewer that is gone. */
  g_object_set (agent, "keepalive-conncheck", TRUE, NULL);
}

static gboolean
make_pipeline (PbPeer *peer, GError **error)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  g_autoptr (GstBus) bus = NULL;

  peer->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  if (peer->webrtcbin == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "The GStreamer element webrtcbin is missing");
    return FALSE;
  }
  gst_object_ref_sink (peer->webrtcbin);
  peer->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  /* Running time is the machine's monotonic clock, the hub's timeline. */
  gst_pipeline_use_clock (GST_PIPELINE (peer->pipeline), clock);
  gst_element_set_start_time (peer->pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (peer->pipeline, 0);
  g_object_set (peer->webrtcbin, "bundle-policy",
      GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", 0, NULL);
  configure_ice (peer);
  connect_signal (peer, peer->webrtcbin, "deep-element-added",
      G_CALLBACK (on_deep_element_added));
  connect_signal (peer, peer->webrtcbin, "notify::connection-state",
      G_CALLBACK (on_connection_state));
  connect_signal (peer, peer->webrtcbin, "on-data-channel",
      G_CALLBACK (pb_peer_on_data_channel));
  gst_bin_add (GST_BIN (peer->pipeline), peer->webrtcbin);
  bus = gst_element_get_bus (peer->pipeline);
  gst_bus_set_sync_handler (bus, on_message, pb_peer_ref (peer), drop_peer);
  if (gst_element_set_state (peer->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "A viewer's pipeline does not start");
    return FALSE;
  }
  return TRUE;
}

/**
 * pb_peer_new:
 * @config: copied
 * @error: what is missing
 *
 * Any thread but the main one: it takes tens of milliseconds.
 *
 * Returns: (transfer full) (nullable): a peer that waits for an offer
 */
PbPeer *
pb_peer_new (const PbPeerConfig *config, GError **error)
{
  PbPeer *peer = g_new0 (PbPeer, 1);

  init_debug ();
  g_atomic_ref_count_init (&peer->ref_count);
  g_mutex_init (&peer->lock);
  g_cond_init (&peer->step_ended);
  peer->heard_ms = g_atomic_rc_box_new0 (gint);
  peer->config = *config;
  peer->config.public_address = g_strdup (config->public_address);
  if (!make_pipeline (peer, error)) {
    pb_peer_close (peer);
    pb_peer_unref (peer);
    return NULL;
  }
  return peer;
}

/**
 * pb_peer_start:
 * @peer: a new peer
 * @live: what the viewer watches
 * @offer: the viewer's offer
 * @func: called from any thread, not under a lock
 * @user_data: for @func; outlives pb_peer_close()
 * @error: why not
 *
 * Main thread; does not wait. The answer comes to @func.
 *
 * Returns: %FALSE if the viewer cannot be taken
 */
gboolean
pb_peer_start (PbPeer *peer, PbLive *live, const PbOffer *offer,
    PbPeerFunc func, gpointer user_data, GError **error)
{
  peer->live = pb_live_ref (live);
  peer->offer = *offer;
  peer->func = func;
  peer->user_data = user_data;
  peer->viewer = pb_live_add_viewer (live, &pb_peer_viewer_funcs, peer);
  if (peer->viewer == NULL) {
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_BUSY, "This driver has too many viewers");
    return FALSE;
  }
  peer->handle = peer->viewer;
  if (offer->has_video && !pb_peer_add_video (peer, error))
    return FALSE;
  pb_peer_negotiate (peer);
  return TRUE;
}

/**
 * pb_peer_close:
 * @peer: a peer
 *
 * Any thread but the main one and the lanes: takes the pipeline down, which
 * waits for webrtcbin's threads. No callback comes afterwards.
 */
void
pb_peer_close (PbPeer *peer)
{
  gint64 limit_us = g_get_monotonic_time () + NEGOTIATION_LIMIT_US;
  PbLiveViewer *viewer;

  g_mutex_lock (&peer->lock);
  peer->closed = TRUE;
  while (peer->promise != NULL
         && g_cond_wait_until (&peer->step_ended, &peer->lock, limit_us))
    continue;
  viewer = g_steal_pointer (&peer->viewer);
  g_mutex_unlock (&peer->lock);
  g_atomic_int_set (&peer->closing, TRUE);
  if (peer->pipeline != NULL) {
    g_autoptr (GstBus) bus = gst_element_get_bus (peer->pipeline);

    gst_bus_set_flushing (bus, TRUE);
    if (peer->src != NULL)
      gst_pad_set_active (peer->src, FALSE);
    gst_element_set_state (peer->pipeline, GST_STATE_NULL);
    gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  }
  /* Its callback can no longer come: webrtcbin's thread has ended. */
  g_clear_pointer (&peer->promise, gst_promise_unref);
  /* After the pipeline: its end frees a lane that is in a push. */
  if (viewer != NULL)
    pb_live_remove_viewer (peer->live, viewer);
  if (peer->webrtcbin != NULL) {
    g_signal_handlers_disconnect_by_data (peer->webrtcbin, peer);
    if (peer->channel != NULL)
      g_signal_handlers_disconnect_by_data (peer->channel, peer);
  }
}

/**
 * pb_peer_get_stats:
 * @peer: a peer
 * @stats: (out): its counters
 *
 * Any thread.
 */
void
pb_peer_get_stats (PbPeer *peer, PbPeerStats *stats)
{
  gint heard_ms = g_atomic_int_get (peer->heard_ms);

  stats->connected = g_atomic_int_get (&peer->connected);
  stats->silent_ms =
      stats->connected ? (gint) ((guint) pb_peer_clock_ms () - (guint) heard_ms)
                       : 0;
  stats->frames_dropped = (guint) g_atomic_int_get (&peer->frames_dropped);
  stats->samples_dropped = (guint) g_atomic_int_get (&peer->samples_dropped);
}

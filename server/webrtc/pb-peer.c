/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A viewer's or publisher's WebRTC connection: its life from the offer to the end. */
#include "webrtc/pb-peer-private.h"

#include <gio/gio.h>
#include <sodium.h>
#include <string.h>

#include "webrtc/pb-answer.h"
#include "webrtc/pb-port.h"

/* Packets sent again, a second: three times what a picture of 3 Mbit/s has. */
#define RESEND_PER_S 1000

/* A viewer that has asked for data gets the first picture with its telemetry:
 * its channel is there two round trips after DTLS. For one whose channel does
 * not come, pictures do not wait longer than this. */
#define CHANNEL_WAIT_US (200 * 1000)

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
  for (guint i = 0; i < PB_PEER_HISTORY; i++)
    gst_clear_buffer (&peer->history[i]);
  g_clear_pointer (&peer->path, pb_path_unref);
  g_clear_pointer (&peer->wanted, pb_path_unref);
  g_clear_pointer (&peer->dtls, pb_dtls_free);
  g_clear_pointer (&peer->sctp, pb_sctp_free);
  g_clear_pointer (&peer->srtp_out, pb_srtp_free);
  g_clear_pointer (&peer->srtp_in, pb_srtp_free);
  g_clear_pointer (&peer->live, pb_live_unref);
  g_clear_pointer (&peer->intake, pb_intake_free);
  g_mutex_clear (&peer->lock);
  g_free (peer);
}

/* RFC 8445, 5.3: letters and digits. */
static void
make_secret (gchar *out, gsize size)
{
  static const gchar letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  for (gsize i = 0; i + 1 < size; i++)
    out[i] = letters[randombytes_uniform (sizeof letters - 1)];
  out[size - 1] = '\0';
}

void
pb_peer_end_locked (PbPeer *peer, const gchar *why)
{
  if (!peer->closed && peer->end == NULL)
    peer->end = why;
}

/* Says what was noted under the lock. */
static void
unlock (PbPeer *peer)
{
  const gchar *why = NULL;

  if (peer->end != NULL && !peer->closed) {
    why = peer->end;
    peer->closed = TRUE;
  }
  g_mutex_unlock (&peer->lock);
  if (why != NULL)
    peer->func (peer, why, peer->user_data);
}

static void
send_datagram (const guint8 *data, gsize size, gpointer user_data)
{
  PbPeer *peer = user_data;
  GOutputVector vector = { data, size };

  if (peer->path != NULL)
    pb_path_send (peer->path, &vector, 1);
}

static void
on_dtls_data (const guint8 *data, gsize size, gpointer user_data)
{
  PbPeer *peer = user_data;

  peer->is_authentic = TRUE;
  pb_sctp_receive (peer->sctp, data, size, g_get_monotonic_time ());
  if (pb_sctp_get_state (peer->sctp) == PB_SCTP_CLOSED)
    pb_peer_end_locked (peer, "transport ended");
}

static void
on_sctp_packet (const guint8 *packet, gsize size, gpointer user_data)
{
  pb_dtls_send (((PbPeer *) user_data)->dtls, packet, size);
}

static void
start_media_locked (PbPeer *peer)
{
  if (peer->media_started || peer->srtp_out == NULL || peer->viewer == NULL)
    return;
  peer->media_started = TRUE;
  if (peer->offer.has_video)
    pb_live_viewer_start_video (
        peer->live, peer->viewer, (guint) peer->offer.pt);
  if (peer->offer.has_audio)
    pb_live_viewer_start_sound (peer->live, peer->viewer);
}

static void
on_channel (guint16 stream, const gchar *label, gpointer user_data)
{
  PbPeer *peer = user_data;

  if (peer->has_channel || peer->viewer == NULL
      || !g_str_equal (label, "telemetry"))
    return;
  peer->has_channel = TRUE;
  peer->channel = stream;
  pb_live_viewer_start_data (peer->live, peer->viewer);
  start_media_locked (peer);
}

static void
on_channel_closed (guint16 stream, gpointer user_data)
{
  PbPeer *peer = user_data;

  if (peer->has_channel && peer->channel == stream)
    pb_peer_end_locked (peer, "data channel closed");
}

static const PbDtlsFuncs dtls_funcs = {
  .send = send_datagram,
  .data = on_dtls_data,
};

static const PbSctpFuncs sctp_funcs = {
  .send = on_sctp_packet,
  .channel = on_channel,
  .channel_closed = on_channel_closed,
};

/* Nobody finds it yet. */
static PbPeer *
make_peer (PbPort *port, PbDtlsIdentity *identity, const PbOffer *offer,
    PbPeerClosedFunc func, gpointer user_data)
{
  PbPeer *peer = g_new0 (PbPeer, 1);

  g_atomic_ref_count_init (&peer->ref_count);
  g_mutex_init (&peer->lock);
  peer->port = port;
  peer->identity = identity;
  peer->offer = *offer;
  peer->func = func;
  peer->user_data = user_data;
  peer->rtx_seq = (guint16) randombytes_uniform (32768);
  make_secret (peer->ice_ufrag, sizeof peer->ice_ufrag);
  make_secret (peer->ice_pwd, sizeof peer->ice_pwd);
  peer->dtls = pb_dtls_new (identity, offer->fingerprint, &dtls_funcs, peer);
  peer->sctp = pb_sctp_new (&sctp_funcs, peer);
  return peer;
}

/**
 * pb_peer_new:
 * @port: outlives the peer
 * @identity: outlives the peer
 * @live: what the viewer watches
 * @offer: the viewer's offer, copied
 * @func: called when the viewer has gone
 * @user_data: for @func; outlives pb_peer_close()
 * @error: why not
 *
 * Any thread; does not wait.
 *
 * Returns: (transfer full) (nullable): a viewer that can connect
 */
PbPeer *
pb_peer_new (PbPort *port, PbDtlsIdentity *identity, PbLive *live,
    const PbOffer *offer, PbPeerClosedFunc func, gpointer user_data,
    GError **error)
{
  PbPeer *peer = make_peer (port, identity, offer, func, user_data);

  peer->live = pb_live_ref (live);
  peer->ssrc = pb_live_get_ssrc (live);
  peer->rtx_ssrc = peer->ssrc ^ 1;
  peer->audio_ssrc = peer->ssrc ^ PB_LIVE_SOUND_SSRC;
  peer->viewer = pb_live_add_viewer (live, &pb_peer_viewer_funcs, peer);
  if (peer->viewer == NULL) {
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_BUSY, "This driver has too many viewers");
    pb_peer_unref (peer);
    return NULL;
  }
  pb_port_add (port, peer);
  return peer;
}

/**
 * pb_peer_new_publisher:
 * @port: outlives the peer
 * @identity: outlives the peer
 * @offer: the publisher's, from pb_offer_parse_publisher(), copied
 * @media: takes what comes
 * @media_data: for @media; not used any more once pb_peer_close() is back
 * @func: called when the publisher has gone
 * @user_data: for @func; outlives pb_peer_close()
 *
 * Any thread; does not wait.
 *
 * Returns: (transfer full): a publisher that can connect
 */
PbPeer *
pb_peer_new_publisher (PbPort *port, PbDtlsIdentity *identity,
    const PbOffer *offer, PbPeerMediaFunc media, gpointer media_data,
    PbPeerClosedFunc func, gpointer user_data)
{
  PbPeer *peer = make_peer (port, identity, offer, func, user_data);

  peer->media = media;
  peer->media_data = media_data;
  peer->ssrc = randombytes_random ();
  pb_peer_init_intake (peer);
  pb_port_add (port, peer);
  return peer;
}

/**
 * pb_peer_get_answer:
 * @peer: a peer
 *
 * Any thread.
 *
 * Returns: (transfer full): the answer to its offer
 */
gchar *
pb_peer_get_answer (PbPeer *peer)
{
  g_autofree gchar *candidates = pb_port_get_candidates (peer->port);
  PbAnswer answer = {
    .ice_ufrag = peer->ice_ufrag,
    .ice_pwd = peer->ice_pwd,
    .fingerprint = pb_dtls_identity_get_fingerprint (peer->identity),
    .candidates = candidates,
    .ssrc = peer->ssrc,
    .rtx_ssrc = peer->rtx_ssrc,
    .audio_ssrc = peer->audio_ssrc,
  };

  return pb_answer_to_sdp (&answer, &peer->offer);
}

/**
 * pb_peer_close:
 * @peer: a peer
 *
 * Any thread but the lanes. No callback comes afterwards, but one that is
 * already going on.
 */
void
pb_peer_close (PbPeer *peer)
{
  PbLiveViewer *viewer;

  pb_port_remove (peer->port, peer);
  g_mutex_lock (&peer->lock);
  peer->closed = TRUE;
  viewer = g_steal_pointer (&peer->viewer);
  pb_sctp_abort (peer->sctp);
  pb_dtls_close (peer->dtls);
  g_mutex_unlock (&peer->lock);
  if (viewer != NULL)
    pb_live_remove_viewer (peer->live, viewer);
}

static void
note_heard (PbPeer *peer, PbPath *path)
{
  gint now_ms = pb_peer_clock_ms ();

  g_atomic_int_set (&peer->heard_ms, now_ms);
  g_atomic_int_set (&path->heard_ms, now_ms);
}

/* Port thread: a connectivity check that was right. */
void
pb_peer_receive_check (PbPeer *peer, PbPath *path, const PbStunRequest *request)
{
  note_heard (peer, path);
  g_mutex_lock (&peer->lock);
  if (!peer->closed)
    pb_peer_write_check_locked (peer, path, request, g_get_monotonic_time ());
  g_mutex_unlock (&peer->lock);
}

static void
note_connected (PbPeer *peer)
{
  peer->connected = TRUE;
  peer->is_authentic = TRUE;
  g_atomic_int_set (&peer->is_connected, TRUE);
  if (!peer->offer.has_video && !peer->offer.has_audio)
    return;
  if (!pb_dtls_get_srtp (peer->dtls, &peer->srtp_out, &peer->srtp_in))
    pb_peer_end_locked (peer, "the viewer has no SRTP");
  else if (!peer->offer.has_data)
    start_media_locked (peer);
  peer->connected_us = g_get_monotonic_time ();
}

static void
receive_dtls (PbPeer *peer, const guint8 *data, gsize size)
{
  switch (pb_dtls_receive (peer->dtls, data, size)) {
    case PB_DTLS_CONNECTED:
      if (!peer->connected)
        note_connected (peer);
      break;
    case PB_DTLS_CLOSED:
      pb_peer_end_locked (
          peer, peer->connected ? "connection closed" : "connection failed");
      break;
    case PB_DTLS_HANDSHAKE:
      break;
  }
}

/* Port thread: anything but a connectivity check, from an address that made
 * one. Who sends it is known only by what it is: addresses can be forged. */
void
pb_peer_receive (PbPeer *peer, PbPath *path, guint8 *data, gsize size)
{
  g_mutex_lock (&peer->lock);
  peer->is_authentic = FALSE;
  if (!peer->closed && peer->end == NULL) {
    /* RFC 7983: the first byte says what it is. */
    if (data[0] < 4)
      pb_peer_read_answer_locked (peer, path, data, size);
    else if (data[0] >= 20 && data[0] < 64)
      receive_dtls (peer, data, size);
    else if (data[0] >= 128 && data[0] < 192 && peer->intake != NULL)
      pb_peer_read_media_locked (peer, data, size);
    else if (data[0] >= 128 && data[0] < 192)
      pb_peer_read_rtcp_locked (peer, data, size);
  }
  if (peer->is_authentic)
    note_heard (peer, path);
  unlock (peer);
}

/* Port thread, some times a second. */
void
pb_peer_tick (PbPeer *peer, gint64 now_us)
{
  g_mutex_lock (&peer->lock);
  if (!peer->closed && peer->path != NULL) {
    pb_peer_tick_consent_locked (peer, now_us);
    pb_dtls_tick (peer->dtls);
    pb_sctp_tick (peer->sctp, now_us);
    if (pb_sctp_get_state (peer->sctp) == PB_SCTP_CLOSED)
      pb_peer_end_locked (peer, "the viewer acknowledges nothing");
    if (peer->connected && now_us - peer->connected_us >= CHANNEL_WAIT_US)
      start_media_locked (peer);
    if (peer->srtp_out != NULL && peer->intake != NULL)
      pb_intake_tick (peer->intake, now_us);
    if (peer->srtp_out != NULL && now_us - peer->report_us >= G_USEC_PER_SEC) {
      peer->report_us = now_us;
      peer->resend_budget = RESEND_PER_S;
      pb_peer_report_locked (peer, now_us);
    }
  }
  unlock (peer);
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
  gint heard_ms = g_atomic_int_get (&peer->heard_ms);

  stats->connected = g_atomic_int_get (&peer->is_connected);
  stats->silent_ms =
      stats->connected ? (gint) ((guint) pb_peer_clock_ms () - (guint) heard_ms)
                       : 0;
  stats->frames_dropped = (guint) g_atomic_int_get (&peer->frames_dropped);
  stats->samples_dropped = (guint) g_atomic_int_get (&peer->samples_dropped);
  stats->resent = (guint) g_atomic_int_get (&peer->resent);
}

/**
 * pb_peer_get_intake_stats:
 * @peer: a publisher
 * @stats: (out): of what it sent
 *
 * Any thread.
 */
void
pb_peer_get_intake_stats (PbPeer *peer, PbIntakeStats *stats)
{
  g_mutex_lock (&peer->lock);
  pb_intake_get_stats (peer->intake, stats);
  g_mutex_unlock (&peer->lock);
}

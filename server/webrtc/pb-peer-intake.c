/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a publisher sends, and what it is told of it. */
#include <gio/gio.h>

#include "webrtc/pb-peer-private.h"

static void
on_media (PbIntakeKind kind, GBytes *packet, gint64 time_us, gboolean lost,
    gpointer user_data)
{
  PbPeer *peer = user_data;

  if (!peer->closed)
    peer->media (kind, packet, time_us, lost, peer->media_data);
}

static void
on_send (guint8 rtcp[PB_RTCP_MAX_BYTES], gsize size, gpointer user_data)
{
  PbPeer *peer = user_data;
  GOutputVector vector = { rtcp, 0 };

  if (peer->srtp_out == NULL || peer->path == NULL)
    return;
  vector.size =
      pb_srtp_protect_rtcp (peer->srtp_out, rtcp, size, PB_RTCP_MAX_BYTES);
  if (vector.size > 0)
    pb_path_send (peer->path, &vector, 1);
}

static const PbIntakeFuncs intake_funcs = {
  .media = on_media,
  .send = on_send,
};

void
pb_peer_init_intake (PbPeer *peer)
{
  const PbIntakeConfig config = {
    .pt = peer->offer.pt,
    .rtx_pt = peer->offer.rtx_pt,
    .audio_pt = peer->offer.audio_pt,
    .own_ssrc = peer->ssrc,
  };

  peer->intake = pb_intake_new (&config, &intake_funcs, peer);
}

/* RFC 5761, 4: RTCP and RTP on one port, told apart by the second byte. */
static gboolean
is_rtcp (const guint8 *data, gsize size)
{
  return size > 1 && data[1] >= 192 && data[1] < 224;
}

void
pb_peer_read_media_locked (PbPeer *peer, guint8 *data, gsize size)
{
  const gint64 now_us = g_get_monotonic_time ();
  const gboolean rtcp = is_rtcp (data, size);

  if (peer->srtp_in == NULL)
    return;
  size = rtcp ? pb_srtp_unprotect_rtcp (peer->srtp_in, data, size)
              : pb_srtp_unprotect (peer->srtp_in, data, size);
  if (size == 0)
    return;
  peer->is_authentic = TRUE;
  if (rtcp)
    pb_intake_receive_rtcp (peer->intake, data, size, now_us);
  else if (!pb_intake_receive (peer->intake, data, size, now_us))
    pb_peer_end_locked (peer, "more than 100 Mbit/s came for long");
}

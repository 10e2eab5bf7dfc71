/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPeer: one viewer's or publisher's WebRTC connection: ICE-lite, DTLS, SRTP and
 * SCTP. */
#pragma once

#include "live/pb-live.h"
#include "webrtc/pb-dtls.h"
#include "webrtc/pb-intake.h"
#include "webrtc/pb-offer.h"

G_BEGIN_DECLS

typedef struct _PbPeer PbPeer;
typedef struct _PbPort PbPort;
typedef struct _PbPath PbPath;

/**
 * PbPortOptions:
 * @loopback: (nullable): this loopback address in numbers and nothing else;
 *   %NULL = all addresses of this machine but loopback
 * @public_address: (nullable): an address more to offer, e.g. of a NAT
 * @port: UDP port; 0 = any
 */
typedef struct {
  const gchar *loopback;
  const gchar *public_address;
  guint16 port;
} PbPortOptions;

/* The viewer has gone; @why says how. From any thread, not under a lock, at
 * most once. */
typedef void (*PbPeerClosedFunc) (
    PbPeer *peer, const gchar *why, gpointer user_data);

/* What a publisher has sent, as @media of #PbIntakeFuncs, on g_get_monotonic_time().
 * From the port's thread, under the peer's lock: only queues. */
typedef void (*PbPeerMediaFunc) (PbIntakeKind kind, GBytes *packet,
    gint64 time_us, gboolean lost, gpointer user_data);

/**
 * PbPeerStats:
 * @connected: media can flow
 * @silent_ms: since anything authentic came from the viewer; 0 before it
 *   connected
 * @frames_dropped: frames the network did not take whole
 * @samples_dropped: samples left out because the channel was full
 * @resent: packets sent again because the viewer had lost them
 */
typedef struct {
  gboolean connected;
  gint64 silent_ms;
  guint frames_dropped;
  guint samples_dropped;
  guint resent;
} PbPeerStats;

PbPeer *pb_peer_new (PbPort *port, PbDtlsIdentity *identity, PbLive *live,
    const PbOffer *offer, PbPeerClosedFunc func, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbPeer *pb_peer_new_publisher (PbPort *port, PbDtlsIdentity *identity,
    const PbOffer *offer, PbPeerMediaFunc media, gpointer media_data,
    PbPeerClosedFunc func, gpointer user_data);
PbPeer *pb_peer_ref (PbPeer *peer);
void pb_peer_unref (PbPeer *peer);
gchar *pb_peer_get_answer (PbPeer *peer);
void pb_peer_wake (PbPeer *peer);
void pb_peer_close (PbPeer *peer);
void pb_peer_get_stats (PbPeer *peer, PbPeerStats *stats);
void pb_peer_get_intake_stats (PbPeer *peer, PbIntakeStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPeer, pb_peer_unref)

G_END_DECLS

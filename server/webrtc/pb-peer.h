/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPeer: one viewer's WebRTC connection: a pipeline with a webrtcbin. */
#pragma once

#include "live/pb-live.h"
#include "webrtc/pb-offer.h"

G_BEGIN_DECLS

typedef struct _PbPeer PbPeer;

/**
 * PbPeerConfig:
 *
 * As in #PbWhepOptions.
 */
typedef struct {
  gboolean loopback;
  gchar *public_address;
  guint16 min_port;
  guint16 max_port;
} PbPeerConfig;

/**
 * PbPeerEvent:
 * @PB_PEER_ANSWERED: text is the answer, with all candidates
 * @PB_PEER_CLOSED: text says why; comes at most once, also instead of an answer
 */
typedef enum {
  PB_PEER_ANSWERED,
  PB_PEER_CLOSED,
} PbPeerEvent;

typedef void (*PbPeerFunc) (
    PbPeer *peer, PbPeerEvent event, const gchar *text, gpointer user_data);

/**
 * PbPeerStats:
 * @connected: media can flow
 * @silent_ms: since anything came from the viewer; 0 before it connected
 * @frames_dropped: frames webrtcbin did not take
 * @samples_dropped: samples left out because the channel was full
 */
typedef struct {
  gboolean connected;
  gint64 silent_ms;
  guint frames_dropped;
  guint samples_dropped;
} PbPeerStats;

PbPeer *pb_peer_new (
    const PbPeerConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbPeer *pb_peer_ref (PbPeer *peer);
void pb_peer_unref (PbPeer *peer);
gboolean pb_peer_start (PbPeer *peer, PbLive *live, const PbOffer *offer,
    PbPeerFunc func, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_peer_wake (PbPeer *peer);
void pb_peer_close (PbPeer *peer);
void pb_peer_get_stats (PbPeer *peer, PbPeerStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPeer, pb_peer_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPeerPool: makes peers before they are wanted, and takes them down. */
#pragma once

#include "webrtc/pb-peer.h"

G_BEGIN_DECLS

typedef struct _PbPeerPool PbPeerPool;

PbPeerPool *pb_peer_pool_new (const PbPeerConfig *config, guint size,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_peer_pool_free (PbPeerPool *pool);
PbPeer *pb_peer_pool_take (PbPeerPool *pool);
void pb_peer_pool_dispose (PbPeerPool *pool, PbPeer *peer);
guint pb_peer_pool_get_ready (PbPeerPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPeerPool, pb_peer_pool_free)

G_END_DECLS

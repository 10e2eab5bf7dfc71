/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWhep: the WHEP endpoint; makes a WebRTC viewer of each accepted offer. */
#pragma once

#include <libsoup/soup.h>

#include "live/pb-live.h"
#include "webrtc/pb-dtls.h"
#include "webrtc/pb-peer.h"

G_BEGIN_DECLS

typedef struct _PbWhep PbWhep;
/* Whether two owners are one. */
typedef gboolean (*PbWhepSame) (gconstpointer a, gconstpointer b);

/**
 * PbWhepOptions:
 * @max_viewers: most viewers of all drivers together; 0 = 100
 * @loopback: (nullable): a loopback address, for a server bound to it: nobody but
 *   this machine is heard
 * @public_address: address to offer besides this machine's own, e.g. of a NAT
 *   with the ports passed through; %NULL = none
 * @port: UDP port of all viewers; 0 = any
 * @is_same: (nullable): tells owners apart, none of whom gets more than half of
 *   the places
 */
typedef struct {
  guint max_viewers;
  const gchar *loopback;
  const gchar *public_address;
  guint16 port;
  PbWhepSame is_same;
} PbWhepOptions;

/**
 * PbWhepStats:
 * @viewers: connected or connecting now
 * @accepted: answers sent since start
 * @refused: offers answered with an error
 * @reaped: viewers removed because they were silent
 * @frames_dropped, @samples_dropped: not sent because a viewer was too slow
 * @resent: packets sent again because a viewer had lost them
 */
typedef struct {
  guint viewers;
  guint64 accepted;
  guint64 refused;
  guint64 reaped;
  guint64 frames_dropped;
  guint64 samples_dropped;
  guint64 resent;
} PbWhepStats;

PbWhep *pb_whep_new (
    const PbWhepOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_whep_free (PbWhep *whep);
PbPort *pb_whep_get_port (PbWhep *whep);
PbDtlsIdentity *pb_whep_get_identity (PbWhep *whep);

void pb_whep_handle (PbWhep *whep, SoupServerMessage *message, PbLive *live,
    const gchar *viewer_id, gpointer owner, GDestroyNotify free_owner);
/* Whether the viewers of @owner may stay. */
typedef gboolean (*PbWhepKeep) (gconstpointer owner, gpointer user_data);
void pb_whep_revise (PbWhep *whep, PbWhepKeep keep, gpointer user_data);
void pb_whep_get_stats (PbWhep *whep, PbWhepStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbWhep, pb_whep_free)

G_END_DECLS

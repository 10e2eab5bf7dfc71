/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbViewers: who watches by WebRTC: how many, how long without a word, and whose
 * they are. */
#pragma once

#include "live/pb-live.h"
#include "webrtc/pb-offer.h"
#include "webrtc/pb-port.h"

G_BEGIN_DECLS

/* Main thread only. Everything runs on the thread-default context of who made
 * it. */
typedef struct _PbViewers PbViewers;

/* Whether two owners are one. */
typedef gboolean (*PbViewersSame) (gconstpointer a, gconstpointer b);
/* Whether the viewers of @owner may stay. */
typedef gboolean (*PbViewersKeep) (gconstpointer owner, gpointer user_data);

/**
 * PbViewersStats:
 * @viewers: connected or connecting now
 * @reaped: removed because they were silent
 * @frames_dropped, @samples_dropped: not sent because one was too slow
 * @resent: packets sent again because one had lost them
 */
typedef struct {
  guint viewers;
  guint64 reaped;
  guint64 frames_dropped;
  guint64 samples_dropped;
  guint64 resent;
} PbViewersStats;

PbViewers *pb_viewers_new (const PbPortOptions *port, guint max,
    PbViewersSame is_same, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_viewers_free (PbViewers *viewers);
PbPort *pb_viewers_get_port (PbViewers *viewers);
PbDtlsIdentity *pb_viewers_get_identity (PbViewers *viewers);

gboolean pb_viewers_has_room (PbViewers *viewers, gconstpointer owner);
const gchar *pb_viewers_add (PbViewers *viewers, PbLive *live,
    const PbOffer *offer, gchar **answer,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_viewers_set_owner (PbViewers *viewers, const gchar *id, gpointer owner,
    GDestroyNotify free_owner);
gboolean pb_viewers_remove (
    PbViewers *viewers, const gchar *id, const PbLive *live);
void pb_viewers_revise (
    PbViewers *viewers, PbViewersKeep keep, gpointer user_data);
void pb_viewers_get_stats (PbViewers *viewers, PbViewersStats *stats);

G_END_DECLS

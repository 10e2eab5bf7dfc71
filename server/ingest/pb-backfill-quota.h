/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillQuota: how often a driver's back-fill may make the server look, and
 * into how many pieces it may cut what is kept: pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_BACKFILL_ASKS_PER_S: questions that are answered a second for long; an
 * agent asks twice for each 512 files of its spool. */
#define PB_BACKFILL_ASKS_PER_S 4
/** PB_BACKFILL_ASKS_BURST: questions that are answered at once. */
#define PB_BACKFILL_ASKS_BURST 40
/** PB_BACKFILL_SESSION_S: seconds a session for long; an agent has one for each
 * of its runs and each time that it connects. */
#define PB_BACKFILL_SESSION_S 10
/** PB_BACKFILL_SESSIONS_BURST: sessions at once: an agent that began anew all
 * the time while the network was away. */
#define PB_BACKFILL_SESSIONS_BURST 50
/** PB_BACKFILL_STRETCHES_PER_S: rows a second for long that do not follow on
 * the one before: each is a line in the index. */
#define PB_BACKFILL_STRETCHES_PER_S 2
/** PB_BACKFILL_STRETCHES_BURST: such rows at once: what half an hour of a
 * network that loses a packet each second leaves to be filled. */
#define PB_BACKFILL_STRETCHES_BURST 2000

/**
 * PbBackfillQuota:
 * @asks_full_us, @sessions_full_us, @stretches_full_us: see pb_bucket_take()
 *
 * Of one driver, over all connections; zeroed at the start.
 */
typedef struct {
  gint64 asks_full_us;
  gint64 sessions_full_us;
  gint64 stretches_full_us;
} PbBackfillQuota;

gboolean pb_backfill_quota_take_ask (PbBackfillQuota *quota, gint64 now_us);
gboolean pb_backfill_quota_take_session (PbBackfillQuota *quota, gint64 now_us);
gboolean pb_backfill_quota_take_stretch (PbBackfillQuota *quota, gint64 now_us);

G_END_DECLS

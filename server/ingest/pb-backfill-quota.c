/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Each is a bucket that fills up again. */
#include "ingest/pb-backfill-quota.h"

#include "pb-bucket.h"

static gboolean
take (gint64 *full_us, gint64 each_us, guint burst, gint64 now_us)
{
  return pb_bucket_take (full_us, each_us, burst * each_us, now_us);
}

/**
 * pb_backfill_quota_take_ask:
 *
 * Returns: %FALSE if the question has to wait
 */
gboolean
pb_backfill_quota_take_ask (PbBackfillQuota *quota, gint64 now_us)
{
  return take (&quota->asks_full_us, G_USEC_PER_SEC / PB_BACKFILL_ASKS_PER_S,
      PB_BACKFILL_ASKS_BURST, now_us);
}

/**
 * pb_backfill_quota_take_session:
 *
 * Returns: %FALSE if one more would be too many
 */
gboolean
pb_backfill_quota_take_session (PbBackfillQuota *quota, gint64 now_us)
{
  return take (&quota->sessions_full_us, PB_BACKFILL_SESSION_S * G_USEC_PER_SEC,
      PB_BACKFILL_SESSIONS_BURST, now_us);
}

/**
 * pb_backfill_quota_take_stretch:
 *
 * Returns: %FALSE if one more would be too many
 */
gboolean
pb_backfill_quota_take_stretch (PbBackfillQuota *quota, gint64 now_us)
{
  return take (&quota->stretches_full_us,
      G_USEC_PER_SEC / PB_BACKFILL_STRETCHES_PER_S, PB_BACKFILL_STRETCHES_BURST,
      now_us);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much of something may come: at once, and for long. */
#include "pb-bucket.h"

/**
 * pb_bucket_take:
 * @full_us: (inout): when all of it may be taken again; 0 at first
 * @cost_us: how long it takes until what is taken now may be taken again
 * @room_us: that of all there is
 * @now_us: a clock that never goes back
 *
 * One bucket of one's own: what a connection may send.
 *
 * Returns: %FALSE if there is less left; none is taken then
 */
gboolean
pb_bucket_take (gint64 *full_us, gint64 cost_us, gint64 room_us, gint64 now_us)
{
  const gint64 then_us = MAX (*full_us, now_us) + cost_us;

  if (then_us - now_us > room_us)
    return FALSE;
  *full_us = then_us;
  return TRUE;
}

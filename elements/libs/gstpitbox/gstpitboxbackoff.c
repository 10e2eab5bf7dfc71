/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Exponential back-off with jitter, as a pure function. */
#include "gstpitboxbackoff.h"

/**
 * gst_pitbox_backoff_ms:
 * @attempt: attempts that have failed in a row; 0 before the first
 * @base_ms: delay after the first failure
 * @max_ms: the most to wait, before jitter
 * @jitter: a random number in [0, 1), e.g. g_random_double()
 *
 * Doubles with each failure up to @max_ms, then spreads by +-25 %: clients that
 * lost a server at the same moment do not come back at the same moment.
 *
 * Returns: milliseconds to wait; 0 for attempt 0. Any thread.
 */
guint
gst_pitbox_backoff_ms (
    guint attempt, guint base_ms, guint max_ms, gdouble jitter)
{
  guint64 delay;

  if (attempt == 0)
    return 0;
  /* 2^20 times any base is past every maximum that makes sense. */
  delay = (guint64) base_ms << MIN (attempt - 1, 20);
  delay = MIN (delay, max_ms);
  return (guint) (delay * (0.75 + 0.5 * CLAMP (jitter, 0.0, 1.0)));
}

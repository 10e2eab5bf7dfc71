/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An agent hangs that says nothing through a whole limit in which the PC was
 * awake and let this process run. */
#include "keeper/pb-watch.h"

/* Looks in one limit, and the longest time between two. */
#define LOOKS 6
#define MAX_INTERVAL_MS 10000
/* Of limits: a first start may try out encoders and read every plugin, on a PC
 * that is starting itself. */
#define FIRST_LIMITS 5

/**
 * pb_watch_get_interval_ms:
 * @limit_s: how long it may say nothing
 *
 * Returns: time between two looks
 */
guint
pb_watch_get_interval_ms (guint limit_s)
{
  return MIN (limit_s * 1000 / LOOKS, MAX_INTERVAL_MS);
}

/**
 * pb_watch_look:
 * @watch: what earlier looks left; updated
 * @beats: another number than at the last look if it has said something
 * @now_us: monotonic
 * @limit_s: how long it may say nothing
 *
 * Pure but for @watch. A look that comes much later than it was meant to is the
 * first one after the PC slept, or stood still: the agent had no more time than
 * this process, and begins anew.
 *
 * Returns: %TRUE if it hangs
 */
gboolean
pb_watch_look (PbWatch *watch, guint beats, gint64 now_us, guint limit_s)
{
  const gint64 interval_us =
      (gint64) pb_watch_get_interval_ms (limit_s) * G_TIME_SPAN_MILLISECOND;
  const gint64 limit_us =
      (gint64) limit_s * G_USEC_PER_SEC * (watch->has_begun ? 1 : FIRST_LIMITS);
  const gint64 past_us = now_us - watch->looked_us;
  const gboolean is_first = watch->looked_us == 0;

  watch->looked_us = now_us;
  if (beats != watch->beats) {
    watch->beats = beats;
    watch->has_begun = TRUE;
    watch->silent_us = 0;
  } else if (is_first || past_us > 2 * interval_us) {
    watch->silent_us = 0;
  } else {
    watch->silent_us += past_us;
  }
  return watch->silent_us >= limit_us;
}

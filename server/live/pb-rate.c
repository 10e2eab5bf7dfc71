/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRate: how many a second, over the last whole one. */
#include "live/pb-rate.h"

/**
 * pb_rate_add:
 * @rate: a rate
 * @amount: what to count
 * @now_us: monotonic time, µs
 */
void
pb_rate_add (PbRate *rate, guint64 amount, gint64 now_us)
{
  gint64 passed_us = now_us - rate->since_us;

  if (passed_us >= G_USEC_PER_SEC) {
    rate->per_s = passed_us < 2 * G_USEC_PER_SEC
                      ? rate->count * (gdouble) G_USEC_PER_SEC / passed_us
                      : 0.0;
    rate->count = 0;
    rate->since_us = now_us;
  }
  rate->count += amount;
}

/**
 * pb_rate_get:
 * @rate: a rate
 * @now_us: monotonic time, µs
 *
 * Returns: a second's amount; 0 if nothing has been counted for 2 s
 */
gdouble
pb_rate_get (const PbRate *rate, gint64 now_us)
{
  return now_us - rate->since_us < 3 * G_USEC_PER_SEC ? rate->per_s : 0.0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Percentiles of the last values and rates of the last second. */
#include "live/pb-window.h"

#include <stdlib.h>
#include <string.h>

/**
 * pb_window_push:
 * @window: a window; zeroed memory is an empty one
 * @value: the newest value; the oldest of %PB_WINDOW_SIZE leaves
 */
void
pb_window_push (PbWindow *window, gint64 value)
{
  window->values[window->n_pushed++ % PB_WINDOW_SIZE] = value;
  /* Keeps the index right when the counter comes round. */
  if (window->n_pushed == 2 * PB_WINDOW_SIZE)
    window->n_pushed = PB_WINDOW_SIZE;
}

static int
compare (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/**
 * pb_window_get_percentiles:
 * @window: a window
 * @p50: (out): the median, by nearest rank; 0 if empty
 * @p99: (out): not exceeded by 99 of 100, by nearest rank; 0 if empty
 *
 * Returns: values in the window
 */
guint
pb_window_get_percentiles (const PbWindow *window, gint64 *p50, gint64 *p99)
{
  gint64 sorted[PB_WINDOW_SIZE];
  guint n = MIN (window->n_pushed, PB_WINDOW_SIZE);

  *p50 = *p99 = 0;
  if (n == 0)
    return 0;
  memcpy (sorted, window->values, n * sizeof sorted[0]);
  qsort (sorted, n, sizeof sorted[0], compare);
  *p50 = sorted[(n * 50 + 99) / 100 - 1];
  *p99 = sorted[(n * 99 + 99) / 100 - 1];
  return n;
}

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

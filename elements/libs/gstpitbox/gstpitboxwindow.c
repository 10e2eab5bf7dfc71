/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Percentiles of the last values of a figure. */
#include "gstpitboxwindow.h"

#include <stdlib.h>
#include <string.h>

/**
 * gst_pitbox_window_push:
 * @window: a window; zeroed memory is an empty one
 * @value: the newest value; the oldest of %GST_PITBOX_WINDOW_SIZE leaves
 */
void
gst_pitbox_window_push (GstPitboxWindow *window, gint64 value)
{
  window->values[window->n_pushed++ % GST_PITBOX_WINDOW_SIZE] = value;
  /* Keeps the index right when the counter comes round. */
  if (window->n_pushed == 2 * GST_PITBOX_WINDOW_SIZE)
    window->n_pushed = GST_PITBOX_WINDOW_SIZE;
}

static int
compare (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/**
 * gst_pitbox_window_get_percentiles:
 * @window: a window
 * @p50: (out): the median, by nearest rank; 0 if empty
 * @p99: (out): not exceeded by 99 of 100, by nearest rank; 0 if empty
 *
 * Returns: values in the window
 */
guint
gst_pitbox_window_get_percentiles (
    const GstPitboxWindow *window, gint64 *p50, gint64 *p99)
{
  gint64 sorted[GST_PITBOX_WINDOW_SIZE];
  guint n = MIN (window->n_pushed, GST_PITBOX_WINDOW_SIZE);

  *p50 = *p99 = 0;
  if (n == 0)
    return 0;
  memcpy (sorted, window->values, n * sizeof sorted[0]);
  qsort (sorted, n, sizeof sorted[0], compare);
  *p50 = sorted[(n * 50 + 99) / 100 - 1];
  *p99 = sorted[(n * 99 + 99) / 100 - 1];
  return n;
}

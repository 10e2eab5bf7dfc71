/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWindow: percentiles of the last values; PbRate: how many a second. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 10 s at 60 a second. */
#define PB_WINDOW_SIZE 600

typedef struct {
  gint64 values[PB_WINDOW_SIZE];
  guint n_pushed;
} PbWindow;

void pb_window_push (PbWindow *window, gint64 value);
guint pb_window_get_percentiles (
    const PbWindow *window, gint64 *p50, gint64 *p99);

/**
 * PbRate:
 * @count: counted since @since_us
 * @per_s: over the last whole second
 *
 * Zeroed memory is one that has counted nothing.
 */
typedef struct {
  guint64 count;
  gint64 since_us;
  gdouble per_s;
} PbRate;

void pb_rate_add (PbRate *rate, guint64 amount, gint64 now_us);
gdouble pb_rate_get (const PbRate *rate, gint64 now_us);

G_END_DECLS

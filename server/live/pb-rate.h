/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRate: how many a second, over the last whole one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

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

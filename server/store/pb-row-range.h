/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRowRange: rows of a recording that follow on each other. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbRowRange:
 * @segment: number of the segment they are in
 * @run_id: their run
 * @first: number of the first one in the run
 * @n_rows: how many; @first + @n_rows is 2^32 at most
 * @start_utc_us: of the first row, by the driver's PC; 0 = unknown
 * @end_utc_us: of the last row
 * @is_backfill: they did not come live; only where they are read
 *
 * One stretch, from the recorder to the store and back.
 */
typedef struct {
  guint segment;
  guint32 run_id;
  guint32 first;
  guint32 n_rows;
  gint64 start_utc_us;
  gint64 end_utc_us;
  gboolean is_backfill;
} PbRowRange;

G_END_DECLS

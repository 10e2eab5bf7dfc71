/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One of so many rows. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bounds of the properties: one row an hour; faster than any simulator. */
#define ROW_THIN_MAX_DIVISOR 216000
#define ROW_THIN_MAX_RATE 1000

typedef struct {
  guint divisor;
  guint countdown;
} RowThin;

/* One row in @divisor, and at most @max_rate a second (0: as many as come) of
 * @rate; the next row is one of them. */
static inline void
row_thin_init (RowThin *thin, guint rate, guint divisor, guint max_rate)
{
  thin->divisor = MAX (divisor, 1);
  if (max_rate > 0)
    thin->divisor = MAX (thin->divisor, (rate + max_rate - 1) / max_rate);
  thin->countdown = 0;
}

static inline gboolean
row_thin_is_due (RowThin *thin)
{
  if (thin->countdown > 0) {
    thin->countdown--;
    return FALSE;
  }
  thin->countdown = thin->divisor - 1;
  return TRUE;
}

G_END_DECLS

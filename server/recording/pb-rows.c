/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRows: what was read of several segments becomes one line of rows; pure. */
#include "recording/pb-row-reader.h"

void
pb_rows_free (PbRows *self)
{
  g_array_unref (self->rows);
  g_array_unref (self->values);
  g_free (self);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const PbRowsRow *x = a, *y = b;

  if (x->utc_us != y->utc_us)
    return x->utc_us < y->utc_us ? -1 : 1;
  return x->tick < y->tick ? -1 : x->tick > y->tick;
}

static gboolean
follows (const PbRowsRow *before, const PbRowsRow *row)
{
  return before->run_id == row->run_id && row->tick > before->tick
         && row->tick - before->tick <= MAX (before->divisor, row->divisor);
}

/* In place; those that are there twice follow on each other, since they have
 * the same time. */
static void
mark (GArray *rows)
{
  PbRowsRow *all = (PbRowsRow *) rows->data;
  guint n = 0;

  for (guint i = 0; i < rows->len; i++) {
    if (n > 0 && all[i].run_id == all[n - 1].run_id
        && all[i].tick == all[n - 1].tick)
      continue;
    all[n] = all[i];
    all[n].begins = n == 0 || !follows (&all[n - 1], &all[n]);
    n++;
  }
  g_array_set_size (rows, n);
}

/* A stretch that came live and one that followed are two: each is thinned from
 * its own first row on. */
static void
thin (GArray *rows, guint step)
{
  PbRowsRow *all = (PbRowsRow *) rows->data;
  guint n = 0, place = 0;

  for (guint i = 0; i < rows->len; i++) {
    const gboolean is_last = i + 1 == rows->len || all[i + 1].begins
                             || all[i + 1].is_backfill != all[i].is_backfill;

    if (all[i].begins
        || (n > 0 && all[n - 1].is_backfill != all[i].is_backfill))
      place = 0;
    if (place++ % step == 0 || is_last)
      all[n++] = all[i];
  }
  g_array_set_size (rows, n);
}

/* At a whole millisecond, which is what answers tell; where one has more rows
 * than an answer, the rest of it is left out: whoever asks on must get on. */
static void
cut (PbRows *self, guint max_rows)
{
  const PbRowsRow *all = (const PbRowsRow *) self->rows->data;
  const gint64 first_us = all[0].utc_us - all[0].utc_us % 1000;
  const gint64 end_us = all[max_rows].utc_us - all[max_rows].utc_us % 1000;
  guint n = max_rows;

  if (end_us > first_us)
    while (all[n - 1].utc_us >= end_us)
      n--;
  self->next_utc_us = end_us > first_us ? end_us : first_us + 1000;
  g_array_set_size (self->rows, n);
}

/**
 * pb_rows_put_in_order:
 * @rows: as they were read
 * @step: each so many of an unbroken stretch, and its last one
 * @max_values: what is above is cut, and @next_utc_us says so
 */
void
pb_rows_put_in_order (PbRows *self, guint step, guint max_values)
{
  const guint max_rows = max_values / MAX (self->n_fields, 1);

  g_array_sort (self->rows, compare);
  mark (self->rows);
  if (step > 1)
    thin (self->rows, step);
  if (self->rows->len > max_rows)
    cut (self, max_rows);
}

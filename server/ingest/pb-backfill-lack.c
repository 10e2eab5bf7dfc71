/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of those that somebody has are not on disk here; pure. */
#include "ingest/pb-backfill-lack.h"

static void
add (GArray *lack, guint64 first, guint64 end)
{
  const GstPitboxRowRange range = { (guint32) first, (guint32) (end - first) };

  if (end > first && lack->len < GST_PITBOX_BACKFILL_MAX_RANGES)
    g_array_append_val (lack, range);
}

/**
 * pb_backfill_lack_add:
 * @lack: (element-type GstPitboxRowRange): gets what of @asked is not in @have;
 *   %GST_PITBOX_BACKFILL_MAX_RANGES at most, the later ones are asked again
 * @asked: (element-type GstPitboxRowRange): rows of a run, ascending
 * @have: (element-type PbRowRange): stretches of that run, by their first rows
 *
 * Looks at each of both once.
 */
void
pb_backfill_lack_add (GArray *lack, const GArray *asked, const GArray *have)
{
  guint64 known = 0; /* whatever of @have was looked at ends here */
  guint next = 0;

  for (guint i = 0; i < asked->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (asked, GstPitboxRowRange, i);
    const guint64 end = (guint64) r->first + r->n_rows;
    guint64 at = MAX (r->first, known);

    for (; next < have->len; next++) {
      const PbRowRange *h = &g_array_index (have, PbRowRange, next);

      if (h->first >= end)
        break;
      add (lack, at, h->first);
      known = MAX (known, (guint64) h->first + h->n_rows);
      at = MAX (at, known);
    }
    add (lack, at, end);
  }
}

/**
 * pb_backfill_lack_count:
 * @lack: (element-type GstPitboxRowRange): ranges
 *
 * Returns: rows in them
 */
guint64
pb_backfill_lack_count (const GArray *lack)
{
  guint64 n = 0;

  for (guint i = 0; i < lack->len; i++)
    n += g_array_index (lack, GstPitboxRowRange, i).n_rows;
  return n;
}

/* The range that ends behind @row; the last one + 1 if there is none. */
static guint
search (const GArray *lack, guint64 row)
{
  guint low = 0, high = lack->len;

  while (low < high) {
    const guint mid = (low + high) / 2;
    const GstPitboxRowRange *r = &g_array_index (lack, GstPitboxRowRange, mid);

    if ((guint64) r->first + r->n_rows <= row)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

/**
 * pb_backfill_lack_find:
 * @lack: (element-type GstPitboxRowRange): ranges
 * @first: of some rows
 * @n_rows: how many
 *
 * Returns: %PB_UNITS_TAKEN if all are in @lack, %PB_UNITS_DUPLICATE if none is,
 *   else %PB_UNITS_BAD
 */
PbUnitsResult
pb_backfill_lack_find (const GArray *lack, guint32 first, guint n_rows)
{
  const guint64 end = (guint64) first + n_rows;
  const guint at = search (lack, first);
  const GstPitboxRowRange *r;

  if (at == lack->len)
    return PB_UNITS_DUPLICATE;
  r = &g_array_index (lack, GstPitboxRowRange, at);
  if (r->first >= end)
    return PB_UNITS_DUPLICATE;
  return r->first <= first && (guint64) r->first + r->n_rows >= end
             ? PB_UNITS_TAKEN
             : PB_UNITS_BAD;
}

/**
 * pb_backfill_lack_remove:
 * @lack: (element-type GstPitboxRowRange): ranges
 * @first: of rows that are all in one of them
 * @n_rows: how many
 *
 * They are here now. Those before them are given up until they are asked about
 * again: rows come in their order, and each gap would be kept here else.
 */
void
pb_backfill_lack_remove (GArray *lack, guint32 first, guint n_rows)
{
  const guint at = search (lack, first);
  GstPitboxRowRange *r = &g_array_index (lack, GstPitboxRowRange, at);
  const guint32 end = r->first + r->n_rows;

  r->first = first + n_rows;
  r->n_rows = end - r->first;
  g_array_remove_range (lack, 0, r->n_rows > 0 ? at : at + 1);
}

/**
 * pb_backfill_lack_note:
 * @came: (element-type PbRowRange): stretches of a run, by their first rows,
 *   none of which overlap
 * @first: of rows that are in none of them
 * @n_rows: how many
 *
 * They came, too.
 */
void
pb_backfill_lack_note (GArray *came, guint32 first, guint n_rows)
{
  const PbRowRange range = { .first = first, .n_rows = n_rows };
  guint at = came->len;
  PbRowRange *before;

  while (at > 0 && g_array_index (came, PbRowRange, at - 1).first > first)
    at--;
  before = at > 0 ? &g_array_index (came, PbRowRange, at - 1) : NULL;
  if (before && (guint64) before->first + before->n_rows == first)
    before->n_rows += n_rows;
  else
    g_array_insert_val (came, at, range);
}

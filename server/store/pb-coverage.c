/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When rows are on disk, when they followed later, and when there are none;
 * pure. */
#include "store/pb-coverage.h"

/* Two rows of the lowest rate that there is (10 Hz), and some jitter. */
#define MAX_STEP_US (250 * 1000)

static void
add (GArray *spans, PbCoverageKind kind, gint64 from_us, gint64 to_us)
{
  const PbCoverageSpan span = { kind, from_us, to_us };
  PbCoverageSpan *last =
      spans->len > 0 ? &g_array_index (spans, PbCoverageSpan, spans->len - 1)
                     : NULL;

  if (last && last->kind == kind && last->to_utc_us >= from_us)
    last->to_utc_us = MAX (last->to_utc_us, to_us);
  else if (to_us >= from_us)
    g_array_append_val (spans, span);
}

static gboolean
follow_on (const PbRowRange *before, const PbRowRange *range, gint64 end_us)
{
  return range->start_utc_us - end_us <= MAX_STEP_US
         || (before->run_id == range->run_id
             && (guint64) before->first + before->n_rows == range->first);
}

/**
 * pb_coverage_new:
 * @ranges: (element-type PbRowRange): stretches, by when they begin
 * @from_utc_us: nothing before
 * @to_utc_us: nothing afterwards
 *
 * Before the first row and after the last one nothing is said to be missing:
 * nobody may have driven.
 *
 * Returns: (transfer full) (element-type PbCoverageSpan): one after the other
 */
GArray *
pb_coverage_new (const GArray *ranges, gint64 from_utc_us, gint64 to_utc_us)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (PbCoverageSpan));
  const PbRowRange *before = NULL;
  gint64 at = from_utc_us;

  for (guint i = 0; i < ranges->len; i++) {
    const PbRowRange *range = &g_array_index (ranges, PbRowRange, i);
    const PbCoverageKind kind =
        range->is_backfill ? PB_COVERAGE_BACKFILLED : PB_COVERAGE_MEASURED;
    gint64 start = MAX (range->start_utc_us, from_utc_us);
    const gint64 end = MIN (range->end_utc_us, to_utc_us);

    if (end < start || (before && range->end_utc_us <= at))
      continue;
    if (before && start > at && !follow_on (before, range, at))
      add (spans, PB_COVERAGE_MISSING, at, start);
    else if (before)
      start = at;
    add (spans, kind, start, end);
    at = MAX (at, end);
    before = range;
  }
  return spans;
}

/**
 * pb_coverage_kind_to_string:
 *
 * Returns: (transfer none): its word in answers
 */
const gchar *
pb_coverage_kind_to_string (PbCoverageKind kind)
{
  static const gchar *const words[] = { "measured", "backfilled", "missing" };

  return words[kind];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Differences within a round, and intervals by drawing rounds again. */
#include "harm/pb-harm-stats.h"

#include <math.h>
#include <stdlib.h>

#define RESAMPLES 2000
/* Few differences that are nearly all the same give draws with next to no spread,
 * and an interval that says nothing. Student's t is beyond 8.6 once in a thousand
 * with five of them. */
#define MOST_ERRORS 10
/* A difference below this share of the frame rate or the frame time, or below
 * so many per cent of a processor, is not worth a word however sure it is. */
#define LEAST_SHARE 0.002
#define LEAST_PCT 0.2

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
get_mean (const gdouble *values, guint n)
{
  gdouble sum = 0;

  for (guint i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

/* Standard deviation, of a sample. */
static gdouble
get_spread (const gdouble *values, guint n, gdouble mean)
{
  gdouble sum = 0;

  for (guint i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? sqrt (sum / (n - 1)) : 0;
}

/* The least of which so large a share is not above. */
static gdouble
get_percentile (const gdouble *sorted, guint n, gdouble share)
{
  const guint at = (guint) ceil (share * n);

  return sorted[CLAMP (at, 1, n) - 1];
}

/**
 * pb_harm_stats_sum_up:
 * @fps: (array length=n): samples of FrameRate, above 0
 * @n: at least 1
 * @figures: (out): gets %PB_HARM_FPS and the frame times
 * @spread: (out): standard deviation of @fps
 *
 * FrameRate is itself an average, over a quarter of a second to a second (three
 * recordings: neighbours 1 s apart are not alike any more). So the high
 * percentiles of frame time are those of stretches of that length: a single long
 * frame moves them little.
 */
void
pb_harm_stats_sum_up (
    const gdouble *fps, guint n, gdouble *figures, gdouble *spread)
{
  g_autofree gdouble *ms = g_new (gdouble, n);

  for (guint i = 0; i < n; i++)
    ms[i] = 1000 / fps[i];
  qsort (ms, n, sizeof *ms, compare_numbers);
  figures[PB_HARM_FPS] = get_mean (fps, n);
  *spread = get_spread (fps, n, figures[PB_HARM_FPS]);
  figures[PB_HARM_FRAME_P50_MS] = get_percentile (ms, n, 0.5);
  figures[PB_HARM_FRAME_P95_MS] = get_percentile (ms, n, 0.95);
  figures[PB_HARM_FRAME_P99_MS] = get_percentile (ms, n, 0.99);
}

/* By how many standard errors the mean of a drawn set is off the true one: that
 * of @values, from which it is drawn. Below 0: a set without any spread does not
 * tell. */
static gdouble
draw (GRand *rand, const gdouble *values, guint n, gdouble mean, gdouble *drawn)
{
  gdouble m, error;

  for (guint i = 0; i < n; i++)
    drawn[i] = values[g_rand_int_range (rand, 0, (gint32) n)];
  m = get_mean (drawn, n);
  error = get_spread (drawn, n, m) / sqrt (n);
  if (error > 0)
    return fabs (m - mean) / error;
  return -1;
}

/* Symmetric, studentised: with ten differences a plain percentile interval is
 * too narrow, and would find what is not there. */
static gdouble
get_half (const gdouble *values, guint n, gdouble mean, guint32 seed)
{
  const gdouble error = get_spread (values, n, mean) / sqrt (n);
  g_autofree gdouble *off = g_new (gdouble, RESAMPLES);
  g_autofree gdouble *drawn = g_new (gdouble, n);
  guint told = 0;
  GRand *rand;

  if (error <= 0)
    return 0;
  rand = g_rand_new_with_seed (seed);
  for (guint i = 0; i < RESAMPLES; i++) {
    off[told] = draw (rand, values, n, mean, drawn);
    told += off[told] >= 0;
  }
  g_rand_free (rand);
  if (told == 0)
    return NAN;
  qsort (off, told, sizeof *off, compare_numbers);
  return error
         * MIN (get_percentile (off, told, PB_HARM_CONFIDENCE), MOST_ERRORS);
}

/**
 * pb_harm_stats_compare:
 * @with: (array length=n): a figure of each round's window with the work; NaN =
 *   not known
 * @without: (array length=n): and of the one without
 * @n: rounds, any number
 * @seed: of the draws; the same gives the same
 * @difference: (out): see there; @mean and @half are unknown with fewer than
 *   %PB_HARM_LEAST_ROUNDS rounds in which both are known
 *
 * Rounds are compared with themselves: what changes slowly (the place on the
 * track, the sun, other cars) is in both windows of one.
 */
void
pb_harm_stats_compare (const gdouble *with, const gdouble *without, guint n,
    guint32 seed, PbHarmDifference *difference)
{
  g_autofree gdouble *off = g_new (gdouble, MAX (n, 1));
  gdouble sum_with = 0, sum_without = 0;
  guint known = 0;

  *difference = (PbHarmDifference){ NAN, NAN, NAN, NAN };
  for (guint i = 0; i < n; i++) {
    if (!isfinite (with[i]) || !isfinite (without[i]))
      continue;
    off[known++] = with[i] - without[i];
    sum_with += with[i];
    sum_without += without[i];
  }
  if (known == 0)
    return;
  difference->with = sum_with / known;
  difference->without = sum_without / known;
  if (known < PB_HARM_LEAST_ROUNDS)
    return;
  difference->mean = get_mean (off, known);
  difference->half = get_half (off, known, difference->mean, seed);
}

static gdouble
get_least (PbHarmFigure figure, const PbHarmDifference *d)
{
  return figure <= PB_HARM_FRAME_P99_MS ? LEAST_SHARE * fabs (d->without)
                                        : LEAST_PCT;
}

/**
 * pb_harm_stats_judge:
 * @figure: a figure
 * @difference: of it
 *
 * Returns: what may be said of it
 */
PbHarmVerdict
pb_harm_stats_judge (PbHarmFigure figure, const PbHarmDifference *difference)
{
  const gdouble mean = difference->mean;

  if (!isfinite (mean) || !isfinite (difference->half))
    return PB_HARM_UNKNOWN;
  if (fabs (mean) <= difference->half
      || fabs (mean) < get_least (figure, difference))
    return PB_HARM_NONE;
  return (figure == PB_HARM_FPS) == (mean < 0) ? PB_HARM_WORSE : PB_HARM_BETTER;
}

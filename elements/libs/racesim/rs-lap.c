/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lap counting and timing as the simulator shows it: the counter goes up with
 * the row in which the line is passed, the time appears some rows later. */
#include "rs-lap.h"

#include <math.h>

void
rs_lap_init (RsLapTimer *timer, double now_s)
{
  *timer = (RsLapTimer){ .completed = -1, .start_s = now_s };
}

/*
 * Counts a lap that ended at cross_s of session time. Its time is shown
 * late_rows rows later; a first lap that did not begin at the line has none,
 * and that of a lap that does not count is -1.
 */
void
rs_lap_cross (RsLapTimer *timer, double cross_s, int late_rows, gboolean valid)
{
  timer->late_time_s = timer->lap < 1 ? 0
                       : valid        ? cross_s - timer->start_s
                                      : -1;
  timer->late_start_s = timer->start_s;
  timer->late_rows = MAX (late_rows, 1);
  timer->start_s = timer->cross_s = cross_s;
  timer->lap++;
  timer->completed++;
}

/* Counts one row. */
void
rs_lap_tick (RsLapTimer *timer)
{
  if (timer->late_rows == 0 || --timer->late_rows > 0)
    return;
  if (timer->late_time_s == 0)
    return;
  timer->last_s = timer->late_time_s;
  if (timer->last_s < 0)
    return;
  if (timer->best_s <= 0 || timer->last_s < timer->best_s) {
    timer->best_s = timer->last_s;
    timer->best_lap = timer->completed;
  }
}

/* The running lap time as displayed. */
double
rs_lap_current (const RsLapTimer *timer, double now_s)
{
  return now_s - (timer->late_rows > 0 ? timer->late_start_s : timer->start_s);
}

void
rs_trace_init (RsTrace *trace)
{
  trace->filled = -1;
  trace->have_best = trace->have_last = FALSE;
  for (guint i = 0; i < RS_TRACE_POINTS; i++)
    trace->gain[i] = HUGE_VAL;
}

static void
fill (RsTrace *trace, double pct, double lap_s)
{
  while (trace->filled >= 0 && trace->filled <= RS_TRACE_POINTS
         && pct * RS_TRACE_POINTS >= trace->filled) {
    const double want = (double) trace->filled / RS_TRACE_POINTS;
    const double span = pct - trace->at_pct;
    const double t = span > 0 ? (want - trace->at_pct) / span : 1;

    trace->now[trace->filled++] = trace->at_s + t * (lap_s - trace->at_s);
  }
  trace->at_pct = pct;
  trace->at_s = lap_s;
}

/* Notes that the lap is at pct (0 .. 1) after lap_s seconds. */
void
rs_trace_move (RsTrace *trace, double pct, double lap_s)
{
  fill (trace, pct, lap_s);
}

/*
 * Ends the lap. Returns whether it was whole and so has become the last, maybe
 * the best, and part of the optimal one.
 */
gboolean
rs_trace_finish (RsTrace *trace, double lap_s)
{
  double sum = 0;

  if (trace->filled < 0)
    return FALSE;
  fill (trace, 1.0, lap_s);
  if (trace->filled <= RS_TRACE_POINTS)
    return FALSE;
  if (!trace->have_best || lap_s < trace->best[RS_TRACE_POINTS])
    for (guint i = 0; i <= RS_TRACE_POINTS; i++)
      trace->best[i] = trace->now[i];
  for (guint i = 0; i <= RS_TRACE_POINTS; i++)
    trace->last[i] = trace->now[i];
  for (guint i = 0; i < RS_TRACE_POINTS; i++) {
    trace->gain[i] = MIN (trace->gain[i], trace->now[i + 1] - trace->now[i]);
    trace->optimal[i] = sum;
    sum += trace->gain[i];
  }
  trace->optimal[RS_TRACE_POINTS] = sum;
  trace->have_best = trace->have_last = TRUE;
  return TRUE;
}

/* Begins a lap at the line; the car is lap_s seconds and pct behind it. */
void
rs_trace_begin (RsTrace *trace, double pct, double lap_s)
{
  trace->now[0] = 0;
  trace->filled = 1;
  trace->at_pct = trace->at_s = 0;
  fill (trace, pct, lap_s);
}

/* Compares the lap at where it is now with another one. dt: since the last. */
void
rs_trace_compare (const RsTrace *trace, const double *against, gboolean have,
    double dt, RsDelta *delta)
{
  const double at = CLAMP (trace->at_pct, 0, 1) * RS_TRACE_POINTS;
  const int i = MIN ((int) at, RS_TRACE_POINTS - 1);
  const double before = delta->delta_s;
  const gboolean was_ok = delta->ok;

  delta->ok = have && trace->filled > 1;
  if (!delta->ok) {
    delta->rate = 0;
    return;
  }
  delta->delta_s =
      trace->at_s - (against[i] + (against[i + 1] - against[i]) * (at - i));
  if (was_ok)
    delta->rate += ((delta->delta_s - before) / dt - delta->rate) * 0.1;
}

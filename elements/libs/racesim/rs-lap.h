/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lap counting and timing as the simulator shows it. */
#pragma once

#include <glib.h>

/* Points of a lap at which times are kept. */
#define RS_TRACE_POINTS 1000

typedef struct {
  int lap, completed; /* 0 and -1 before the first line */
  double start_s; /* session time at which the lap began */
  double last_s, best_s; /* 0 = none yet; last_s -1: does not count */
  int best_lap;
  /* Until this many rows have passed the display shows the lap before. */
  int late_rows;
  double late_start_s, late_time_s;
  double cross_s; /* session time of the last crossing */
} RsLapTimer;

void rs_lap_init (RsLapTimer *timer, double now_s);
void rs_lap_cross (
    RsLapTimer *timer, double cross_s, int late_rows, gboolean valid);
void rs_lap_tick (RsLapTimer *timer);
double rs_lap_current (const RsLapTimer *timer, double now_s);

/* One comparison: difference in s, its rate in s/s, and whether it counts. */
typedef struct {
  double delta_s, rate;
  gboolean ok;
} RsDelta;

typedef struct {
  double now[RS_TRACE_POINTS + 1];
  double best[RS_TRACE_POINTS + 1];
  double last[RS_TRACE_POINTS + 1];
  double gain[RS_TRACE_POINTS]; /* best time for each step */
  double optimal[RS_TRACE_POINTS + 1];
  int filled; /* points of now that are known; -1 = lap not from the line */
  double at_pct, at_s;
  gboolean have_best, have_last;
} RsTrace;

void rs_trace_init (RsTrace *trace);
void rs_trace_move (RsTrace *trace, double pct, double lap_s);
gboolean rs_trace_finish (RsTrace *trace, double lap_s);
void rs_trace_begin (RsTrace *trace, double pct, double lap_s);
void rs_trace_compare (const RsTrace *trace, const double *against,
    gboolean have, double dt, RsDelta *delta);

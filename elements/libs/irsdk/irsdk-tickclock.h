/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When a tick was, from when its row was seen: rows are seen late by a varying
 * delay, ticks come at an even pace. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Minima that the line is fitted through, one a second. */
#define IRSDK_TICK_CLOCK_BLOCKS 16
/* Rows whose lateness is looked at together: a quarter of a second at 60 Hz. */
#define IRSDK_TICK_CLOCK_WINDOW 15

/**
 * IrsdkTickClock:
 *
 * All members are private. Times are ns of any one clock.
 */
typedef struct {
  double period_ns; /* nominal */
  bool started;
  int32_t tick;
  double time_ns; /* of @tick, relative to @base_ns */
  double slope_ns; /* ns a tick */
  int64_t base_ns;
  int64_t ticks; /* since the start: the x of the line */

  /* Least lateness of the block that is being filled. */
  int32_t block_rows;
  bool block_seen;
  double block_x, block_y;
  double x[IRSDK_TICK_CLOCK_BLOCKS], y[IRSDK_TICK_CLOCK_BLOCKS];
  int32_t n_blocks;
  bool has_line;
  double line_a, line_b; /* y = a + b * x */
  double error_ns; /* of the minima from the line, root of the mean square */

  /* Rows that came later than @time_ns, in a row; the least of it. */
  int32_t late_rows;
  double late_ns;
} IrsdkTickClock;

void irsdk_tick_clock_init (IrsdkTickClock *clock, int32_t tick_rate);
int64_t irsdk_tick_clock_add (
    IrsdkTickClock *clock, int32_t tick, int64_t arrival_ns, bool *stepped);
int64_t irsdk_tick_clock_skip (
    IrsdkTickClock *clock, int32_t tick, int64_t arrival_ns);
int64_t irsdk_tick_clock_predict (const IrsdkTickClock *clock, int32_t tick);
bool irsdk_tick_clock_get_fit (
    const IrsdkTickClock *clock, double *rate_hz, double *error_ns);

#ifdef __cplusplus
}
#endif

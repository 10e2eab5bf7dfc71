/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Linear fit of tick number to clock time, through the rows that were seen with
 * the least delay. */
#include "irsdk-tickclock.h"

#include <math.h>
#include <string.h>

/* The sim's timer and the system's clock run on the same machine; 300 ppm is
 * far more than two crystals differ. */
#define MAX_DRIFT 300e-6
/* How far one row may move the line: 3 ms a second at 60 Hz. */
#define MAX_SLEW_NS 50e3
/* A whole window later than this is the sim's own pause, not our delay. */
#define STEP_NS 4e6
/* Fewer minima say nothing about the pace. */
#define MIN_BLOCKS 4

/**
 * irsdk_tick_clock_init:
 * @clock: (out): a clock that knows nothing yet
 * @tick_rate: ticks a second, >= 1
 */
void
irsdk_tick_clock_init (IrsdkTickClock *clock, int32_t tick_rate)
{
  memset (clock, 0, sizeof *clock);
  clock->period_ns = 1e9 / tick_rate;
  clock->slope_ns = clock->period_ns;
}

static void
forget_line (IrsdkTickClock *self)
{
  self->n_blocks = 0;
  self->block_rows = 0;
  self->block_seen = false;
  self->has_line = false;
  self->late_rows = 0;
}

static void
fit_line (IrsdkTickClock *self)
{
  const int32_t n = self->n_blocks;
  const double slack = self->period_ns * MAX_DRIFT;
  double mx = 0, my = 0, sxx = 0, sxy = 0, squares = 0;

  for (int32_t i = 0; i < n; i++) {
    mx += self->x[i] / n;
    my += self->y[i] / n;
  }
  for (int32_t i = 0; i < n; i++) {
    sxx += (self->x[i] - mx) * (self->x[i] - mx);
    sxy += (self->x[i] - mx) * (self->y[i] - my);
  }
  self->line_b = self->period_ns;
  if (n >= MIN_BLOCKS && sxx > 0)
    self->line_b = fmin (
        fmax (sxy / sxx, self->period_ns - slack), self->period_ns + slack);
  self->line_a = my - self->line_b * mx;
  self->slope_ns = self->line_b;
  self->has_line = true;
  for (int32_t i = 0; i < n; i++) {
    const double off = self->y[i] - self->line_a - self->line_b * self->x[i];

    squares += off * off / n;
  }
  self->error_ns = sqrt (squares);
}

/* Keeps the row that was seen with the least delay of each second. */
static void
note (IrsdkTickClock *self, double x, double y)
{
  const double lateness = y - x * self->slope_ns;

  if (!self->block_seen
      || lateness < self->block_y - self->block_x * self->slope_ns) {
    self->block_x = x;
    self->block_y = y;
  }
  self->block_seen = true;
}

/* A second in which nothing was seen at its time adds nothing to the line. */
static void
count_row (IrsdkTickClock *self)
{
  if (++self->block_rows * self->period_ns < 1e9)
    return;
  self->block_rows = 0;
  if (!self->block_seen)
    return;
  self->block_seen = false;
  if (self->n_blocks == IRSDK_TICK_CLOCK_BLOCKS) {
    memmove (self->x, self->x + 1, sizeof self->x - sizeof self->x[0]);
    memmove (self->y, self->y + 1, sizeof self->y - sizeof self->y[0]);
    self->n_blocks--;
  }
  self->x[self->n_blocks] = self->block_x;
  self->y[self->n_blocks] = self->block_y;
  self->n_blocks++;
  fit_line (self);
}

static void
restart (IrsdkTickClock *self, int32_t tick, int64_t arrival_ns)
{
  const double period = self->period_ns;

  memset (self, 0, sizeof *self);
  self->period_ns = period;
  self->slope_ns = period;
  self->started = true;
  self->tick = tick;
  self->base_ns = arrival_ns;
}

/* True if rows have been late for so long, or one so much, that the sim itself
 * must have paused. @limit_ns: what a reader can be late by itself. */
static bool
sim_paused (IrsdkTickClock *self, double late, double limit_ns)
{
  if (late < STEP_NS) {
    self->late_rows = 0;
    return false;
  }
  if (self->late_rows++ == 0 || late < self->late_ns)
    self->late_ns = late;
  if (late > limit_ns) {
    self->late_ns = late;
    return true;
  }
  return self->late_rows >= IRSDK_TICK_CLOCK_WINDOW;
}

/* Goes @n ticks on; returns the time of the new one, relative to base_ns. */
static double
advance (IrsdkTickClock *self, int32_t n)
{
  double time = self->time_ns + n * self->slope_ns;

  self->ticks += n;
  self->tick = (int32_t) ((uint32_t) self->tick + (uint32_t) n);
  if (self->has_line) {
    const double target = self->line_a + self->line_b * (double) self->ticks;

    time += fmin (fmax (target - time, -MAX_SLEW_NS * n), MAX_SLEW_NS * n);
  }
  return time;
}

/**
 * irsdk_tick_clock_add:
 * @clock: a clock
 * @tick: number of a row, greater than the last one's
 * @arrival_ns: when it was seen
 * @stepped: (out) (optional): whether this tick was off the pace of those
 *   before: the first one, or the sim paused
 *
 * A tick that is not greater starts anew.
 *
 * Returns: when the tick was, never later than @arrival_ns
 */
int64_t
irsdk_tick_clock_add (
    IrsdkTickClock *clock, int32_t tick, int64_t arrival_ns, bool *stepped)
{
  const int32_t n = (int32_t) ((uint32_t) tick - (uint32_t) clock->tick);
  double arrival, time, late;

  if (stepped != NULL)
    *stepped = false;
  if (!clock->started || n <= 0) {
    restart (clock, tick, arrival_ns);
    if (stepped != NULL)
      *stepped = true;
    return arrival_ns;
  }
  arrival = (double) (arrival_ns - clock->base_ns);
  time = advance (clock, n);
  late = arrival - time;
  /* The sim keeps three rows, so only so old ones are ever read. */
  if (sim_paused (clock, late, 3.5 * clock->period_ns)) {
    time += clock->late_ns;
    forget_line (clock);
    if (stepped != NULL)
      *stepped = true;
  } else {
    note (clock, (double) clock->ticks, arrival);
    count_row (clock);
  }
  /* No row is seen before its tick. */
  clock->time_ns = fmin (time, arrival);
  return clock->base_ns + (int64_t) clock->time_ns;
}

/**
 * irsdk_tick_clock_skip:
 * @clock: a clock
 * @tick: number of a row, greater than the last one's
 * @arrival_ns: when it was read
 *
 * As irsdk_tick_clock_add(), for a row that had been there for an unknown time
 * when it was read: it tells nothing about the pace.
 *
 * Returns: when the tick was, never later than @arrival_ns
 */
int64_t
irsdk_tick_clock_skip (IrsdkTickClock *clock, int32_t tick, int64_t arrival_ns)
{
  const int32_t n = (int32_t) ((uint32_t) tick - (uint32_t) clock->tick);
  double arrival;

  if (!clock->started || n <= 0)
    return irsdk_tick_clock_add (clock, tick, arrival_ns, NULL);
  arrival = (double) (arrival_ns - clock->base_ns);
  clock->time_ns = fmin (advance (clock, n), arrival);
  count_row (clock);
  return clock->base_ns + (int64_t) clock->time_ns;
}

/**
 * irsdk_tick_clock_predict:
 * @clock: a clock
 * @tick: any tick
 *
 * Returns: when @tick was or will be; 0 before the first
 *   irsdk_tick_clock_add()
 */
int64_t
irsdk_tick_clock_predict (const IrsdkTickClock *clock, int32_t tick)
{
  const int32_t n = (int32_t) ((uint32_t) tick - (uint32_t) clock->tick);

  if (!clock->started)
    return 0;
  return clock->base_ns + (int64_t) (clock->time_ns + n * clock->slope_ns);
}

/**
 * irsdk_tick_clock_get_fit:
 * @clock: a clock
 * @rate_hz: (out): ticks a second of the clock that the rows were seen by
 * @error_ns: (out): how far the rows that were seen with the least delay are
 *   from the line, root of the mean square
 *
 * Returns: false while there are too few of them to tell the pace
 */
bool
irsdk_tick_clock_get_fit (
    const IrsdkTickClock *clock, double *rate_hz, double *error_ns)
{
  if (!clock->has_line || clock->n_blocks < MIN_BLOCKS)
    return false;
  *rate_hz = 1e9 / clock->line_b;
  *error_ns = clock->error_ns;
  return true;
}

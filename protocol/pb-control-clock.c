/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlClock: four time stamps an exchange (RFC 5905, 8), the exchanges
 * that were fastest count most. */
#include "pb-control-clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a clock is off by and still in order: crystals keep within 100 ppm. */
#define MAX_PPM 200.0
/* Readings of the clocks, and threads that wake up. */
#define RESOLUTION_US 50.0
/* Slower than this an exchange tells nothing. */
#define MAX_RTT_US (10 * G_USEC_PER_SEC)
/* What two clocks usually differ by, before the exchanges say more. */
#define USUAL_PPM 30.0
/* The drift is told once it is known so well. */
#define TOLD_PPM 20.0
/* The fourth fastest tells how near to the least the fastest may be. */
#define RANK 4
/* A few at once, so that the first word is a good one, then rarely. */
#define QUICK_SAMPLES 16
#define QUICK_MS 200
#define SLOW_MS 16000

typedef struct {
  gint64 middle_us; /* by our clock */
  gint64 offset_us; /* the other clock minus ours */
  gint64 rtt_us; /* without the other side's own time */
} Sample;

struct _PbControlClock {
  Sample samples[PB_CONTROL_CLOCK_SAMPLES]; /* a ring */
  guint n;
  guint next;
};

/* A line through the offsets, each counting by how sure it is. */
typedef struct {
  gdouble middle_us; /* our clock, from the first sample's */
  gdouble offset_us; /* there, from the first sample's */
  gdouble slope;
  gdouble variance; /* of the offset there */
  gdouble slope_variance;
} Line;

PbControlClock *
pb_control_clock_new (void)
{
  return g_new0 (PbControlClock, 1);
}

void
pb_control_clock_free (PbControlClock *self)
{
  g_free (self);
}

/* How far off a sample is at most at another time. */
static gdouble
get_bound (const Sample *sample, gint64 at_us)
{
  return sample->rtt_us / 2.0 + RESOLUTION_US
         + ABS (at_us - sample->middle_us) * MAX_PPM * 1e-6;
}

/* Both clocks only run: ranges that do not meet mean that one was set. */
static gboolean
was_set (PbControlClock *self, const Sample *fresh)
{
  for (guint i = 0; i < self->n; i++) {
    const Sample *old = &self->samples[i];
    const gint64 apart_us = ABS (fresh->offset_us - old->offset_us);

    if (apart_us > get_bound (old, fresh->middle_us)
                       + get_bound (fresh, fresh->middle_us))
      return TRUE;
  }
  return FALSE;
}

/**
 * pb_control_clock_add:
 * @t1_us: when we asked, by a clock of ours that is never set
 * @t2_us: when the question came, by the other clock
 * @t3_us: when the answer left, by the other clock
 * @t4_us: when it came, by our clock
 *
 * What cannot be is passed over. Once the other clock has been set all that was
 * known of it is forgotten.
 */
void
pb_control_clock_add (PbControlClock *self, gint64 t1_us, gint64 t2_us,
    gint64 t3_us, gint64 t4_us)
{
  Sample fresh;

  if (t1_us < 0 || t4_us < t1_us || t4_us - t1_us > MAX_RTT_US || t2_us < 0
      || t3_us < t2_us || t3_us - t2_us > t4_us - t1_us)
    return;
  fresh.middle_us = t1_us + (t4_us - t1_us) / 2;
  fresh.offset_us = t2_us + (t3_us - t2_us) / 2 - fresh.middle_us;
  fresh.rtt_us = t4_us - t1_us - (t3_us - t2_us);
  if (was_set (self, &fresh))
    self->n = self->next = 0;
  self->samples[self->next] = fresh;
  self->next = (self->next + 1) % PB_CONTROL_CLOCK_SAMPLES;
  self->n = MIN (self->n + 1, PB_CONTROL_CLOCK_SAMPLES);
}

static int
compare_rtt (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* The shortest way there and back, and how much of it may still be waiting. */
static void
find_least (PbControlClock *self, gdouble *least_us, gdouble *waiting_us)
{
  gint64 rtts[PB_CONTROL_CLOCK_SAMPLES];

  for (guint i = 0; i < self->n; i++)
    rtts[i] = self->samples[i].rtt_us;
  qsort (rtts, self->n, sizeof *rtts, compare_rtt);
  *least_us = (gdouble) rtts[0];
  *waiting_us =
      self->n >= RANK ? (gdouble) (rtts[RANK - 1] - rtts[0]) : *least_us;
}

static gdouble
get_weight (const Sample *sample, gdouble least_us, gdouble waiting_us)
{
  const gdouble sigma_us =
      (sample->rtt_us - least_us + waiting_us) / 2 + RESOLUTION_US;

  return 1 / (sigma_us * sigma_us);
}

static void
fit (PbControlClock *self, gdouble least_us, gdouble waiting_us, Line *line)
{
  const Sample *base = &self->samples[0];
  gdouble w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;

  memset (line, 0, sizeof *line);
  for (guint i = 0; i < self->n; i++) {
    const gdouble k = get_weight (&self->samples[i], least_us, waiting_us);

    w += k;
    wx += k * (self->samples[i].middle_us - base->middle_us);
    wy += k * (self->samples[i].offset_us - base->offset_us);
  }
  line->middle_us = wx / w;
  line->offset_us = wy / w;
  line->variance = 1 / w;
  for (guint i = 0; i < self->n; i++) {
    const Sample *s = &self->samples[i];
    const gdouble k = get_weight (s, least_us, waiting_us);
    const gdouble x = s->middle_us - base->middle_us - line->middle_us;

    wxx += k * x * x;
    wxy += k * x * (s->offset_us - base->offset_us - line->offset_us);
  }
  /* What crystals are like counts as much as it says. */
  wxx += 1 / (USUAL_PPM * 1e-6 * USUAL_PPM * 1e-6);
  line->slope = CLAMP (wxy / wxx, -MAX_PPM * 1e-6, MAX_PPM * 1e-6);
  line->slope_variance = 1 / wxx;
}

/**
 * pb_control_clock_get:
 * @now_us: our clock
 * @state: (out): filled if it returns %TRUE
 *
 * Returns: %FALSE before the first exchange
 */
gboolean
pb_control_clock_get (
    PbControlClock *self, gint64 now_us, PbControlClockState *state)
{
  const Sample *base = &self->samples[0];
  gdouble least_us, waiting_us, age_us, variance, bound_us = G_MAXDOUBLE;
  gint64 offset_us;
  gboolean is_known;
  Line line;

  if (self->n == 0)
    return FALSE;
  find_least (self, &least_us, &waiting_us);
  fit (self, least_us, waiting_us, &line);
  is_known = 3 * sqrt (line.slope_variance) * 1e6 < TOLD_PPM;
  age_us = now_us - base->middle_us - line.middle_us;
  variance = line.variance + line.slope_variance * age_us * age_us;
  offset_us =
      base->offset_us + (gint64) llrint (line.offset_us + line.slope * age_us);
  for (guint i = 0; i < self->n; i++) {
    const Sample *s = &self->samples[i];

    bound_us =
        MIN (bound_us, get_bound (s, now_us) + ABS (offset_us - s->offset_us));
  }
  state->remote_us = now_us + offset_us;
  state->bound_us = (gint64) ceil (bound_us);
  state->error_us = MIN (
      (gint64) ceil (3 * sqrt (variance) + RESOLUTION_US), state->bound_us);
  state->rtt_us = (gint64) least_us;
  state->drift_ppm = is_known ? line.slope * 1e6 : (gdouble) NAN;
  state->drift_error_ppm =
      is_known ? 3 * sqrt (line.slope_variance) * 1e6 : (gdouble) NAN;
  return TRUE;
}

/**
 * pb_control_clock_get_wait_ms:
 *
 * Returns: how long to wait after an exchange before the next one
 */
guint
pb_control_clock_get_wait_ms (PbControlClock *self)
{
  return self->n < QUICK_SAMPLES ? QUICK_MS : SLOW_MS;
}

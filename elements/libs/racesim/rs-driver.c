/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver: how fast this one means to go where.
 *
 * The plan is the quasi-steady lap known from lap-time simulation: the speed
 * each bend allows (tyre and downforce), then one sweep along the lap limited
 * by engine and traction and one against it limited by the brakes, both on the
 * friction ellipse with the share the bend has already taken. */
#include "rs-driver.h"

#include "rs-random.h"

#include <math.h>

#define TOP_SPEED_MPS 110.0
/* Seeds of one driver's independent habits. */
#define STREAM_CORNER 0x100
#define STREAM_BRAKING 0x200
#define STREAM_LAP 0x10000

typedef struct {
  const RsTrack *track;
  const RsCarSpec *spec;
  double mass_kg, mu_lat, mu_long, lift, drag;
  double share[RS_MAX_CORNERS], braking[RS_MAX_CORNERS];
} Plan;

void
rs_driver_init (RsDriver *driver, const RsTrack *track, guint64 seed,
    double skill, double noise)
{
  driver->seed = seed;
  driver->skill = skill;
  driver->noise = noise;
  driver->target_mps = g_new0 (double, track->n + 1);
}

void
rs_driver_clear (RsDriver *driver)
{
  g_clear_pointer (&driver->target_mps, g_free);
}

/*
 * A driver is good at some corners and less so at others on every lap (1.2 %
 * of speed, 3 % of braking), and a little different each time (0.5 %, 1.5 %).
 */
static void
plan_corners (Plan *p, const RsDriver *driver, int lap)
{
  for (guint i = 0; i < p->track->n_corners; i++) {
    const guint64 once = STREAM_LAP + (guint64) lap * RS_MAX_CORNERS * 2 + i;

    p->share[i] =
        driver->skill
        * (1
            + driver->noise
                  * (0.012 * rs_hash_unit (driver->seed, STREAM_CORNER + i)
                      + 0.005 * rs_hash_unit (driver->seed, once)));
    p->braking[i] =
        0.90
        * (1
            + driver->noise
                  * (0.03 * rs_hash_unit (driver->seed, STREAM_BRAKING + i)
                      + 0.015
                            * rs_hash_unit (
                                driver->seed, once + RS_MAX_CORNERS)));
  }
}

/* Load per kilogram that the tyres feel, m/s^2. */
static double
load (const Plan *p, const RsTrackPoint *at, double v)
{
  const double n =
      RS_GRAVITY + v * v * (at->vertical_curvature + p->lift / p->mass_kg);

  return MAX (n, 1.0);
}

/* v^2 |k| = share^2 mu (g + v^2 (kv + lift / m)), solved for v. */
static double
corner_speed (const Plan *p, const RsTrackPoint *at, double share)
{
  const double mu = p->mu_lat * share * share;
  const double rest = fabs (at->curvature)
                      - mu * (at->vertical_curvature + p->lift / p->mass_kg);

  if (rest <= mu * RS_GRAVITY / (TOP_SPEED_MPS * TOP_SPEED_MPS))
    return TOP_SPEED_MPS;
  return sqrt (mu * RS_GRAVITY / rest);
}

/* What the friction ellipse leaves for braking and accelerating, 0 .. 1. */
static double
ellipse (const Plan *p, const RsTrackPoint *at, double v, double share)
{
  const double used = v * v * fabs (at->curvature)
                      / (p->mu_lat * share * share * load (p, at, v));

  return used >= 1 ? 0 : sqrt (1 - used * used);
}

/* Most a driver asks for: 4 % more than there is, so that full is full. */
static double
accelerate (const Plan *p, const RsTrackPoint *at, double v, double share)
{
  const double rear = 1 - p->spec->cg_to_rear_m / p->spec->wheelbase_m + 0.10;
  const double grip =
      0.95 * p->mu_long * rear * load (p, at, v) * ellipse (p, at, v, share);
  const double engine = 1.04 * rs_car_spec_best_force (p->spec, v) / p->mass_kg;

  return MIN (grip, engine) - p->drag * v * v / p->mass_kg
         - RS_GRAVITY * (at->grade + 0.012);
}

static double
decelerate (
    const Plan *p, const RsTrackPoint *at, double v, double share, double use)
{
  const double grip =
      use * p->mu_long * load (p, at, v) * ellipse (p, at, v, share);
  const double brakes = 0.96 * p->spec->brake_max_n / p->mass_kg;

  return MIN (grip, brakes) + p->drag * v * v / p->mass_kg
         + RS_GRAVITY * (at->grade + 0.012);
}

static void
sweep (const Plan *p, double *v, const guint8 *corner)
{
  const RsTrack *track = p->track;
  const guint n = track->n;

  for (guint k = 0; k < 2 * n; k++) {
    const guint i = k % n, j = (i + 1) % n;
    const double a =
        accelerate (p, &track->nodes[i], v[i], p->share[corner[i]]);
    const double reach = sqrt (MAX (v[i] * v[i] + 2 * a * track->step_m, 4.0));

    v[j] = MIN (v[j], reach);
  }
  for (guint k = 2 * n; k > 0; k--) {
    const guint i = k % n, j = (k - 1) % n;
    const double a = decelerate (
        p, &track->nodes[i], v[i], p->share[corner[i]], p->braking[corner[i]]);
    const double from = sqrt (MAX (v[i] * v[i] + 2 * a * track->step_m, 4.0));

    v[j] = MIN (v[j], from);
  }
}

/* Makes the target speeds of the coming lap. */
void
rs_driver_plan (RsDriver *driver, const RsTrack *track, const RsCarSpec *spec,
    const RsPlan *plan)
{
  g_autofree guint8 *corner = g_new (guint8, track->n);
  double *v = driver->target_mps;
  Plan p = {
    .track = track,
    .spec = spec,
    .mass_kg = plan->mass_kg,
    .mu_lat = spec->mu_lat * plan->grip,
    .mu_long = spec->mu_long * plan->grip,
    .lift = 0.5 * RS_AIR_DENSITY * spec->cla_m2,
    .drag = 0.5 * RS_AIR_DENSITY * spec->cda_m2,
  };

  plan_corners (&p, driver, plan->lap);
  for (guint i = 0; i < track->n; i++) {
    corner[i] = (guint8) MAX (0, rs_track_corner_at (track, i * track->step_m));
    v[i] = corner_speed (&p, &track->nodes[i], p.share[corner[i]]);
  }
  sweep (&p, v, corner);
  v[track->n] = v[0];
}

/* The planned speed at s, m/s. */
double
rs_driver_target (const RsDriver *driver, const RsTrack *track, double s)
{
  const double node = rs_track_wrap (track, s) / track->step_m;
  const guint i = MIN ((guint) node, track->n - 1);
  const double *v = &driver->target_mps[i];

  return v[0] + (v[1] - v[0]) * (node - i);
}

/*
 * Fills n + 1 times at which the planned lap passes the nodes, in seconds from
 * the line. Returns the planned lap time.
 */
double
rs_driver_lap_times (
    const RsDriver *driver, const RsTrack *track, double *time_at_node)
{
  double t = 0;

  for (guint i = 0; i < track->n; i++) {
    time_at_node[i] = t;
    t +=
        2 * track->step_m / (driver->target_mps[i] + driver->target_mps[i + 1]);
  }
  time_at_node[track->n] = t;
  return t;
}

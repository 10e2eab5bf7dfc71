/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The driven car's body on its springs, at 360 Hz.
 *
 * Each corner is two oscillators: the body's, pushed by the load on the
 * wheel, and the wheel's, pushed by the road's unevenness, which belongs to
 * the place, so that a bump comes again on every lap. Semi-implicit Euler:
 * the deflection is exactly the sum of the velocities. */
#include "rs-body.h"

#include "rs-random.h"

#include <math.h>

#define BODY_HZ 3.9
#define BODY_DAMPING 0.65
#define WHEEL_HZ 17.0
#define WHEEL_DAMPING 0.45
/* Shock deflection of the standing car. */
#define STATIC_FRONT_M 0.048
#define STATIC_REAR_M 0.055

static double
spring (const RsCar *car, guint w)
{
  return w < RS_LR ? car->spec->spring_front_n_m : car->spec->spring_rear_n_m;
}

static double
static_load (const RsCar *car, guint w)
{
  const double front = car->spec->cg_to_rear_m / car->spec->wheelbase_m;

  return car->spec->mass_kg * RS_GRAVITY * (w < RS_LR ? front : 1 - front) / 2;
}

/* Height of the road under a wheel against its smooth shape, metres. */
static double
road_height (const RsBody *body, const RsCar *car, guint w)
{
  const double s = car->s + (w < RS_LR ? car->spec->wheelbase_m : 0);
  const guint64 side = body->seed + w % 2;
  const guint64 slow = (guint64) (car->track->length_m / 2.6);
  const guint64 quick = (guint64) (car->track->length_m / 0.8);
  const double turn = s / car->track->length_m;

  return 0.0022 * rs_noise (side, turn * (double) slow, slow)
         + 0.0006 * rs_noise (side + 2, turn * (double) quick, quick);
}

void
rs_body_init (RsBody *body, const RsCar *car, guint64 seed)
{
  body->seed = seed;
  for (guint w = 0; w < RS_WHEELS; w++)
    body->load_m[w] =
        (car->wheel[w].load_n - static_load (car, w)) / spring (car, w);
}

static void
oscillate (
    double *x, double *v, double target, double hz, double damping, double dt)
{
  const double omega = 2 * G_PI * hz;

  *v += dt * (omega * omega * (target - *x) - 2 * damping * omega * *v);
  *x += dt * *v;
}

void
rs_body_step (RsBody *body, const RsCar *car, double dt)
{
  const double *x = body->load_m;
  const double pitch_before = body->pitch_rad;
  const double roll_before = body->roll_rad;
  const double slip_before = body->sideslip_rad;
  const double heave_before = body->heave_mps;
  double buzz = 0;

  for (guint w = 0; w < RS_WHEELS; w++) {
    const double target =
        (car->wheel[w].load_n - static_load (car, w)) / spring (car, w);
    const double before = body->road_mps[w];

    oscillate (&body->load_m[w], &body->load_mps[w], target, BODY_HZ,
        BODY_DAMPING, dt);
    oscillate (&body->road_m[w], &body->road_mps[w], road_height (body, car, w),
        WHEEL_HZ, WHEEL_DAMPING, dt);
    buzz += (body->road_mps[w] - before) / dt / RS_WHEELS;
  }
  body->pitch_rad =
      (x[RS_LF] + x[RS_RF] - x[RS_LR] - x[RS_RR]) / (2 * car->spec->wheelbase_m)
      - atan (car->at.grade);
  body->roll_rad =
      (x[RS_RF] + x[RS_RR] - x[RS_LF] - x[RS_LR]) / (2 * car->spec->track_m);
  body->sideslip_rad = car->sideslip_rad;
  body->heave_mps = -(body->load_mps[RS_LF] + body->load_mps[RS_RF]
                        + body->load_mps[RS_LR] + body->load_mps[RS_RR])
                    / RS_WHEELS;
  body->pitch_rate = (body->pitch_rad - pitch_before) / dt;
  body->roll_rate = (body->roll_rad - roll_before) / dt;
  /* The body turns with the course, less what the sideslip takes up. */
  body->yaw_rate =
      car->yaw_rate
      - remainder (body->sideslip_rad - slip_before, 2 * G_PI) / dt;
  body->vert_accel = RS_GRAVITY
                     + car->speed * car->speed * car->at.vertical_curvature
                     + (body->heave_mps - heave_before) / dt + 0.05 * buzz;
}

/* Shock deflection, metres, compression positive. */
double
rs_body_shock_m (const RsBody *body, guint wheel)
{
  return (wheel < RS_LR ? STATIC_FRONT_M : STATIC_REAR_M) + body->load_m[wheel]
         + body->road_m[wheel];
}

/* Its rate of change, m/s. */
double
rs_body_shock_mps (const RsBody *body, guint wheel)
{
  return body->load_mps[wheel] + body->road_mps[wheel];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Feet and gearbox: what makes a car follow its driver's plan. */
#include "rs-pedals.h"

#include <math.h>

/* Shifts of a paddle gearbox: no drive for this long. */
#define SHIFT_UP_S 0.045
#define SHIFT_DOWN_S 0.075
/* Feet: time constants of a quick driver. */
#define THROTTLE_TAU_S 0.045
#define BRAKE_TAU_S 0.040
/* The foot reacts to the road this far ahead, to make up for its own lag. */
#define PREVIEW_S 0.055

/*
 * Share of the way that a first-order lag goes in dt: the Pade approximation
 * of 1 - exp (-dt / tau), within 0.1 % of it at the steps in use.
 */
static double
lag (double dt, double tau)
{
  const double x = dt / tau;

  return x / (1 + x / 2 + x * x / 12);
}

static double
approach (double value, double target, double dt, double tau)
{
  value += (target - value) * lag (dt, tau);
  return fabs (value - target) < 0.003 ? target : value;
}

/* Acceleration that follows the plan: its own slope plus a correction. */
static double
wanted_accel (const RsCar *car)
{
  const double v = MAX (car->speed, 1.0);
  const double s = car->s + v * PREVIEW_S;
  const double half = MAX (v * 0.03, 0.5);
  double now = rs_driver_target (&car->driver, car->track, s);
  double slope = (rs_driver_target (&car->driver, car->track, s + half)
                     - rs_driver_target (&car->driver, car->track, s - half))
                 / (2 * half);

  if (car->in_pit_lane) {
    const double limit = car->track->spec->pit_speed_kph / 3.6 - 0.4;

    if (now > limit) {
      now = limit;
      slope = 0;
    }
  }
  if (now > car->cap_mps)
    return car->cap_accel + 4.0 * (car->cap_mps - car->speed);
  return slope * v + 4.0 * (now - car->speed - slope * v * PREVIEW_S);
}

void
rs_pedals_step (RsCar *car, double dt)
{
  const RsCarSpec *spec = car->spec;
  const double mass = rs_car_mass (car);
  double throttle = 0, brake = 0;

  car->limiter = car->in_pit_lane && !car->hold;
  if (car->hold || (car->cap_mps <= 0 && car->speed < 0.5)) {
    brake = 1;
  } else {
    const double resist =
        0.5 * RS_AIR_DENSITY * spec->cda_m2 * car->speed * car->speed
        + mass * RS_GRAVITY * (car->at.grade + 0.012);
    const double need = mass * 1.035 * wanted_accel (car) + resist;
    const double lever = rs_car_spec_leverage (spec, MAX (car->gear, 1));
    const double full = lever * rs_car_spec_full_torque (spec, car->rpm);
    const double none = -lever * rs_car_spec_friction (spec, car->rpm);

    if (need > none)
      throttle = CLAMP ((need - none) / MAX (full - none, 1), 0, 1);
    else
      brake = CLAMP ((none - need) / spec->brake_max_n, 0, 1);
  }
  car->throttle = approach (car->throttle, throttle, dt, THROTTLE_TAU_S);
  car->brake = approach (car->brake, brake, dt, BRAKE_TAU_S);
}

static void
shift (RsCar *car, int to)
{
  car->shift_left_s = to > car->gear ? SHIFT_UP_S : SHIFT_DOWN_S;
  car->since_shift_s = 0;
  car->gear = to;
}

static void
choose_gear (RsCar *car, double wheel_mps)
{
  const RsCarSpec *spec = car->spec;
  double lower;

  if (car->hold) {
    car->gear = 0;
    return;
  }
  if (car->gear == 0) {
    car->gear = 1;
    return;
  }
  if (car->shift_left_s > 0 || car->since_shift_s < 0.22)
    return;
  if (car->gear < spec->n_gears && car->throttle > 0.3
      && rs_car_spec_rpm (spec, wheel_mps, car->gear) > spec->shift_rpm) {
    shift (car, car->gear + 1);
    return;
  }
  if (car->gear == 1)
    return;
  lower = rs_car_spec_rpm (spec, wheel_mps, car->gear - 1);
  if (lower < (car->brake > 0.05 ? spec->down_brake_rpm : spec->down_rpm))
    shift (car, car->gear - 1);
}

/* Mean speed of the driven wheels: the road's and their slip. */
static double
driven_wheels_mps (const RsCar *car)
{
  const double slip =
      (car->wheel[RS_LR].slip_ratio + car->wheel[RS_RR].slip_ratio) / 2;

  return car->speed * (1 + slip);
}

/*
 * Engine speed: that of the wheels through the gear; after a shift it gets
 * there in a few hundredths of a second, from a stand through the clutch.
 */
void
rs_gearbox_step (RsCar *car, double dt)
{
  const RsCarSpec *spec = car->spec;
  const double wheels = driven_wheels_mps (car);
  double locked;

  car->since_shift_s += dt;
  car->shift_left_s = MAX (0, car->shift_left_s - dt);
  choose_gear (car, wheels);
  locked = rs_car_spec_rpm (spec, wheels, car->gear);
  if (car->gear == 0) {
    car->clutch = 0;
    car->rpm = approach (car->rpm, spec->idle_rpm, dt, 0.2);
  } else if (locked < spec->launch_rpm && car->gear == 1) {
    const double slipping =
        spec->idle_rpm + (spec->launch_rpm - spec->idle_rpm) * car->throttle;

    car->clutch = CLAMP (locked / spec->launch_rpm, 0.15, 1);
    car->rpm = approach (car->rpm, MAX (locked, slipping), dt, 0.08);
  } else {
    car->clutch = 1;
    if (car->since_shift_s > 0.16)
      car->rpm = locked;
    else
      car->rpm += (locked - car->rpm) * lag (dt, 0.022);
  }
  car->rpm = MIN (car->rpm, spec->redline_rpm + 150);
}

/* A closed clutch: the engine turns as the wheels now do. */
void
rs_gearbox_follow (RsCar *car)
{
  if (car->gear > 0 && car->clutch >= 1 && car->since_shift_s > 0.16)
    car->rpm =
        MIN (rs_car_spec_rpm (car->spec, driven_wheels_mps (car), car->gear),
            car->spec->redline_rpm + 150);
}

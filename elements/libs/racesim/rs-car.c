/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One car on the track: the forces on it and what becomes of them.
 *
 * A point mass on the driven line: m dv/dt = drive - brakes - drag - rolling
 * - m g slope, integrated by the trapezoid rule, so that the distance is the
 * integral of the speed. Lateral force, yaw rate and steering follow from the
 * line's curvature: a = v^2 / r, yaw rate = v / r. */
#include "rs-car.h"

#include <math.h>

/* Wheels and crankshaft turn too: part of the mass that drive must speed up. */
#define ROTATING_MASS 1.035
#define ROLLING_RESISTANCE 0.012
/* Lower heating value of petrol, J/kg. */
#define FUEL_J_PER_KG 43.5e6

void
rs_car_init (
    RsCar *car, const RsTrack *track, const RsCarSpec *spec, double fuel_l)
{
  car->track = track;
  car->spec = spec;
  car->fuel_l = fuel_l;
  car->crossing_s = -1;
  car->clutch = 1;
  rs_car_set_tyres (car, 40);
  for (guint w = 0; w < RS_WHEELS; w++)
    for (guint k = 0; k < 3; k++)
      car->wheel[w].wear[k] = 1;
}

void
rs_car_clear (RsCar *car)
{
  rs_driver_clear (&car->driver);
}

void
rs_car_set_tyres (RsCar *car, double temperature_c)
{
  for (guint w = 0; w < RS_WHEELS; w++) {
    car->wheel[w].carcass_c = temperature_c;
    for (guint k = 0; k < 3; k++)
      car->wheel[w].surface_c[k] = temperature_c;
  }
}

double
rs_car_mass (const RsCar *car)
{
  return car->spec->mass_kg + car->fuel_l * car->spec->fuel_kg_per_l;
}

/*
 * Grip of the four tyres against new warm ones: best at 88 degrees C, 8 % less
 * on the cord.
 */
static double
grip_of_tyres (const RsCar *car)
{
  double grip = 0;

  for (guint w = 0; w < RS_WHEELS; w++) {
    const RsWheel *wheel = &car->wheel[w];
    const double off = wheel->carcass_c - 88;
    const double wear =
        1 - (wheel->wear[0] + wheel->wear[1] + wheel->wear[2]) / 3;

    grip += MAX (0.90, 1 - 4e-5 * off * off) * (1 - 0.08 * wear) / 4;
  }
  return grip;
}

/* Running pressure: a fixed amount of gas, filled at 24 degrees C. kPa. */
double
rs_car_pressure (const RsCar *car, guint wheel)
{
  const double ambient_kpa = 101.3;

  return (car->spec->cold_pressure_kpa + ambient_kpa)
             * (car->wheel[wheel].carcass_c + 273.15) / (24 + 273.15)
         - ambient_kpa;
}

/* Makes the driver think about the coming lap. */
void
rs_car_plan (RsCar *car, int lap)
{
  const RsPlan plan = {
    .mass_kg = rs_car_mass (car),
    .grip = grip_of_tyres (car),
    .lap = lap,
  };

  rs_driver_plan (&car->driver, car->track, car->spec, &plan);
}

static double
load_n (const RsCar *car)
{
  const double v2 = car->speed * car->speed;

  return rs_car_mass (car) * (RS_GRAVITY + v2 * car->at.vertical_curvature)
         + 0.5 * RS_AIR_DENSITY * car->spec->cla_m2 * v2;
}

/*
 * Loads of the four wheels: weight, downforce, and what braking and cornering
 * move across the wheelbase and the track width.
 */
static void
share_load (RsCar *car)
{
  const RsCarSpec *spec = car->spec;
  const double mass = rs_car_mass (car);
  const double lift =
      0.5 * RS_AIR_DENSITY * spec->cla_m2 * car->speed * car->speed;
  const double weight = load_n (car) - lift;
  const double front_weight = spec->cg_to_rear_m / spec->wheelbase_m;
  const double along =
      mass * car->accel * spec->cg_height_m / spec->wheelbase_m;
  const double across =
      mass * car->lat_accel * spec->cg_height_m / spec->track_m;
  const double front = weight * front_weight + lift * spec->front_aero - along;
  const double rear =
      weight * (1 - front_weight) + lift * (1 - spec->front_aero) + along;

  car->wheel[RS_LF].load_n = MAX (front / 2 - across * 0.53, 50);
  car->wheel[RS_RF].load_n = MAX (front / 2 + across * 0.53, 50);
  car->wheel[RS_LR].load_n = MAX (rear / 2 - across * 0.47, 50);
  car->wheel[RS_RR].load_n = MAX (rear / 2 + across * 0.47, 50);
}

/* Splits the force along the road over the wheels; gives their slip. */
static void
share_force (RsCar *car, double drive, double brakes)
{
  const RsCarSpec *spec = car->spec;
  const double total = load_n (car);
  const double mass = rs_car_mass (car);

  for (guint w = 0; w < RS_WHEELS; w++) {
    RsWheel *wheel = &car->wheel[w];
    const gboolean front = w < RS_LR;
    const double bias = front ? spec->brake_bias : 1 - spec->brake_bias;

    wheel->force_x_n = (front ? 0 : drive / 2) - brakes * bias / 2;
    wheel->force_y_n = mass * car->lat_accel * wheel->load_n / total;
    wheel->slip_ratio =
        wheel->force_x_n / (spec->kappa_stiffness * wheel->load_n);
    wheel->slip_angle_rad =
        wheel->force_y_n / (spec->alpha_stiffness * wheel->load_n);
  }
}

/*
 * Steady-state cornering: the front wheels point into the bend by the
 * Ackermann angle and the difference of the slip angles; the body points
 * further in than it moves once the rear slip outweighs the geometry.
 */
static void
corner (RsCar *car)
{
  const RsCarSpec *spec = car->spec;
  const double k = car->at.curvature;
  const double fade = MIN (car->speed / 3.0, 1.0);
  const double front =
      (car->wheel[RS_LF].slip_angle_rad + car->wheel[RS_RF].slip_angle_rad) / 2;
  const double rear =
      (car->wheel[RS_LR].slip_angle_rad + car->wheel[RS_RR].slip_angle_rad) / 2;
  /* Drive asks the rear tyres for slip angle too: a little understeer. */
  const double push = 0.006 * car->lat_accel / RS_GRAVITY;

  car->steer_rad = spec->steer_ratio
                   * (atan (spec->wheelbase_m * k) + front - rear + push)
                   * fade;
  car->sideslip_rad = (spec->cg_to_rear_m * k - rear) * fade;
}

/* Puts the car somewhere; with a speed, in the gear and at the rpm for it. */
void
rs_car_place (RsCar *car, double s, double speed)
{
  const RsCarSpec *spec = car->spec;

  car->s = rs_track_wrap (car->track, s);
  car->speed = speed;
  rs_track_at (car->track, car->s, &car->at);
  if (car->in_pit_lane)
    rs_track_pit_at (car->track, car->s, &car->at);
  car->gear = speed > 1 ? 1 : 0;
  while (car->gear > 0 && car->gear < spec->n_gears
         && rs_car_spec_rpm (spec, speed, car->gear) > spec->shift_rpm - 400)
    car->gear++;
  car->rpm = MAX (rs_car_spec_rpm (spec, speed, car->gear), spec->idle_rpm);
  car->since_shift_s = 1;
  car->lat_accel = speed * speed * car->at.curvature;
  car->yaw_rate = speed * car->at.curvature;
  share_load (car);
  share_force (car, 0, 0);
  corner (car);
}

static void
burn (RsCar *car, double dt)
{
  const RsCarSpec *spec = car->spec;
  const double torque = rs_car_spec_torque (spec, car->rpm, car->throttle);
  const double power = MAX (torque, 0) * car->rpm * 2 * G_PI / 60;
  const double idle_kg_s = 0.0006 * car->rpm / spec->idle_rpm;
  double kg_s = power / (FUEL_J_PER_KG * spec->fuel_efficiency);

  if (car->shift_left_s > 0)
    kg_s = 0;
  kg_s = car->fuel_l > 0 ? MAX (kg_s, idle_kg_s) : 0;
  car->fuel_kg_h = kg_s * 3600;
  car->fuel_l = MAX (0, car->fuel_l - kg_s * dt / spec->fuel_kg_per_l);
}

/* Moves the car; notes when in the step it passed the line. */
static void
advance (RsCar *car, double dt, double accel)
{
  const double length = car->track->length_m;
  const double before = car->speed;
  const double after = MAX (0, before + accel * dt);
  const double driven = (before + after) / 2 * dt;
  double scale = 1, along;

  car->accel = (after - before) / dt;
  car->speed = after;
  car->distance_m += driven;
  if (car->in_pit_lane)
    scale = rs_track_pit_at (car->track, car->s, &car->at);
  along = driven / scale;
  car->crossing_s = -1;
  if (car->s + along >= length) {
    car->crossing_s = dt * (length - car->s) / along;
    car->s -= length;
  }
  car->s = MAX (0, car->s + along);
  if (car->in_pit_lane && !rs_track_in_pit_window (car->track, car->s))
    car->in_pit_lane = FALSE;
  if (car->in_pit_lane)
    rs_track_pit_at (car->track, car->s, &car->at);
  else
    rs_track_at (car->track, car->s, &car->at);
  car->lat_accel = after * after * car->at.curvature;
  car->yaw_rate = after * car->at.curvature;
  if (after > 0.5)
    car->in_stall = FALSE;
  for (guint w = 0; w < RS_WHEELS; w++)
    car->wheel[w].odometer_m += driven;
}

/* One step of dt seconds, 1/60 or less. */
void
rs_car_step (RsCar *car, double dt)
{
  const RsCarSpec *spec = car->spec;
  const double mass = rs_car_mass (car);
  double drive, brakes, grip, resist;

  rs_pedals_step (car, dt);
  rs_gearbox_step (car, dt);
  share_load (car);
  grip = spec->mu_long * grip_of_tyres (car);
  drive =
      car->shift_left_s > 0 || car->fuel_l <= 0
          ? 0
          : rs_car_spec_drive_force (spec, car->rpm, car->gear, car->throttle);
  drive =
      MIN (drive, grip * (car->wheel[RS_LR].load_n + car->wheel[RS_RR].load_n));
  brakes = car->brake * spec->brake_max_n;
  car->abs_active = brakes > grip * load_n (car) && car->speed > 5;
  brakes = MIN (brakes, grip * load_n (car));
  resist = 0.5 * RS_AIR_DENSITY * spec->cda_m2 * car->speed * car->speed
           + ROLLING_RESISTANCE * mass * RS_GRAVITY;
  if (car->speed < 0.01 && drive <= resist + brakes)
    drive = brakes = resist = 0;
  else
    drive -= mass * RS_GRAVITY * car->at.grade;
  advance (car, dt, (drive - brakes - resist) / (mass * ROTATING_MASS));
  share_force (
      car, drive + mass * RS_GRAVITY * car->at.grade * (drive != 0), brakes);
  corner (car);
  rs_tyres_step (car, dt);
  burn (car, dt);
}

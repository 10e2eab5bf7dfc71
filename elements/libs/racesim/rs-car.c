/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One car on the track: the forces on it and what becomes of them.
 *
 * A point mass on the driven line, or on a path beside it: m dv/dt = drive - brakes - drag - rolling
 * - m g slope, integrated by the trapezoid rule, so that the distance is the
 * integral of the speed. Lateral force, yaw rate and steering follow from the
 * line's curvature: a = v^2 / r, yaw rate = v / r. */
#include "rs-car.h"

#include "rs-pedals.h"
#include "rs-tyres.h"

#include <math.h>

/* Wheels and crankshaft turn too: part of the mass that drive must speed up. */
#define ROTATING_MASS 1.035
#define ROLLING_RESISTANCE 0.012
/* Lower heating value of petrol, J/kg. */
#define FUEL_J_PER_KG 43.5e6
/* Beside the road: grip left, and how much harder the wheels roll. */
#define GRASS_GRIP 0.55
#define GRASS_ROLLING 8.0
/* Steps of a coarse car between two looks at its tyres. */
#define COARSE_STEPS 6
/* Pulling aside: how quickly, and at most how hard, how
 * suddenly and how steeply. */
#define ASIDE_PER_S 1.3
#define ASIDE_MPS2 2.2
#define ASIDE_MPS3 9.0
#define ASIDE_SLOPE 0.30

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

void
rs_car_init (
    RsCar *car, const RsTrack *track, const RsCarSpec *spec, double fuel_l)
{
  car->track = track;
  car->spec = spec;
  car->fuel_l = fuel_l;
  car->crossing_s = -1;
  car->clutch = 1;
  car->cap_mps = HUGE_VAL;
  car->road_grip = 1;
  car->scale = 1;
  rs_car_new_tyres (car, RS_DRY, 40);
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
  car->tyre_grip = grip_of_tyres (car);
}

/* Puts on a new set. */
void
rs_car_new_tyres (RsCar *car, int compound, double temperature_c)
{
  car->compound = compound;
  for (guint w = 0; w < RS_WHEELS; w++)
    for (guint k = 0; k < 3; k++)
      car->wheel[w].wear[k] = 1;
  rs_car_set_tyres (car, temperature_c);
}

/* Tread left on the most worn tyre, 0 .. 1. */
double
rs_car_tread (const RsCar *car)
{
  double least = 1;

  for (guint w = 0; w < RS_WHEELS; w++)
    for (guint k = 0; k < 3; k++)
      least = MIN (least, car->wheel[w].wear[k]);
  return least;
}

/* Turns the car round by turn_rad, smoothly, while it slides on. */
void
rs_car_spin (RsCar *car, double turn_rad, double length_s)
{
  car->spin = (RsSpin){ .turn_rad = turn_rad, .length_s = length_s };
}

gboolean
rs_car_spinning (const RsCar *car)
{
  return car->spin.length_s > 0;
}

/* How far round it is, rad: begins and ends without a jerk. */
double
rs_car_spin_angle (const RsCar *car)
{
  const RsSpin *spin = &car->spin;
  const double t = spin->length_s > 0 ? spin->at_s / spin->length_s : 0;

  return spin->turn_rad * t * t * t * (t * (6 * t - 15) + 10);
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
    .grip = grip_of_tyres (car) * car->road_grip * (1 - 0.12 * car->damage),
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

static void
step_spin (RsSpin *spin, double dt)
{
  if (spin->length_s <= 0)
    return;
  spin->at_s += dt;
  if (spin->at_s >= spin->length_s)
    *spin = (RsSpin){ 0 };
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
  car->sideslip_rad =
      (spec->cg_to_rear_m * k - rear) * fade + rs_car_spin_angle (car);
}

/* Finds the road under the car. */
static void
locate (RsCar *car)
{
  RsBeside beside = car->beside, lane;

  if (car->in_pit_lane) {
    rs_track_pit_beside (car->track, car->s, &lane);
    beside.m += lane.m;
    beside.slope += lane.slope;
    beside.curve += lane.curve;
  }
  if (beside.m == 0 && beside.slope == 0 && beside.curve == 0) {
    rs_track_at (car->track, car->s, &car->at);
    car->scale = 1;
  } else {
    car->scale = rs_track_beside (car->track, car->s, &beside, &car->at);
  }
  car->off_track = !car->in_pit_lane
                   && fabs (car->beside.m) > car->track->spec->half_width_m;
}

/*
 * Pulls aside towards where the driver wants to be: a critically damped
 * approach with bounded lateral acceleration and jerk, by distance, so that a
 * standing car stays where it is. along: metres of s.
 */
static void
pull_aside (RsCar *car, double along, double dt)
{
  const double v = MAX (car->speed, 8.0);
  RsBeside *b = &car->beside;
  double accel, slope;

  if (b->m == car->beside_wanted_m && b->slope == 0 && b->curve == 0)
    return;
  if (along <= 0)
    return;
  accel = ASIDE_PER_S * ASIDE_PER_S * (car->beside_wanted_m - b->m)
          - 2 * ASIDE_PER_S * b->slope * v;
  accel = CLAMP (accel, -ASIDE_MPS2, ASIDE_MPS2);
  car->aside_mps2 +=
      CLAMP (accel - car->aside_mps2, -ASIDE_MPS3 * dt, ASIDE_MPS3 * dt);
  slope = b->slope + car->aside_mps2 / (v * v) * along;
  slope = CLAMP (slope, -ASIDE_SLOPE, ASIDE_SLOPE);
  b->curve = (slope - b->slope) / along;
  b->m += (b->slope + slope) / 2 * along;
  b->slope = slope;
  /* The last bit is too little to be felt: 0.05 mm. */
  if (fabs (b->m - car->beside_wanted_m) < 5e-5 && fabs (slope) < 1e-5
      && fabs (car->aside_mps2) < 0.01) {
    b->m = car->beside_wanted_m;
    b->slope = b->curve = car->aside_mps2 = 0;
  }
}

/* Puts the car somewhere; with a speed, in the gear and at the rpm for it. */
void
rs_car_place (RsCar *car, double s, double speed)
{
  const RsCarSpec *spec = car->spec;

  car->s = rs_track_wrap (car->track, s);
  car->speed = speed;
  car->accel = 0;
  car->spin = (RsSpin){ 0 };
  locate (car);
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
burn (RsCar *car, double torque, double dt)
{
  const RsCarSpec *spec = car->spec;
  const double power = MAX (torque, 0) * car->rpm * 2 * G_PI / 60;
  const double idle_kg_s = 0.0006 * car->rpm / spec->idle_rpm;
  double kg_s = power / (FUEL_J_PER_KG * spec->fuel_efficiency);

  if (car->shift_left_s > 0)
    kg_s = 0;
  kg_s = car->fuel_l > 0 ? MAX (kg_s, idle_kg_s) : 0;
  car->fuel_kg_h = kg_s * 3600;
  kg_s = MIN (kg_s * dt / spec->fuel_kg_per_l, car->fuel_l);
  car->fuel_l -= kg_s;
  car->burnt_l += kg_s;
}

/* Moves the car; notes when in the step it passed the line. */
static void
advance (RsCar *car, double dt, double accel)
{
  const double length = car->track->length_m;
  const double before = car->speed;
  const double after = MAX (0, before + accel * dt);
  const double driven = (before + after) / 2 * dt;
  const double along = driven / car->scale;

  car->accel = (after - before) / dt;
  car->speed = after;
  car->distance_m += driven;
  car->crossing_s = -1;
  if (car->s + along >= length) {
    car->crossing_s = dt * (length - car->s) / along;
    car->s -= length;
  }
  car->s = MAX (0, car->s + along);
  if (car->in_pit_lane && !rs_track_in_pit_window (car->track, car->s))
    car->in_pit_lane = FALSE;
  pull_aside (car, along, dt);
  step_spin (&car->spin, dt);
  locate (car);
  car->lat_accel = after * after * car->at.curvature;
  car->yaw_rate = after * car->at.curvature;
  if (after > 0.5)
    car->in_stall = FALSE;
  for (guint w = 0; w < RS_WHEELS; w++)
    car->wheel[w].odometer_m += driven;
}

/* Tyres warm slowly: a car that nobody sits in minds them ten times a
 * second, by the forces of that moment. */
static void
step_tyres (RsCar *car, double dt)
{
  car->tyres_due_s += dt;
  if (car->coarse && ++car->tyres_skipped < COARSE_STEPS)
    return;
  rs_tyres_step (car, car->tyres_due_s);
  car->tyre_grip = grip_of_tyres (car);
  car->tyres_due_s = 0;
  car->tyres_skipped = 0;
}

/* One step of dt seconds, 1/60 or less. */
void
rs_car_step (RsCar *car, double dt)
{
  const RsCarSpec *spec = car->spec;
  const double mass = rs_car_mass (car);
  const double rolling = car->off_track ? GRASS_ROLLING : 1;
  double drive, brakes, grip, resist, torque;

  rs_pedals_step (car, dt);
  rs_gearbox_step (car, dt);
  share_load (car);
  grip = spec->mu_long * car->tyre_grip * car->road_grip
         * (car->off_track ? GRASS_GRIP : 1);
  torque = car->throttle * rs_car_spec_full_torque (spec, car->rpm)
           - (1 - car->throttle) * rs_car_spec_friction (spec, car->rpm);
  drive = car->shift_left_s > 0 || car->fuel_l <= 0
              ? 0
              : torque * rs_car_spec_leverage (spec, car->gear);
  drive =
      MIN (drive, grip * (car->wheel[RS_LR].load_n + car->wheel[RS_RR].load_n));
  brakes = car->brake * spec->brake_max_n;
  car->abs_active = brakes > grip * load_n (car) && car->speed > 5;
  brakes = MIN (brakes, grip * load_n (car));
  resist = 0.5 * RS_AIR_DENSITY * spec->cda_m2 * car->speed * car->speed
               * (1 + 0.3 * car->damage)
           + rolling * ROLLING_RESISTANCE * mass * RS_GRAVITY;
  if (car->speed < 0.01 && drive <= resist + brakes)
    drive = brakes = resist = 0;
  else
    drive -= mass * RS_GRAVITY * car->at.grade;
  advance (car, dt, (drive - brakes - resist) / (mass * ROTATING_MASS));
  share_force (
      car, drive + mass * RS_GRAVITY * car->at.grade * (drive != 0), brakes);
  corner (car);
  if (!car->coarse)
    rs_gearbox_follow (car);
  step_tyres (car, dt);
  burn (car, torque, dt);
}

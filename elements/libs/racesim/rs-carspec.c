/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a kind of car is: numbers only. */
#include "rs-carspec.h"

/* A large turbo-less racing engine: 391 kW at 7,250 rpm. */
static const double gt_torque[][2] = {
  { 0, 0 },
  { 1000, 260 },
  { 2000, 390 },
  { 3000, 470 },
  { 4000, 522 },
  { 5000, 548 },
  { 5750, 552 },
  { 6500, 540 },
  { 7250, 515 },
  { 7800, 470 },
  { 8300, 395 },
  { 8800, 200 },
};

/*
 * A closed racing coupe of a common class. Mass, power, areas, grip and ratios
 * are round figures of the kind found in homologation sheets; none is of a
 * particular make.
 */
static const RsCarSpec gt = {
  .screen_name = "PitBox GT",
  .short_name = "PB GT",
  .path = "pitboxgt",
  .class_name = "GT",
  .id = 900,
  .class_id = 4900,
  .class_color = 0xffda59,
  .mass_kg = 1350,
  .wheelbase_m = 2.70,
  .cg_to_rear_m = 1.30,
  .cg_height_m = 0.42,
  .track_m = 1.66,
  .wheel_radius_m = 0.340,
  .cda_m2 = 1.10,
  .cla_m2 = 2.90,
  .front_aero = 0.45,
  .mu_long = 1.42,
  .mu_lat = 1.45,
  .alpha_stiffness = 19,
  .kappa_stiffness = 26,
  .steer_ratio = 13.5,
  .torque = gt_torque,
  .n_torque = G_N_ELEMENTS (gt_torque),
  .gear = { 2.92, 2.16, 1.68, 1.37, 1.14, 0.97 },
  .n_gears = 6,
  .final_drive = 3.90,
  .driveline_efficiency = 0.92,
  .idle_rpm = 1350,
  .launch_rpm = 4200,
  .shift_rpm = 7900,
  .redline_rpm = 8400,
  .sl_first_rpm = 6800,
  .sl_last_rpm = 8000,
  .sl_blink_rpm = 8200,
  .brake_max_n = 30000,
  .brake_bias = 0.56,
  .brake_line_bar = 92,
  .tank_l = 110,
  .fuel_kg_per_l = 0.75,
  .fuel_efficiency = 0.31,
  .spring_front_n_m = 190000,
  .spring_rear_n_m = 170000,
  .cold_pressure_kpa = 158.579,
};

const RsCarSpec *
rs_car_spec_default (void)
{
  return &gt;
}

static double
full_torque (const RsCarSpec *spec, double rpm)
{
  guint i = 1;

  while (i + 1 < spec->n_torque && rpm > spec->torque[i][0])
    i++;
  const double *a = spec->torque[i - 1], *b = spec->torque[i];

  return MAX (0.0, a[1] + (b[1] - a[1]) * (rpm - a[0]) / (b[0] - a[0]));
}

/*
 * Engine torque in Nm: full-throttle curve scaled by the throttle, less the
 * engine's own friction and pumping, which grow with speed.
 */
double
rs_car_spec_torque (const RsCarSpec *spec, double rpm, double throttle)
{
  const double friction = 22 + 0.0085 * rpm;

  return throttle * full_torque (spec, rpm) - (1 - throttle) * friction;
}

/* RPM = v / r * ratio * 60 / 2 pi; wheel_mps is the driven wheels' speed. */
double
rs_car_spec_rpm (const RsCarSpec *spec, double wheel_mps, int gear)
{
  if (gear < 1)
    return 0;
  return wheel_mps / spec->wheel_radius_m * spec->gear[gear - 1]
         * spec->final_drive * 60 / (2 * G_PI);
}

/* Newtons at the driven wheels' contact; 0 in neutral. */
double
rs_car_spec_drive_force (
    const RsCarSpec *spec, double rpm, int gear, double throttle)
{
  if (gear < 1)
    return 0;
  return rs_car_spec_torque (spec, rpm, throttle) * spec->gear[gear - 1]
         * spec->final_drive * spec->driveline_efficiency
         / spec->wheel_radius_m;
}

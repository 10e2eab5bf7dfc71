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

/* A smaller turbo engine with much torque: 435 kW at 7,500 rpm. */
static const double sports_torque[][2] = {
  { 0, 0 },
  { 1500, 300 },
  { 2500, 440 },
  { 3500, 560 },
  { 4500, 600 },
  { 5500, 602 },
  { 6500, 588 },
  { 7500, 554 },
  { 8200, 500 },
  { 8800, 410 },
  { 9300, 200 },
};

/* A tuned production engine: 258 kW at 6,400 rpm. */
static const double touring_torque[][2] = {
  { 0, 0 },
  { 1000, 220 },
  { 2000, 350 },
  { 3000, 410 },
  { 4000, 425 },
  { 5000, 418 },
  { 5800, 400 },
  { 6400, 385 },
  { 6900, 340 },
  { 7400, 200 },
};

/*
 * A closed racing coupe of a common class. Mass, power, areas, grip and ratios
 * are round figures of the kind found in homologation sheets; none is of a
 * particular make.
 */
static RsCarSpec gt = {
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
  .down_brake_rpm = 7100,
  .down_rpm = 5500,
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

/* An open-topped sports prototype: light, wide wings. */
static RsCarSpec sports = {
  .screen_name = "PitBox Sports Prototype",
  .short_name = "PB SP",
  .path = "pitboxsp",
  .class_name = "SP",
  .id = 901,
  .class_id = 4901,
  .class_color = 0x33ceff,
  .mass_kg = 1010,
  .wheelbase_m = 2.95,
  .cg_to_rear_m = 1.36,
  .cg_height_m = 0.33,
  .track_m = 1.62,
  .wheel_radius_m = 0.345,
  .cda_m2 = 1.00,
  .cla_m2 = 3.70,
  .front_aero = 0.45,
  .mu_long = 1.50,
  .mu_lat = 1.52,
  .alpha_stiffness = 21,
  .kappa_stiffness = 28,
  .steer_ratio = 12.0,
  .torque = sports_torque,
  .n_torque = G_N_ELEMENTS (sports_torque),
  .gear = { 2.60, 1.95, 1.55, 1.28, 1.07, 0.91 },
  .n_gears = 6,
  .final_drive = 3.70,
  .driveline_efficiency = 0.92,
  .idle_rpm = 1600,
  .launch_rpm = 4600,
  .shift_rpm = 8400,
  .down_brake_rpm = 7500,
  .down_rpm = 5900,
  .redline_rpm = 8900,
  .sl_first_rpm = 7300,
  .sl_last_rpm = 8500,
  .sl_blink_rpm = 8700,
  .brake_max_n = 30000,
  .brake_bias = 0.55,
  .brake_line_bar = 98,
  .tank_l = 75,
  .fuel_kg_per_l = 0.75,
  .fuel_efficiency = 0.34,
  .spring_front_n_m = 240000,
  .spring_rear_n_m = 220000,
  .cold_pressure_kpa = 151.685,
};

/* A touring car: a production body, little downforce. */
static RsCarSpec touring = {
  .screen_name = "PitBox Touring",
  .short_name = "PB TC",
  .path = "pitboxtc",
  .class_name = "TC",
  .id = 902,
  .class_id = 4902,
  .class_color = 0xff5888,
  .mass_kg = 1320,
  .wheelbase_m = 2.62,
  .cg_to_rear_m = 1.32,
  .cg_height_m = 0.46,
  .track_m = 1.58,
  .wheel_radius_m = 0.325,
  .cda_m2 = 0.88,
  .cla_m2 = 1.10,
  .front_aero = 0.42,
  .mu_long = 1.36,
  .mu_lat = 1.38,
  .alpha_stiffness = 18,
  .kappa_stiffness = 25,
  .steer_ratio = 14.5,
  .torque = touring_torque,
  .n_torque = G_N_ELEMENTS (touring_torque),
  .gear = { 3.10, 2.25, 1.75, 1.42, 1.18, 1.00 },
  .n_gears = 6,
  .final_drive = 3.60,
  .driveline_efficiency = 0.92,
  .idle_rpm = 1000,
  .launch_rpm = 3600,
  .shift_rpm = 6700,
  .down_brake_rpm = 6000,
  .down_rpm = 4600,
  .redline_rpm = 7100,
  .sl_first_rpm = 5700,
  .sl_last_rpm = 6800,
  .sl_blink_rpm = 6950,
  .brake_max_n = 24000,
  .brake_bias = 0.60,
  .brake_line_bar = 84,
  .tank_l = 90,
  .fuel_kg_per_l = 0.75,
  .fuel_efficiency = 0.32,
  .spring_front_n_m = 130000,
  .spring_rear_n_m = 115000,
  .cold_pressure_kpa = 165.474,
};

static double
interpolate (const RsCarSpec *spec, double rpm)
{
  guint i = 1;

  while (i + 1 < spec->n_torque && rpm > spec->torque[i][0])
    i++;
  const double *a = spec->torque[i - 1], *b = spec->torque[i];

  return MAX (0.0, a[1] + (b[1] - a[1]) * (rpm - a[0]) / (b[0] - a[0]));
}

/* The most that any gear puts on the road at this speed. */
static double
find_best_force (const RsCarSpec *spec, double v)
{
  double best = 0;

  for (int gear = 1; gear <= spec->n_gears; gear++) {
    const double rpm = MAX (rs_car_spec_rpm (spec, v, gear), spec->launch_rpm);

    if (rpm <= spec->redline_rpm)
      best = MAX (best, rs_car_spec_full_torque (spec, rpm)
                            * rs_car_spec_leverage (spec, gear));
  }
  return best;
}

static void
make_curves (RsCarSpec *spec)
{
  for (guint i = 0; i < RS_CURVE_POINTS; i++)
    spec->curve_nm[i] = interpolate (spec, i * RS_CURVE_RPM);
  for (guint i = 0; i < RS_CURVE_POINTS; i++)
    spec->best_n[i] = find_best_force (spec, i * RS_CURVE_MPS);
}

static double
look_up (const double *curve, double at)
{
  guint i;

  at = CLAMP (at, 0, RS_CURVE_POINTS - 1.001);
  i = (guint) at;
  return curve[i] + (curve[i + 1] - curve[i]) * (at - i);
}

/* Returns the kind of car of a class: 0 GT, 1 sports prototype, 2 touring.
 * Any thread. */
const RsCarSpec *
rs_car_spec (guint index)
{
  static RsCarSpec *const specs[RS_MAX_CLASSES] = { &gt, &sports, &touring };
  static gsize made = 0;

  if (g_once_init_enter (&made)) {
    for (guint k = 0; k < RS_MAX_CLASSES; k++)
      make_curves (specs[k]);
    g_once_init_leave (&made, 1);
  }
  return specs[index % RS_MAX_CLASSES];
}

const RsCarSpec *
rs_car_spec_default (void)
{
  return rs_car_spec (0);
}

/* Nm at full throttle. */
double
rs_car_spec_full_torque (const RsCarSpec *spec, double rpm)
{
  return look_up (spec->curve_nm, rpm / RS_CURVE_RPM);
}

/* Newtons of the best gear at full throttle at v m/s. */
double
rs_car_spec_best_force (const RsCarSpec *spec, double v)
{
  return look_up (spec->best_n, v / RS_CURVE_MPS);
}

/* Nm that the engine's own friction and pumping take; they grow with speed. */
double
rs_car_spec_friction (const RsCarSpec *spec, double rpm)
{
  return 22 + 0.0085 * rpm;
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

/* Newtons at the driven wheels' contact for each Nm; 0 in neutral. */
double
rs_car_spec_leverage (const RsCarSpec *spec, int gear)
{
  if (gear < 1)
    return 0;
  return spec->gear[gear - 1] * spec->final_drive * spec->driveline_efficiency
         / spec->wheel_radius_m;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a kind of car is: numbers only. */
#pragma once

#include <glib.h>

#define RS_GRAVITY 9.80665
#define RS_AIR_DENSITY 1.187
#define RS_MAX_GEARS 8
/* Engine speeds a torque curve is looked up at. */
#define RS_CURVE_RPM 50.0
#define RS_CURVE_POINTS 220
#define RS_CURVE_MPS 0.5

typedef struct {
  const char *screen_name, *short_name, *path, *class_name;
  int id, class_id;
  guint32 class_color;
  double mass_kg; /* with driver, without fuel */
  double wheelbase_m, cg_to_rear_m, cg_height_m, track_m;
  double wheel_radius_m;
  double cda_m2, cla_m2, front_aero;
  double mu_long, mu_lat;
  /* Cornering and longitudinal stiffness per newton of load. */
  double alpha_stiffness, kappa_stiffness;
  double steer_ratio;
  const double (*torque)[2]; /* rpm, Nm at full throttle */
  guint n_torque;
  double gear[RS_MAX_GEARS];
  int n_gears;
  double final_drive, driveline_efficiency;
  double idle_rpm, launch_rpm, shift_rpm, redline_rpm;
  /* Below these in the lower gear a driver shifts down: braking, else. */
  double down_brake_rpm, down_rpm;
  double sl_first_rpm, sl_last_rpm, sl_blink_rpm;
  double brake_max_n, brake_bias, brake_line_bar;
  double tank_l, fuel_kg_per_l, fuel_efficiency;
  double spring_front_n_m, spring_rear_n_m;
  double cold_pressure_kpa;
  /* Made by rs_car_spec (): torque by engine speed, and the most that any gear
   * puts on the road by speed. */
  double curve_nm[RS_CURVE_POINTS];
  double best_n[RS_CURVE_POINTS];
} RsCarSpec;

#define RS_MAX_CLASSES 3

const RsCarSpec *rs_car_spec (guint index);
const RsCarSpec *rs_car_spec_default (void);
double rs_car_spec_full_torque (const RsCarSpec *spec, double rpm);
double rs_car_spec_friction (const RsCarSpec *spec, double rpm);
double rs_car_spec_rpm (const RsCarSpec *spec, double wheel_mps, int gear);
double rs_car_spec_best_force (const RsCarSpec *spec, double v);
double rs_car_spec_leverage (const RsCarSpec *spec, int gear);

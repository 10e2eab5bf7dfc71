/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One car on the track, as it is at a moment. */
#pragma once

#include "rs-driver.h"

/* Order of wheels everywhere. */
enum { RS_LF, RS_RF, RS_LR, RS_RR, RS_WHEELS };

typedef struct {
  double load_n, force_x_n, force_y_n;
  double slip_ratio, slip_angle_rad;
  double surface_c[3], carcass_c,
      wear[3]; /* left, middle, right of the tread */
  double odometer_m;
} RsWheel;

/* Tyre compounds. */
enum { RS_DRY, RS_WET };

/* A pirouette: so far round, of so much, in so long. */
typedef struct {
  double turn_rad, length_s, at_s;
} RsSpin;

typedef struct {
  const RsTrack *track;
  const RsCarSpec *spec;
  RsDriver driver;

  /* Motion along the line. */
  double s; /* metres since the line, [0, length) */
  double speed, accel; /* m/s, m/s^2 along the road */
  double distance_m; /* driven, all in all */
  RsTrackPoint at; /* the road under the car */
  RsBeside beside; /* where it drives beside the line, pit lane not counted */
  double beside_wanted_m;
  double aside_mps2; /* lateral acceleration of pulling aside */
  double scale; /* metres driven per metre of s, here */
  gboolean off_track; /* with its middle beside the road */
  RsSpin spin;
  gboolean in_pit_lane, in_stall, hold; /* hold: the driver keeps it braked */
  double crossing_s; /* seconds into the last step at the line, or -1 */
  /* No faster than this; with the acceleration that this itself has. */
  double cap_mps, cap_accel;

  /* Pedals and drive, 0 .. 1 and rpm. */
  double throttle, brake, clutch;
  double rpm;
  int gear; /* 0 neutral */
  double shift_left_s, since_shift_s;
  gboolean abs_active, limiter;

  double fuel_l, fuel_kg_h, burnt_l;
  /* Nobody sits in it: parts of it are simulated less often. */
  gboolean coarse;
  guint tyres_skipped;
  double tyres_due_s;
  double tyre_grip; /* of its four tyres, 1 = new and warm */
  double road_grip; /* of this tyre on this road, 1 = dry on dry */
  double damage; /* 0 none .. 1 */
  int compound;
  RsWheel wheel[RS_WHEELS];
  double lat_accel, yaw_rate, sideslip_rad, steer_rad;
} RsCar;

static inline double
rs_car_mass (const RsCar *car)
{
  return car->spec->mass_kg + car->fuel_l * car->spec->fuel_kg_per_l;
}

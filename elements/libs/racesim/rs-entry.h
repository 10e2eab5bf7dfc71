/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One car's part in a session: what race control, its crew and its driver know
 * about it. */
#pragma once

#include "rs-car.h"
#include "rs-lap.h"

#define RS_MAX_DRIVERS 4

/* irsdk_Flags that one car sees alone. */
#define RS_FLAG_BLUE 0x20u
#define RS_FLAG_BLACK 0x10000u
#define RS_FLAG_DISQUALIFIED 0x20000u
#define RS_FLAG_SERVICEABLE 0x40000u
#define RS_FLAG_FURLED 0x80000u
#define RS_FLAG_REPAIR 0x100000u

/* Why a car wants to go to its box, or through the lane. */
enum {
  RS_PIT_FUEL = 1,
  RS_PIT_TYRES = 2,
  RS_PIT_REPAIR = 4,
  RS_PIT_DRIVE_THROUGH = 8,
  RS_PIT_CALLED = 16,
  RS_PIT_SWAP = 32,
  RS_PIT_PARK = 64, /* and stay there */
};

typedef struct {
  guint wants; /* RS_PIT_* of the coming stop, 0 = none */
  double box_s; /* where the box is, metres after the line */
  double service_s, service_left_s; /* of the running stop */
  double repair_left_s;
  double fuel_goal_l; /* litres in the tank after the stop */
  double fuel_rate_lps;
  int decided_lap; /* in which it was thought about */
  gboolean serving, through; /* through: this visit is a drive-through */
  int compound; /* of the next set */
  int stops, drive_throughs, tyre_sets;
  double fuel_added_l;
} RsPit;

/* Bounds on a car's speed; the lowest counts. */
enum { RS_CAP_TRAFFIC, RS_CAP_PIT, RS_CAP_CONTROL, RS_CAP_TROUBLE, RS_N_CAPS };

typedef struct {
  double mps, accel; /* accel: its own change with time, m/s^2 */
} RsCap;

/* What a driver has got into. */
typedef struct {
  double wide_until_s; /* beside the line by mistake until then */
  double wide_m;
  double stopped_until_s; /* standing after a spin until then */
  gboolean was_off;
  gboolean stranded; /* cannot go on: waits for the tow */
  double furled_left_s; /* of slowing down that is still owed */
  int corner; /* last one a mistake was thought about at */
  int corner_lap;
} RsTrouble;

typedef struct {
  RsCar car;
  RsLapTimer timer;
  RsPit pit;
  RsTrouble trouble;
  RsCap cap[RS_N_CAPS];
  guint class_index;
  int number; /* of the car, as in "Car 07" */
  int position, class_position; /* 1 = first; set at the line only */
  int grid; /* place on the grid, from 0 */
  double gap_s; /* to the leader at the last line */
  double go_s; /* session time at which the driver may leave */
  gboolean listed; /* in the session text */
  gboolean away; /* not in the world */
  double back_s; /* session time at which it comes (back) to its box */
  gboolean disconnected;
  double tow_left_s; /* of the tow that it waits out in its box */
  gboolean done; /* has had the checkered flag, or will not go on */
  gboolean retired;
  guint32 flags; /* RS_FLAG_* of this car */
  int black_lap; /* lap in which the black flag came */
  int incidents, incidents_of_driver[RS_MAX_DRIVERS];
  guint32 last_incident; /* irsdk_IncidentFlags of the last row that had one */
  int n_drivers, driver, drivers_so_far;
  int done_laps; /* when it was done */
  int laps_led; /* of a race: ended before anyone else's */
  double done_cross_s;
  int run_laps; /* left of this run, outside of races */
  int runs;
  double best_qualify_s;
  gboolean invalid_lap;
  double start_fuel_l;
  double pass_until_s; /* passing until then */
  double pass_side; /* 1 to the left, -1 to the right */
} RsEntry;

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What only the one who sits in a car knows: the body's motion at 360 Hz, the
 * deltas on the dash, the engine's temperatures. */
#pragma once

#include "rs-body.h"
#include "rs-entry.h"

/* Samples of a 360 Hz array in one row. */
#define RS_SUBSTEPS 6

/* What the car did at each 360 Hz sample of the last tick. */
typedef struct {
  double velocity_x, velocity_y, velocity_z;
  double yaw_rate, pitch_rate, roll_rate;
  double vert_accel, lat_accel, long_accel;
  double steering_nm;
  double shock_m[RS_WHEELS], shock_mps[RS_WHEELS];
} RsSample;

/* What the garage knows: tyre data that real rows show only after a stop. */
typedef struct {
  double carcass_c[RS_WHEELS][3];
  double wear[RS_WHEELS][3];
} RsGarage;

typedef struct {
  guint entry; /* index into the race's cars */
  RsBody body;
  RsSample sample[RS_SUBSTEPS];
  RsTrace trace;
  RsDelta to_best, to_optimal, to_last;
  RsGarage garage;
  double water_c, oil_c;
  gboolean replay; /* watches a replay; a team mate drives */
  double replay_from_s; /* session time it began to watch at */
  int blank_rows; /* rows without a place that are still to come */
} RsSeat;

void rs_seat_init (RsSeat *seat, guint entry, const RsCar *car, guint64 seed);
void rs_seat_begin (RsSeat *seat);
void rs_seat_sample (RsSeat *seat, const RsCar *car, guint k, double dt);
void rs_seat_step (
    RsSeat *seat, const RsEntry *me, double time_s, int lap_before, double dt);

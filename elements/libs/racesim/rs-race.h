/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All cars of a session, the clock and the order. */
#pragma once

#include "racesim.h"
#include "rs-body.h"
#include "rs-lap.h"

#define RS_MAX_CARS 64
#define RS_TICK_RATE 60
/* Samples of a 360 Hz array in one row. */
#define RS_SUBSTEPS 6
#define RS_TICK_S (1.0 / RS_TICK_RATE)

typedef struct {
  RsCar car;
  RsLapTimer timer;
  int number; /* of the car, as in "Car 07" */
  int position; /* 1 = first; set at the line only */
  double gap_s; /* to the leader at the last line */
  double go_s; /* session time at which the driver may leave */
} RsEntry;

/* What the driven car felt at each 360 Hz sample of the last tick. */
typedef struct {
  double velocity_x, velocity_y, velocity_z;
  double yaw_rate, pitch_rate, roll_rate;
  double vert_accel, lat_accel, long_accel;
  double steering_nm;
  double shock_m[RS_WHEELS], shock_mps[RS_WHEELS];
} RsSample;

typedef struct {
  RaceSimConfig config;
  RsTrack *track;
  const RsCarSpec *spec;
  guint n_cars;
  guint player; /* index into cars */
  int first_idx; /* CarIdx of cars[0]: 1 behind a pace car, else 0 */
  RsEntry cars[RS_MAX_CARS];
  RsBody body;
  RsSample sample[RS_SUBSTEPS];

  gint64 tick; /* of the row that describes this state */
  double time_s; /* session time of it */
  double begin_s; /* session time of the first row */

  RsTrace trace;
  RsDelta to_best, to_optimal, to_last;
  /* Time at each node of the class's reference lap, n + 1. */
  double *reference_s;
  double reference_lap_s;
  /* Session time at which the first car had done so many laps. */
  GArray *first_at;
  int best_car; /* index of the car with the fastest lap, -1 = none */
  double water_c, oil_c;
  guint text_update; /* rises with each change of the session text */
  double text_s; /* session time of the last rise */
} RsRace;

RsRace *rs_race_new (const RaceSimConfig *config, GError **error);
void rs_race_free (RsRace *race);
void rs_race_step (RsRace *race);
double rs_race_reference_s (const RsRace *race, double s);
double rs_race_length_s (const RsRace *race);
gboolean rs_race_over (const RsRace *race);
int rs_race_surface (const RsRace *race, const RsEntry *entry);

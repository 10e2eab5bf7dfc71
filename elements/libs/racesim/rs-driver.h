/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver: how fast this one means to go where, and the pedals to do it. */
#pragma once

#include "rs-carspec.h"
#include "rs-track.h"

typedef struct {
  guint64 seed;
  double skill; /* share of the tyres' grip used, about 0.9 to 0.98 */
  double noise; /* 0 = each lap alike, 1 = as uneven as a good driver is */
  double *target_mps; /* per node of the track, n + 1 */
} RsDriver;

/* What the driver must know about the car to plan a lap. */
typedef struct {
  double mass_kg;
  double grip; /* of the tyres now, 1 = new and warm */
  int lap;
} RsPlan;

void rs_driver_init (RsDriver *driver, const RsTrack *track, guint64 seed,
    double skill, double noise);
void rs_driver_clear (RsDriver *driver);
void rs_driver_plan (RsDriver *driver, const RsTrack *track,
    const RsCarSpec *spec, const RsPlan *plan);
double rs_driver_target (
    const RsDriver *driver, const RsTrack *track, double s);
double rs_driver_lap_times (
    const RsDriver *driver, const RsTrack *track, double *time_at_node);

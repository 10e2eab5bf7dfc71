/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The driven car's body on its springs, at 360 Hz. */
#pragma once

#include "rs-car.h"

typedef struct {
  guint64 seed; /* of the road's surface */
  /* Compression of each corner by loads, and of each wheel by the road. */
  double load_m[RS_WHEELS], load_mps[RS_WHEELS];
  double road_m[RS_WHEELS], road_mps[RS_WHEELS];
  double pitch_rad, roll_rad; /* nose down positive, left side up positive */
  double pitch_rate, roll_rate, yaw_rate, sideslip_rad;
  double heave_mps, vert_accel;
} RsBody;

void rs_body_init (RsBody *body, const RsCar *car, guint64 seed);
void rs_body_step (RsBody *body, const RsCar *car, double dt);
double rs_body_shock_m (const RsBody *body, guint wheel);
double rs_body_shock_mps (const RsBody *body, guint wheel);

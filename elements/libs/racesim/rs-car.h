/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One car on the track: the forces on it and what becomes of them. */
#pragma once

#include "rs-carstate.h"

void rs_car_init (
    RsCar *car, const RsTrack *track, const RsCarSpec *spec, double fuel_l);
void rs_car_clear (RsCar *car);
void rs_car_place (RsCar *car, double s, double speed);
void rs_car_set_tyres (RsCar *car, double temperature_c);
void rs_car_new_tyres (RsCar *car, int compound, double temperature_c);
void rs_car_spin (RsCar *car, double turn_rad, double length_s);
gboolean rs_car_spinning (const RsCar *car);
double rs_car_spin_angle (const RsCar *car);
double rs_car_tread (const RsCar *car);
void rs_car_plan (RsCar *car, int lap);
void rs_car_step (RsCar *car, double dt);
double rs_car_pressure (const RsCar *car, guint wheel);

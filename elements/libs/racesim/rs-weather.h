/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The weather and what it makes of the road. */
#pragma once

#include "racesim-config.h"

typedef struct {
  double air_c, track_c;
  double rain; /* 0 .. 1 */
  double water; /* on the road, 0 .. 1 */
  double humidity, wind_mps, wind_rad, fog;
  double wanted_rain; /* set from outside, or -1 */
  int skies; /* 0 clear .. 3 overcast */
} RsWeather;

void rs_weather_init (RsWeather *weather, const RaceSimConfig *config);
void rs_weather_step (
    RsWeather *weather, const RaceSimConfig *config, double clock_s, double dt);
int rs_weather_wetness (const RsWeather *weather);
gboolean rs_weather_declared_wet (const RsWeather *weather);
double rs_weather_grip (const RsWeather *weather, int compound);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The weather and what it makes of the road. */
#include "rs-weather.h"

#include "rs-car.h"
#include "rs-random.h"

#include <math.h>

#define STREAM_RAIN 0x81
#define STREAM_WIND 0x82
/* A shower and a dry spell are about so long together. */
#define SHOWER_S 1500.0
/* Heavy rain floods a road in this time; it dries in four times as long. */
#define FLOOD_S 420.0

void
rs_weather_init (RsWeather *weather, const RaceSimConfig *config)
{
  const gboolean wet = config->weather == RACE_SIM_WEATHER_WET;

  *weather = (RsWeather){
    .air_c = wet ? 15.5 : 24.1,
    .track_c = wet ? 17.0 : 36.2,
    .rain = wet ? 0.35 : 0,
    .water = wet ? 0.5 : 0,
    .humidity = wet ? 0.95 : 0.55,
    .wind_mps = 2.4,
    .wind_rad = 2.57,
    .wanted_rain = -1,
    .skies = wet ? 3 : 1,
  };
}

static double
rain_now (const RsWeather *weather, const RaceSimConfig *config, double clock_s)
{
  if (weather->wanted_rain >= 0)
    return weather->wanted_rain;
  if (config->weather == RACE_SIM_WEATHER_WET)
    return 0.3
           + 0.2 * rs_noise (config->seed + STREAM_RAIN, clock_s / SHOWER_S, 0);
  if (config->weather == RACE_SIM_WEATHER_CHANGING)
    return CLAMP (
        1.6 * rs_noise (config->seed + STREAM_RAIN, clock_s / SHOWER_S + 0.2, 0)
            - 0.25,
        0, 1);
  return 0;
}

/* Goes on by dt seconds; clock_s: since the connection began. */
void
rs_weather_step (
    RsWeather *weather, const RaceSimConfig *config, double clock_s, double dt)
{
  const double target = rain_now (weather, config, clock_s);
  const double dry = (1 - target) * 0.25;
  const double wind = rs_noise (config->seed + STREAM_WIND, clock_s / 300, 0);

  weather->rain += (target - weather->rain) * MIN (1, dt / 30);
  if (weather->rain < 0.001)
    weather->rain = 0;
  weather->water = CLAMP (
      weather->water + dt / FLOOD_S * (weather->rain - dry * (target < 0.05)),
      0, MAX (weather->rain * 1.6 + 0.05, weather->water));
  weather->water = MIN (weather->water, 1);
  if (config->event == RACE_SIM_EVENT_RUN && weather->wanted_rain < 0)
    return;
  weather->air_c += ((weather->rain > 0.02 ? 15.5 : 24.1) - weather->air_c)
                    * MIN (1, dt / 1200);
  weather->track_c += ((weather->rain > 0.02 ? 17.0 : 36.2) - weather->track_c)
                      * MIN (1, dt / 600);
  weather->humidity +=
      ((weather->rain > 0.02 ? 0.97 : 0.55) - weather->humidity)
      * MIN (1, dt / 600);
  weather->fog = weather->rain * 0.1;
  weather->wind_mps = 2.4 + 1.5 * wind;
  weather->skies = weather->rain > 0.05 ? 3 : weather->humidity > 0.75 ? 2 : 1;
}

/* irsdk_TrackWetness: 1 dry .. 7 extremely wet. */
int
rs_weather_wetness (const RsWeather *weather)
{
  if (weather->water < 0.02)
    return 1;
  return 2 + (int) MIN (5, weather->water * 6);
}

gboolean
rs_weather_declared_wet (const RsWeather *weather)
{
  return weather->water >= 0.15 || weather->rain >= 0.1;
}

/* Grip of a compound on the road as it is, 1 = dry tyres on a dry road. */
double
rs_weather_grip (const RsWeather *weather, int compound)
{
  if (compound == RS_WET)
    return 0.90 - 0.12 * weather->water;
  return 1 - 0.42 * sqrt (weather->water);
}

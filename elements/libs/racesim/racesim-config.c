/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a race simulator simulates. */
#include "racesim-config.h"

G_DEFINE_QUARK (race - sim - error - quark, race_sim_error)

/**
 * race_sim_config_init:
 * @config: (out): the configuration
 *
 * Sets everything to its default: seed 1, default track, live shape with 360
 * Hz arrays, 12 cars of one class, rolling start at 0.9 of a lap, 60 litres,
 * unevenness 1, a run without race control; for events 1800 s of racing, 600 s
 * of practice, 480 s of qualifying, trouble 1, dry, one driver a car.
 */
void
race_sim_config_init (RaceSimConfig *config)
{
  *config = (RaceSimConfig){
    .seed = 1,
    .shape = RACE_SIM_SHAPE_LIVE,
    .n_cars = 12,
    .start = RACE_SIM_START_ROLLING,
    .lap_start = 0.9,
    .fuel_l = 60,
    .unevenness = 1,
    .with_360hz = TRUE,
    .event = RACE_SIM_EVENT_RUN,
    .n_classes = 1,
    .n_seats = 1,
    .race_s = 1800,
    .practice_s = 600,
    .qualify_s = 480,
    .trouble = 1,
    .weather = RACE_SIM_WEATHER_DRY,
    .team_drivers = 1,
  };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a race simulator simulates. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RaceSimShape:
 * @RACE_SIM_SHAPE_LIVE: as in shared memory: CarIdx arrays, 360 Hz arrays, no
 *   place in the world
 * @RACE_SIM_SHAPE_DISK: as in an .ibt file: Lat, Lon, Alt and running tyre
 *   data, no other cars
 *
 * Which variables a row has.
 */
typedef enum {
  RACE_SIM_SHAPE_LIVE,
  RACE_SIM_SHAPE_DISK,
} RaceSimShape;

/**
 * RaceSimStart:
 * @RACE_SIM_START_ROLLING: on the road at racing speed
 * @RACE_SIM_START_PIT: standing in the pit box; the others are on the road
 * @RACE_SIM_START_GRID: standing on the grid; all leave together after 5 s
 *
 * How the session begins.
 */
typedef enum {
  RACE_SIM_START_ROLLING,
  RACE_SIM_START_PIT,
  RACE_SIM_START_GRID,
} RaceSimStart;

/**
 * RaceSimEvent:
 * @RACE_SIM_EVENT_RUN: cars go round without end and without race control
 * @RACE_SIM_EVENT_RACE: one race: formation or grid, green, white, checkered
 * @RACE_SIM_EVENT_WEEKEND: practice, qualifying and race in one connection
 *
 * What the cars take part in.
 */
typedef enum {
  RACE_SIM_EVENT_RUN,
  RACE_SIM_EVENT_RACE,
  RACE_SIM_EVENT_WEEKEND,
} RaceSimEvent;

/**
 * RaceSimWeather:
 * @RACE_SIM_WEATHER_DRY: stays as it is
 * @RACE_SIM_WEATHER_CHANGING: showers come and go
 * @RACE_SIM_WEATHER_WET: it rains all the time
 */
typedef enum {
  RACE_SIM_WEATHER_DRY,
  RACE_SIM_WEATHER_CHANGING,
  RACE_SIM_WEATHER_WET,
} RaceSimWeather;

/* One index of the 64 belongs to the pace car. */
#define RACE_SIM_MAX_CARS 63
#define RACE_SIM_MAX_CLASSES 3
#define RACE_SIM_TICK_RATE 60

/**
 * RaceSimConfig:
 * @seed: same seed and configuration, same bytes
 * @track: name or first word of the name of a track, see
 *   race_sim_track_name(); %NULL for the default one
 * @shape: which variables a row has
 * @n_cars: 1 to %RACE_SIM_MAX_CARS, the driven one among them; 1 makes a test
 *   session, more make a race of 24 hours with a pace car in the pits
 * @start: how the session begins
 * @lap_start: with a rolling start, where on the lap the driven car begins,
 *   0 <= x < 1
 * @fuel_l: litres in the driven car's tank, > 0
 * @unevenness: how much laps differ: 0 not at all, 1 as a good driver's do
 * @with_360hz: whether the live shape has the _ST arrays
 * @awkward_text: whether names in the session text bring the encoding and
 *   quoting faults that real ones have
 * @event: what the cars take part in; all that follows but @n_seats and
 *   @awkward_rows is for events with race control
 * @n_classes: 1 to %RACE_SIM_MAX_CLASSES kinds of cars, the fastest in front
 * @n_seats: 1 to @n_cars drivers whose rows can be had
 * @race_s: seconds of racing after the green flag, 60 to 86400
 * @race_laps: laps the winner drives; 0: the race goes by @race_s
 * @practice_s: seconds of practice of a weekend, 0 none, up to 86400
 * @qualify_s: seconds of its qualifying session, 0 none, up to 86400
 * @trouble: how much goes wrong: 0 nothing, 1 as in a busy public race
 * @weather: what becomes of it
 * @team_drivers: 1 to 4 drivers who share a car
 * @invented_names: names made of syllables instead of "Driver 07"
 * @awkward_rows: holes in the CarIdx arrays, clock corrections of SessionTime
 *   and lap counters a row late, as real rows have
 *
 * What is simulated. Fill with race_sim_config_init() first.
 */
typedef struct {
  guint64 seed;
  const gchar *track;
  RaceSimShape shape;
  guint n_cars;
  RaceSimStart start;
  gdouble lap_start;
  gdouble fuel_l;
  gdouble unevenness;
  gboolean with_360hz;
  gboolean awkward_text;
  RaceSimEvent event;
  guint n_classes;
  guint n_seats;
  gdouble race_s;
  guint race_laps;
  gdouble practice_s;
  gdouble qualify_s;
  gdouble trouble;
  RaceSimWeather weather;
  guint team_drivers;
  gboolean invented_names;
  gboolean awkward_rows;
} RaceSimConfig;

/**
 * RaceSimError:
 * @RACE_SIM_ERROR_CONFIG: a value out of its range, or no such track
 * @RACE_SIM_ERROR_COMMAND: no such command, or not for this car now
 */
typedef enum {
  RACE_SIM_ERROR_CONFIG,
  RACE_SIM_ERROR_COMMAND,
} RaceSimError;

#define RACE_SIM_ERROR (race_sim_error_quark ())
GQuark race_sim_error_quark (void);

void race_sim_config_init (RaceSimConfig *config);

G_END_DECLS

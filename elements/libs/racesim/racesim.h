/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A racing simulator without pictures: rows and session text as iRacing writes
 * them, from cars and tracks of our own making. */
#pragma once

#include <glib.h>
#include <irsdk/irsdk-wellknown.h>

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

/* One index of the 64 belongs to the pace car. */
#define RACE_SIM_MAX_CARS 63
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
} RaceSimConfig;

/**
 * RaceSimVar:
 * @known: name, unit, description, type and count
 * @offset: first byte in the row
 *
 * One variable of a row.
 */
typedef struct {
  const IrsdkWellKnown *known;
  guint offset;
} RaceSimVar;

/**
 * RaceSimError:
 * @RACE_SIM_ERROR_CONFIG: a value out of its range, or no such track
 */
typedef enum {
  RACE_SIM_ERROR_CONFIG,
} RaceSimError;

#define RACE_SIM_ERROR (race_sim_error_quark ())
GQuark race_sim_error_quark (void);

typedef struct _RaceSim RaceSim;

void race_sim_config_init (RaceSimConfig *config);
RaceSim *race_sim_new (
    const RaceSimConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void race_sim_free (RaceSim *sim);

const RaceSimVar *race_sim_get_vars (const RaceSim *sim, guint *n_vars);
guint race_sim_get_row_bytes (const RaceSim *sim);
void race_sim_next_row (RaceSim *sim, guint8 *row);
gint64 race_sim_get_tick (const RaceSim *sim);
gdouble race_sim_get_session_time (const RaceSim *sim);
GBytes *race_sim_get_session_text (RaceSim *sim, guint *update);

const gchar *race_sim_track_name (guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSim, race_sim_free)

G_END_DECLS

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
 * @RACE_SIM_ERROR_COMMAND: no such command, or not for this car now
 */
typedef enum {
  RACE_SIM_ERROR_CONFIG,
  RACE_SIM_ERROR_COMMAND,
} RaceSimError;

#define RACE_SIM_ERROR (race_sim_error_quark ())
GQuark race_sim_error_quark (void);

typedef struct _RaceSim RaceSim;
typedef struct _RaceSimView RaceSimView;

void race_sim_config_init (RaceSimConfig *config);
RaceSim *race_sim_new (
    const RaceSimConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void race_sim_free (RaceSim *sim);

/* One driver, one shape: those of the configuration. */
const RaceSimVar *race_sim_get_vars (const RaceSim *sim, guint *n_vars);
guint race_sim_get_row_bytes (const RaceSim *sim);
void race_sim_next_row (RaceSim *sim, guint8 *row);
GBytes *race_sim_get_session_text (RaceSim *sim, guint *update);

/* Several drivers or shapes of the one race. */
RaceSimView *race_sim_view_new (RaceSim *sim, guint seat, RaceSimShape shape);
void race_sim_view_free (RaceSimView *view);
const RaceSimVar *race_sim_view_get_vars (
    const RaceSimView *view, guint *n_vars);
guint race_sim_view_get_row_bytes (const RaceSimView *view);
void race_sim_view_write_row (RaceSimView *view, guint8 *row);
GBytes *race_sim_view_get_session_text (RaceSimView *view, guint *update);

void race_sim_step (RaceSim *sim);
gint64 race_sim_get_tick (const RaceSim *sim);
gdouble race_sim_get_session_time (const RaceSim *sim);
gboolean race_sim_is_over (const RaceSim *sim);
guint race_sim_get_seat_car_idx (const RaceSim *sim, guint seat);
gboolean race_sim_command (RaceSim *sim, const gchar *command, gint car_idx,
    gdouble value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *race_sim_get_truth (const RaceSim *sim);

const gchar *race_sim_track_name (guint index);

/**
 * RaceSimPlace:
 * @x: metres to the east of the track's origin
 * @y: metres to the north
 * @z: metres up
 * @heading: rad, clockwise from north
 * @curvature: 1/m of heading per metre driven, positive in a left turn
 * @grade: rise per metre driven
 * @left_m: from the driven line to the left edge of the road
 * @right_m: to the right edge
 * @left_kerb_m: how wide the kerb beside the left edge is, 0 where none is
 * @right_kerb_m: and beside the right edge
 * @pit_m: how far to the left of the driven line (negative: right) the pit
 *   lane runs, 0 where there is none
 *
 * One place on the driven line. Lat and Lon of the disk shape are x and y by
 * the local radii of WGS84.
 */
typedef struct {
  gdouble x, y, z;
  gdouble heading, curvature, grade;
  gdouble left_m, right_m;
  gdouble left_kerb_m, right_kerb_m;
  gdouble pit_m;
} RaceSimPlace;

/**
 * RaceSimCar:
 * @car_idx: its CarIdx
 * @class_index: 0 the fastest class
 * @class_color: 0xrrggbb
 * @in_world: whether it is anywhere; otherwise the rest means nothing
 * @in_pit_lane: whether it is in the pit lane
 * @pct: LapDistPct, 0 <= x < 1
 * @beside_m: metres to the left of the driven line (negative: right); not the
 *   pit lane's own distance
 * @x: where it is, metres to the east of the track's origin
 * @y: metres to the north
 * @z: metres up
 * @heading: rad, clockwise from north, of its body
 * @speed: m/s
 *
 * One car as it is now.
 */
typedef struct {
  guint car_idx;
  guint class_index;
  guint32 class_color;
  gboolean in_world, in_pit_lane;
  gdouble pct, beside_m;
  gdouble x, y, z, heading, speed;
} RaceSimCar;

typedef struct _RaceSimTrack RaceSimTrack;

RaceSimTrack *race_sim_track_new (
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void race_sim_track_free (RaceSimTrack *track);
gdouble race_sim_track_get_length (const RaceSimTrack *track);
void race_sim_track_get_place (
    const RaceSimTrack *track, gdouble pct, RaceSimPlace *place);
guint race_sim_get_n_cars (const RaceSim *sim);
void race_sim_get_car (const RaceSim *sim, guint index, RaceSimCar *car);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSim, race_sim_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSimView, race_sim_view_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSimTrack, race_sim_track_free)

G_END_DECLS

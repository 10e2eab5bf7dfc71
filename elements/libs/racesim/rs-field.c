/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who takes part, and where everyone stands when a session begins. */
#include "rs-field.h"

#include "rs-random.h"

#include <math.h>

#define GRID_HOLD_S 5.0
#define GRID_ROW_M 8.0
/* Distance between cars of a rolling start without race control. */
#define ROLLING_GAP_M 55.0
#define PIT_STALL_M 70.0 /* before the line */
#define PIT_HOLD_S 4.0
/* Behind the pace car: rows of two, this far apart. */
#define CONVOY_ROW_M 11.0
/* A formation lap is cut to this on long tracks. */
#define PARADE_M 2500.0

/* Streams of independent numbers under the one seed. */
#define STREAM_DRIVER 0x51
#define STREAM_SKILL 0x52
#define STREAM_JOIN 0x56

/*
 * From 0.974 for the fastest of a class down to 0.925, evenly, shuffled a
 * little; a driver who is being watched without race control is a good one.
 */
static double
entry_skill (const RsRace *race, guint i, guint rank, guint n)
{
  const guint64 seed = race->config.seed;

  if (!rs_race_controlled (race) && race->seat_of[i] == 0)
    return 0.962 + 0.006 * rs_hash_unit (seed, STREAM_SKILL);
  return 0.974 - 0.045 * (n > 1 ? (double) rank / (n - 1) : 0)
         + 0.004 * rs_hash_unit (seed, STREAM_SKILL + 1 + i);
}

/* Boxes stand one behind the other, away from both ramps of the lane. */
static double
box_place (const RsRace *race, guint i)
{
  const RsTrackSpec *spec = race->track->spec;
  const double from = -spec->pit_entry_m * 0.62;
  const double to = spec->pit_exit_m * 0.55;

  if (!rs_race_controlled (race))
    return -MIN (PIT_STALL_M, spec->pit_entry_m * 0.6)
           + 6.0 * (race->seat_of[i] < 0 ? (double) (i % 8) : 0);
  return from + (to - from) * (i + 0.5) / race->n_cars;
}

static void
init_entry (RsRace *race, guint i)
{
  const guint n_classes = race->config.n_classes;
  const guint first = i * n_classes / race->n_cars;
  const guint from = (first * race->n_cars + n_classes - 1) / n_classes;
  const guint to = ((first + 1) * race->n_cars + n_classes - 1) / n_classes;
  RsEntry *entry = &race->cars[i];

  entry->class_index = first;
  entry->number = (int) i + 1;
  entry->grid = (int) i;
  entry->position = (int) i + 1;
  entry->class_position = (int) (i - from) + 1;
  entry->listed = TRUE;
  entry->n_drivers = (int) race->config.team_drivers;
  entry->drivers_so_far = 1;
  entry->start_fuel_l = rs_race_spec (race, first)->tank_l;
  if (race->seat_of[i] >= 0)
    entry->start_fuel_l = MIN (entry->start_fuel_l, race->config.fuel_l);
  entry->pit.box_s = rs_track_wrap (race->track, box_place (race, i));
  rs_car_init (&entry->car, race->track, rs_race_spec (race, first),
      entry->start_fuel_l);
  entry->car.coarse = race->seat_of[i] < 0;
  rs_driver_init (&entry->car.driver, race->track,
      rs_hash (race->config.seed, STREAM_DRIVER + 0x1000 * (i + 1)),
      entry_skill (race, i, i - from, to - from), race->config.unevenness);
  rs_field_renew (race, entry);
}

void
rs_field_init (RsRace *race)
{
  for (guint i = 0; i < race->n_cars; i++)
    init_entry (race, i);
}

/* Everything as before the first lap of a session; the place stays. */
void
rs_field_renew (RsRace *race, RsEntry *entry)
{
  rs_lap_init (&entry->timer, race->time_s);
  for (guint k = 0; k < RS_N_CAPS; k++)
    entry->cap[k] = (RsCap){ HUGE_VAL, 0 };
  entry->pit = (RsPit){ .box_s = entry->pit.box_s };
  entry->trouble = (RsTrouble){ .corner = -1 };
  entry->flags = RS_FLAG_SERVICEABLE;
  entry->gap_s = 0;
  entry->laps_led = 0;
  entry->go_s = 0;
  entry->done = entry->retired = entry->invalid_lap = FALSE;
  entry->tow_left_s = 0;
  entry->incidents = 0;
  entry->run_laps = entry->runs = 0;
  for (guint k = 0; k < RS_MAX_DRIVERS; k++)
    entry->incidents_of_driver[k] = 0;
  entry->last_incident = 0;
  entry->car.damage = 0;
  entry->car.burnt_l = 0;
  entry->car.fuel_l = entry->start_fuel_l;
  entry->car.spin = (RsSpin){ 0 };
  entry->car.beside = (RsBeside){ 0 };
  entry->car.aside_mps2 = 0;
  entry->car.beside_wanted_m = 0;
  entry->car.hold = entry->car.in_pit_lane = entry->car.in_stall = FALSE;
  entry->car.road_grip = 1;
  rs_car_new_tyres (&entry->car,
      rs_weather_declared_wet (&race->weather) ? RS_WET : RS_DRY, 40);
  entry->pit.compound = entry->car.compound;
  entry->pit.tyre_sets = 1;
  entry->car.road_grip = rs_weather_grip (&race->weather, entry->car.compound);
}

/* Stands there, braked, until that session time. */
void
rs_field_stand (RsRace *race, RsEntry *entry, double s, double until_s)
{
  entry->go_s = until_s;
  entry->car.hold = TRUE;
  entry->car.throttle = 0;
  entry->car.brake = 1;
  rs_car_plan (&entry->car, entry->timer.lap);
  rs_car_place (&entry->car, s, 0);
}

static void
place_rolling (RsRace *race, RsEntry *entry, int behind)
{
  const double s =
      race->config.lap_start * race->track->length_m - behind * ROLLING_GAP_M;

  rs_car_set_tyres (&entry->car, 78);
  rs_car_plan (&entry->car, 0);
  rs_car_place (
      &entry->car, s, rs_driver_target (&entry->car.driver, race->track, s));
}

/* Without race control: as the configuration says. */
void
rs_field_place_run (RsRace *race)
{
  const int first = (int) race->seats[0].entry;

  for (guint i = 0; i < race->n_cars; i++) {
    RsEntry *entry = &race->cars[i];

    if (race->config.start == RACE_SIM_START_GRID) {
      rs_car_set_tyres (&entry->car, 65);
      rs_field_stand (
          race, entry, -12.0 - GRID_ROW_M * i, race->time_s + GRID_HOLD_S);
    } else if (race->config.start == RACE_SIM_START_PIT
               && race->seat_of[i] >= 0) {
      entry->car.in_pit_lane = entry->car.in_stall = TRUE;
      rs_field_stand (race, entry, entry->pit.box_s, race->time_s + PIT_HOLD_S);
    } else {
      place_rolling (race, entry, (int) i - first);
    }
  }
}

/* Practice and qualifying: everyone in the box, out at their own time. */
void
rs_field_place_boxes (RsRace *race)
{
  const RsSession *session = &race->sessions[race->session];
  const double span = MIN (90, session->length_s * 0.2);

  for (guint i = 0; i < race->n_cars; i++) {
    RsEntry *entry = &race->cars[i];
    const guint64 key = i * 4 + race->session;
    const double u = rs_hash_unit (race->config.seed, STREAM_JOIN + key);
    const gboolean seat = race->seat_of[i] >= 0;
    double wait = 3 + span * (0.5 + 0.5 * u) * (seat ? 0.3 : 1);

    rs_field_renew (race, entry);
    entry->away = FALSE;
    entry->run_laps = session->kind == RS_QUALIFY ? 3 : 4 + (int) (i % 4);
    entry->car.in_pit_lane = entry->car.in_stall = TRUE;
    rs_field_stand (race, entry, entry->pit.box_s, race->time_s + wait);
    /* In practice some come to the server later than others. */
    if (session->kind == RS_PRACTICE && !seat && race->config.trouble > 0
        && i % 5 == 3) {
      entry->listed = FALSE;
      entry->away = TRUE;
      entry->back_s = race->time_s + span * (1 + u) / 2;
    }
  }
}

/* The race: a standing grid before the line, or two by two behind a pace car
 * that will lead them round to it. */
void
rs_field_place_grid (RsRace *race)
{
  const gboolean standing = race->config.start == RACE_SIM_START_GRID;
  const double length = race->track->length_m;
  const double queue = (race->n_cars + 1) / 2.0 * CONVOY_ROW_M;
  const double head =
      length - MIN (PARADE_M, length - queue - 40); /* of the first row */

  for (guint i = 0; i < race->n_cars; i++) {
    RsEntry *entry = &race->cars[i];
    const double side = entry->grid % 2 == 0 ? 2.4 : -2.4;

    rs_field_renew (race, entry);
    entry->away = entry->disconnected;
    entry->position = entry->grid + 1;
    if (entry->away)
      continue;
    rs_car_set_tyres (&entry->car, 60);
    entry->car.beside.m = entry->car.beside_wanted_m = side;
    rs_field_stand (race, entry,
        standing ? -12.0 - GRID_ROW_M * entry->grid
                 : head - CONVOY_ROW_M * (entry->grid / 2),
        HUGE_VAL);
  }
  race->pace = (RsPaceCar){ .s = rs_track_wrap (race->track, head + 30),
    .out = !standing };
}

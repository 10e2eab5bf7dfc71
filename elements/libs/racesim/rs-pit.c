/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pit stops: why, how a car gets to its box, and what is done there. */
#include "rs-pit.h"

#include "rs-field.h"
#include "rs-random.h"

#include <math.h>

/* The decision is due so far before the lane. */
#define DECIDE_M 420.0
/* Braking for the lane and for the box. */
#define ENTRY_MPS2 6.0
#define BOX_MPS2 3.0
/* The lane begins within this of its cone. */
#define CONE_M 2.0
#define FUEL_LPS 2.4
#define TYRES_S 16.0
#define SWAP_S 22.0
#define LEAST_S 3.0
/* Tread at which tyres must, or may as well, be changed. */
#define TREAD_MUST 0.25
#define TREAD_MAY 0.70

/* How often someone is too fast in the lane, at trouble 1. */
#define CHANCE_SPEEDING 0.02

#define STREAM_REST 0x91
#define STREAM_SPEEDING 0x92

static double
lane_start (const RsRace *race)
{
  return race->track->length_m - race->track->spec->pit_entry_m;
}

/* Litres a lap: as burnt so far, before that a guess by mass and length. */
static double
litres_a_lap (const RsRace *race, const RsEntry *entry)
{
  const double laps = entry->car.distance_m / race->track->length_m;

  if (entry->timer.completed >= 2)
    return entry->car.burnt_l / (entry->timer.completed + 0.5);
  return MAX (0.00062 * race->track->length_m,
      laps > 1 ? entry->car.burnt_l / laps : 0);
}

/* Laps this car still has to drive, its present one among them. */
static double
laps_left (const RsRace *race, const RsEntry *entry)
{
  const RsSession *session = &race->sessions[race->session];
  const double lap_s = race->reference_lap_s[entry->class_index];

  if (session->laps > 0)
    return session->laps - MAX (0, entry->timer.completed);
  return rs_race_remaining_s (race) / lap_s + 1.5;
}

static void
decide_in_race (RsRace *race, RsEntry *entry)
{
  RsPit *pit = &entry->pit;
  const double lap_l = litres_a_lap (race, entry);
  const double left = laps_left (race, entry);
  const double water = race->weather.water;
  const int best = rs_weather_grip (&race->weather, RS_WET)
                           > rs_weather_grip (&race->weather, RS_DRY) + 0.02
                       ? RS_WET
                   : water < 0.08 ? RS_DRY
                                  : entry->car.compound;

  if (entry->car.fuel_l < 1.4 * lap_l
      && entry->car.fuel_l < (left + 0.2) * lap_l)
    pit->wants |= RS_PIT_FUEL;
  pit->compound = best;
  if ((rs_car_tread (&entry->car) < TREAD_MUST || best != entry->car.compound)
      && left > 2)
    pit->wants |= RS_PIT_TYRES;
  if ((entry->flags & RS_FLAG_REPAIR) != 0)
    pit->wants |= RS_PIT_REPAIR;
  if ((entry->flags & RS_FLAG_BLACK) != 0 && pit->wants == 0)
    pit->wants |= RS_PIT_DRIVE_THROUGH;
  if ((pit->wants & RS_PIT_FUEL) != 0) {
    if (rs_car_tread (&entry->car) < TREAD_MAY)
      pit->wants |= RS_PIT_TYRES;
    if (entry->n_drivers > 1)
      pit->wants |= RS_PIT_SWAP;
  }
}

/* Comes in this lap? Adds to what it wants of a stop. */
static void
decide (RsRace *race, RsEntry *entry)
{
  if (entry->done)
    entry->pit.wants = RS_PIT_PARK;
  else if (rs_race_kind (race) == RS_RACE || rs_race_kind (race) == RS_TESTING)
    decide_in_race (race, entry);
  else if (race->state == RS_STATE_CHECKERED || entry->run_laps <= 0)
    entry->pit.wants |= RS_PIT_CALLED;
}

/* How much a stop will take, by what is wanted. */
static double
service_time (RsRace *race, RsEntry *entry)
{
  RsPit *pit = &entry->pit;
  const double need =
      litres_a_lap (race, entry) * (laps_left (race, entry) + 0.6);
  double time_s = LEAST_S;

  pit->fuel_goal_l = entry->car.fuel_l;
  pit->fuel_rate_lps = FUEL_LPS;
  if ((pit->wants & (RS_PIT_FUEL | RS_PIT_CALLED)) != 0)
    pit->fuel_goal_l =
        MAX (entry->car.fuel_l, MIN (entry->car.spec->tank_l, need));
  time_s =
      MAX (time_s, (pit->fuel_goal_l - entry->car.fuel_l) / pit->fuel_rate_lps);
  if ((pit->wants & RS_PIT_TYRES) != 0)
    time_s = MAX (time_s, TYRES_S);
  if ((pit->wants & RS_PIT_SWAP) != 0)
    time_s = MAX (time_s, SWAP_S);
  pit->repair_left_s =
      (pit->wants & RS_PIT_REPAIR) != 0 ? 10 + 60 * entry->car.damage : 0;
  return MAX (time_s, pit->repair_left_s);
}

/* Begins the work, or the rest of the day; the car stands in its box. */
void
rs_pit_serve (RsRace *race, RsEntry *entry)
{
  RsPit *pit = &entry->pit;

  entry->car.in_stall = entry->car.hold = TRUE;
  entry->go_s = HUGE_VAL;
  if ((pit->wants & RS_PIT_PARK) != 0)
    return;
  pit->service_s = pit->service_left_s = service_time (race, entry);
  pit->serving = TRUE;
  rs_race_note (race, "pit-stop", entry, pit->wants);
}

/* Puts the car into its box, out of nowhere. */
void
rs_pit_stand_in_box (RsRace *race, RsEntry *entry)
{
  for (guint k = 0; k < RS_N_CAPS; k++)
    entry->cap[k] = (RsCap){ HUGE_VAL, 0 };
  entry->car.beside = (RsBeside){ 0 };
  entry->car.aside_mps2 = 0;
  entry->car.beside_wanted_m = 0;
  entry->car.in_pit_lane = entry->car.in_stall = TRUE;
  entry->car.off_track = FALSE;
  rs_field_stand (race, entry, entry->pit.box_s, HUGE_VAL);
}

static void
swap_driver (RsRace *race, RsEntry *entry)
{
  entry->driver = (entry->driver + 1) % entry->n_drivers;
  entry->drivers_so_far = MIN (entry->drivers_so_far + 1, entry->n_drivers);
  race->text_dirty = TRUE;
  rs_race_note (race, "driver", entry, entry->driver);
}

static void
finish_service (RsRace *race, RsEntry *entry)
{
  RsPit *pit = &entry->pit;
  const gboolean session_of_runs =
      rs_race_kind (race) == RS_PRACTICE || rs_race_kind (race) == RS_QUALIFY;
  const guint64 key = (guint64) entry->runs * RS_MAX_CARS + entry->grid;

  pit->serving = FALSE;
  pit->stops++;
  if ((pit->wants & RS_PIT_TYRES) != 0 || session_of_runs) {
    rs_car_new_tyres (&entry->car, pit->compound, 45);
    pit->tyre_sets++;
    rs_race_note (race, "tyres", entry, pit->compound);
  }
  if ((pit->wants & RS_PIT_REPAIR) != 0 || session_of_runs) {
    entry->car.damage = 0;
    rs_race_set_car_flags (race, entry, 0, RS_FLAG_REPAIR);
  }
  if ((pit->wants & RS_PIT_SWAP) != 0 && entry->n_drivers > 1)
    swap_driver (race, entry);
  entry->go_s = race->time_s;
  if (session_of_runs && race->state != RS_STATE_RACING)
    entry->go_s = HUGE_VAL;
  else if (session_of_runs)
    entry->go_s +=
        15 + 25 * (1 + rs_hash_unit (race->config.seed + STREAM_REST, key));
  entry->runs++;
  entry->run_laps = 3 + (int) (entry->runs + entry->number) % 4;
  entry->pit.decided_lap = -1;
  pit->wants = 0;
  entry->car.road_grip = rs_weather_grip (&race->weather, entry->car.compound);
  rs_car_plan (&entry->car, entry->timer.lap);
  rs_race_note (race, "pit-done", entry, pit->service_s);
}

static void
work (RsRace *race, RsEntry *entry, double dt)
{
  RsPit *pit = &entry->pit;
  RsCar *car = &entry->car;

  pit->service_left_s -= dt;
  pit->repair_left_s = MAX (0, pit->repair_left_s - dt);
  if (car->fuel_l < pit->fuel_goal_l) {
    const double add =
        MIN (pit->fuel_rate_lps * dt, pit->fuel_goal_l - car->fuel_l);

    car->fuel_l += add;
    pit->fuel_added_l += add;
  }
  if (pit->service_left_s <= 0)
    finish_service (race, entry);
}

/* In the lane: to the box, into it, or straight on. */
static void
drive_in_lane (RsRace *race, RsEntry *entry, double dt)
{
  RsCap *cap = &entry->cap[RS_CAP_PIT];
  RsCar *car = &entry->car;
  double left = rs_track_wrap (race->track, entry->pit.box_s - car->s);

  *cap = (RsCap){ HUGE_VAL, 0 };
  if (entry->pit.serving) {
    work (race, entry, dt);
    return;
  }
  if (entry->pit.wants == 0 || entry->pit.through || car->hold)
    return;
  if (left > race->track->length_m - 6)
    left = 0;
  if (left > race->track->length_m / 2)
    return;
  cap->mps = sqrt (2 * BOX_MPS2 * left);
  cap->accel = car->speed > cap->mps - 1 ? -BOX_MPS2 : 0;
  if (left < 1.2 && car->speed < 1.5) {
    car->speed = car->speed < 0.4 ? 0 : car->speed;
    cap->mps = cap->accel = 0;
    if (car->speed == 0)
      rs_pit_serve (race, entry);
  }
}

static void
leave_lane (RsRace *race, RsEntry *entry)
{
  rs_race_note (race, "pit-out", entry, 0);
  if (entry->pit.through) {
    entry->pit.through = FALSE;
    entry->pit.drive_throughs++;
    entry->pit.wants &= ~(guint) RS_PIT_DRIVE_THROUGH;
    rs_race_set_car_flags (race, entry, 0, RS_FLAG_BLACK);
    rs_race_note (race, "drive-through", entry, entry->pit.drive_throughs);
  }
  entry->trouble.was_off = FALSE;
}

/* A drive-through penalty, to be served within three laps. */
void
rs_pit_penalise (RsRace *race, RsEntry *entry)
{
  if ((entry->flags & RS_FLAG_BLACK) != 0)
    return;
  entry->black_lap = entry->timer.lap;
  rs_race_note (race, "penalty", entry, 0);
  rs_race_set_car_flags (race, entry, RS_FLAG_BLACK, 0);
}

/* Now and then the limiter is on too late; that costs a drive-through. */
static void
watch_speed (RsRace *race, RsEntry *entry)
{
  const guint64 key =
      (guint64) entry->timer.lap * RS_MAX_CARS + (guint64) (entry - race->cars);
  const double u =
      0.5 + 0.5 * rs_hash_unit (race->config.seed + STREAM_SPEEDING, key);

  if (race->state != RS_STATE_RACING || rs_race_kind (race) != RS_RACE
      || !rs_race_controlled (race) || entry->pit.through
      || u >= CHANCE_SPEEDING * race->config.trouble)
    return;
  rs_race_note (race, "speeding", entry, 0);
  rs_pit_penalise (race, entry);
}

static void
approach_lane (RsRace *race, RsEntry *entry)
{
  const double limit = race->track->spec->pit_speed_kph / 3.6 - 0.6;
  const double left =
      rs_track_wrap (race->track, lane_start (race) - entry->car.s);
  const double past = race->track->length_m - left;
  RsCap *cap = &entry->cap[RS_CAP_PIT];

  *cap = (RsCap){ HUGE_VAL, 0 };
  if (left < DECIDE_M && entry->pit.decided_lap != entry->timer.lap
      && race->state != RS_STATE_PARADE) {
    entry->pit.decided_lap = entry->timer.lap;
    decide (race, entry);
  }
  if (entry->pit.wants == 0 || race->state == RS_STATE_PARADE)
    return;
  if (left < DECIDE_M) {
    cap->mps = sqrt (limit * limit + 2 * ENTRY_MPS2 * left);
    cap->accel = entry->car.speed > cap->mps - 2 ? -ENTRY_MPS2 : 0;
  } else if (past < CONE_M && entry->car.speed < limit + 4) {
    /* Called in too late or too fast: the next time round. */
    entry->car.in_pit_lane = TRUE;
    entry->car.beside_wanted_m = 0;
    entry->pit.through = entry->pit.wants == RS_PIT_DRIVE_THROUGH;
    rs_race_note (race, "pit-in", entry, entry->pit.wants);
    watch_speed (race, entry);
  }
}

/* One row of a car in the world. */
void
rs_pit_step (RsRace *race, RsEntry *entry, double dt)
{
  const gboolean was_in = entry->pit.decided_lap == -2;

  if (entry->car.in_pit_lane) {
    entry->pit.decided_lap = -2;
    drive_in_lane (race, entry, dt);
    return;
  }
  if (was_in) {
    entry->pit.decided_lap = -1;
    leave_lane (race, entry);
  }
  approach_lane (race, entry);
}

/* irsdk_PitSvStatus: 0 none, 1 in progress, 2 complete. */
int
rs_pit_status (const RsEntry *entry)
{
  if (entry->pit.serving)
    return 1;
  return entry->car.in_stall && entry->pit.stops > 0 ? 2 : 0;
}

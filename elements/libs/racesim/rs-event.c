/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An event from its configuration to its last tick: what happens in which order.
 */
#include "rs-event.h"

#include "rs-control.h"
#include "rs-debris.h"
#include "rs-field.h"
#include "rs-pit.h"
#include "rs-random.h"
#include "rs-sessions.h"
#include "rs-traffic.h"
#include "rs-trouble.h"

#include <math.h>

/* The session text changes at most this often. */
#define TEXT_PAUSE_S 2.0

#define STREAM_ROAD 0x53
#define STREAM_LATE 0x54

static void
init_reference (RsRace *race, guint class_index)
{
  const RsCarSpec *spec = rs_race_spec (race, class_index);
  RsDriver driver = { 0 };
  const RsPlan plan = {
    .mass_kg = spec->mass_kg + 0.4 * spec->tank_l * spec->fuel_kg_per_l,
    .grip = 0.99,
  };

  race->reference_s[class_index] = g_new (double, race->track->n + 1);
  rs_driver_init (&driver, race->track, 1, 0.962, 0);
  rs_driver_plan (&driver, race->track, spec, &plan);
  race->reference_lap_s[class_index] = rs_driver_lap_times (
      &driver, race->track, race->reference_s[class_index]);
  rs_driver_clear (&driver);
}

/* Spreads the seats over the field; the first is the seventh car. */
static void
init_seats (RsRace *race)
{
  const guint n = race->n_cars;

  race->n_seats = race->config.n_seats;
  race->seats = g_new0 (RsSeat, race->n_seats);
  for (guint i = 0; i < RS_MAX_CARS; i++)
    race->seat_of[i] = -1;
  for (guint k = 0; k < race->n_seats; k++) {
    guint i = (MIN (6, n - 1) + k * n / race->n_seats) % n;

    while (race->seat_of[i] >= 0)
      i = (i + 1) % n;
    race->seats[k].entry = i;
    race->seat_of[i] = (gint8) k;
  }
}

static void
take_config (RsRace *race, const RaceSimConfig *config, const RsTrackSpec *spec)
{
  race->config = *config;
  race->config.track = spec->name;
  race->track = rs_track_new (spec);
  race->n_cars = config->n_cars;
  race->first_idx = config->n_cars > 1 ? 1 : 0;
  race->tick = 1;
  race->time_s = race->begin_s = RS_TICK_S;
  race->first_at = g_array_new (FALSE, TRUE, sizeof (double));
  race->best_car = race->leader = -1;
  race->text_update = 1;
  race->green_s = race->caution_s = race->red_s = -1;
  race->log = rs_log_new ();
}

static gboolean
in_range (double value, double low, double high)
{
  return value >= low && value <= high;
}

/* What is wrong with a configuration, in words; NULL if nothing is. */
static char *
find_fault (const RaceSimConfig *c)
{
  const double tank_l = rs_car_spec_default ()->tank_l;

  if (c->n_cars < 1 || c->n_cars > RACE_SIM_MAX_CARS)
    return g_strdup_printf (
        "%u cars (1 to %u)", c->n_cars, (guint) RACE_SIM_MAX_CARS);
  if (!(c->lap_start >= 0 && c->lap_start < 1))
    return g_strdup_printf (
        "from lap fraction %g (0 to less than 1)", c->lap_start);
  if (!(c->fuel_l > 0 && c->fuel_l <= tank_l))
    return g_strdup_printf ("%g l of fuel (up to %g)", c->fuel_l, tank_l);
  if (!in_range (c->unevenness, 0, 1))
    return g_strdup_printf ("unevenness %g (0 to 1)", c->unevenness);
  if (c->n_seats < 1 || c->n_seats > c->n_cars)
    return g_strdup_printf (
        "%u drivers of %u cars (1 to all)", c->n_seats, c->n_cars);
  if (c->n_classes < 1 || c->n_classes > MIN (RS_MAX_CLASSES, c->n_cars))
    return g_strdup_printf ("%u classes (1 to %u, and a car in each)",
        c->n_classes, (guint) RS_MAX_CLASSES);
  if (c->event != RACE_SIM_EVENT_RUN && c->n_cars < 2)
    return g_strdup ("a race of one car (2 or more)");
  if (!in_range (c->race_s, 60, 86400) || c->race_laps > 10000)
    return g_strdup_printf (
        "a race of %g s (60 to 86400) or %u laps (up to 10000)", c->race_s,
        c->race_laps);
  if (!in_range (c->practice_s, 0, 86400) || !in_range (c->qualify_s, 0, 86400))
    return g_strdup_printf (
        "practice of %g s and qualifying of %g s (0 to 86400)", c->practice_s,
        c->qualify_s);
  if (!in_range (c->trouble, 0, 1))
    return g_strdup_printf ("trouble %g (0 to 1)", c->trouble);
  if (c->team_drivers < 1 || c->team_drivers > RS_MAX_DRIVERS)
    return g_strdup_printf (
        "%u drivers a car (1 to %u)", c->team_drivers, (guint) RS_MAX_DRIVERS);
  return NULL;
}

/* Returns a new event before its first row, or NULL with an error. */
RsRace *
rs_event_new (const RaceSimConfig *config, GError **error)
{
  const RsTrackSpec *spec = rs_track_spec_find (config->track);
  g_autofree char *fault = find_fault (config);
  RsRace *race;

  if (spec == NULL) {
    g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG,
        "there is no track '%s' (pitbox-sim --list-tracks shows all)",
        config->track);
    return NULL;
  }
  if (fault != NULL) {
    g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG,
        "cannot simulate %s", fault);
    return NULL;
  }
  race = g_new0 (RsRace, 1);
  take_config (race, config, spec);
  rs_weather_init (&race->weather, config);
  for (guint k = 0; k < config->n_classes; k++)
    init_reference (race, k);
  init_seats (race);
  rs_field_init (race);
  rs_sessions_init (race);
  for (guint k = 0; k < race->n_seats; k++)
    rs_seat_init (&race->seats[k], race->seats[k].entry,
        &race->cars[race->seats[k].entry].car,
        rs_hash (config->seed, STREAM_ROAD));
  return race;
}

void
rs_event_free (RsRace *race)
{
  if (race == NULL)
    return;
  for (guint i = 0; i < race->n_cars; i++)
    rs_car_clear (&race->cars[i].car);
  for (guint i = 0; i < race->n_sessions; i++)
    g_clear_pointer (&race->sessions[i].results, g_array_unref);
  for (guint k = 0; k < RS_MAX_CLASSES; k++)
    g_free (race->reference_s[k]);
  g_array_unref (race->first_at);
  rs_log_free (race->log);
  g_free (race->seats);
  rs_track_free (race->track);
  g_free (race);
}

static void
finish_lap (RsRace *race, RsEntry *entry, double cross_s)
{
  const guint i = (guint) (entry - race->cars);
  const guint64 key = (guint64) entry->timer.lap * RS_MAX_CARS + i;
  /* Seen in real files: 5 to 111 rows. */
  const int late =
      5 + (int) (rs_hash (race->config.seed + STREAM_LATE, key) % 107);
  guint laps;

  rs_lap_cross (&entry->timer, cross_s, late, !entry->invalid_lap);
  entry->invalid_lap = FALSE;
  if (entry->timer.completed > 0) {
    const RsLapRecord record = {
      .time_s = entry->timer.late_time_s,
      .cross_s = cross_s,
      .tick = race->tick + 1,
      .lap = entry->timer.completed,
      .car_idx = rs_race_car_idx (race, entry),
      .session = race->session,
    };
    g_array_append_val (race->log->laps, record);
  }
  laps = (guint) entry->timer.completed;
  if (laps >= race->first_at->len) {
    const int i_am = (int) i;

    g_array_append_val (race->first_at, cross_s);
    race->lead_changes += race->leader >= 0 && race->leader != i_am;
    race->leader = i_am;
    entry->laps_led +=
        laps > 0 && rs_race_kind (race) == RS_RACE && !entry->done;
  }
  entry->gap_s = cross_s - g_array_index (race->first_at, double, laps);
  rs_control_crossed (race, entry, cross_s);
  rs_car_plan (&entry->car, entry->timer.lap);
  rs_race_rank (race);
  race->text_dirty = TRUE;
}

static void
choose_cap (RsEntry *entry)
{
  const RsCap *least = &entry->cap[0];

  for (guint k = 1; k < RS_N_CAPS; k++)
    if (entry->cap[k].mps < least->mps)
      least = &entry->cap[k];
  entry->car.cap_mps = least->mps;
  entry->car.cap_accel = least->accel;
}

static void
step_car (RsRace *race, guint i)
{
  RsEntry *entry = &race->cars[i];
  RsSeat *seat = race->seat_of[i] >= 0 ? &race->seats[race->seat_of[i]] : NULL;
  const guint steps = seat != NULL ? RS_SUBSTEPS : 1;
  const double dt = RS_TICK_S / steps;

  if (entry->car.hold && race->time_s >= entry->go_s && !entry->pit.serving) {
    entry->car.hold = FALSE;
    if (entry->timer.lap == 0)
      entry->timer.start_s = race->time_s;
  }
  choose_cap (entry);
  for (guint k = 0; k < steps; k++) {
    rs_car_step (&entry->car, dt);
    if (seat != NULL)
      rs_seat_sample (seat, &entry->car, k, dt);
    if (entry->car.crossing_s >= 0)
      finish_lap (race, entry, race->time_s + k * dt + entry->car.crossing_s);
  }
}

static void
note_best (RsRace *race, guint i)
{
  const RsLapTimer *timer = &race->cars[i].timer;

  if (timer->best_s > 0
      && (race->best_car < 0
          || timer->best_s < race->cars[race->best_car].timer.best_s))
    race->best_car = (int) i;
}

static void
step_text (RsRace *race)
{
  if (!race->text_dirty || fabs (race->time_s - race->text_s) < TEXT_PAUSE_S)
    return;
  race->text_update++;
  race->text_s = race->time_s;
  race->text_dirty = FALSE;
}

static void
step_field (RsRace *race)
{
  for (guint i = 0; i < race->n_cars; i++) {
    RsEntry *entry = &race->cars[i];

    rs_trouble_step (race, entry, RS_TICK_S);
    if (entry->away)
      continue;
    rs_pit_step (race, entry, RS_TICK_S);
    step_car (race, i);
  }
}

/* Goes on by one tick. */
void
rs_event_step (RsRace *race)
{
  int lap[RS_MAX_CARS];
  const guint session = race->session;

  for (guint k = 0; k < race->n_seats; k++)
    lap[k] = race->cars[race->seats[k].entry].timer.lap;
  rs_control_step (race);
  rs_debris_step (race);
  if (race->session != session)
    for (guint k = 0; k < race->n_seats; k++)
      lap[k] = 0;
  rs_weather_step (&race->weather, &race->config,
      (double) race->tick * RS_TICK_S, RS_TICK_S);
  rs_traffic_step (race);
  step_field (race);
  race->tick++;
  race->time_s += RS_TICK_S;
  if (race->session == 0)
    race->time_s = (double) race->tick * RS_TICK_S;
  for (guint i = 0; i < race->n_cars; i++) {
    rs_lap_tick (&race->cars[i].timer);
    note_best (race, i);
  }
  for (guint k = 0; k < race->n_seats; k++)
    rs_seat_step (&race->seats[k], &race->cars[race->seats[k].entry],
        race->time_s, lap[k], RS_TICK_S);
  step_text (race);
}

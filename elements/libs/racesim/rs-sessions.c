/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sessions of an event: how each begins, ends, and hands on to the next. */
#include "rs-sessions.h"

#include "rs-field.h"

#include <math.h>

static void
begin_session (RsRace *race, guint number)
{
  const gboolean first = number == 0;
  RsSession *session = &race->sessions[number];

  race->session = number;
  if (!first)
    race->time_s = 0;
  race->text_s = -1e9;
  race->green_s = race->leader_s = race->caution_s = race->red_s = -1;
  race->leader = race->best_car = -1;
  race->lead_changes = race->cautions = race->caution_laps = 0;
  race->flags = RS_FLAG_START_HIDDEN;
  race->n_debris = 0;
  race->pace = (RsPaceCar){ .s = race->track->spec->pit_exit_m * 0.3 };
  g_array_set_size (race->first_at, 0);
  session->first_tick = first ? 1 : race->tick + 1;
  if (session->kind == RS_RACE) {
    for (guint i = 0; i < race->n_cars; i++) {
      rs_field_renew (race, &race->cars[i]);
      race->cars[i].away = TRUE;
      race->cars[i].back_s = HUGE_VAL;
    }
    rs_race_set_state (race, RS_STATE_GET_IN_CAR);
  } else {
    rs_field_place_boxes (race);
    session->green_tick = session->first_tick;
    race->green_s = race->time_s;
    rs_race_set_state (race, RS_STATE_RACING);
  }
  for (guint k = 0; k < race->n_seats; k++) {
    rs_seat_begin (&race->seats[k]);
    race->seats[k].blank_rows = first ? 1 : 90;
  }
}

static void
add_session (RsRace *race, RsSessionKind kind, double length_s, guint laps)
{
  race->sessions[race->n_sessions++] =
      (RsSession){ .kind = kind, .length_s = length_s, .laps = laps };
}

/* Plans the sessions and begins the first. */
void
rs_sessions_init (RsRace *race)
{
  const RaceSimConfig *c = &race->config;

  if (!rs_race_controlled (race)) {
    if (race->n_cars > 1)
      add_session (race, RS_RACE, 86400, 0);
    else
      add_session (race, RS_TESTING, RS_UNLIMITED_S, 0);
    race->flags = RS_FLAG_START_HIDDEN;
    race->state = RS_STATE_RACING;
    race->sessions[0].first_tick = race->sessions[0].green_tick = 1;
    race->pace.s = race->track->spec->pit_exit_m * 0.3;
    rs_field_place_run (race);
    for (guint k = 0; k < race->n_seats; k++)
      race->seats[k].blank_rows = 1;
    return;
  }
  if (c->event == RACE_SIM_EVENT_WEEKEND && c->practice_s > 0)
    add_session (race, RS_PRACTICE, c->practice_s, 0);
  if (c->event == RACE_SIM_EVENT_WEEKEND && c->qualify_s > 0)
    add_session (race, RS_QUALIFY, c->qualify_s, 0);
  add_session (race, RS_RACE, c->race_laps > 0 ? RS_UNLIMITED_S : c->race_s,
      c->race_laps);
  begin_session (race, 0);
}

static gint
compare_results (gconstpointer a, gconstpointer b)
{
  return ((const RsResult *) a)->position - ((const RsResult *) b)->position;
}

/* Notes how the running session ended. */
void
rs_sessions_take_results (RsRace *race)
{
  RsSession *session = &race->sessions[race->session];

  rs_race_rank (race);
  session->results = g_array_new (FALSE, FALSE, sizeof (RsResult));
  for (guint i = 0; i < race->n_cars; i++) {
    const RsEntry *e = &race->cars[i];
    const RsResult result = {
      .entry = i,
      .position = e->position,
      .class_position = e->class_position,
      .laps = MAX (e->done ? e->done_laps : e->timer.completed, 0),
      .laps_led = e->laps_led,
      .best_lap = e->timer.best_lap,
      .best_s = e->timer.best_s,
      .last_s = e->timer.last_s,
      .gap_s = e->gap_s,
      .incidents = e->incidents,
      .stops = e->pit.stops,
      .drive_throughs = e->pit.drive_throughs,
      .drivers_so_far = e->drivers_so_far,
      .fuel_added_l = e->pit.fuel_added_l,
      .fuel_burnt_l = e->car.burnt_l,
      .retired = e->retired,
    };
    g_array_append_val (session->results, result);
  }
  g_array_sort (session->results, compare_results);
}

/* Qualifying decides on the grid, class by class. */
static void
make_grid (RsRace *race)
{
  for (guint i = 0; i < race->n_cars; i++)
    race->cars[i].best_qualify_s =
        race->cars[i].timer.best_s > 0 ? race->cars[i].timer.best_s : 1e6;
  int grid[RS_MAX_CARS];

  for (guint i = 0; i < race->n_cars; i++) {
    const RsEntry *a = &race->cars[i];

    grid[i] = 0;
    for (guint j = 0; j < race->n_cars; j++) {
      const RsEntry *b = &race->cars[j];

      grid[i] += b->class_index < a->class_index
                 || (b->class_index == a->class_index
                     && (b->best_qualify_s < a->best_qualify_s
                         || (b->best_qualify_s == a->best_qualify_s && j < i)));
    }
  }
  for (guint i = 0; i < race->n_cars; i++)
    race->cars[i].grid = grid[i];
}

/* Goes on to the next session; after the last the event is over. */
void
rs_sessions_end (RsRace *race)
{
  race->sessions[race->session].last_tick = race->tick;
  if (rs_race_kind (race) == RS_QUALIFY)
    make_grid (race);
  if (race->session + 1 < race->n_sessions)
    begin_session (race, race->session + 1);
  else
    race->over = TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Race control: sessions one after the other, start, flags, finish. */
#include "rs-control.h"

#include "rs-debris.h"
#include "rs-field.h"
#include "rs-sessions.h"
#include "rs-traffic.h"

#include <math.h>

/* How long drivers have to get in, to line up, and to see five lights. */
#define GET_IN_CAR_S 5.0
#define WARMUP_S 5.0
#define LIGHTS_S 5.0
#define GREEN_SHOWN_S 10.0
/* The leader this far before the line gets the green. */
#define GREEN_BEFORE_M 60.0
#define FINISH_WAIT_S 150.0
#define COOL_DOWN_S 8.0
#define CAUTION_WAVING_S 8.0
#define CAUTION_LAPS 2
/* Time to bring everyone to a halt and to clear the road. */
#define RED_S 45.0

/* Takes the flag: what comes after does not count. */
static void
finish (RsRace *race, RsEntry *entry)
{
  if (entry->done)
    return;
  entry->done = TRUE;
  entry->done_laps = entry->timer.completed;
  entry->done_cross_s = entry->timer.cross_s;
  entry->pit.wants = RS_PIT_PARK;
  rs_race_note (race, "finish", entry, entry->timer.completed);
}

static void
show_checkered (RsRace *race)
{
  RsSession *session = &race->sessions[race->session];

  session->checkered_tick = race->tick + 1;
  rs_race_set_flags (race, RS_FLAG_CHECKERED | RS_FLAG_START_HIDDEN);
  rs_race_set_state (race, RS_STATE_CHECKERED);
}

static double
expected_lap_s (const RsRace *race, const RsEntry *leader)
{
  return leader->timer.late_time_s > 0
             ? leader->timer.late_time_s
             : race->reference_lap_s[leader->class_index];
}

/* The leader has begun a lap: is it the last one, or was it? */
static void
leader_crossed (RsRace *race, RsEntry *entry, double cross_s)
{
  const RsSession *session = &race->sessions[race->session];
  const int laps = entry->timer.completed;
  guint32 flags =
      race->flags & ~(guint32) (RS_FLAG_TEN_TO_GO | RS_FLAG_FIVE_TO_GO);
  gboolean last;

  race->leader_s = cross_s;
  if (race->caution_s >= 0)
    race->caution_laps++;
  if (session->laps > 0 ? laps >= (int) session->laps
                        : (race->flags & RS_FLAG_WHITE) != 0) {
    show_checkered (race);
    finish (race, entry);
    return;
  }
  last = session->laps > 0
             ? laps + 1 == (int) session->laps
             : cross_s - race->green_s + expected_lap_s (race, entry)
                   >= session->length_s;
  if (last)
    flags |= RS_FLAG_WHITE;
  if (session->laps > 10 && laps + 10 == (int) session->laps)
    flags |= RS_FLAG_TEN_TO_GO;
  if (session->laps > 5 && laps + 5 == (int) session->laps)
    flags |= RS_FLAG_FIVE_TO_GO;
  rs_race_set_flags (race, flags);
}

/* A car has passed the line; its timer knows. */
void
rs_control_crossed (RsRace *race, RsEntry *entry, double cross_s)
{
  const gboolean leads =
      race->leader == (int) (entry - race->cars)
      && entry->timer.completed + 1 == (int) race->first_at->len;

  if (!rs_race_controlled (race))
    return;
  if (race->state == RS_STATE_CHECKERED)
    finish (race, entry);
  else if (race->state == RS_STATE_RACING && rs_race_kind (race) == RS_RACE
           && leads && entry->timer.completed > 0)
    leader_crossed (race, entry, cross_s);
}

static void
go_green (RsRace *race)
{
  race->sessions[race->session].green_tick = race->tick + 1;
  race->green_s = race->time_s;
  rs_race_set_flags (race, RS_FLAG_START_GO | RS_FLAG_GREEN);
  rs_race_set_state (race, RS_STATE_RACING);
  for (guint i = 0; i < race->n_cars; i++) {
    race->cars[i].go_s = race->time_s;
    race->cars[i].cap[RS_CAP_CONTROL].mps = HUGE_VAL;
  }
}

/* The first car behind the pace car, or NULL. */
static const RsEntry *
head_of_convoy (const RsRace *race)
{
  const RsEntry *head = NULL;
  double least = HUGE_VAL;

  for (guint k = 0; k < race->n_order; k++) {
    const RsEntry *e = &race->cars[race->order[k]];
    const double gap = rs_track_wrap (race->track, race->pace.s - e->car.s);

    if (gap < least) {
      least = gap;
      head = e;
    }
  }
  return head;
}

static void
step_pace_car (RsRace *race)
{
  RsPaceCar *pace = &race->pace;
  const RsTrackSpec *spec = race->track->spec;
  const double want = race->red_s >= 0               ? 0
                      : race->track->length_m < 1500 ? 19
                                                     : 24;
  const double entry_m = race->track->length_m - spec->pit_entry_m;

  if (!pace->out)
    return;
  pace->speed += CLAMP (want - pace->speed, -0.05, 0.04);
  pace->s = rs_track_wrap (race->track, pace->s + pace->speed * RS_TICK_S);
  if ((race->flags & RS_FLAG_ONE_TO_GREEN) != 0 && pace->s > entry_m - 20
      && pace->s < entry_m + 200) {
    pace->out = FALSE;
    pace->leaving = TRUE;
    pace->s = spec->pit_exit_m * 0.3;
    pace->speed = 0;
  }
}

static void
step_parade (RsRace *race)
{
  const double length = race->track->length_m;
  const double since = race->time_s - race->state_s;

  if (race->config.start == RACE_SIM_START_GRID) {
    rs_race_set_flags (
        race, since < LIGHTS_S - 3 ? RS_FLAG_START_READY : RS_FLAG_START_SET);
    if (since >= LIGHTS_S)
      go_green (race);
    return;
  }
  if (since > 3 && race->pace.s > length * 0.3)
    rs_race_set_flags (race, RS_FLAG_ONE_TO_GREEN | RS_FLAG_START_READY);
  for (guint k = 0; k < race->n_order; k++) {
    const RsEntry *e = &race->cars[race->order[k]];

    if (e->car.s > length - GREEN_BEFORE_M && e->car.speed > 5) {
      go_green (race);
      return;
    }
  }
}

static void
begin_parade (RsRace *race)
{
  rs_race_set_state (race, RS_STATE_PARADE);
  if (race->config.start == RACE_SIM_START_GRID)
    return;
  for (guint i = 0; i < race->n_cars; i++)
    race->cars[i].go_s = race->time_s;
}

/* Sends the pace car out in front of the leader. FALSE: not any more. */
static gboolean
neutralise (RsRace *race, guint32 flags)
{
  const RsEntry *leader;

  if (race->leader < 0 || (race->flags & RS_FLAG_WHITE) != 0)
    return FALSE;
  leader = &race->cars[race->leader];
  if (race->caution_s < 0)
    race->cautions++;
  race->caution_s = race->time_s;
  race->caution_laps = 0;
  if (!race->pace.out)
    race->pace = (RsPaceCar){
      .s = rs_track_wrap (race->track, leader->car.s + 200),
      .speed = 24,
      .out = TRUE,
    };
  rs_race_set_flags (race, flags | RS_FLAG_START_HIDDEN);
  return TRUE;
}

static gboolean
is_racing (const RsRace *race)
{
  return rs_race_controlled (race) && rs_race_kind (race) == RS_RACE
         && race->state == RS_STATE_RACING;
}

/* Neutralises the race, or lets the leader have the green at the line. FALSE:
 * there is nothing to neutralise. */
gboolean
rs_control_caution (RsRace *race, gboolean on)
{
  if (!is_racing (race))
    return FALSE;
  if (race->caution_s >= 0) {
    if (!on)
      race->caution_laps = MAX (race->caution_laps, CAUTION_LAPS);
    return TRUE;
  }
  return !on || neutralise (race, RS_FLAG_CAUTION_WAVING);
}

/* Stops the race: all queue up behind the pace car, which stands; or lets it
 * lead them on. FALSE: there is no race to stop. */
gboolean
rs_control_red (RsRace *race, gboolean on)
{
  if (!is_racing (race))
    return FALSE;
  if (on == (race->red_s >= 0))
    return TRUE;
  if (on && !neutralise (race, RS_FLAG_RED))
    return FALSE;
  if (!on)
    rs_race_set_flags (race,
        RS_FLAG_CAUTION | RS_FLAG_START_HIDDEN | (race->flags & RS_FLAG_WHITE));
  race->red_s = on ? race->time_s : -1;
  rs_race_note (race, "red-flag", NULL, on);
  return TRUE;
}

static void
step_caution (RsRace *race)
{
  const RsEntry *head;

  if (race->caution_s < 0)
    return;
  if (race->red_s >= 0) {
    if (race->time_s - race->red_s >= RED_S)
      rs_control_red (race, FALSE);
    return;
  }
  if ((race->flags & RS_FLAG_CAUTION_WAVING) != 0
      && race->time_s - race->caution_s > CAUTION_WAVING_S)
    rs_race_set_flags (race,
        RS_FLAG_CAUTION | RS_FLAG_START_HIDDEN | (race->flags & RS_FLAG_WHITE));
  if (race->caution_laps >= CAUTION_LAPS)
    rs_race_set_flags (race, race->flags | RS_FLAG_ONE_TO_GREEN);
  if (race->pace.out || !race->pace.leaving)
    return;
  head = head_of_convoy (race);
  if (head != NULL && head->car.s < race->track->length_m - GREEN_BEFORE_M)
    return;
  race->caution_s = -1;
  race->pace.leaving = FALSE;
  rs_race_set_flags (race,
      RS_FLAG_GREEN | RS_FLAG_START_HIDDEN | (race->flags & RS_FLAG_WHITE));
  race->state_s = race->time_s;
}

static void
step_racing (RsRace *race)
{
  const RsSession *session = &race->sessions[race->session];

  if (session->kind != RS_RACE) {
    if (race->time_s >= session->length_s)
      show_checkered (race);
    return;
  }
  step_caution (race);
  if ((race->flags & RS_FLAG_GREEN) != 0
      && race->time_s - race->state_s > GREEN_SHOWN_S)
    rs_race_set_flags (race, (race->flags & ~(RS_FLAG_GREEN | RS_FLAG_START_GO))
                                 | RS_FLAG_START_HIDDEN);
}

static gboolean
all_finished (const RsRace *race)
{
  for (guint i = 0; i < race->n_cars; i++) {
    const RsEntry *e = &race->cars[i];

    if (!e->done && !e->away && !e->car.in_stall)
      return FALSE;
  }
  return TRUE;
}

static void
step_run (RsRace *race)
{
  const RsEntry *me = &race->cars[race->seats[0].entry];
  const double left = me->go_s - race->time_s;

  if (race->config.start != RACE_SIM_START_GRID)
    return;
  race->state =
      me->car.hold && me->timer.lap == 0 ? RS_STATE_PARADE : RS_STATE_RACING;
  race->flags = left > 3    ? RS_FLAG_START_READY
                : left > 0  ? RS_FLAG_START_SET
                : left > -3 ? RS_FLAG_START_GO | RS_FLAG_GREEN
                            : RS_FLAG_START_HIDDEN;
}

/* Goes on by one tick: what changes by time alone. */
void
rs_control_step (RsRace *race)
{
  const double since = race->time_s - race->state_s;

  if (race->over)
    return;
  if (!rs_race_controlled (race)) {
    step_run (race);
    return;
  }
  step_pace_car (race);
  if (race->state == RS_STATE_GET_IN_CAR && since >= GET_IN_CAR_S) {
    rs_field_place_grid (race);
    rs_race_set_flags (race, RS_FLAG_START_READY);
    rs_race_set_state (race, RS_STATE_WARMUP);
  } else if (race->state == RS_STATE_WARMUP && since >= WARMUP_S) {
    begin_parade (race);
  } else if (race->state == RS_STATE_PARADE) {
    step_parade (race);
  } else if (race->state == RS_STATE_RACING) {
    step_racing (race);
  } else if (race->state == RS_STATE_CHECKERED
             && (all_finished (race) || since >= FINISH_WAIT_S)) {
    rs_sessions_take_results (race);
    rs_race_set_state (race, RS_STATE_COOL_DOWN);
  } else if (race->state == RS_STATE_COOL_DOWN && since >= COOL_DOWN_S) {
    rs_sessions_end (race);
  }
}

/* Ends the running session early: the leader's next lap is the last. */
void
rs_control_next (RsRace *race)
{
  RsSession *session = &race->sessions[race->session];

  if (session->kind == RS_RACE) {
    session->laps = 0;
    session->length_s = MAX (0, race->time_s - MAX (race->green_s, 0));
  } else {
    session->length_s = MIN (session->length_s, race->time_s);
  }
}

/* SessionFlags as this car's driver sees them. */
guint32
rs_control_flags (const RsRace *race, const RsEntry *me)
{
  guint32 flags = race->flags | me->flags;
  const double ahead_m = rs_traffic_trouble_m (race, me);

  if (ahead_m < 450)
    flags |= RS_FLAG_YELLOW;
  if (ahead_m < 220)
    flags |= RS_FLAG_YELLOW_WAVING;
  if (rs_debris_ahead (race, me))
    flags |= RS_FLAG_DEBRIS;
  return flags;
}

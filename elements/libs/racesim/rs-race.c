/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All cars of an event, its sessions, the clock and the order: what is known of
 * them, and what is asked and noted in many places. */
#include "rs-race.h"

#include <math.h>

gboolean
rs_race_controlled (const RsRace *race)
{
  return race->config.event != RACE_SIM_EVENT_RUN;
}

RsSessionKind
rs_race_kind (const RsRace *race)
{
  return race->sessions[race->session].kind;
}

int
rs_race_car_idx (const RsRace *race, const RsEntry *entry)
{
  return race->first_idx + (int) (entry - race->cars);
}

/* Writes an event into the log; entry NULL: of everyone. */
void
rs_race_note (
    RsRace *race, const char *what, const RsEntry *entry, double value)
{
  const RsEvent event = {
    .tick = race->tick + 1,
    .time_s = race->time_s,
    .what = what,
    .car_idx = entry != NULL ? rs_race_car_idx (race, entry) : -1,
    .lap = entry != NULL ? entry->timer.lap : -1,
    .value = value,
    .session = race->session,
  };

  g_array_append_val (race->log->events, event);
}

/* The classes by speed: prototypes, GT, touring cars. */
static guint
spec_of_class (const RsRace *race, guint class_index)
{
  static const guint by_speed[] = { 1, 0, 2 };

  return race->config.n_classes == 1 ? 0 : by_speed[class_index];
}

const RsCarSpec *
rs_race_spec (const RsRace *race, guint class_index)
{
  return rs_car_spec (spec_of_class (race, class_index));
}

/* Goes on to that state of the session. */
void
rs_race_set_state (RsRace *race, RsState state)
{
  race->state = state;
  race->state_s = race->time_s;
  rs_race_note (race, "state", NULL, state);
  race->text_dirty = TRUE;
}

/* Changes what everyone sees. */
void
rs_race_set_flags (RsRace *race, guint32 flags)
{
  if (race->flags == flags)
    return;
  race->flags = flags;
  rs_race_note (race, "flags", NULL, flags);
}

/* Changes what one car sees alone. */
void
rs_race_set_car_flags (RsRace *race, RsEntry *entry, guint32 set, guint32 clear)
{
  const guint32 flags = (entry->flags | set) & ~clear;

  if (entry->flags == flags)
    return;
  entry->flags = flags;
  rs_race_note (race, "car-flags", entry, flags);
}

/* Time at which a class's reference lap passes s, seconds from the line. */
double
rs_race_reference_s (const RsRace *race, guint class_index, double s)
{
  const double node = rs_track_wrap (race->track, s) / race->track->step_m;
  const guint i = MIN ((guint) node, race->track->n - 1);
  const double *t = &race->reference_s[class_index][i];

  return t[0] + (t[1] - t[0]) * (node - i);
}

/* irsdk_TrkLoc: -1 not in the world, 0 off track, 1 pit stall, 2 approaching
 * pits and pit lane, 3 on track. */
int
rs_race_surface (const RsRace *race, const RsEntry *entry)
{
  if (entry->away)
    return -1;
  if (entry->car.in_stall)
    return 1;
  if (entry->car.in_pit_lane)
    return 2;
  return entry->car.off_track ? 0 : 3;
}

/* What counts ends with the checkered flag. */
static int
laps_of (const RsEntry *entry)
{
  return entry->done ? entry->done_laps : entry->timer.completed;
}

static double
line_of (const RsEntry *entry)
{
  return entry->done ? entry->done_cross_s : entry->timer.cross_s;
}

/* Whether a stands before b: laps done, then who did them first; outside of
 * races the better time. */
static gboolean
stands_before (const RsRace *race, const RsEntry *a, const RsEntry *b)
{
  const RsLapTimer *x = &a->timer, *y = &b->timer;

  if (rs_race_kind (race) != RS_RACE && rs_race_kind (race) != RS_TESTING) {
    const double s = x->best_s > 0 ? x->best_s : HUGE_VAL;
    const double t = y->best_s > 0 ? y->best_s : HUGE_VAL;

    return s < t || (s == t && a->grid < b->grid);
  }
  if (laps_of (a) != laps_of (b))
    return laps_of (a) > laps_of (b);
  if (laps_of (a) < 0 || line_of (a) == line_of (b))
    return a->grid < b->grid;
  return line_of (a) < line_of (b);
}

/* Gives everyone their position, over all and in the class. */
void
rs_race_rank (RsRace *race)
{
  for (guint i = 0; i < race->n_cars; i++) {
    RsEntry *a = &race->cars[i];

    a->position = a->class_position = 1;
    for (guint j = 0; j < race->n_cars; j++) {
      const RsEntry *b = &race->cars[j];
      const gboolean ahead = j != i && stands_before (race, b, a);

      a->position += ahead;
      a->class_position += ahead && a->class_index == b->class_index;
    }
  }
}

/* Whether the one behind is about to lap the one ahead. */
gboolean
rs_race_lapping (
    const RsRace *race, const RsEntry *behind, const RsEntry *ahead)
{
  const double length = race->track->length_m;
  const double a = behind->timer.completed + behind->car.s / length;
  const double b = ahead->timer.completed + ahead->car.s / length;

  return rs_race_kind (race) == RS_RACE && race->state == RS_STATE_RACING
         && a - b > 0.5;
}

gboolean
rs_race_convoy (const RsRace *race)
{
  return race->state == RS_STATE_PARADE || race->caution_s >= 0;
}

/* Seconds until the session's time is out; RS_UNLIMITED_S without end. */
double
rs_race_remaining_s (const RsRace *race)
{
  const RsSession *session = &race->sessions[race->session];

  if (session->length_s >= RS_UNLIMITED_S)
    return RS_UNLIMITED_S;
  if (!rs_race_controlled (race))
    return MAX (0, session->length_s - race->time_s);
  if (race->green_s < 0)
    return session->length_s;
  return MAX (0, session->length_s - (race->time_s - race->green_s));
}

int
rs_race_remaining_laps (const RsRace *race)
{
  const RsSession *session = &race->sessions[race->session];

  if (session->laps == 0)
    return RS_UNLIMITED_LAPS;
  return MAX (0, (int) session->laps - MAX (0, (int) race->first_at->len - 1));
}

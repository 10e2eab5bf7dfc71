/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What drivers do about each other: follow, pass, make way, drive in convoy. */
#include "rs-traffic.h"

#include <math.h>

/* Drivers look round so often. */
#define LOOK_TICKS 3
#define LOOK_M 90.0
/* Side by side without touching. */
#define APART_M 2.0
#define PASS_M 2.9
#define CONVOY_ROW_M 11.0
/* Bends tighter than these are not for passing: a rival, one who makes way. */
#define PASS_CURVATURE (1.0 / 170)
#define MAKE_WAY_CURVATURE (1.0 / 60)

/* Metres from one car forward to the other, 0 .. length. */
double
rs_traffic_gap_m (const RsRace *race, const RsEntry *from, const RsEntry *to)
{
  return rs_track_wrap (race->track, to->car.s - from->car.s);
}

/* Sorts those on the road by place: little moves between two calls. */
static void
find_order (RsRace *race)
{
  guint n = 0;

  race->n_hazards = 0;
  for (guint i = 0; i < race->n_cars; i++) {
    const RsEntry *e = &race->cars[i];
    guint at = n;

    if (e->away || e->car.in_pit_lane)
      continue;
    while (at > 0 && race->cars[race->order[at - 1]].car.s > e->car.s) {
      race->order[at] = race->order[at - 1];
      at--;
    }
    race->order[at] = (guint8) i;
    n++;
    if (e->trouble.stranded || e->trouble.stopped_until_s > race->time_s)
      race->hazard_s[race->n_hazards++] = e->car.s;
  }
  race->n_order = n;
}

/* Metres to the next place where someone stands; HUGE_VAL without. */
double
rs_traffic_trouble_m (const RsRace *race, const RsEntry *me)
{
  double least = HUGE_VAL;

  for (guint i = 0; i < race->n_hazards; i++)
    if (race->hazard_s[i] != me->car.s)
      least = MIN (
          least, rs_track_wrap (race->track, race->hazard_s[i] - me->car.s));
  return least;
}

static gboolean
may_pass (
    const RsRace *race, const RsEntry *me, const RsEntry *other, double planned)
{
  const double ahead = me->car.s + 0.8 * me->car.speed;
  const gboolean makes_way =
      other->class_index > me->class_index || rs_race_lapping (race, me, other);
  const double limit = makes_way ? MAKE_WAY_CURVATURE : PASS_CURVATURE;
  RsTrackPoint point;

  if (other->car.speed < 0.5 * planned || other->done)
    return TRUE;
  if (fabs (me->car.at.curvature) > limit)
    return FALSE;
  rs_track_at (race->track, ahead, &point);
  return fabs (point.curvature) < limit;
}

/* The side to pass on: the one begun on, else where there is more road, else
 * one's own habit. */
static double
choose_side (const RsRace *race, const RsEntry *me, const RsEntry *other)
{
  const double there = other->car.beside.m;

  if (me->pass_until_s > race->time_s)
    return me->pass_side;
  if (fabs (there) > 0.4)
    return there > 0 ? -1 : 1;
  return me->number % 2 == 1 ? 1 : -1;
}

/* Where to drive beside the line to get past. */
static double
pass_at (const RsRace *race, const RsEntry *other, double side)
{
  const double most = race->track->spec->half_width_m - 1.1;
  const double there = CLAMP (other->car.beside.m, -most, most);

  return CLAMP (there + side * PASS_M, -most, most);
}

/* The nearest car ahead that is in the way, with the free road to it. */
static const RsEntry *
find_blocker (const RsRace *race, guint p, double *clear_m)
{
  const RsEntry *me = &race->cars[race->order[p]];

  for (guint k = 1; k < MIN (race->n_order, 7u); k++) {
    const RsEntry *other = &race->cars[race->order[(p + k) % race->n_order]];
    const double gap = rs_traffic_gap_m (race, me, other);

    if (gap > LOOK_M)
      return NULL;
    if (fabs (other->car.beside.m - me->car.beside.m) > APART_M)
      continue;
    *clear_m = gap - RS_CAR_M;
    return other;
  }
  return NULL;
}

/* Whether someone drives where this car would pull over to. */
static gboolean
is_taken (const RsRace *race, guint p, double want_m)
{
  const RsEntry *me = &race->cars[race->order[p]];
  const guint n = race->n_order;

  for (guint k = 1; k < MIN (n, 4u); k++) {
    const RsEntry *ahead = &race->cars[race->order[(p + k) % n]];
    const RsEntry *behind = &race->cars[race->order[(p + n - k) % n]];

    if (rs_traffic_gap_m (race, me, ahead) < 7
        && fabs (ahead->car.beside.m - want_m) < APART_M)
      return TRUE;
    if (rs_traffic_gap_m (race, behind, me) < 7
        && fabs (behind->car.beside.m - want_m) < APART_M)
      return TRUE;
  }
  return FALSE;
}

static void
drive_among_others (RsRace *race, guint p)
{
  RsEntry *me = &race->cars[race->order[p]];
  RsCap *cap = &me->cap[RS_CAP_TRAFFIC];
  double clear = 0, want = 0;
  const RsEntry *other = find_blocker (race, p, &clear);

  *cap = (RsCap){ HUGE_VAL, 0 };
  if (me->pass_until_s > race->time_s)
    want = me->car.beside_wanted_m;
  if (other != NULL) {
    const double planned = rs_driver_target (
        &me->car.driver, race->track, me->car.s + 0.3 * me->car.speed);
    const double faster = MIN (planned, me->car.speed + 6) - other->car.speed;
    const double side = choose_side (race, me, other);
    const double aside = pass_at (race, other, side);

    if (faster > 0.8 && clear < 6 + 0.7 * me->car.speed
        && may_pass (race, me, other, planned) && !is_taken (race, p, aside)) {
      want = aside;
      me->pass_side = side;
      me->pass_until_s = race->time_s + 2.0;
      cap->mps = MAX (0, other->car.speed + 1.3 * (clear - 0.5));
    } else {
      cap->mps = MAX (
          0, other->car.speed + 0.8 * (clear - 2.5 - 0.12 * me->car.speed));
    }
    if (clear < 20)
      cap->accel = MIN (0.0, other->car.accel);
  }
  if (fabs (want - me->car.beside.m) > 0.5 && is_taken (race, p, want))
    want = me->car.beside.m;
  me->car.beside_wanted_m = want;
}

/* Behind the pace car: in rows of two to a start, one by one otherwise. */
static void
drive_in_convoy (RsRace *race, guint p)
{
  RsEntry *me = &race->cars[race->order[p]];
  RsCap *cap = &me->cap[RS_CAP_TRAFFIC];
  const double length = race->track->length_m;
  double error, ahead_mps = race->pace.speed;

  if (race->state == RS_STATE_PARADE) {
    const double place = race->pace.out
                             ? race->pace.s - 30 - CONVOY_ROW_M * (me->grid / 2)
                             : me->car.s;

    error = remainder (place - me->car.s, length);
    if (!race->pace.out)
      ahead_mps = race->track->length_m < 1500 ? 19 : 24;
    me->car.beside_wanted_m = me->grid % 2 == 0 ? 2.4 : -2.4;
  } else {
    const RsEntry *next = &race->cars[race->order[(p + 1) % race->n_order]];
    double gap = rs_traffic_gap_m (race, me, next);
    const double pace = rs_track_wrap (race->track, race->pace.s - me->car.s);

    ahead_mps = next->car.speed;
    if (race->n_order < 2)
      gap = length;
    if (race->pace.out && pace < gap) {
      gap = pace - 15;
      ahead_mps = race->pace.speed;
    } else if (!race->pace.out && gap > length * 0.4) {
      gap = 12 + RS_CAR_M;
      ahead_mps = 24;
    }
    error = gap - RS_CAR_M - 9;
    me->car.beside_wanted_m = 0;
  }
  cap->mps = CLAMP (ahead_mps + 0.25 * error, 0, 42);
  cap->accel = 0;
}

/* Those who lap them get behind: the blue flag. */
static void
show_blue (RsRace *race, guint p)
{
  RsEntry *me = &race->cars[race->order[p]];
  gboolean blue = FALSE;

  for (guint k = 1; !blue && k < MIN (race->n_order, 4u); k++) {
    const RsEntry *behind =
        &race->cars[race->order[(p + race->n_order - k) % race->n_order]];
    const double near_m = (me->flags & RS_FLAG_BLUE) != 0 ? 60 : 35;

    if (rs_traffic_gap_m (race, behind, me) > near_m)
      break;
    blue = !behind->done && rs_race_lapping (race, behind, me);
  }
  rs_race_set_car_flags (
      race, me, blue ? RS_FLAG_BLUE : 0, blue ? 0 : RS_FLAG_BLUE);
}

static void
mind_trouble (RsRace *race, RsEntry *me)
{
  RsCap *cap = &me->cap[RS_CAP_CONTROL];

  cap->mps = HUGE_VAL;
  if (me->done)
    cap->mps = 38;
  else if (race->n_hazards > 0 && rs_traffic_trouble_m (race, me) < 220)
    cap->mps = 0.8 * rs_driver_target (&me->car.driver, race->track, me->car.s);
}

/* Looks round for every car, some times a second. */
void
rs_traffic_step (RsRace *race)
{
  const gboolean convoy = rs_race_convoy (race);

  if (race->tick % LOOK_TICKS != 0)
    return;
  find_order (race);
  for (guint p = 0; p < race->n_order; p++) {
    RsEntry *me = &race->cars[race->order[p]];

    if (!rs_race_controlled (race)) {
      me->car.beside_wanted_m = 0;
    } else {
      if (convoy && !me->done)
        drive_in_convoy (race, p);
      else
        drive_among_others (race, p);
      show_blue (race, p);
      mind_trouble (race, me);
    }
    if (me->trouble.wide_until_s > race->time_s)
      me->car.beside_wanted_m = me->trouble.wide_m;
  }
}

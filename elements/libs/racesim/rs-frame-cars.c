/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of one row that tell of all cars. */
#include "rs-frame-cars.h"

#include "rs-random.h"

#include <math.h>

/* Cars this close along the road are beside each other. */
#define BESIDE_M 4.5
#define STREAM_HOLE 0xb1

static void
fill_absent (RsFrame *f, guint idx)
{
  f->CarIdxLap[idx] = f->CarIdxLapCompleted[idx] = -1;
  f->CarIdxLapDistPct[idx] = -1;
  f->CarIdxTrackSurface[idx] = f->CarIdxTrackSurfaceMaterial[idx] = -1;
  f->CarIdxLastLapTime[idx] = f->CarIdxBestLapTime[idx] = -1;
  f->CarIdxBestLapNum[idx] = f->CarIdxTireCompound[idx] = -1;
  f->CarIdxRPM[idx] = f->CarIdxGear[idx] = -1;
  f->CarIdxPaceLine[idx] = f->CarIdxPaceRow[idx] = -1;
}

/* It waits at the pit exit or leads, with values as real as a racing car's. */
static void
fill_pace_car (RsFrame *f, const RsRace *race)
{
  const double s = race->pace.s;

  fill_absent (f, 0);
  f->CarIdxLap[0] = 0;
  f->CarIdxLapDistPct[0] = s / race->track->length_m;
  f->CarIdxTrackSurface[0] = race->pace.out ? 3 : 2;
  f->CarIdxTrackSurfaceMaterial[0] = 1;
  f->CarIdxOnPitRoad[0] = !race->pace.out;
  f->CarIdxClass[0] = 11;
  f->CarIdxEstTime[0] = rs_race_reference_s (race, 0, s);
  f->CarIdxRPM[0] = 2000 + 40 * race->pace.speed;
  f->CarIdxGear[0] = race->pace.out ? 3 : 1;
  f->CarIdxPosition[0] = f->CarIdxClassPosition[0] = 0;
}

/* Rows of cars as they stand to a start: two lines from the front. */
static void
fill_pace (RsFrame *f, const RsRace *race, const RsEntry *entry, guint idx)
{
  const gboolean parade =
      race->state == RS_STATE_PARADE || race->state == RS_STATE_WARMUP;

  f->CarIdxPaceFlags[idx] = 0;
  f->CarIdxPaceLine[idx] = parade ? entry->grid % 2 : -1;
  f->CarIdxPaceRow[idx] = parade ? entry->grid / 2 : -1;
  if (race->caution_s >= 0) {
    f->CarIdxPaceLine[idx] = 0;
    f->CarIdxPaceRow[idx] = entry->position - 1;
  }
}

/*
 * Whether this car's data is missing: real rows lose distant cars for some
 * seconds when there are more than the graphics settings show.
 */
static gboolean
is_hole (const RsRace *race, const RsSeat *seat, const RsEntry *entry)
{
  const guint i = (guint) (entry - race->cars);
  const double length = race->track->length_m;
  const guint64 span = (guint64) (race->time_s / 4);
  double apart;

  if (!race->config.awkward_rows || i == seat->entry)
    return FALSE;
  apart =
      fabs (remainder (entry->car.s - race->cars[seat->entry].car.s, length));
  return apart > length / 5
         && rs_hash (race->config.seed + STREAM_HOLE + i, span) % 16 == 0;
}

static void
fill_car (RsFrame *f, const RsRace *race, const RsSeat *seat,
    const RsEntry *entry, guint idx)
{
  const RsCar *car = &entry->car;
  const RsLapTimer *timer = &entry->timer;
  const gboolean racing = race->n_cars > 1;
  const gboolean in_race = rs_race_kind (race) == RS_RACE;
  const gboolean mine = entry == &race->cars[seat->entry];

  if (!entry->listed) {
    fill_absent (f, idx);
    return;
  }
  f->CarIdxLap[idx] = timer->lap;
  f->CarIdxLapCompleted[idx] = timer->completed;
  f->CarIdxLapDistPct[idx] = car->s / race->track->length_m;
  f->CarIdxTrackSurface[idx] = rs_race_surface (race, entry);
  f->CarIdxTrackSurfaceMaterial[idx] = car->in_stall    ? 5
                                       : car->off_track ? 15
                                                        : 1;
  f->CarIdxOnPitRoad[idx] = car->in_pit_lane;
  f->CarIdxPosition[idx] = racing ? entry->position : 0;
  f->CarIdxClassPosition[idx] = racing ? entry->class_position : 0;
  if (!in_race && timer->best_s <= 0)
    f->CarIdxPosition[idx] = f->CarIdxClassPosition[idx] = 0;
  f->CarIdxClass[idx] = racing ? car->spec->class_id : 0;
  f->CarIdxF2Time[idx] =
      racing && in_race ? entry->gap_s : MAX (timer->best_s, 0);
  f->CarIdxEstTime[idx] =
      rs_race_reference_s (race, entry->class_index, car->s);
  f->CarIdxLastLapTime[idx] = timer->last_s > 0 ? timer->last_s : -1;
  f->CarIdxBestLapTime[idx] = timer->best_s > 0 ? timer->best_s : -1;
  f->CarIdxBestLapNum[idx] = timer->best_s > 0 ? timer->best_lap : -1;
  f->CarIdxTireCompound[idx] = car->compound;
  f->CarIdxSessionFlags[idx] = entry->flags;
  f->CarIdxSteer[idx] = car->steer_rad;
  f->CarIdxRPM[idx] = car->rpm;
  f->CarIdxGear[idx] = car->gear;
  fill_pace (f, race, entry, idx);
  if (entry->away || (mine && seat->blank_rows > 0)
      || is_hole (race, seat, entry)) {
    f->CarIdxLapDistPct[idx] = -1;
    f->CarIdxTrackSurface[idx] = f->CarIdxTrackSurfaceMaterial[idx] = -1;
    f->CarIdxRPM[idx] = f->CarIdxGear[idx] = -1;
    f->CarIdxOnPitRoad[idx] = f->CarIdxSteer[idx] = f->CarIdxEstTime[idx] = 0;
    return;
  }
  /* Laps and places of different cars need not change in the same row. */
  if (race->config.awkward_rows && !mine && idx % 3 == 0 && timer->lap > 0
      && race->time_s - timer->cross_s < 1.5 * RS_TICK_S)
    f->CarIdxLap[idx]--;
}

/* Distances to the next cars along the road, and who is alongside. */
static void
fill_neighbours (RsFrame *f, const RsRace *race, const RsSeat *seat)
{
  const RsEntry *me = &race->cars[seat->entry];
  const double length = race->track->length_m;
  double ahead = length, behind = length;
  int left = 0, right = 0;

  for (guint i = 0; i < race->n_cars; i++) {
    const RsEntry *other = &race->cars[i];
    double gap = other->car.s - me->car.s;

    if (other == me || other->car.in_pit_lane || other->away)
      continue;
    if (gap < 0)
      gap += length;
    ahead = MIN (ahead, gap);
    behind = MIN (behind, length - gap);
    if (MIN (gap, length - gap) < BESIDE_M) {
      const double side = other->car.beside.m - me->car.beside.m;

      left += side != 0 ? side > 0 : i % 2 == 0;
      right += side != 0 ? side < 0 : i % 2 != 0;
    }
  }
  if (race->n_cars > 1) {
    f->CarDistAhead[0] = ahead;
    f->CarDistBehind[0] = behind;
  }
  /* irsdk_CarLeftRight: clear, left, right, both, two left, two right. */
  f->CarLeftRight[0] = left > 0 && right > 0 ? 4
                       : left > 1            ? 5
                       : right > 1           ? 6
                       : left > 0            ? 2
                       : right > 0           ? 3
                                             : 1;
}

void
rs_frame_fill_cars (RsFrame *frame, const RsRace *race, const RsSeat *seat)
{
  for (guint idx = 0; idx < RS_MAX_CARS; idx++) {
    const int i = (int) idx - race->first_idx;

    if (i < 0)
      fill_pace_car (frame, race);
    else if (i < (int) race->n_cars)
      fill_car (frame, race, seat, &race->cars[i], idx);
    else
      fill_absent (frame, idx);
  }
  fill_neighbours (frame, race, seat);
}

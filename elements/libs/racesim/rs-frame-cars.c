/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of one row that tell of all cars. */
#include "rs-frame.h"

#include <math.h>

/* Cars this close along the road are beside each other. */
#define BESIDE_M 4.5

static void
fill_absent (RsFrame *f, guint idx)
{
  f->CarIdxLap[idx] = f->CarIdxLapCompleted[idx] = -1;
  f->CarIdxLapDistPct[idx] = -1;
  f->CarIdxTrackSurface[idx] = f->CarIdxTrackSurfaceMaterial[idx] = -1;
  f->CarIdxLastLapTime[idx] = f->CarIdxBestLapTime[idx] = -1;
  f->CarIdxBestLapNum[idx] = f->CarIdxTireCompound[idx] = -1;
  f->CarIdxRPM[idx] = f->CarIdxGear[idx] = -1;
}

/* It waits at the pit exit, with values as real as a racing car's. */
static void
fill_pace_car (RsFrame *f, const RsRace *race)
{
  const double s = race->track->spec->pit_exit_m * 0.3;

  f->CarIdxLap[0] = 0;
  f->CarIdxLapDistPct[0] = s / race->track->length_m;
  f->CarIdxTrackSurface[0] = 2;
  f->CarIdxTrackSurfaceMaterial[0] = 1;
  f->CarIdxOnPitRoad[0] = 1;
  f->CarIdxClass[0] = 11;
  f->CarIdxEstTime[0] = rs_race_reference_s (race, s);
  f->CarIdxRPM[0] = 2000;
  f->CarIdxGear[0] = 1;
}

static void
fill_car (RsFrame *f, const RsRace *race, const RsEntry *entry, guint idx)
{
  const RsCar *car = &entry->car;
  const RsLapTimer *timer = &entry->timer;
  const gboolean racing = race->n_cars > 1;

  f->CarIdxLap[idx] = timer->lap;
  f->CarIdxLapCompleted[idx] = timer->completed;
  f->CarIdxLapDistPct[idx] = car->s / race->track->length_m;
  f->CarIdxTrackSurface[idx] = rs_race_surface (race, entry);
  f->CarIdxTrackSurfaceMaterial[idx] = car->in_stall ? 5 : 1;
  f->CarIdxOnPitRoad[idx] = car->in_pit_lane;
  f->CarIdxPosition[idx] = racing ? entry->position : 0;
  f->CarIdxClassPosition[idx] = f->CarIdxPosition[idx];
  f->CarIdxClass[idx] = racing ? race->spec->class_id : 0;
  f->CarIdxF2Time[idx] = racing ? entry->gap_s : MAX (timer->best_s, 0);
  f->CarIdxEstTime[idx] = rs_race_reference_s (race, car->s);
  f->CarIdxLastLapTime[idx] = timer->last_s > 0 ? timer->last_s : -1;
  f->CarIdxBestLapTime[idx] = timer->best_s > 0 ? timer->best_s : -1;
  f->CarIdxBestLapNum[idx] = timer->best_s > 0 ? timer->best_lap : -1;
  f->CarIdxTireCompound[idx] = 0;
  f->CarIdxSessionFlags[idx] = 0x40000;
  f->CarIdxSteer[idx] = car->steer_rad;
  f->CarIdxRPM[idx] = car->rpm;
  f->CarIdxGear[idx] = car->gear;
}

/* Distances to the next cars along the road, and who is alongside. */
static void
fill_neighbours (RsFrame *f, const RsRace *race)
{
  const double length = race->track->length_m;
  const double here = race->cars[race->player].car.s;
  double ahead = length, behind = length;
  int left = 0, right = 0;

  for (guint i = 0; i < race->n_cars; i++) {
    const double gap = rs_track_wrap (race->track, race->cars[i].car.s - here);

    if (i == race->player || race->cars[i].car.in_pit_lane)
      continue;
    ahead = MIN (ahead, gap);
    behind = MIN (behind, length - gap);
    if (MIN (gap, length - gap) < BESIDE_M) {
      left += i % 2 == 0;
      right += i % 2 != 0;
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
rs_frame_fill_cars (RsFrame *frame, const RsRace *race)
{
  for (guint idx = 0; idx < RS_MAX_CARS; idx++) {
    const int i = (int) idx - race->first_idx;

    if (i < 0)
      fill_pace_car (frame, race);
    else if (i < (int) race->n_cars)
      fill_car (frame, race, &race->cars[i], idx);
    else
      fill_absent (frame, idx);
  }
  fill_neighbours (frame, race);
}

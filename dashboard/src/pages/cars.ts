/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cars of one row, with what the session says of them, as the map and the
 * list beside it show them. */

import { relatives } from '../live/relative.js';
import type { CarSpot, CarState } from '../protocol/car.js';
import type { Laps, LapTrace, SessionInfo } from '../protocol/model.js';
import type { RelativeRow } from '../widgets/relative.js';
import type { MapCar } from '../widgets/track-map.js';

/* Cars listed in front of the driver's, and behind it. */
const AROUND = 4;
/* How many valid laps the fuel use is the mean of. */
const FUEL_LAPS = 5;

function hex(color: number | null | undefined): string | null {
  return color == null ? null : `#${color.toString(16).padStart(6, '0')}`;
}

function ownIdx(car: CarState, info: SessionInfo | null): number {
  return Number.isFinite(car.playerCarIdx)
    ? car.playerCarIdx : info?.playerCarIdx ?? -1;
}

/** Who takes part, of the cars that a row has on the track. */
export function takingPart(
  spots: readonly CarSpot[], info: SessionInfo | null,
): CarSpot[] {
  return spots.filter((spot) => {
    const who = info?.cars.get(spot.carIdx);
    return !who?.isPaceCar && !who?.isSpectator;
  });
}

/** The own car last, so that it lies on top. */
export function mapCars(
  car: CarState, spots: readonly CarSpot[], info: SessionInfo | null,
): MapCar[] {
  const idx = ownIdx(car, info);
  const own: MapCar = {
    carIdx: idx, lapPct: car.lapPct, own: true, color: null,
    label: info?.cars.get(idx)?.carNumber ?? '', onPitRoad: car.onPitRoad,
  };
  const others = spots.filter((s) => s.carIdx !== idx).map((spot) => {
    const who = info?.cars.get(spot.carIdx);
    return {
      carIdx: spot.carIdx, lapPct: spot.lapPct, own: false,
      label: who?.carNumber ?? '', color: hex(who?.classColor),
      onPitRoad: spot.onPitRoad,
    };
  });
  return car.lapPct >= 0 ? [...others, own] : others;
}

/** `reference`: the driver's best lap. */
export function relativeRows(
  car: CarState, spots: readonly CarSpot[], info: SessionInfo | null,
  reference: LapTrace | null,
): RelativeRow[] {
  const idx = ownIdx(car, info);
  /* Elsewhere nobody is a lap down. */
  const race = info?.sessionNames.get(car.sessionNum) === 'Race';
  const pace = { reference, estLapS: info?.estLapS ?? null };
  return relatives(spots, idx, pace, AROUND).map(({ spot, gapS, laps }) => {
    const who = info?.cars.get(spot.carIdx);
    return {
      carIdx: spot.carIdx, position: spot.classPosition,
      carNumber: who?.carNumber ?? '', name: who?.name ?? '',
      color: hex(who?.classColor), gapS, laps: race ? laps : 0,
      own: spot.carIdx === idx, onPitRoad: spot.onPitRoad,
    };
  });
}

/** Litres a lap, of the newest valid ones; null: no lap says. */
export function fuelPerLapL(laps: Laps | null): number | null {
  const used = (laps?.laps ?? [])
    .filter((l) => l.valid && l.fuelUsedL !== null)
    .slice(-FUEL_LAPS).map((l) => l.fuelUsedL!);
  return used.length === 0 ? null
    : used.reduce((a, b) => a + b, 0) / used.length;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who is near on the road, and how far in seconds. */

import type { LapTrace } from '../protocol/model.js';
import { timeAt } from './delta.js';

/** One car on the track, as CarSpot of protocol/car. */
export interface RelativeSpot {
  readonly carIdx: number;
  /** 0..1 round the track. */
  readonly lapPct: number;
  /** Laps begun; NaN where the car's rows do not say. */
  readonly lap: number;
  /** The simulator's own estimate from the line to here; NaN as above. */
  readonly estS: number;
}

export interface Relative<T extends RelativeSpot> {
  readonly spot: T;
  /** Seconds in front (+) or behind (-) of the own car; null = not known. */
  readonly gapS: number | null;
  /** Part of a lap in front (+) or behind (-), -0.5..0.5. */
  readonly ahead: number;
  /** Whole laps more (+) or fewer (-) than the own car. */
  readonly laps: number;
}

/** What turns two places on the track into a time between them. */
export interface Pace {
  /** The driver's best lap, the better source. */
  readonly reference: LapTrace | null;
  /** A lap by the simulator's estimate, seconds; null = not known. */
  readonly estLapS: number | null;
}

function wrap(part: number): number {
  return part - Math.round(part);
}

/* The way from `from` to `to` (parts of a lap, `to` in front), in seconds. */
function wayS(trace: LapTrace, from: number, to: number): number | null {
  const a = timeAt(trace, from);
  const b = timeAt(trace, to);
  if (a === null || b === null) return null;
  const span = trace.pct.at(-1)! - trace.pct[0]!;
  const lapS = (trace.timeS.at(-1)! - trace.timeS[0]!) / span;
  return to >= from ? b - a : b - a + lapS;
}

function gapS(own: RelativeSpot, other: RelativeSpot, ahead: number,
  pace: Pace): number | null {
  if (pace.reference) {
    const way = ahead >= 0 ? wayS(pace.reference, own.lapPct, other.lapPct)
      : wayS(pace.reference, other.lapPct, own.lapPct);
    if (way !== null) return ahead >= 0 ? way : -way;
  }
  if (pace.estLapS === null || !(pace.estLapS > 0)) return null;
  const est = (other.estS - own.estS) / pace.estLapS;
  /* One that contradicts the places is of another lap, of none, or of another
   * class: each class has the estimates of its own pace. */
  return Number.isFinite(est) && Math.abs(wrap(est) - ahead) < 0.1
    && wrap(est) * ahead >= 0
    ? wrap(est) * pace.estLapS : ahead * pace.estLapS;
}

/**
 * The cars next to the own one on the road, the farthest in front first, the
 * own car among them; `around` of them at most on each side.
 */
export function relatives<T extends RelativeSpot>(
  spots: readonly T[], ownIdx: number, pace: Pace, around: number,
): Relative<T>[] {
  const own = spots.find((s) => s.carIdx === ownIdx);
  if (!own) return [];
  const all = spots.map((spot): Relative<T> => {
    const ahead = spot === own ? 0 : wrap(spot.lapPct - own.lapPct);
    const laps = Math.round(spot.lap + spot.lapPct - own.lap - own.lapPct
      - ahead);
    return {
      /* Neither -0 nor what is not a number. */
      spot, ahead, laps: laps || 0,
      gapS: spot === own ? 0 : gapS(own, spot, ahead, pace),
    };
  });
  all.sort((a, b) => b.ahead - a.ahead
    || Number(b.spot === own) - Number(a.spot === own));
  const at = all.findIndex((r) => r.spot === own);
  return all.slice(Math.max(0, at - around), at + around + 1);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Delta to a reference lap: time on this lap minus the reference's time at the
 * same place of the track. */

import type { LapTrace } from '../protocol/model.js';

/**
 * Time of the reference at `pct`, linear between its points; null outside of
 * them.
 */
export function timeAt(trace: LapTrace, pct: number): number | null {
  const { pct: xs, timeS: ys } = trace;
  if (!(pct >= xs[0]!) || pct > xs.at(-1)!) return null;
  let lo = 0;
  let hi = xs.length - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (xs[mid]! <= pct) lo = mid; else hi = mid;
  }
  const share = (pct - xs[lo]!) / (xs[hi]! - xs[lo]!);
  return ys[lo]! + share * (ys[hi]! - ys[lo]!);
}

/** Seconds behind (+) or ahead (-) of the reference; null = not known. */
export function deltaS(
  trace: LapTrace | null, lapPct: number, lapTimeS: number,
): number | null {
  if (!trace || !(lapTimeS > 0)) return null;
  const reference = timeAt(trace, lapPct);
  return reference === null ? null : lapTimeS - reference;
}

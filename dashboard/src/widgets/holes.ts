/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where rows are missing, and where they followed later. */

export type Kind = 'live' | 'missing' | 'followed';

/** Index of the last row at or before `timeS`; -1 if there is none. */
export function indexAt(times: readonly number[], timeS: number): number {
  let lo = 0;
  let hi = times.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (times[mid]! <= timeS) lo = mid + 1; else hi = mid;
  }
  return lo - 1;
}

/** Holes from `fromS` on, each from the row before it to the row behind it. */
export function holesIn(
  times: readonly number[], kinds: readonly Kind[], fromS: number,
): [number, number][] {
  const holes: [number, number][] = [];
  for (let i = Math.max(1, indexAt(times, fromS)); i < times.length - 1; i++) {
    if (kinds[i] === 'missing') holes.push([times[i - 1]!, times[i + 1]!]);
  }
  return holes;
}

/** Stretches of rows that followed, from `fromS` on, each from its first row to
 * its last. */
export function followedIn(
  times: readonly number[], kinds: readonly Kind[], fromS: number,
): [number, number][] {
  const found: [number, number][] = [];
  for (let i = Math.max(0, indexAt(times, fromS)); i < times.length; i++) {
    if (kinds[i] !== 'followed') continue;
    const last = found.at(-1);
    if (last && kinds[i - 1] === 'followed') last[1] = times[i]!;
    else found.push([times[i]!, times[i]!]);
  }
  return found;
}

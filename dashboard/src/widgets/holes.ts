/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where rows are missing: a hole is a null in every column. */

type Column = readonly (number | null)[];

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
  times: readonly number[], columns: readonly Column[], fromS: number,
): [number, number][] {
  const holes: [number, number][] = [];
  for (let i = Math.max(1, indexAt(times, fromS)); i < times.length - 1; i++) {
    if (columns.every((c) => c[i] === null)) {
      holes.push([times[i - 1]!, times[i + 1]!]);
    }
  }
  return holes;
}

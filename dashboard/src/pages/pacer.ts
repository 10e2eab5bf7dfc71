/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lets drawing have a fixed share of the time, so that on a slow machine the
 * traces become coarser before the picture stutters. */

/* Drawing once, then three times as long for everything else. */
const REST = 3;

export class Pacer {
  #notBefore = -Infinity;

  /** Whether it is time to draw again. */
  due(nowMs: number): boolean {
    return nowMs >= this.#notBefore;
  }

  /** Drawing took from `startMs` to `endMs`. */
  spent(startMs: number, endMs: number): void {
    this.#notBefore = endMs + (endMs - startMs) * REST;
  }
}

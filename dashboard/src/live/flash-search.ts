/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From ticks that were read in pictures, and the rows shown with them, to how
 * late the picture is. Knows neither pictures nor clocks. */

/** After the agent has shown it; a picture is no later than a trim may be. */
export const SEEN_WITHIN_MS = 10000;
/* One pair is a chance, a handful is none. */
const MIN_PAIRS = 6;
/* The picture may stall for a moment and go on. */
const STILL_MS = 700;
/* Rows and pictures meet by their arrival, which is as even as machines are
 * idle. */
const NEAR_TICKS = 3;
const MAX_PAIRS = 1000;
const AGREE = 0.5;

export interface FlashPair {
  /** Lower 16 bits, of the picture. */
  readonly picture: number;
  /** Of the row that was shown with it. */
  readonly row: number;
}

export type FlashVerdict =
  | { readonly state: 'waiting'; readonly pairs: number }
  /** Rows are so many ticks ahead of their pictures; below 0: behind. */
  | { readonly state: 'found'; readonly ticks: number; readonly pairs: number }
  | { readonly state: 'unseen' }
  | { readonly state: 'unclear'; readonly pairs: number };

/** How far a row is ahead of its picture, by the lower 16 bits. */
export function ahead({ picture, row }: FlashPair): number {
  return ((row - picture) << 16) >> 16;
}

export class FlashSearch {
  readonly #all: number[] = [];
  #lastMs = -Infinity;
  #shownMs: number | null = null;
  #first = 0;
  #n = 0;

  add(pair: FlashPair, nowMs: number): void {
    if (this.#all.length >= MAX_PAIRS || !this.#wasShown(pair.picture)) return;
    this.#all.push(ahead(pair));
    this.#lastMs = nowMs;
  }

  /** The agent says that it has shown these. */
  shown(firstTick: number, lastTick: number, nowMs: number): void {
    this.#shownMs = nowMs;
    this.#first = firstTick;
    this.#n = lastTick - firstTick + 1;
  }

  /** Asked for now and then. */
  verdict(nowMs: number): FlashVerdict {
    const pairs = this.#all.length;
    if (this.#shownMs === null) return { state: 'waiting', pairs };
    const over = nowMs - this.#shownMs > SEEN_WITHIN_MS;
    if (pairs < MIN_PAIRS || nowMs - this.#lastMs < STILL_MS) {
      if (!over) return { state: 'waiting', pairs };
      if (pairs === 0) return { state: 'unseen' };
    }
    return this.#judge();
  }

  /* Before the agent has spoken all may be it. */
  #wasShown(low: number): boolean {
    return this.#shownMs === null
      || ((low - this.#first) & 0xffff) < this.#n;
  }

  #judge(): FlashVerdict {
    const all = [...this.#all].sort((a, b) => a - b);
    const middle = all[all.length >> 1]!;
    const near = all.filter((d) => Math.abs(d - middle) <= NEAR_TICKS);
    if (near.length < MIN_PAIRS || near.length < AGREE * all.length) {
      return { state: 'unclear', pairs: all.length };
    }
    return {
      state: 'found', pairs: all.length,
      ticks: near.reduce((sum, d) => sum + d, 0) / near.length,
    };
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looks, while rows are missing in what is on show, whether they have followed
 * (back-fill), and puts them into the history. */

import type { FollowedRow, Hole, History } from './history.js';

/* An agent asks the server what it misses 2 s and 12 s after it is back. */
const PAUSE_MS = 2000;
const MAX_PAUSE_MS = 60000;
/* The server's bound of one question is 600 s. */
const MAX_SPAN_MS = 590000;

/** What is asked for, UTC on the driver's PC; both ends are in it. */
export interface Span {
  readonly fromUtcMs: number;
  readonly toUtcMs: number;
}

/** The time of all holes, no longer before their end than is on show. */
export function spanOf(holes: readonly Hole[], fromS: number): Span | null {
  if (holes.length === 0) return null;
  const from = Math.min(...holes.map((h) => Math.max(h.fromUtcMs,
    h.toUtcMs - (h.beforeS - Math.min(h.beforeS, fromS)) * 1000 - 1000)));
  const to = Math.max(...holes.map((h) => h.toUtcMs));
  return {
    fromUtcMs: Math.floor(Math.max(from, to - MAX_SPAN_MS)),
    toUtcMs: Math.ceil(to),
  };
}

export class FollowedRows {
  readonly #history: History;
  readonly #read: (span: Span) => Promise<readonly FollowedRow[]>;
  #asking = false;
  #nextMs = 0;
  #pauseMs = PAUSE_MS;

  /** `read` gets the rows of a time that followed, the oldest first. */
  constructor(
    history: History, read: (span: Span) => Promise<readonly FollowedRow[]>,
  ) {
    this.#history = history;
    this.#read = read;
  }

  /** The server is back: it is asked as if it had never been away. */
  again(): void {
    this.#pauseMs = PAUSE_MS;
    this.#nextMs = 0;
  }

  /** Now and then; `fromS` is the oldest row on show. */
  async look(nowMs: number, fromS: number): Promise<void> {
    if (this.#asking || nowMs < this.#nextMs) return;
    const span = spanOf(this.#history.holes(fromS), fromS);
    if (!span) return;
    this.#asking = true;
    try {
      this.#history.fill(await this.#read(span));
      this.#pauseMs = PAUSE_MS;
    } catch {
      /* Not to be had, or not by who looks: asked for less and less often. */
      this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    }
    this.#nextMs = nowMs + this.#pauseMs;
    this.#asking = false;
  }
}

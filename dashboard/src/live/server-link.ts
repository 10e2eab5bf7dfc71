/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether anything comes from the server, by whatever way: answers, messages,
 * pictures. */

/* While a driver sends, messages come with each frame; while none does, the
 * driver list is asked for each half second. The page says within 2 s that
 * nothing comes any more, so it must know by then. */
const LOST_MS = 1250;
/* After this the list is asked for at once: a view may end, a server not. */
const DOUBT_MS = 500;

export class ServerLink {
  #heardMs: number;

  /** The page itself has just come from there. */
  constructor(nowMs: number) {
    this.#heardMs = nowMs;
  }

  /** Something came at this moment; null = nothing yet. */
  heard(atMs: number | null): void {
    if (atMs !== null && atMs > this.#heardMs) this.#heardMs = atMs;
  }

  /** How old all is that the page shows, once nothing comes any more. */
  lostMs(nowMs: number): number | null {
    const silence = nowMs - this.#heardMs;
    return silence > LOST_MS ? silence : null;
  }

  /** Nothing has come for a moment: time to ask. */
  doubtful(nowMs: number): boolean {
    return nowMs - this.#heardMs > DOUBT_MS;
  }
}

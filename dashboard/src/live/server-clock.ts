/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The server's UTC, estimated from short exchanges. */

interface Probe {
  readonly offsetUs: number;
  readonly roundTripMs: number;
}

const KEEP = 8;

/**
 * Of the last exchanges the one with the shortest round trip counts: its error
 * is at most half of that trip.
 */
export class ServerClock {
  #probes: Probe[] = [];

  /** One exchange: local ms before and after, the server's µs between them. */
  add(beforeMs: number, afterMs: number, serverUs: number): void {
    if (!(afterMs >= beforeMs)) return;
    const middleUs = ((beforeMs + afterMs) / 2) * 1000;
    this.#probes.push({
      offsetUs: serverUs - middleUs, roundTripMs: afterMs - beforeMs,
    });
    if (this.#probes.length > KEEP) this.#probes.shift();
  }

  get #best(): Probe | undefined {
    return this.#probes.reduce<Probe | undefined>(
      (b, p) => (!b || p.roundTripMs <= b.roundTripMs ? p : b), undefined);
  }

  /** UTC in µs at local time `nowMs`; null before the first exchange. */
  utcUs(nowMs: number): number | null {
    const best = this.#best;
    return best ? nowMs * 1000 + best.offsetUs : null;
  }

  /** Bound of the error in ms, null before the first exchange. */
  get errorMs(): number | null {
    const best = this.#best;
    return best ? best.roundTripMs / 2 : null;
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Decides when a decoded frame is shown: at once when its telemetry is here,
 * held for a moment when it is on its way, never with another frame's. */

import { FLAG_NO_ROW, FLAG_OLDER_ROW } from '../protocol/sample.js';
import type { Sample } from '../protocol/sample.js';
import { rtpToUs } from './rtp.js';
import type { SampleStore } from './sample-store.js';

/** Three frames at 60 fps; measured, samples trail by 4 ms at p99. */
export const HOLD_MS = 50;
/**
 * How long a new view waits for its first sample at all. It comes with the
 * schema, some milliseconds after the picture; a server that has no telemetry
 * for a frame says so.
 */
export const START_HOLD_MS = 500;
/* Frames kept back occupy buffers of the browser's decoder. */
const MAX_HELD = 4;

/**
 * exact: the frame's own row. older: the server had no row of this instant and
 * says so (a captured picture lies between two; telemetry at half rate). bare: there is none for this frame.
 * timeout: it did not come in time. unlocked: this browser does not tell the
 * frame's time stamp, the newest row is drawn instead.
 */
export type Lock = 'exact' | 'older' | 'bare' | 'timeout' | 'unlocked';

/* Three rows. A captured picture lies between two and has the one before it. */
const STALE_US = 50_000;

export interface Verdict {
  readonly lock: Lock;
  /** Its last row belongs to the frame; undefined for bare and timeout. */
  readonly sample: Sample | undefined;
  readonly rtpTimestamp: number | null;
  readonly heldMs: number;
  /** Row's time - frame's time; null without a row or a time stamp. */
  readonly syncErrorUs: number | null;
}

/** Whether its row is too old to be what the picture shows. */
export function isStale(
  { lock, syncErrorUs }: { readonly lock: string; readonly syncErrorUs: number | null },
): boolean {
  return lock === 'older' && Math.abs(syncErrorUs ?? Infinity) > STALE_US;
}

export interface GateCounters {
  /** Frames drawn, with or without telemetry. */
  shown: number;
  /** Of these: with the row of exactly this frame. */
  exact: number;
  /** Of these: with an older row, marked as such. */
  older: number;
  /** Of these: without telemetry because there was none. */
  bare: number;
  /** Of these: without telemetry because it did not come within HOLD_MS. */
  timeouts: number;
  /** Of these: with the newest row because the frame has no time stamp. */
  unlocked: number;
  /** Frames that had to wait for their sample at all. */
  held: number;
  /** Frames given up for a later one that was ready too. */
  dropped: number;
  /** The browser gave the frame before once more; not counted as shown. */
  repeated: number;
}

interface Held<F> {
  readonly frame: F;
  readonly rtpTimestamp: number | null;
  readonly since: number;
  waited: boolean;
}

export interface GateOptions<F> {
  readonly store: SampleStore;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Draws; the frame is discarded afterwards. */
  readonly show: (frame: F, verdict: Verdict) => void;
  readonly discard: (frame: F) => void;
}

/**
 * The queue between decoder and canvas. flush() must be called when a sample
 * has come and at deadline().
 */
export class FrameGate<F> {
  readonly counters: GateCounters = {
    shown: 0, exact: 0, older: 0, bare: 0, timeouts: 0, unlocked: 0,
    held: 0, dropped: 0, repeated: 0,
  };
  #last: number | null = null;
  #begunAt: number | undefined;
  readonly #o: GateOptions<F>;
  #queue: Held<F>[] = [];

  constructor(options: GateOptions<F>) {
    this.#o = options;
  }

  /** `rtpTimestamp` null: this browser tells none. */
  push(frame: F, rtpTimestamp: number | null): void {
    if (rtpTimestamp !== null && rtpTimestamp === this.#last) {
      this.counters.repeated++;
      this.#o.discard(frame);
      return;
    }
    this.#last = rtpTimestamp;
    this.#begunAt ??= this.#o.now();
    this.#queue.push({
      frame, rtpTimestamp, since: this.#o.now(), waited: false,
    });
    this.flush();
    while (this.#queue.length > MAX_HELD) this.#drop(this.#queue.shift()!);
  }

  /** When the oldest held frame is due, or undefined with none held. */
  deadline(): number | undefined {
    const first = this.#queue[0];
    if (!first) return undefined;
    return this.#o.store.newest ? first.since + HOLD_MS
      : this.#begunAt! + START_HOLD_MS;
  }

  /** Shows the newest frame that is decided; frames before it are dropped. */
  flush(): void {
    let ready: { held: Held<F>; verdict: Verdict } | undefined;
    while (this.#queue.length > 0) {
      const held = this.#queue[0]!;
      if (this.#isTooOld(held)) {
        this.#drop(this.#queue.shift()!);
        continue;
      }
      const verdict = this.#judge(held);
      if (!verdict) {
        if (!held.waited) this.counters.held++;
        held.waited = true;
        break;
      }
      this.#queue.shift();
      if (ready) this.#drop(ready.held);
      ready = { held, verdict };
    }
    if (!ready) return;
    this.#count(ready.verdict.lock);
    this.#o.show(ready.held.frame, ready.verdict);
    this.#o.discard(ready.held.frame);
  }

  /** Forgets what is held. */
  clear(): void {
    this.#last = null;
    this.#begunAt = undefined;
    for (const held of this.#queue) this.#o.discard(held.frame);
    this.#queue = [];
  }

  #drop(held: Held<F>): void {
    this.counters.dropped++;
    this.#o.discard(held.frame);
  }

  #count(lock: Lock): void {
    this.counters.shown++;
    this.counters[lock === 'timeout' ? 'timeouts' : lock]++;
  }

  /* From before this view's telemetry: the picture begins where both are. */
  #isTooOld({ rtpTimestamp }: Held<F>): boolean {
    return rtpTimestamp !== null && this.#o.store.isBefore(rtpTimestamp);
  }

  #judge(held: Held<F>): Verdict | undefined {
    const heldMs = this.#o.now() - held.since;
    const { rtpTimestamp } = held;
    const without = { sample: undefined, rtpTimestamp, syncErrorUs: null };
    if (rtpTimestamp === null) {
      const sample = this.#o.store.newest;
      return sample && sample.rows.length > 0
        ? { lock: 'unlocked', sample, rtpTimestamp, heldMs, syncErrorUs: null }
        : { lock: 'bare', heldMs, ...without };
    }
    const match = this.#o.store.find(rtpTimestamp);
    if (match) {
      const { sample, residualTicks } = match;
      if ((sample.flags & FLAG_NO_ROW) !== 0 || sample.rows.length === 0) {
        return { lock: 'bare', heldMs, ...without };
      }
      return {
        lock: (sample.flags & FLAG_OLDER_ROW) !== 0 ? 'older' : 'exact',
        sample, rtpTimestamp, heldMs,
        syncErrorUs: sample.syncErrorUs + rtpToUs(residualTicks),
      };
    }
    if (!this.#o.store.newest
      && this.#o.now() < this.#begunAt! + START_HOLD_MS) return undefined;
    if (!this.#o.store.canStillCome(rtpTimestamp)) {
      return { lock: 'bare', heldMs, ...without };
    }
    return heldMs >= HOLD_MS ? { lock: 'timeout', heldMs, ...without }
      : undefined;
  }
}

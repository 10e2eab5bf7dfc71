/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The figures that say how good picture and telemetry are and fit together. */

import type { ServerStats } from '../protocol/messages.js';
import type { Composition, CompositorCounters } from './compositor.js';
import { Window } from './quantiles.js';
import { RTP_HZ, rtpDiff, rtpToUs } from './rtp.js';
import type { ReceiveFigures } from './receive-stats.js';

/** Ten seconds at 60 frames a second. */
const WINDOW = 600;

export interface Quantiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface HealthFigures {
  /** |row's time - frame's time| of the frames drawn with telemetry. */
  readonly syncErrorMs: Quantiles;
  readonly syncErrorFrames: Quantiles;
  /** From the row's UTC to its drawing here. */
  readonly telemetryAgeMs: Quantiles & { readonly p95: number | null };
  /** The same to the moment the frame is expected on the screen. */
  readonly glassToGlassMs: Quantiles;
  /** The bound of what our idea of the server's clock may add to both. */
  readonly clockErrorMs: number | null;
  readonly holdMs: Quantiles;
  /** Frames composed a second. */
  readonly composedFps: number | null;
  readonly counters: CompositorCounters;
  readonly receive: ReceiveFigures | null;
  readonly server: ServerStats | null;
  /** Messages that could not be decoded, by reason. */
  readonly undecodable: Readonly<Record<string, number>>;
  /** Holes seen in the telemetry. */
  readonly telemetryGaps: number;
}

export class HealthMeter {
  readonly #sync = new Window(WINDOW);
  readonly #age = new Window(WINDOW);
  readonly #glass = new Window(WINDOW);
  readonly #hold = new Window(WINDOW);
  readonly #composedMs = new Window(WINDOW);
  readonly #frameMs = new Window(120);
  #lastRtp: number | null = null;
  receive: ReceiveFigures | null = null;
  server: ServerStats | null = null;
  undecodable: Record<string, number> = {};

  reset(): void {
    for (const w of [this.#sync, this.#age, this.#glass, this.#hold,
      this.#composedMs, this.#frameMs]) w.clear();
    this.#lastRtp = null;
    this.receive = this.server = null;
  }

  /** `utcUs` is the server's clock at `nowMs`, null while unknown. */
  composed(c: Composition, nowMs: number, utcUs: number | null): void {
    this.#composedMs.push(nowMs);
    if (c.lock !== 'telemetry') this.#hold.push(c.heldMs);
    if (c.syncErrorUs !== null) {
      this.#sync.push(Math.abs(c.syncErrorUs) / 1000);
    }
    if (!c.sample || c.sample.utcUs === 0 || utcUs === null) return;
    const age = (utcUs - c.sample.utcUs) / 1000;
    this.#age.push(age);
    if (c.lock !== 'telemetry') {
      this.#glass.push(age + Math.max(0, c.displayMs - nowMs));
    }
  }

  /**
   * A sample came, for whatever frame: their steps tell how long a frame is,
   * also where this machine shows only some of them.
   */
  sampled(rtpTimestamp: number): void {
    if (this.#lastRtp !== null) {
      const step = rtpDiff(rtpTimestamp, this.#lastRtp);
      if (step > 0 && step < RTP_HZ) this.#frameMs.push(rtpToUs(step) / 1000);
    }
    this.#lastRtp = rtpTimestamp;
  }

  /** How long a frame is, by the stream's own times. Frames that never came
   * lengthen some steps, so not the mean. */
  get frameMs(): number | null {
    return this.#frameMs.quantiles(0.25)[0]!;
  }

  #fps(nowMs: number): number | null {
    const [oldest] = this.#composedMs.quantiles(0);
    const n = this.#composedMs.count;
    return n < 2 || nowMs <= oldest! ? null
      : ((n - 1) * 1000) / (nowMs - oldest!);
  }

  figures(
    nowMs: number, counters: CompositorCounters, clockErrorMs: number | null,
    telemetryGaps: number,
  ): HealthFigures {
    const frame = this.frameMs;
    const pair = (w: Window, per = 1): Quantiles => {
      const [p50, p99] = w.quantiles(0.5, 0.99);
      return {
        p50: p50 === null ? null : p50! / per,
        p99: p99 === null ? null : p99! / per,
      };
    };
    return {
      syncErrorMs: pair(this.#sync),
      syncErrorFrames: frame === null
        ? { p50: null, p99: null } : pair(this.#sync, frame),
      telemetryAgeMs: {
        ...pair(this.#age), p95: this.#age.quantiles(0.95)[0]!,
      },
      glassToGlassMs: pair(this.#glass),
      clockErrorMs,
      holdMs: pair(this.#hold),
      composedFps: this.#fps(nowMs),
      counters,
      receive: this.receive,
      server: this.server,
      undecodable: { ...this.undecodable },
      telemetryGaps,
    };
  }
}

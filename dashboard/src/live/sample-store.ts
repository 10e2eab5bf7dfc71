/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The last seconds of telemetry samples, found by the RTP time stamp of the
 * video frame they belong to. */

import type { Sample } from '../protocol/sample.js';
import { RTP_HZ, rtpDiff } from './rtp.js';

/* Server and RTP header compute a frame's time stamp by the same formula, so
 * equal is the rule; 1 ms forgives rounding and is far below half a frame
 * even at 240 frames a second, so a neighbour never matches. */
export const TOLERANCE_TICKS = RTP_HZ / 1000;

/* A frame is never older than the browser's jitter buffer, some 100 ms. */
const KEEP = 600;
/* A step further than this is another stream, not the next frame. */
const JUMP_TICKS = 10 * RTP_HZ;

export interface Match {
  readonly sample: Sample;
  /** Sample's time stamp - frame's time stamp. */
  readonly residualTicks: number;
}

export class SampleStore {
  /** In order of arrival, which is the order of frames. */
  #samples: Sample[] = [];
  #first: number | undefined;

  get newest(): Sample | undefined {
    return this.#samples.at(-1);
  }

  get size(): number {
    return this.#samples.length;
  }

  push(sample: Sample): void {
    const last = this.newest;
    if (last) {
      const step = rtpDiff(sample.rtpTimestamp, last.rtpTimestamp);
      /* A picture that was long on its way, whose row had to go ahead alone:
       * the server has it no more, it is here. */
      if (step < 0 && step >= -JUMP_TICKS && sample.rows.length === 0) return;
      if (step < 0 || step > JUMP_TICKS) this.#samples = [];
    }
    if (this.#samples.length === 0) this.#first = sample.rtpTimestamp;
    this.#samples.push(sample);
    if (this.#samples.length > KEEP) this.#samples.shift();
  }

  clear(): void {
    this.#samples = [];
    this.#first = undefined;
  }

  /**
   * Whether the frame is older than all samples this view has ever got. False
   * before the first one.
   */
  isBefore(rtpTimestamp: number): boolean {
    return this.#first !== undefined
      && rtpDiff(rtpTimestamp, this.#first) < -TOLERANCE_TICKS;
  }

  /** The sample of the frame with this time stamp. */
  find(rtpTimestamp: number): Match | undefined {
    let best: Match | undefined;
    for (let i = this.#samples.length - 1; i >= 0; i--) {
      const sample = this.#samples[i]!;
      const residualTicks = rtpDiff(sample.rtpTimestamp, rtpTimestamp);
      if (residualTicks < -TOLERANCE_TICKS) break;
      if (residualTicks > TOLERANCE_TICKS) continue;
      if (!best || Math.abs(residualTicks) < Math.abs(best.residualTicks)) {
        best = { sample, residualTicks };
      }
    }
    return best;
  }

  /**
   * Whether waiting for this frame's sample makes sense: the channel keeps
   * order, so with a later frame's sample here it cannot come any more. False
   * before the first sample.
   */
  canStillCome(rtpTimestamp: number): boolean {
    const last = this.newest;
    if (!last) return false;
    const ahead = rtpDiff(last.rtpTimestamp, rtpTimestamp);
    return ahead <= 0 && ahead >= -JUMP_TICKS;
  }
}

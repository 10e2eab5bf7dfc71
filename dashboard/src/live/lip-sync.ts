/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Keeps sound with the picture: from when pictures were shown, and which instant
 * of the driver's they were, to when a packet of sound is due. Pure. */

import type { RtpClock } from '../protocol/messages.js';
import { RTP_HZ, rtpDiff } from './rtp.js';

export const SOUND_HZ = 48000;

/* Longer than a hiccup of the picture, shorter than anyone minds. */
const WINDOW_MS = 2000;
const MIN_READINGS = 10;
/* A new view starts with this much: about what sound takes more on its way than
 * pictures do. */
export const PICTURE_START_MS = 150;
const PICTURE_MAX_MS = 1000;
/* How long before it is due nine packets of ten shall be there: the page may be
 * busy for so long. */
const SPARE_MS = 70;
const SPARE_LEAST_MS = 25;
const SPARE_MOST_MS = 200;
/* A picture that waits longer stands still for a moment, one that waits less
 * hurries: seldom, and back more seldom. */
const SHORTER_AFTER_MS = 15000;
/* Chromium changes a picture's delay by 100 ms a second; readings count once it
 * has, and two seconds of them are new. */
const SETTLE_MS = 1500;
const SETTLE_PER_MS = 12;

interface Reading {
  readonly atMs: number;
  value: number;
}

function push(all: Reading[], atMs: number, value: number): void {
  all.push({ atMs, value });
  while (atMs - all[0]!.atMs > WINDOW_MS) all.shift();
}

/** One view of one driver; a new view takes a new one. */
export class LipSync {
  #clock: RtpClock | undefined;
  #pictures: Reading[] = [];
  #spares: Reading[] = [];
  #pictureMs = PICTURE_START_MS;
  #changedMs: number | undefined;
  #settleMs = SETTLE_MS + SETTLE_PER_MS * PICTURE_START_MS;

  /** The picture's least delay in the browser. */
  get pictureMs(): number {
    return this.#pictureMs;
  }

  /** How long before it was due nine of ten packets of the last two seconds were
   * there; null: none came. */
  get spareMs(): number | null {
    const sorted = this.#spares.map((r) => r.value).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 10)] ?? null;
  }

  /** RTP time stamps of one instant. */
  clock(pair: RtpClock): void {
    if (this.#clock) {
      /* What was read stays comparable: it moves with the instant. */
      const ms = (1000 * rtpDiff(pair.videoRtp, this.#clock.videoRtp)) / RTP_HZ;
      for (const r of this.#pictures) r.value += ms;
    }
    this.#clock = pair;
  }

  /** A picture with this time stamp was shown at `atMs`. */
  picture(rtp: number, atMs: number): void {
    if (!this.#clock) return;
    push(this.#pictures, atMs,
      atMs - (1000 * rtpDiff(rtp, this.#clock.videoRtp)) / RTP_HZ);
  }

  /** When sound with this time stamp is to be heard; null: not known yet. */
  dueMs(rtp: number): number | null {
    if (!this.#clock || this.#pictures.length < MIN_READINGS) return null;
    const offsets = this.#pictures.map((r) => r.value).sort((a, b) => a - b);
    return offsets[offsets.length >> 1]!
      + (1000 * rtpDiff(rtp, this.#clock.audioRtp)) / SOUND_HZ;
  }

  /** Sound came `spareMs` before it was due; negative: too late. */
  came(spareMs: number, nowMs: number): void {
    const since = nowMs - (this.#changedMs ??= nowMs);
    if (since < this.#settleMs) return;
    push(this.#spares, nowMs, spareMs);
    if (since < this.#settleMs + WINDOW_MS
      || this.#spares.length < MIN_READINGS) return;
    const least = this.spareMs!;
    if (least >= SPARE_LEAST_MS
      && !(least > SPARE_MOST_MS && since > SHORTER_AFTER_MS)) return;
    const ms = Math.round(Math.min(PICTURE_MAX_MS,
      Math.max(0, this.#pictureMs + SPARE_MS - least)));
    if (ms === this.#pictureMs) return;
    this.#settleMs = SETTLE_MS + SETTLE_PER_MS * Math.abs(ms - this.#pictureMs);
    this.#pictureMs = ms;
    this.#changedMs = nowMs;
    this.#pictures = [];
    this.#spares = [];
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * window.pitbox: what tests and scripts may rely on (README.md). */

import type { Composition, ProofReading } from '../live/compositor.js';
import type { ConnectionState } from '../live/connection.js';
import type { HealthFigures } from '../live/health.js';
import type { RowKind } from '../live/history.js';
import type { LiveSession } from '../live/live-session.js';
import type { SoundFigures } from '../live/sound.js';
import type { WhepMarks } from '../live/whep.js';

export interface FrameInfo {
  /** Tick of the row drawn; null when the frame was drawn without one. */
  readonly tick: number | null;
  readonly rtpTimestamp: number | null;
  readonly sequence: number | null;
  readonly heldMs: number;
  readonly syncErrorUs: number | null;
  /** performance.now() */
  readonly composedAt: number;
  readonly lock: Composition['lock'];
  /** UTC of the row in µs on the driver's PC; null when not known. */
  readonly utcUs: number | null;
  /** From the row's UTC to now by the server's clock; null when not known. */
  readonly ageMs: number | null;
  /** Where the picture lies on the canvas, in canvas pixels. */
  readonly picture: { x: number; y: number; width: number; height: number };
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /** Proof mode: both strips as read back from the canvas. */
  readonly proof: ProofReading | null;
}

export interface FrameDetail extends FrameInfo {
  readonly canvas: HTMLCanvasElement;
  /** A variable of the row drawn; null without row or variable. */
  readonly read: (name: string, index?: number) => number | null;
}

export interface FirstPicture {
  /** performance.now() when the server was asked for the driver. */
  readonly askedAt: number;
  /** performance.now() when the first picture was on the canvas. */
  readonly composedAt: number;
  /** composedAt - askedAt */
  readonly sinceAskedMs: number;
  readonly marks: Readonly<WhepMarks>;
}

export interface PitboxStats extends HealthFigures {
  readonly driver: string | null;
  readonly connection: ConnectionState | null;
  /** Views made since the driver was chosen. */
  readonly attempts: number;
  /** Of the newest view; null before its first picture. */
  readonly firstPicture: FirstPicture | null;
  /** Entries of the traces, a hole is one: as they came, and as they followed
   * later (back-fill). */
  readonly traces: Readonly<Record<RowKind, number>>;
  /** How sound is played. */
  readonly sound: SoundFigures & { readonly audible: boolean };
}

export interface StatsSource {
  readonly session: LiveSession;
  readonly canvas: HTMLCanvasElement;
  readonly figures: () => HealthFigures;
}

export class ScriptApi extends EventTarget {
  readonly version = __APP_VERSION__;
  lastFrame: FrameInfo | null = null;
  #first: FirstPicture | null = null;
  readonly #source: StatsSource;

  constructor(source: StatsSource) {
    super();
    this.#source = source;
    source.session.on('fresh', () => { this.#first = null; });
  }

  stats(): PitboxStats {
    const { session, figures } = this.#source;
    return {
      ...figures(),
      driver: session.driver,
      connection: session.connection?.state ?? null,
      attempts: session.connection?.attempts ?? 0,
      firstPicture: this.#first,
      traces: session.history.counts(),
      sound: { ...session.sound.figures, audible: session.sound.audible },
    };
  }

  /** Page use: tells listeners of a composition, synchronously. */
  composed(
    c: Composition, proof: ProofReading | null, nowMs: number,
    utcUs: number | null,
  ): void {
    const { sample } = c;
    const row = sample?.rows.at(-1);
    const rowUtc = row && sample && sample.utcUs !== 0 ? sample.utcUs : null;
    this.lastFrame = {
      tick: row?.tick ?? null,
      rtpTimestamp: c.rtpTimestamp,
      sequence: sample?.sequence ?? null,
      heldMs: c.heldMs,
      syncErrorUs: c.syncErrorUs,
      composedAt: nowMs,
      lock: c.lock,
      utcUs: rowUtc,
      ageMs: rowUtc === null || utcUs === null ? null : (utcUs - rowUtc) / 1000,
      picture: { ...c.layout.picture },
      pictureWidth: c.pictureWidth,
      pictureHeight: c.pictureHeight,
      proof,
    };
    if (c.pictureWidth > 0) this.#firstPicture(nowMs);
    const { session, canvas } = this.#source;
    const detail: FrameDetail = {
      ...this.lastFrame,
      canvas,
      read: (name, index) =>
        (row ? session.schema?.field(name)?.read(row.data, index) : null)
          ?? null,
    };
    this.dispatchEvent(new CustomEvent('frame', { detail }));
  }

  #firstPicture(nowMs: number): void {
    const marks = this.#source.session.connection?.marks;
    if (this.#first || marks?.askedMs == null) return;
    this.#first = {
      askedAt: marks.askedMs, composedAt: nowMs,
      sinceAskedMs: nowMs - marks.askedMs, marks: { ...marks },
    };
  }
}

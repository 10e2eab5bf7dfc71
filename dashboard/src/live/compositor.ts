/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One canvas: a decoded frame and the telemetry of exactly that frame, drawn
 * in one go. What a screen or a screenshot shows is therefore always a pair. */

import { FrameGate, type GateCounters, type Verdict } from './frame-gate.js';
import { FrameStamper } from './frame-stamp.js';
import { drawStrip, ownStrip, pictureStrip, readStrip } from './proof.js';
import type { SampleStore } from './sample-store.js';
import { stageLayout, type StageLayout } from './stage-layout.js';

/** What is drawn this time: a frame's verdict, or telemetry alone. */
export interface Composition extends Omit<Verdict, 'lock'> {
  readonly lock: Verdict['lock'] | 'telemetry';
  readonly layout: StageLayout;
  /** Width and height of the decoded picture; 0 without one. */
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /** performance.now() when this frame is expected on the screen. */
  readonly displayMs: number;
}

export interface CompositorOptions {
  readonly canvas: HTMLCanvasElement;
  readonly video: HTMLVideoElement;
  readonly store: SampleStore;
  /** Draws and checks the proof strips. */
  readonly proof: boolean;
  /** Draws the instruments of the composition's own row. */
  readonly paint: (ctx: CanvasRenderingContext2D, c: Composition) => void;
  /** Called right after each composition, with the strips' ticks as read back
   * from the canvas in proof mode. */
  readonly composed: (c: Composition, proof: ProofReading | null) => void;
  /** Called with the frame of each composition, before what is drawn over it. */
  readonly framed: (source: CanvasImageSource, c: Composition) => void;
  /** A frame was decoded, shown or not. */
  readonly decoded: () => void;
}

export interface ProofReading {
  /** Tick in the picture's own strip; null = not readable. */
  readonly picture: number | null;
  /** Tick of the telemetry drawn with it. */
  readonly telemetry: number | null;
}

export interface CompositorCounters extends GateCounters {
  /** Compositions of telemetry without a picture. */
  telemetryOnly: number;
  /** Frames the browser presented before this page got to see them. */
  missed: number;
  /** Frames of the browser's own making, not of the stream; not shown. */
  foreign: number;
  /** Proof mode: pairs with different ticks; null outside of it. */
  wrong: number | null;
}

/* When the picture stays away this long, telemetry goes on without it. */
const PICTURE_LOST_MS = 500;

type Source = VideoFrame | HTMLVideoElement;

/* Chromium has it since 145; TypeScript's DOM library has it not. */
type FrameWithMetadata = VideoFrame & {
  metadata?: () => { readonly rtpTimestamp?: number };
};

interface Taken {
  readonly source: Source;
  readonly width: number;
  readonly height: number;
  readonly displayMs: number;
}

/** The frame now in the video element, and the time stamp of its pixels. */
function grab(video: HTMLVideoElement): {
  source: Source; rtpTimestamp: number | undefined;
} {
  if ('VideoFrame' in globalThis) {
    try {
      const source = new VideoFrame(video) as FrameWithMetadata;
      return { source, rtpTimestamp: source.metadata?.().rtpTimestamp };
    } catch {
      /* No frame to be had just now; the element itself may draw. */
    }
  }
  return { source: video, rtpTimestamp: undefined };
}

export class Compositor {
  readonly #o: CompositorOptions;
  readonly #ctx: CanvasRenderingContext2D;
  readonly #gate: FrameGate<Taken>;
  #telemetryOnly = 0;
  #missed = 0;
  #foreign = 0;
  readonly #stamper = new FrameStamper();
  #wrong = 0;
  #aspect: number | null = null;
  #width = 0;
  #height = 0;
  #scale = 1;
  #lastPresented: number | null = null;
  #lastFrameMs = -Infinity;
  #drawnSequence: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  hud = true;
  fullscreen = false;

  constructor(options: CompositorOptions) {
    this.#o = options;
    const ctx = options.canvas.getContext('2d', {
      alpha: false, desynchronized: false,
      willReadFrequently: options.proof,
    });
    if (!ctx) throw new Error('this browser has no 2D canvas');
    this.#ctx = ctx;
    this.#gate = new FrameGate<Taken>({
      store: options.store,
      now: () => performance.now(),
      show: (frame, verdict) => this.#show(frame, verdict),
      discard: (frame) => {
        if (frame.source instanceof HTMLVideoElement) return;
        frame.source.close();
      },
    });
    this.#requestFrame();
  }

  get counters(): CompositorCounters {
    return {
      ...this.#gate.counters,
      telemetryOnly: this.#telemetryOnly,
      missed: this.#missed,
      foreign: this.#foreign,
      wrong: this.#o.proof ? this.#wrong : null,
    };
  }

  /** Sets the canvas to its place on the page, in CSS pixels. */
  resize(width: number, height: number, scale: number): void {
    const w = Math.max(1, Math.round(width * scale));
    const h = Math.max(1, Math.round(height * scale));
    if (w === this.#width && h === this.#height) return;
    this.#width = this.#o.canvas.width = w;
    this.#height = this.#o.canvas.height = h;
    this.#scale = scale;
    this.#ctx.fillStyle = 'rgb(0 0 0)';
    this.#ctx.fillRect(0, 0, w, h);
  }

  /** A sample has come: a held frame may be due. */
  sampleArrived(): void {
    this.#gate.flush();
    this.#arm();
  }

  /** Another driver or view: what is held belongs to the old one. */
  reset(): void {
    this.#gate.clear();
    this.#lastPresented = null;
    this.#drawnSequence = null;
    this.#lastFrameMs = -Infinity;
    this.#aspect = null;
    clearTimeout(this.#timer);
  }

  /** The stage without picture and telemetry. */
  blank(): void {
    this.#ctx.fillStyle = 'rgb(0 0 0)';
    this.#ctx.fillRect(0, 0, this.#width, this.#height);
  }

  /**
   * Draws the newest row without a picture where no picture is coming; call
   * it once a screen refresh. Returns whether the picture is away.
   */
  telemetryTurn(now: number): boolean {
    if (now - this.#lastFrameMs < PICTURE_LOST_MS) return false;
    const sample = this.#o.store.newest;
    if (!sample || sample.rows.length === 0
      || sample.sequence === this.#drawnSequence) return true;
    this.#telemetryOnly++;
    this.#compose(undefined, {
      lock: 'telemetry', sample, rtpTimestamp: sample.rtpTimestamp,
      heldMs: 0, syncErrorUs: null,
    });
    return true;
  }

  #requestFrame(): void {
    this.#o.video.requestVideoFrameCallback?.((now, meta) => {
      this.#requestFrame();
      this.#take(now, meta);
    });
  }

  #take(now: number, meta: VideoFrameCallbackMetadata): void {
    this.#lastFrameMs = performance.now();
    this.#o.decoded();
    if (this.#lastPresented !== null) {
      this.#missed += Math.max(
        0, meta.presentedFrames - this.#lastPresented - 1);
    }
    this.#lastPresented = meta.presentedFrames;
    const { source, rtpTimestamp } = grab(this.#o.video);
    const stamp = this.#stamper.stamp(rtpTimestamp, meta.rtpTimestamp);
    const own = source instanceof HTMLVideoElement ? null : source;
    if (stamp.kind === 'foreign') {
      this.#foreign++;
      own?.close();
      return;
    }
    this.#gate.push({
      source,
      width: own?.displayWidth ?? meta.width,
      height: own?.displayHeight ?? meta.height,
      displayMs: Math.max(now, meta.expectedDisplayTime),
    }, stamp.rtpTimestamp);
    this.#arm();
  }

  /* A held frame comes due even when nothing else happens. */
  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.#gate.deadline();
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => this.sampleArrived(),
      Math.max(0, deadline - performance.now()));
  }

  #show(frame: Taken, verdict: Verdict): void {
    this.#compose(frame, verdict);
  }

  #compose(
    frame: Taken | undefined, verdict: Omit<Composition,
      'layout' | 'pictureWidth' | 'pictureHeight' | 'displayMs'>,
  ): void {
    if (verdict.sample) this.#drawnSequence = verdict.sample.sequence;
    this.#aspect = frame && frame.height > 0
      ? frame.width / frame.height : null;
    const layout = stageLayout(this.#width, this.#height, this.#aspect,
      this.#scale, this.hud, this.fullscreen);
    const c: Composition = {
      ...verdict, layout,
      pictureWidth: frame?.width ?? 0, pictureHeight: frame?.height ?? 0,
      displayMs: Math.max(performance.now(), frame?.displayMs ?? 0),
    };
    this.#drawPicture(frame, c);
    if (frame) this.#o.framed(frame.source, c);
    this.#o.paint(this.#ctx, c);
    this.#o.composed(c, this.#prove(c));
  }

  #drawPicture(frame: Taken | undefined, { layout }: Composition): void {
    const ctx = this.#ctx;
    const p = layout.picture;
    const whole = p.width === this.#width && p.height === this.#height;
    if (!whole) {
      ctx.fillStyle = 'rgb(0 0 0)';
      ctx.fillRect(0, 0, this.#width, this.#height);
    }
    if (frame) ctx.drawImage(frame.source, p.x, p.y, p.width, p.height);
  }

  #prove(c: Composition): ProofReading | null {
    if (!this.#o.proof || c.pictureWidth === 0) return null;
    const into = c.layout.picture;
    const own = ownStrip(into, c.pictureWidth);
    drawStrip(this.#ctx, own, c.sample?.rows.at(-1)?.tick ?? null);
    const reading: ProofReading = {
      picture: readStrip(this.#ctx, pictureStrip(into, c.pictureWidth)),
      telemetry: readStrip(this.#ctx, own),
    };
    if (c.lock === 'exact' && reading.picture !== null
      && reading.picture !== reading.telemetry) this.#wrong++;
    return reading;
  }
}

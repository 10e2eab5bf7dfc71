/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver's sound: each packet is played when the picture of its instant is on
 * the canvas. Where a browser does not let a page do that, its own player does
 * what it can. */

import type { RtpClock } from '../protocol/messages.js';
import { LipSync, SOUND_HZ } from './lip-sync.js';
import type { DecodedSound } from './opus.worker.js';

/** The sound of a view. */
export interface SoundTrack {
  readonly track: MediaStreamTrack;
  /** Decodes its packets for the page; undefined: the browser plays it. */
  readonly decoder: Worker | undefined;
  readonly pictureReceiver: RTCRtpReceiver | undefined;
}

export interface SoundFigures {
  /** Packet by packet with the picture, or as the browser has it. */
  readonly exact: boolean;
  /** Where it is played - where it is due; null: it is not played. */
  readonly offMs: number | null;
  /** How long before it is due it is there, at the least. */
  readonly spareMs: number | null;
  /** The picture's least delay in the browser. */
  readonly pictureMs: number | null;
  /** Packets that came too late. */
  readonly late: number;
}

/* Browsers have them where they let a page say when sound is played. */
type Receiver = RTCRtpReceiver & {
  jitterBufferTarget?: number | null;
  transform?: unknown;
};

/** Before the offer: has the packets of a receiver decoded for the page, where
 * this browser can. */
export function tapSound(receiver: RTCRtpReceiver): Worker | undefined {
  if (!playsExactly()) return undefined;
  const decoder = new Worker(new URL('./opus.worker.ts', import.meta.url),
    { type: 'module' });
  (receiver as Receiver).transform = new RTCRtpScriptTransform(decoder);
  return decoder;
}

/* Further away than this it begins anew; nearer, it is played a little faster or
 * slower, which is not heard. */
const JUMP_S = 0.06;
const CATCH_UP_S = 0.5;
const MOST_RATE = 0.02;
/* Times of the loudspeaker, of which the median counts. */
const TIMES = 25;
const LEAST_AHEAD_S = 0.005;

/** Whether this browser lets a page play sound with the picture on a canvas. */
export function playsExactly(): boolean {
  return 'RTCRtpScriptTransform' in globalThis && 'AudioDecoder' in globalThis
    && 'jitterBufferTarget' in RTCRtpReceiver.prototype;
}

export class Sound {
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  /* Of this view; what is scheduled ends with it. */
  #out: GainNode | undefined;
  #decoder: Worker | undefined;
  #element: HTMLAudioElement | undefined;
  #pictureReceiver: Receiver | undefined;
  #sync: LipSync | undefined;
  #times: number[] = [];
  #nextS: number | null = null;
  #volume = 1;
  #offMs: number | null = null;
  #late = 0;

  get figures(): SoundFigures {
    return {
      exact: this.#decoder !== undefined, offMs: this.#offMs,
      spareMs: this.#sync?.spareMs ?? null,
      pictureMs: this.#sync?.pictureMs ?? null, late: this.#late,
    };
  }

  /** Whether the browser lets it be heard now; it wants a click before. */
  get audible(): boolean {
    return this.#context?.state === 'running';
  }

  /** Makes ready to play; best within a click or a key. */
  async open(): Promise<boolean> {
    if (!this.#context) {
      this.#context = new AudioContext(
        { latencyHint: 'interactive', sampleRate: SOUND_HZ });
      this.#gain = new GainNode(this.#context, { gain: this.#volume });
      this.#gain.connect(this.#context.destination);
    }
    /* It stays pending until there was a click: do not wait for ever. */
    await Promise.race([this.#context.resume().catch(() => {}),
      new Promise((r) => setTimeout(r, 300))]);
    return this.audible;
  }

  /** 0 to 1. */
  set volume(volume: number) {
    this.#volume = volume;
    this.#gain?.gain.setTargetAtTime(volume, this.#context!.currentTime, 0.02);
    if (this.#element) this.#element.volume = volume;
  }

  get volume(): number {
    return this.#volume;
  }

  /** The sound of a new view. */
  play(track: SoundTrack): void {
    this.stop();
    const { decoder } = track;
    if (decoder) this.#playExactly(decoder, track.pictureReceiver);
    /* Chromium takes no packets of a track that nothing plays; this one then
     * plays silence. */
    const element = new Audio();
    element.volume = this.#volume;
    element.muted = decoder !== undefined;
    element.srcObject = new MediaStream([track.track]);
    void element.play().catch(() => {});
    this.#element = element;
  }

  #playExactly(decoder: Worker, picture: RTCRtpReceiver | undefined): void {
    if (!this.#context || !this.#gain) return;
    decoder.onmessage = ({ data }: MessageEvent<DecodedSound>) =>
      this.#packet(data);
    this.#decoder = decoder;
    this.#pictureReceiver = picture;
    this.#sync = new LipSync();
    this.#out = new GainNode(this.#context);
    this.#out.connect(this.#gain);
    this.#delayPicture();
  }

  /** Silence, until play(). */
  stop(): void {
    if (this.#decoder) this.#decoder.onmessage = null;
    this.#out?.disconnect();
    if (this.#element) this.#element.srcObject = null;
    this.#decoder = this.#out = this.#element = this.#sync = undefined;
    this.#pictureReceiver = undefined;
    this.#nextS = this.#offMs = null;
    this.#late = 0;
    this.#times = [];
  }

  clock(pair: RtpClock): void {
    this.#sync?.clock(pair);
  }

  /** A picture is on the canvas. */
  picture(rtpTimestamp: number, atMs: number): void {
    this.#sync?.picture(rtpTimestamp, atMs);
  }

  #delayPicture(): void {
    const receiver = this.#pictureReceiver;
    const ms = this.#sync!.pictureMs;
    if (receiver && receiver.jitterBufferTarget !== ms) {
      receiver.jitterBufferTarget = ms;
    }
  }

  /* performance.now() of the loudspeaker at the context's time 0. */
  #zeroMs(): number {
    const c = this.#context!;
    const { contextTime = 0, performanceTime = 0 } = c.getOutputTimestamp();
    this.#times.push(contextTime > 0 ? performanceTime - contextTime * 1000
      : performance.now() - c.currentTime * 1000);
    if (this.#times.length > TIMES) this.#times.shift();
    return [...this.#times].sort((a, b) => a - b)[this.#times.length >> 1]!;
  }

  #packet({ rtp, channels }: DecodedSound): void {
    const dueMs = this.#sync?.dueMs(rtp) ?? null;
    if (dueMs === null || !this.#sync || !this.#context) return;
    const zeroMs = this.#zeroMs();
    const dueS = (dueMs - zeroMs) / 1000;
    const nowS = this.#context.currentTime;
    this.#sync.came((dueS - nowS) * 1000, performance.now());
    this.#delayPicture();
    if (dueS < nowS + LEAST_AHEAD_S) {
      this.#late++;
      this.#nextS = null;
      return;
    }
    this.#schedule(channels, dueS);
  }

  #schedule(channels: DecodedSound['channels'], dueS: number): void {
    const first = channels[0];
    if (!first || first.length === 0) return;
    if (this.#nextS !== null && Math.abs(this.#nextS - dueS) > JUMP_S) {
      this.#nextS = null;
    }
    const atS = Math.max(this.#nextS ?? dueS, this.#context!.currentTime);
    const offS = atS - dueS;
    const buffer = new AudioBuffer({
      length: first.length, numberOfChannels: channels.length,
      sampleRate: SOUND_HZ,
    });
    channels.forEach((c, i) => buffer.copyToChannel(c, i));
    const rate = 1 + Math.max(-MOST_RATE, Math.min(MOST_RATE, offS / CATCH_UP_S));
    const node = new AudioBufferSourceNode(this.#context!,
      { buffer, playbackRate: rate });
    node.connect(this.#out!);
    node.start(atS);
    this.#nextS = atS + buffer.duration / rate;
    this.#offMs = offS * 1000;
  }
}

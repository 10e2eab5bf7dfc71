/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One WHEP view: picture and data channel of one driver, from the offer to the
 * DELETE. It is tried once; connection.ts tries again. */

import { httpError } from '../protocol/rest.js';
import { playsExactly, tapSound, type SoundTrack } from './sound.js';

/* The server limits its own answer to 5 s. */
const ASK_TIMEOUT_MS = 6000;

export interface WhepEvents {
  readonly binary: (message: ArrayBuffer) => void;
  readonly text: (message: string) => void;
  readonly picture: (stream: MediaStream) => void;
  readonly sound: (track: SoundTrack) => void;
  /** The view is gone for good; called at most once. */
  readonly lost: (reason: string) => void;
}

/** performance.now() at the steps of a start; null = not reached. */
export interface WhepMarks {
  offeredMs: number | null;
  askedMs: number | null;
  answeredMs: number | null;
  connectedMs: number | null;
  channelOpenMs: number | null;
}

/** Whether this browser can receive H.264 by WebRTC. */
export function canReceiveH264(): boolean {
  const known = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs;
  return known?.some((c) => c.mimeType.toLowerCase() === 'video/h264')
    ?? false;
}

/** The offer has no H.264, whatever the browser said before that it can do. */
export class CannotPlay extends Error {}

/** Whether H.264 is offered. Firefox 140 without its OpenH264 plugin counts H.264
 * among its capabilities, and offers a picture without any codec. */
export function offersH264(sdp: string): boolean {
  return /^a=rtpmap:\d+ H264\/90000\r?$/im.test(sdp);
}

function addPicture(pc: RTCPeerConnection): void {
  const transceiver = pc.addTransceiver('video', { direction: 'recvonly' });
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const wanted = codecs.filter(
    (c) => /^video\/(h264|rtx)$/i.test(c.mimeType));
  try {
    transceiver.setCodecPreferences?.(wanted);
  } catch {
    /* A browser that refuses the shorter list offers all of its own. */
  }
}

/* Browsers decode Opus to one channel unless they said before that they take
 * two. */
function takeStereo(sdp: string): string {
  const pt = sdp.match(/^a=rtpmap:(\d+) opus\/48000\/2\r?$/m)?.[1];
  return pt === undefined ? sdp
    : sdp.replace(new RegExp(`^(a=fmtp:${pt} .*?)\\r?$`, 'm'), '$1;stereo=1\r');
}

/* Browsers keep sound and picture of one stream together, Chromium to some 30 ms;
 * where the page does better (sound.ts), the two would pull against each other. */
function parted(sdp: string): string {
  return playsExactly()
    ? sdp.replace(/^a=msid:\S+ audio/m, 'a=msid:pitbox-sound audio') : sdp;
}

export class Whep {
  readonly marks: WhepMarks = {
    offeredMs: null, askedMs: null, answeredMs: null, connectedMs: null,
    channelOpenMs: null,
  };
  readonly #events: WhepEvents;
  readonly #pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly #offer: Promise<string>;
  readonly #abort = new AbortController();
  #decoder: Worker | undefined;
  #resource: string | undefined;
  #over = false;

  /**
   * Makes the offer at once, so that it is ready when it is known whom to ask
   * for. With `picture` false the view is telemetry only; with `sound` the
   * server sends that, too.
   */
  constructor(
    readonly picture: boolean, readonly sound: boolean, events: WhepEvents,
  ) {
    this.#events = events;
    const pc = this.#pc;
    if (picture) addPicture(pc);
    if (sound) {
      const { receiver } = pc.addTransceiver('audio',
        { direction: 'recvonly' });
      this.#decoder = tapSound(receiver);
    }
    this.#listen(pc.createDataChannel('telemetry', { ordered: true }));
    pc.ontrack = (e) => this.#gotTrack(e);
    pc.onconnectionstatechange = () => this.#stateChanged();
    this.#offer = this.#makeOffer();
    this.#offer.catch(() => {});
  }

  get open(): boolean {
    return !this.#over && this.#pc.connectionState === 'connected';
  }

  #gotTrack({ track, streams }: RTCTrackEvent): void {
    if (track.kind === 'video') {
      this.#events.picture(streams[0] ?? new MediaStream([track]));
      return;
    }
    const pictureReceiver = this.#pc.getReceivers()
      .find((r) => r.track.kind === 'video');
    this.#events.sound({ track, decoder: this.#decoder, pictureReceiver });
  }

  async #makeOffer(): Promise<string> {
    const { sdp = '' } = await this.#pc.createOffer();
    await this.#pc.setLocalDescription(
      { type: 'offer', sdp: this.sound ? takeStereo(sdp) : sdp });
    this.marks.offeredMs = performance.now();
    return this.#pc.localDescription!.sdp;
  }

  #listen(channel: RTCDataChannel): void {
    channel.binaryType = 'arraybuffer';
    channel.onopen = () => { this.marks.channelOpenMs = performance.now(); };
    channel.onclose = () => this.#lost('the telemetry channel closed');
    channel.onmessage = (e: MessageEvent<ArrayBuffer | string>) => {
      if (this.#over) return;
      if (typeof e.data === 'string') this.#events.text(e.data);
      else this.#events.binary(e.data);
    };
  }

  #stateChanged(): void {
    switch (this.#pc.connectionState) {
      case 'connected':
        this.marks.connectedMs ??= performance.now();
        break;
      case 'failed':
      case 'closed':
        this.#lost(`the connection ${this.#pc.connectionState}`);
        break;
      default:
        break;
    }
  }

  #lost(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#events.lost(reason);
  }

  /**
   * Asks the server for the driver; resolves when it has answered. Rejects
   * with HttpError when the server refuses, CannotPlay where there is no use in
   * asking, another error when the server is away.
   */
  async ask(driver: string): Promise<void> {
    const sdp = await this.#offer;
    if (this.picture && !offersH264(sdp)) {
      throw new CannotPlay('this browser offers no H.264');
    }
    const timer = setTimeout(
      () => this.#abort.abort(new Error('no answer in time')), ASK_TIMEOUT_MS);
    try {
      this.marks.askedMs = performance.now();
      const response = await fetch(`/whep/${encodeURIComponent(driver)}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp' },
        body: sdp,
        signal: this.#abort.signal,
      });
      if (!response.ok) throw await httpError(response);
      this.#resource = response.headers.get('Location') ?? undefined;
      const answer = await response.text();
      this.marks.answeredMs = performance.now();
      if (this.#over) this.#release();
      else await this.#pc.setRemoteDescription(
        { type: 'answer', sdp: parted(answer) });
    } finally {
      clearTimeout(timer);
    }
  }

  #release(): void {
    if (this.#resource === undefined) return;
    const url = new URL(this.#resource, location.href);
    this.#resource = undefined;
    /* Only our own server is told, whatever Location says. */
    if (url.origin !== location.origin) return;
    fetch(url, { method: 'DELETE', keepalive: true }).catch(() => {});
  }

  /** Frees the view here and on the server; more calls do nothing. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort(new Error('closed'));
    this.#release();
    this.#pc.close();
    this.#decoder?.terminate();
  }

  stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Keeps a view of one driver open: tries again with back-off, notices a view
 * that has gone silent, and waits quietly while the driver is away. */

import { HttpError } from '../protocol/rest.js';
import { backoffMs, stalled } from './backoff.js';
import type { SoundTrack } from './sound.js';
import { CannotPlay, Whep, type WhepEvents, type WhepMarks } from './whep.js';

/**
 * waiting: the server is there, the driver is not. retrying: the server is not
 * there or the view broke. refused: this browser's offer is of no use there.
 */
export type ConnectionState =
  | 'connecting' | 'open' | 'waiting' | 'retrying' | 'refused' | 'closed';

export interface ConnectionEvents {
  readonly binary: (message: ArrayBuffer) => void;
  readonly text: (message: string) => void;
  readonly picture: (stream: MediaStream) => void;
  readonly sound: (track: SoundTrack) => void;
  /** A new view starts: what came before belongs to another one. */
  readonly fresh: () => void;
  readonly state: (state: ConnectionState, reason: string) => void;
  /** This browser offers no picture that the server has. */
  readonly unplayable: () => void;
}

const WATCH_MS = 500;
/* Stats come once a second; a view that heard one lately is alive. */
const FRESH_MS = 1500;
/* While a driver is away the driver list tells when he is back; asking now
 * and then as well costs nothing and needs no list. */
const WAITING_MS = 3000;

export class Connection {
  readonly #driver: string;
  readonly #events: ConnectionEvents;
  #picture: boolean;
  #sound = false;
  #whep: Whep | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #watch: ReturnType<typeof setInterval>;
  #state: ConnectionState = 'connecting';
  #lastMessageMs: number | null = null;
  #lastFrameMs: number | null = null;
  #away = false;
  #expectSinceMs = 0;
  /** Views made so far, this one included. */
  attempts = 0;

  /** Connects at once; `prepared` may bring an offer made beforehand. */
  constructor(
    driver: string, picture: boolean, events: ConnectionEvents,
    prepared?: PreparedWhep,
  ) {
    this.#driver = driver;
    this.#picture = picture;
    this.#events = events;
    this.#watch = setInterval(() => this.#check(), WATCH_MS);
    this.#connect(prepared);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get picture(): boolean {
    return this.#picture;
  }

  get marks(): WhepMarks | undefined {
    return this.#whep?.marks;
  }

  /** When anything came last in this view; null = nothing yet. */
  get heardMs(): number | null {
    return this.#lastMessageMs === null ? this.#lastFrameMs
      : Math.max(this.#lastMessageMs, this.#lastFrameMs ?? 0);
  }

  stats(): Promise<RTCStatsReport> | undefined {
    return this.#whep?.open ? this.#whep.stats() : undefined;
  }

  /** A frame was decoded. */
  frameSeen(): void {
    this.#lastFrameMs = performance.now();
  }

  /** The driver is said to be there: no more waiting. */
  nudge(): void {
    if (this.#state !== 'waiting' && this.#state !== 'retrying') return;
    if (this.#timer !== undefined) this.#connect();
  }

  /**
   * Whether there is a picture to ask for. A view that has a place for one
   * stays when it goes; one without is made anew when it comes.
   */
  setPicture(picture: boolean): void {
    if (picture === this.#picture || this.#state === 'closed') return;
    this.#picture = picture;
    if (picture && this.#whep?.picture === false) this.#connect();
  }

  /** Whether to hear him: the server sends sound only to who asks for it, so
   * the view is made anew. */
  setSound(sound: boolean): void {
    if (sound === this.#sound || this.#state === 'closed') return;
    this.#sound = sound;
    if (this.#whep) this.#connect();
  }

  /**
   * The driver has left or is back. The server keeps the view and goes on in
   * it, so it stays; once he is said to be back, something must come.
   */
  set away(away: boolean) {
    if (this.#away && !away) this.#expectSinceMs = performance.now();
    this.#away = away;
  }

  get away(): boolean {
    return this.#away;
  }

  /**
   * The server was away and is back. If it is another process now, nobody
   * there knows this view, and nothing will say so.
   */
  serverBack(): void {
    const heard = this.#lastMessageMs ?? -Infinity;
    if (performance.now() - heard > FRESH_MS) this.restart('the server is back');
  }

  /** Makes a new view now. */
  restart(reason: string): void {
    if (this.#state !== 'closed') this.#fail('retrying', reason, 0);
  }

  close(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#whep?.close();
    this.#whep = undefined;
    this.#set('closed', '');
  }

  #set(state: ConnectionState, reason: string): void {
    this.#state = state;
    this.#events.state(state, reason);
  }

  #whepEvents(): WhepEvents {
    return {
      binary: (m) => {
        this.#heard();
        this.#events.binary(m);
      },
      text: (m) => {
        this.#heard();
        this.#events.text(m);
      },
      picture: this.#events.picture,
      sound: this.#events.sound,
      lost: (reason) => this.#fail('retrying', reason),
    };
  }

  #heard(): void {
    this.#lastMessageMs = performance.now();
    this.#failures = 0;
  }

  #connect(prepared?: PreparedWhep): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#whep?.close();
    this.attempts++;
    this.#lastMessageMs = this.#lastFrameMs = null;
    this.#away = false;
    this.#events.fresh();
    this.#set('connecting', '');
    const whep = prepared?.take(this.#picture, this.#whepEvents())
      ?? new Whep(this.#picture, this.#sound, this.#whepEvents());
    this.#whep = whep;
    whep.ask(this.#driver).then(() => {
      if (this.#whep === whep) this.#set('open', '');
    }, (error: unknown) => {
      if (this.#whep === whep) this.#refused(error);
    });
  }

  #refused(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const cannotPlay = error instanceof CannotPlay
      || (error instanceof HttpError && error.status === 406);
    if (cannotPlay && this.#picture) {
      this.#picture = false;
      this.#events.unplayable();
      this.#connect();
    } else if (!(error instanceof HttpError)) {
      this.#fail('retrying', reason);
    } else if (error.code === 'no_video' && this.#whep?.picture) {
      /* He sends telemetry only, which the driver list had yet to tell. */
      this.#picture = false;
      this.#connect();
    } else if (error.status === 404 || error.status === 409) {
      this.#fail('waiting', reason, WAITING_MS);
    } else if (error.status === 400 || error.status === 406) {
      this.#fail('refused', reason, 30000);
    } else {
      this.#fail('retrying', reason);
    }
  }

  #fail(state: ConnectionState, reason: string, wait?: number): void {
    if (this.#state === 'closed') return;
    this.#whep?.close();
    this.#whep = undefined;
    this.#failures++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(),
      wait ?? backoffMs(this.#failures, Math.random()));
    this.#set(state, reason);
  }

  #check(): void {
    const answered = this.#whep?.marks.answeredMs;
    if (this.#state !== 'open' || answered == null) return;
    /* A page in the background gets no frames; that is not a fault. */
    const why = stalled({
      nowMs: performance.now(),
      connectedAtMs: Math.max(answered, this.#expectSinceMs),
      away: this.#away,
      lastMessageMs: this.#lastMessageMs,
      lastFrameMs: this.#lastFrameMs,
      wantsPicture: this.#picture && !document.hidden,
    });
    if (why === 'silent') this.#fail('retrying', 'nothing came for 4 s');
    if (why === 'no-picture') this.#fail('retrying', 'no picture came', 0);
  }
}

/**
 * An offer made before it is known which driver to ask for: it takes some ten
 * milliseconds that the first request for the driver list takes anyway.
 */
export class PreparedWhep {
  #events: WhepEvents | undefined;
  #whep: Whep | undefined;

  constructor(picture: boolean) {
    this.#whep = new Whep(picture, false, {
      binary: (m) => this.#events?.binary(m),
      text: (m) => this.#events?.text(m),
      picture: (s) => this.#events?.picture(s),
      sound: (t) => this.#events?.sound(t),
      lost: (r) => this.#events?.lost(r),
    });
  }

  /** The prepared view, once, where it is of the kind wanted. */
  take(picture: boolean, events: WhepEvents): Whep | undefined {
    const whep = this.#whep;
    this.#whep = undefined;
    if (whep?.picture !== picture) {
      whep?.close();
      return undefined;
    }
    this.#events = events;
    return whep;
  }
}

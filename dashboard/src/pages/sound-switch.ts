/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the driver on the stage is heard: silent until somebody says otherwise,
 * remembered for each driver, and begun only once the browser lets a page be
 * heard. */

import type { AudioInfo } from '../protocol/model.js';

/** What of a session it needs. */
export interface Hearing {
  readonly driver: string | null;
  readonly sound: { open(): Promise<boolean>; volume: number };
  hear(on: boolean): void;
}

/**
 * none: he sends no sound. off, on: as the button says. asked: it was on before,
 * and this browser wants a click or a key first.
 */
export type SoundState = 'none' | 'off' | 'on' | 'asked';

export interface SoundView {
  readonly state: SoundState;
  /** 0 to 1. */
  readonly volume: number;
  /** What comes, or why it is not heard. */
  readonly words: string;
}

type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const keyOf = (driver: string): string => `pitbox.sound.${driver}`;
const GESTURES = ['pointerdown', 'keydown'] as const;

function describe(audio: AudioInfo | null): string {
  if (!audio) return 'This driver sends no sound';
  if (audio.failure !== '') return audio.failure;
  const channels = audio.channels === 1 ? 'mono'
    : audio.channels === 2 ? 'stereo' : `${audio.channels} channels`;
  return `${audio.codec.toUpperCase()}, ${channels}, ${audio.bitrateKbps} kbit/s`;
}

export class SoundSwitch {
  readonly #session: Hearing;
  readonly #show: (view: SoundView) => void;
  readonly #kept: Kept | undefined;
  readonly #target: EventTarget;
  #audio: AudioInfo | null = null;
  #on = false;
  #asked = false;
  /* A click on the button itself says it, too. */
  readonly #gesture = (e: Event): void => {
    const own = 'Element' in globalThis && e.target instanceof Element
      && e.target.closest('.sound');
    if (this.#asked && !own) void this.#begin();
  };

  constructor(
    session: Hearing, show: (view: SoundView) => void, kept?: Kept,
    target: EventTarget = globalThis,
  ) {
    this.#session = session;
    this.#show = show;
    this.#kept = kept;
    this.#target = target;
  }

  /** Another driver is on the stage. */
  selected(audio: AudioInfo | null): void {
    this.#on = this.#asked = false;
    this.#audio = audio;
    const kept = Number(this.#read());
    if (kept > 0 && kept <= 1) {
      this.#session.sound.volume = kept;
      this.#asked = true;
      for (const g of GESTURES) this.#target.addEventListener(g, this.#gesture);
      void this.#begin();
    }
    this.#say();
  }

  /** What the server says that he sends. */
  set audio(audio: AudioInfo | null) {
    this.#audio = audio;
    this.#say();
  }

  set volume(volume: number) {
    this.#session.sound.volume = Math.min(1, Math.max(0, volume));
    if (this.#on) this.#keep();
    this.#say();
  }

  toggle(): void {
    if (this.#on) this.#end();
    else if (this.#audio || this.#asked) {
      this.#asked = true;
      void this.#begin();
    }
    this.#say();
  }

  async #begin(): Promise<void> {
    const { driver } = this.#session;
    const audible = await this.#session.sound.open();
    if (!audible || !this.#asked || driver !== this.#session.driver) return;
    this.#asked = false;
    this.#on = true;
    for (const g of GESTURES) this.#target.removeEventListener(g, this.#gesture);
    this.#session.hear(true);
    this.#keep();
    this.#say();
  }

  #end(): void {
    this.#on = this.#asked = false;
    this.#session.hear(false);
    this.#keep();
  }

  /* Storage may be switched off; then nothing is remembered. */
  #read(): string | null {
    const { driver } = this.#session;
    try {
      return driver === null ? null : this.#kept?.getItem(keyOf(driver)) ?? null;
    } catch {
      return null;
    }
  }

  #keep(): void {
    const { driver, sound } = this.#session;
    if (driver === null) return;
    try {
      if (this.#on) this.#kept?.setItem(keyOf(driver), String(sound.volume || 1));
      else this.#kept?.removeItem(keyOf(driver));
    } catch { /* not remembered */ }
  }

  #say(): void {
    const state = this.#on ? 'on' : this.#asked ? 'asked'
      : this.#audio ? 'off' : 'none';
    this.#show({
      state, volume: this.#session.sound.volume, words: describe(this.#audio),
    });
  }
}

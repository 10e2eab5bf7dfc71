/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Finds by a sync flash how late a picture is: asks the agent for one, looks at
 * what is shown, and says in words what came of it. */

import { FlashSearch, SEEN_WITHIN_MS } from './flash-search.js';

/** What became of the question. */
export interface FlashAnswer {
  /** What was shown; null: nothing was. */
  readonly shown: {
    readonly firstTick: number; readonly lastTick: number;
  } | null;
  /** Why nothing was, in words. */
  readonly reason: string;
}

/** What is to be read in the picture that is shown, and its row. */
export interface FlashFrame {
  readonly read: (nowMs: number) => number | null;
  /** null: no row is shown with it, or one that is not its own. */
  readonly rowTick: number | null;
}

export interface FlashWorld {
  readonly ask: () => Promise<FlashAnswer>;
  readonly now: () => number;
  /** What is trimmed now. */
  readonly offsetMs: () => number;
  readonly frameMs: () => number;
  readonly tickMs: () => number;
  /** Something is to be said. */
  readonly changed: () => void;
}

export interface FlashState {
  /** "": nothing was asked for. */
  readonly words: string;
  readonly busy: boolean;
  /** To be trimmed to, if one accepts; null: there is nothing to accept. */
  readonly offerMs: number | null;
}

const IDLE: FlashState = { words: '', busy: false, offerMs: null };

function lateness(ms: number, frameMs: number): string {
  const frames = Math.abs(ms) / frameMs;
  if (frames < 0.5) return 'picture and telemetry fit to within half a frame';
  return `the picture is ${frames.toFixed(1)} frames (${
    Math.abs(ms).toFixed(0)} ms) ${ms > 0 ? 'late' : 'early'}`;
}

export class FlashHunt {
  readonly #world: FlashWorld;
  #search: FlashSearch | null = null;
  #baseMs = 0;
  #rowless = 0;
  #state = IDLE;

  constructor(world: FlashWorld) {
    this.#world = world;
  }

  get state(): FlashState {
    return this.#state;
  }

  /** Frames are of interest. */
  get looks(): boolean {
    return this.#search !== null;
  }

  /** Another driver, or what was found is taken. */
  forget(): void {
    this.#search = null;
    this.#say(IDLE);
  }

  async begin(): Promise<void> {
    if (this.#search) return;
    const search = this.#search = new FlashSearch();
    this.#baseMs = this.#world.offsetMs();
    this.#rowless = 0;
    this.#busy('The driver’s screen is asked to show a flash …');
    const { shown, reason } = await this.#world.ask();
    if (search !== this.#search) return;
    if (!shown) {
      this.#end(`No flash: ${reason}`);
      return;
    }
    search.shown(shown.firstTick, shown.lastTick, this.#world.now());
    this.#busy('The flash was shown; it is looked for in the picture …');
  }

  /** A frame is shown. */
  frame({ read, rowTick }: FlashFrame): void {
    if (!this.#search) return;
    const now = this.#world.now();
    const picture = read(now);
    if (picture === null) return;
    if (rowTick === null) this.#rowless++;
    else this.#search.add({ picture, row: rowTick }, now);
  }

  /** Some times a second while it looks. */
  turn(): void {
    if (!this.#search) return;
    if (this.#world.offsetMs() !== this.#baseMs) {
      this.#end('It was trimmed while the flash was looked for: ask again.');
      return;
    }
    const verdict = this.#search.verdict(this.#world.now());
    if (verdict.state === 'unseen') this.#end(this.#unseen());
    else if (verdict.state === 'unclear') {
      this.#end(`The flash was read in ${verdict.pairs} frames, too few that `
        + 'agree: ask again.');
    } else if (verdict.state === 'found') {
      const ms = verdict.ticks * this.#world.tickMs();
      this.#end(`Read in ${verdict.pairs} frames: ${
        lateness(ms, this.#world.frameMs())}.`, this.#baseMs + ms);
    }
  }

  #unseen(): string {
    return this.#rowless > 0
      ? `The flash was read in ${this.#rowless} frames, but none had a row of `
        + 'its own: trim to an earlier row first.'
      : `No flash was seen within ${SEEN_WITHIN_MS / 1000} s: is it the screen `
        + 'that is captured, and its upper left corner in the picture?';
  }

  #busy(words: string): void {
    this.#say({ words, busy: true, offerMs: null });
  }

  #end(words: string, offerMs: number | null = null): void {
    this.#search = null;
    this.#say({ words, busy: false, offerMs });
  }

  #say(state: FlashState): void {
    this.#state = state;
    this.#world.changed();
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where picture and telemetry come by connections of their own: by how much the
 * picture is later, and buttons that trim it while one looks. */

import { el, setAttr, setText } from './dom.js';
import { fixed } from './format.js';

export interface TrimView {
  /** What sends the picture. */
  readonly device: string;
  readonly delayMs: number;
  readonly offsetMs: number;
  readonly frameMs: number;
  /** Rows are placed by the agent's clock; else by their arrival. */
  readonly byClock: boolean;
  readonly mayTrim: boolean;
  readonly flash: {
    /** The driver's agent knows how. */
    readonly mayAsk: boolean;
    readonly words: string;
    readonly busy: boolean;
    /** To be trimmed to; null: nothing was found. */
    readonly offerMs: number | null;
  };
}

export interface TrimOrders {
  readonly by: (ms: number) => void;
  readonly reset: () => void;
  /** By a flash on the driver's screen. */
  readonly find: () => void;
  readonly take: (offsetMs: number) => void;
}

function signed(ms: number): string {
  return `${ms > 0 ? '+' : ''}${fixed(ms, 1)}`;
}

export class SyncTrimWidget {
  readonly #root: HTMLElement;
  readonly #device = el('span', { class: 'dim' });
  readonly #delay = el('dd');
  readonly #offset = el('dd');
  readonly #by = el('dd');
  readonly #buttons: HTMLElement;
  readonly #find: HTMLButtonElement;
  readonly #take: HTMLButtonElement;
  readonly #words = el('p', { class: 'dim', role: 'status' });
  #frameMs = 1000 / 60;
  #offerMs: number | null = null;

  constructor(root: HTMLElement, orders: TrimOrders) {
    this.#root = root;
    root.hidden = true;
    const button = (
      text: string, title: string, does: () => void,
    ): HTMLButtonElement => {
      const b = el('button', { type: 'button', class: 'small', title }, text);
      b.addEventListener('click', does);
      return b;
    };
    this.#find = button('Find by flash', 'For two seconds the driver’s screen '
      + 'shows which tick it is; the page reads it in the picture', orders.find);
    this.#take = button('', 'Trim to what was found', () => {
      if (this.#offerMs !== null) orders.take(this.#offerMs);
    });
    this.#buttons = el('div', { class: 'orders' },
      button('− frame', 'Telemetry a picture later (,)',
        () => orders.by(-this.#frameMs)),
      button('− 1 ms', 'Telemetry 1 ms later (<)', () => orders.by(-1)),
      button('+ 1 ms', 'Telemetry 1 ms earlier (>)', () => orders.by(1)),
      button('+ frame', 'Telemetry a picture earlier (.)',
        () => orders.by(this.#frameMs)),
      button('Reset', 'As the connections say (0)', orders.reset),
      this.#find, this.#take);
    root.append(
      el('header', {}, el('h2', {}, 'Picture and telemetry'), this.#device),
      el('dl', { class: 'lines' },
        el('div', { title: 'They come by connections of their own. By so much '
          + 'the picture comes after the telemetry of its moment' },
        el('dt', {}, 'Picture later by ms'), this.#delay),
        el('div', { title: 'What of that was trimmed here; the rest is what the '
          + 'connections say. Remembered for the device' },
        el('dt', {}, 'Trimmed ms'), this.#offset),
        el('div', { title: 'Where rows are in time: where the agent saw their '
          + 'ticks, or, while its clock is not known well enough, where they '
          + 'arrived' },
        el('dt', {}, 'Rows by'), this.#by)),
      this.#buttons, this.#words);
  }

  /** null: they come together. */
  update(v: TrimView | null): void {
    this.#root.hidden = v === null;
    if (v === null) return;
    this.#frameMs = v.frameMs;
    setText(this.#device, `from ${v.device}`);
    setText(this.#delay, fixed(v.delayMs, 1));
    setText(this.#offset, `${signed(v.offsetMs)} (${
      fixed(v.offsetMs / v.frameMs, 1)} frames)`);
    setText(this.#by, v.byClock ? 'the agent’s clock' : 'their arrival');
    this.#buttons.hidden = !v.mayTrim;
    this.#showFlash(v.flash);
  }

  #showFlash(flash: TrimView['flash']): void {
    this.#offerMs = flash.offerMs;
    this.#find.hidden = !flash.mayAsk;
    setAttr(this.#find, 'aria-busy', flash.busy ? 'true' : null);
    this.#take.hidden = flash.offerMs === null;
    setText(this.#take, flash.offerMs === null ? ''
      : `Take ${signed(flash.offerMs)} ms`);
    setText(this.#words, flash.words);
    this.#words.hidden = flash.words === '';
  }
}

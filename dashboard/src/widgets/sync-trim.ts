/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where picture and telemetry come by connections of their own: by how much the
 * picture is later, and buttons that trim it while one looks. */

import { el, setText } from './dom.js';
import { fixed } from './format.js';

export interface TrimView {
  /** What sends the picture. */
  readonly device: string;
  readonly delayMs: number;
  readonly offsetMs: number;
  readonly frameMs: number;
  readonly mayTrim: boolean;
}

export interface TrimOrders {
  readonly by: (ms: number) => void;
  readonly reset: () => void;
}

export class SyncTrimWidget {
  readonly #root: HTMLElement;
  readonly #device = el('span', { class: 'dim' });
  readonly #delay = el('dd');
  readonly #offset = el('dd');
  readonly #buttons: HTMLElement;
  #frameMs = 1000 / 60;

  constructor(root: HTMLElement, orders: TrimOrders) {
    this.#root = root;
    root.hidden = true;
    const button = (
      text: string, title: string, does: () => void,
    ): HTMLElement => {
      const b = el('button', { type: 'button', class: 'small', title }, text);
      b.addEventListener('click', does);
      return b;
    };
    this.#buttons = el('div', { class: 'orders' },
      button('− frame', 'Telemetry a picture later (,)',
        () => orders.by(-this.#frameMs)),
      button('− 1 ms', 'Telemetry 1 ms later (<)', () => orders.by(-1)),
      button('+ 1 ms', 'Telemetry 1 ms earlier (>)', () => orders.by(1)),
      button('+ frame', 'Telemetry a picture earlier (.)',
        () => orders.by(this.#frameMs)),
      button('Reset', 'As the connections say (0)', orders.reset));
    root.append(
      el('header', {}, el('h2', {}, 'Picture and telemetry'), this.#device),
      el('dl', { class: 'lines' },
        el('div', { title: 'They come by connections of their own. By so much '
          + 'the picture comes after the telemetry of its moment' },
        el('dt', {}, 'Picture later by ms'), this.#delay),
        el('div', { title: 'What of that was trimmed here; the rest is what the '
          + 'connections say. Remembered for the device' },
        el('dt', {}, 'Trimmed ms'), this.#offset)),
      this.#buttons);
  }

  /** null: they come together. */
  update(v: TrimView | null): void {
    this.#root.hidden = v === null;
    if (v === null) return;
    this.#frameMs = v.frameMs;
    setText(this.#device, `from ${v.device}`);
    setText(this.#delay, fixed(v.delayMs, 1));
    setText(this.#offset, `${v.offsetMs > 0 ? '+' : ''}${fixed(v.offsetMs, 1)} (${
      fixed(v.offsetMs / v.frameMs, 1)} frames)`);
    this.#buttons.hidden = !v.mayTrim;
  }
}

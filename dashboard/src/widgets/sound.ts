/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sound button and its volume. */

import { setAttr, setText } from './dom.js';

export interface SoundActions {
  readonly toggle: () => void;
  /** 0 to 1. */
  readonly volume: (volume: number) => void;
}

const LABELS = {
  none: 'No sound', off: 'Sound off', on: 'Sound on', asked: 'Click for sound',
} as const;

export class SoundWidget {
  readonly #button = document.createElement('button');
  readonly #slider = document.createElement('input');

  constructor(root: HTMLElement, actions: SoundActions) {
    this.#button.className = 'dim';
    this.#button.addEventListener('click', () => actions.toggle());
    const slider = this.#slider;
    slider.type = 'range';
    slider.min = '0';
    slider.max = '100';
    slider.step = '5';
    slider.setAttribute('aria-label', 'Volume');
    slider.addEventListener('input',
      () => actions.volume(Number(slider.value) / 100));
    root.append(this.#button, slider);
    this.update({ state: 'none', volume: 1, words: '' });
  }

  update(view: {
    readonly state: keyof typeof LABELS;
    readonly volume: number;
    readonly words: string;
  }): void {
    setText(this.#button, LABELS[view.state]);
    setAttr(this.#button, 'title', `${view.words} (key M)`);
    setAttr(this.#button, 'aria-pressed', String(view.state === 'on'));
    this.#button.disabled = view.state === 'none';
    this.#slider.hidden = view.state !== 'on';
    const value = String(Math.round(view.volume * 100));
    if (this.#slider.value !== value) this.#slider.value = value;
    setAttr(this.#slider, 'aria-valuetext', `${value} %`);
  }
}

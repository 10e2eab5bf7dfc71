/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is wrong with a stream: in a word for the list of drivers, in sentences
 * for whoever looks at one. */

import { el } from './dom.js';
import { when } from './when.js';

export interface AlarmView {
  readonly code: string;
  readonly level: 'warn' | 'bad';
  readonly text: string;
  readonly sinceUtcMs: number | null;
}

const SHORT: Readonly<Record<string, string>> = {
  silent: 'nothing comes',
  picture_still: 'picture stands still',
  no_telemetry: 'no telemetry',
  rows_lost: 'rows lost',
  loss: 'packets lost',
  latency_short: 'latency too short',
  jitter: 'jitter',
  late: 'late pictures',
  key_interval: 'few key frames',
  b_frames: 'B-frames',
  clock: 'clock off',
  server_slow: 'server too slow',
  not_recorded: 'not recorded',
  not_indexed: 'not indexed',
};

/** The worst in a word or two, and how many more. */
export function alarmRemark(alarms: readonly AlarmView[]): string {
  const [worst] = alarms;
  if (!worst) return '';
  const text = SHORT[worst.code] ?? worst.code.replaceAll('_', ' ');
  return alarms.length > 1 ? `${text} + ${alarms.length - 1}` : text;
}

/** All of them, a line each, for a title. */
export function alarmTexts(alarms: readonly AlarmView[]): string {
  return alarms.map((a) => a.text).join('\n');
}

/** Made anew only when something has changed. */
export class AlarmList {
  readonly root = el('ul', { class: 'alarms', 'aria-label': 'Alarms' });
  #shown = '';

  update(alarms: readonly AlarmView[]): void {
    const now = JSON.stringify(alarms);
    if (now === this.#shown) return;
    this.#shown = now;
    this.root.replaceChildren(...alarms.map((a) =>
      el('li', { class: a.level }, `${a.text}. `,
        el('span', { class: 'dim' }, 'Since ', when(a.sinceUtcMs)))));
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lap being driven against the best one, and the laps before it. */

import { el, setAttr, setText } from './dom.js';
import { fixed, lapTime, signed } from './format.js';

export interface LapRow {
  readonly lap: number;
  readonly timeS: number | null;
  readonly valid: boolean;
  readonly fuelUsedL: number | null;
}

export interface LapNow {
  readonly lap: number;
  readonly timeS: number;
  readonly deltaS: number | null;
  readonly lastS: number;
  readonly bestS: number;
}

/* Full deflection of the delta bar, in seconds. */
const BAR_S = 1;
/* More than ever fits; the panel cuts off what does not. */
const MAX_ROWS = 24;

export class LapsWidget {
  readonly #lap = el('span', { class: 'dim' });
  readonly #time = el('span', { class: 'time' });
  readonly #delta = el('span', { class: 'delta' });
  readonly #bar = el('progress', { max: '1', value: '0', 'aria-hidden': 'true' });
  readonly #last = el('b');
  readonly #best = el('b');
  readonly #body = el('tbody');
  readonly #empty = el('p', { class: 'dim' }, 'No lap finished yet.');
  #key = '';

  constructor(root: HTMLElement) {
    root.classList.add('laps');
    const table = el('table', {},
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Lap'),
        el('th', { scope: 'col' }, 'Time'), el('th', { scope: 'col' }, 'Gap'),
        el('th', { scope: 'col' }, 'Fuel l'))), this.#body);
    root.append(
      el('header', {}, el('h2', {}, 'Laps'), this.#lap),
      el('div', { class: 'now' }, this.#time, this.#delta),
      this.#bar,
      el('div', { class: 'pair' }, el('span', {}, 'Last ', this.#last),
        el('span', {}, 'Best ', this.#best)),
      el('div', { class: 'fill clip' }, table, this.#empty));
  }

  /** Of the frame on the stage. */
  now(n: LapNow | null): void {
    setText(this.#lap, n ? `lap ${fixed(n.lap)}` : '');
    setText(this.#time, lapTime(n?.timeS, 2));
    setText(this.#delta, signed(n?.deltaS, 2));
    setText(this.#last, lapTime(n?.lastS));
    setText(this.#best, lapTime(n?.bestS));
    const delta = n?.deltaS ?? null;
    const side = delta === null ? 'none' : delta <= 0 ? 'ahead' : 'behind';
    setAttr(this.#delta, 'data-side', side);
    setAttr(this.#bar, 'data-side', side);
    this.#bar.value = Math.min(1, Math.abs(delta ?? 0) / BAR_S);
  }

  /** Finished laps, in any order. */
  setLaps(laps: readonly LapRow[], bestLap: number | null): void {
    const rows = [...laps].sort((a, b) => b.lap - a.lap).slice(0, MAX_ROWS);
    const key = JSON.stringify([rows, bestLap]);
    if (key === this.#key) return;
    this.#key = key;
    const best = laps.find((l) => l.lap === bestLap)?.timeS ?? null;
    this.#body.replaceChildren(...rows.map((l) => lapLine(l, best, bestLap)));
    this.#empty.hidden = rows.length > 0;
  }
}

function lapLine(
  l: LapRow, best: number | null, bestLap: number | null,
): HTMLTableRowElement {
  const isBest = l.lap === bestLap;
  const gap = l.timeS !== null && best !== null && !isBest
    ? signed(l.timeS - best) : '';
  const row = el('tr', {},
    el('td', {}, String(l.lap)),
    el('td', {}, lapTime(l.timeS)),
    el('td', {}, isBest ? 'best' : gap),
    el('td', {}, fixed(l.fuelUsedL, 2)));
  if (isBest) row.className = 'best';
  else if (!l.valid) {
    row.className = 'invalid';
    row.title = 'not counted: off track, pit road or not a whole lap';
  }
  return row;
}

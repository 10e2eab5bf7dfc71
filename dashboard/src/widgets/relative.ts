/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cars next to the driver's on the road, with their gaps. */

import { el, setAttr, setText } from './dom.js';
import { fixed, signed } from './format.js';

export interface RelativeRow {
  readonly carIdx: number;
  /** In its class; NaN = none yet. */
  readonly position: number;
  readonly carNumber: string;
  readonly name: string;
  /** CSS colour of the class, or null. */
  readonly color: string | null;
  readonly gapS: number | null;
  /** Whole laps more (+) or fewer (-) than the driver. */
  readonly laps: number;
  readonly own: boolean;
  readonly onPitRoad: boolean;
}

interface Line {
  readonly root: HTMLTableRowElement;
  readonly cells: readonly HTMLTableCellElement[];
}

const COLUMNS = ['position', 'number', 'name', 'gap'] as const;

function makeLine(): Line {
  const cells = COLUMNS.map((name) => el('td', { class: name }));
  return { root: el('tr', {}, ...cells), cells };
}

export class RelativeWidget {
  readonly #body = el('tbody');
  readonly #empty = el('p', { class: 'dim' });
  readonly #lines: Line[] = [];

  constructor(root: HTMLElement) {
    root.classList.add('relative');
    root.append(
      el('header', {}, el('h2', {}, 'On the road'),
        el('span', { class: 'dim' }, 'gap s')),
      el('table', {},
        el('colgroup', {}, ...COLUMNS.map((c) => el('col', { class: c }))),
        el('thead', { class: 'unseen' }, el('tr', {}, ...[
          'Place in class', 'Number', 'Driver', 'Gap in seconds',
        ].map((t) => el('th', { scope: 'col' }, t)))), this.#body),
      this.#empty);
    this.update([]);
  }

  /** Rows from front to back; `thinned`: not all of the telemetry is sent. */
  update(rows: readonly RelativeRow[], thinned = false): void {
    setText(this.#empty, rows.length >= 2 ? ''
      : thinned ? 'Not sent while the telemetry is thinned.'
        : 'No other car in these rows.');
    rows.forEach((row, i) => this.#show(i, row));
    for (let i = rows.length; i < this.#lines.length; i++) {
      this.#lines[i]!.root.hidden = true;
    }
  }

  #show(i: number, row: RelativeRow): void {
    let line = this.#lines[i];
    if (!line) {
      line = makeLine();
      this.#lines.push(line);
      this.#body.append(line.root);
    }
    const [position, number, name, gap] = line.cells;
    line.root.hidden = false;
    setAttr(line.root, 'class', row.own ? 'own'
      : row.laps > 0 ? 'lapping' : row.laps < 0 ? 'lapped' : null);
    setAttr(line.root, 'title', row.laps === 0 ? null
      : `${Math.abs(row.laps)} lap(s) ${row.laps > 0 ? 'in front' : 'behind'}`);
    setText(position!, Number.isFinite(row.position)
      ? `P${fixed(row.position)}` : '');
    setText(number!, row.carNumber ? `#${row.carNumber}` : '');
    number!.style.borderLeftColor = row.color ?? 'transparent';
    setText(name!, row.name);
    setText(gap!, row.own ? '' : row.onPitRoad ? 'pit' : signed(row.gapS, 1));
  }
}

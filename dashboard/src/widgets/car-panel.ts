/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The figures of the car that an engineer asks for by radio. */

import { el, setAttr, setText } from './dom.js';
import { fixed, withUnit } from './format.js';

export interface CarFigures {
  readonly position: number;
  readonly classPosition: number;
  readonly fuelL: number;
  /** Mean use of the last valid laps; null before the first. */
  readonly fuelPerLapL: number | null;
  readonly waterC: number;
  readonly oilC: number;
  readonly trackC: number;
  readonly airC: number;
  readonly incidents: number;
  readonly onPitRoad: boolean;
}

/** Whole and part laps the fuel lasts; null while nothing is known. */
export function fuelLaps(fuelL: number, perLapL: number | null): number | null {
  return perLapL !== null && perLapL > 0.01 && fuelL >= 0
    ? fuelL / perLapL : null;
}

type Level = 'bad' | 'warn' | null;

interface Item {
  readonly name: string;
  readonly text: (c: CarFigures) => string;
  readonly level?: (c: CarFigures) => Level;
}

const ITEMS: readonly Item[] = [
  { name: 'Position', text: (c) => Number.isFinite(c.position)
    ? `P${fixed(c.position)}` : '–' },
  { name: 'Fuel', text: (c) => withUnit(c.fuelL, 'l', 1) },
  { name: 'Per lap', text: (c) => withUnit(c.fuelPerLapL, 'l', 2) },
  {
    name: 'Fuel for',
    text: (c) => withUnit(fuelLaps(c.fuelL, c.fuelPerLapL), 'laps', 1),
    level: (c) => {
      const laps = fuelLaps(c.fuelL, c.fuelPerLapL);
      return laps === null ? null : laps < 1 ? 'bad' : laps < 3 ? 'warn' : null;
    },
  },
  { name: 'Water', text: (c) => withUnit(c.waterC, '°C'),
    level: (c) => (c.waterC > 120 ? 'bad' : c.waterC > 110 ? 'warn' : null) },
  { name: 'Oil', text: (c) => withUnit(c.oilC, '°C'),
    level: (c) => (c.oilC > 140 ? 'bad' : c.oilC > 130 ? 'warn' : null) },
  { name: 'Track', text: (c) => withUnit(c.trackC, '°C') },
  { name: 'Incidents', text: (c) => Number.isFinite(c.incidents)
    ? `${fixed(c.incidents)}x` : '–' },
];

export class CarPanelWidget {
  readonly #values: HTMLElement[];
  readonly #place = el('span', { class: 'dim' });

  constructor(root: HTMLElement) {
    root.classList.add('car-panel');
    this.#values = ITEMS.map(() => el('dd'));
    root.append(
      el('header', {}, el('h2', {}, 'Car'), this.#place),
      el('dl', { class: 'figures' }, ...ITEMS.flatMap((item, i) => [
        el('div', {}, el('dt', {}, item.name), this.#values[i]!)])));
  }

  update(c: CarFigures | null): void {
    setText(this.#place, c?.onPitRoad ? 'on pit road' : '');
    ITEMS.forEach((item, i) => {
      setText(this.#values[i]!, c ? item.text(c) : '–');
      setAttr(this.#values[i]!, 'class', (c && item.level?.(c)) ?? null);
    });
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The drivers, one below the other, with what matters of each link. */

import { alarmRemark, alarmTexts, type AlarmView } from './alarms.js';
import { el, setAttr, setText } from './dom.js';
import { bitrate, fixed, lapTime, withUnit } from './format.js';

export interface DriverRow {
  readonly id: string;
  readonly name: string;
  readonly car: string;
  readonly carNumber: string;
  /** unknown: nothing comes from the server; the rest is how it was. */
  readonly state: 'live' | 'stale' | 'offline' | 'unknown';
  readonly mode: 'video' | 'telemetry';
  readonly bitrateKbps: number | null;
  readonly rttMs: number | null;
  readonly lossPct: number | null;
  /** null before the first row. */
  readonly race: {
    readonly classPosition: number | null;
    readonly lap: number | null;
    readonly lastLapS: number | null;
    readonly onPitRoad: boolean;
  } | null;
  /** null while nobody is connected. */
  readonly health: { readonly alarms: readonly AlarmView[] } | null;
}

interface Item {
  readonly root: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly key: HTMLElement;
  readonly number: HTMLElement;
  readonly name: HTMLElement;
  readonly car: HTMLElement;
  readonly race: HTMLElement;
  readonly state: HTMLElement;
  readonly link: HTMLElement;
  readonly remark: HTMLElement;
}

function makeItem(choose: () => void): Item {
  const key = el('span', { class: 'key', 'aria-hidden': 'true' });
  const number = el('span', { class: 'number' });
  const name = el('span', { class: 'name' });
  const car = el('span', { class: 'car' });
  const race = el('span', { class: 'race' });
  const state = el('span', { class: 'state' });
  const link = el('span', { class: 'link' });
  const remark = el('span', { class: 'remark' });
  const button = el('button', { type: 'button' },
    el('span', { class: 'line' }, number, name, key),
    car, race, el('span', { class: 'line' }, state, link), remark);
  button.addEventListener('click', choose);
  return {
    root: el('li', {}, button), button, key, number, name, car, race, state, link,
    remark,
  };
}

const STATE_WORDS = {
  live: 'live', stale: 'no data', offline: 'offline', unknown: 'unknown',
};

function linkText(d: DriverRow): string {
  if (d.state === 'offline' || d.state === 'unknown') return '';
  const parts = [bitrate(d.bitrateKbps)];
  if (d.rttMs !== null) parts.push(withUnit(d.rttMs, 'ms'));
  if (d.lossPct !== null && d.lossPct >= 0.1) {
    parts.push(`${withUnit(d.lossPct, '%', 1)} lost`);
  }
  return parts.join(' · ');
}

function raceText(d: DriverRow): string {
  if (d.race === null || d.state === 'offline') return '';
  const { classPosition, lap, lastLapS, onPitRoad } = d.race;
  return [
    classPosition === null ? '' : `P${fixed(classPosition)}`,
    onPitRoad ? 'pit' : lap === null ? '' : `lap ${fixed(lap)}`,
    lastLapS === null ? '' : lapTime(lastLapS),
  ].filter(Boolean).join(' · ');
}

export class DriverListWidget {
  readonly #list = el('ol');
  readonly #empty = el('p', { class: 'dim empty' });
  readonly #items = new Map<string, Item>();
  readonly #choose: (id: string) => void;

  constructor(root: HTMLElement, choose: (id: string) => void) {
    this.#choose = choose;
    root.classList.add('driver-list');
    root.append(el('header', {}, el('h2', {}, 'Drivers')), this.#list,
      this.#empty);
  }

  update(drivers: readonly DriverRow[] | null, selected: string | null): void {
    setText(this.#empty, drivers === null ? 'Asking the server …'
      : drivers.length === 0 ? 'No driver has connected yet.' : '');
    const wanted = new Set(drivers?.map((d) => d.id));
    for (const [id, item] of this.#items) {
      if (wanted.has(id)) continue;
      item.root.remove();
      this.#items.delete(id);
    }
    drivers?.forEach((d, i) => this.#show(d, i, d.id === selected));
  }

  #show(d: DriverRow, i: number, selected: boolean): void {
    let item = this.#items.get(d.id);
    if (!item) {
      item = makeItem(() => this.#choose(d.id));
      this.#items.set(d.id, item);
    }
    if (this.#list.children[i] !== item.root) {
      this.#list.insertBefore(item.root, this.#list.children[i] ?? null);
    }
    setText(item.key, i < 9 ? String(i + 1) : '');
    setText(item.number, d.carNumber ? `#${d.carNumber}` : '');
    setText(item.name, d.name);
    setText(item.car, d.car);
    setText(item.race, raceText(d));
    setText(item.state, d.state === 'live' && d.mode === 'telemetry'
      ? 'telemetry' : STATE_WORDS[d.state]);
    setText(item.link, linkText(d));
    const alarms = d.state === 'unknown' ? [] : d.health?.alarms ?? [];
    setText(item.remark, alarmRemark(alarms));
    setAttr(item.remark, 'title', alarmTexts(alarms) || null);
    setAttr(item.remark, 'data-level', alarms[0]?.level ?? null);
    setAttr(item.root, 'data-state', d.state);
    setAttr(item.button, 'aria-current', selected ? 'true' : null);
    if (selected && document.activeElement === document.body) {
      item.root.scrollIntoView({ block: 'nearest' });
    }
  }
}

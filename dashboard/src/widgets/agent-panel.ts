/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The driver's agent: what it does, what it costs, and what may be asked of
 * it. The driver's own settings win. */

import { el, setAttr, setText } from './dom.js';
import { bitrate, fixed, size, UNKNOWN, withUnit } from './format.js';

export interface AgentView {
  readonly device: string;
  readonly online: boolean;
  readonly state: string;
  readonly mode: string;
  readonly wantedMode: string;
  readonly reason: string;
  readonly encoder: string;
  readonly bitrateKbps: number | null;
  readonly maxBitrateKbps: number | null;
  readonly sendKbps: number | null;
  readonly droppedPackets: number | null;
  readonly lostTicks: number | null;
  readonly cpuPct: number | null;
  readonly memoryBytes: number | null;
  readonly clock: {
    readonly offsetMs: number | null;
    readonly errorMs: number | null;
    readonly driftPpm: number | null;
  } | null;
}

export interface AgentOrders {
  readonly mode: (mode: 'video' | 'telemetry') => Promise<string>;
  readonly keyFrame: () => Promise<string>;
  readonly bitrate: (kbps: number) => Promise<string>;
}

interface Line {
  readonly name: string;
  readonly title: string;
  readonly text: (v: AgentView) => string;
}

const LINES: readonly Line[] = [
  { name: 'Sends', title: 'What the agent sends, and how much of it',
    text: (v) => (v.mode === '' ? UNKNOWN
      : `${v.mode === 'video' ? 'picture' : 'telemetry'} · ${
        bitrate(v.sendKbps)}`) },
  { name: 'Encoder', title: 'What encodes the picture',
    text: (v) => v.encoder || UNKNOWN },
  { name: 'kbit/s set / most', title: 'Bit rate of the picture as it is set / '
    + 'the most that the driver allows',
  text: (v) => `${fixed(v.bitrateKbps)} / ${fixed(v.maxBitrateKbps)}` },
  { name: 'Drops', title: 'Packets that were too late to be sent / rows of the '
    + 'simulator that were not read',
  text: (v) => `${fixed(v.droppedPackets)} / ${fixed(v.lostTicks)}` },
  { name: 'Uses', title: 'Of the agent, on the driver’s PC: share of '
    + 'one core, resident memory',
  text: (v) => `${withUnit(v.cpuPct, '%', 1)} · ${size(v.memoryBytes)}` },
  { name: 'Clock ms', title: 'Server’s clock minus that of the driver’s PC ± '
    + 'how far off that may be',
  text: (v) => (v.clock === null ? UNKNOWN
    : `${fixed(v.clock.offsetMs, 1)} ± ${fixed(v.clock.errorMs, 1)}`) },
  { name: 'Clock drift ppm', title: 'How much faster the server’s clock runs; '
    + 'known after some minutes',
  text: (v) => fixed(v.clock?.driftPpm, 1) },
];

export class AgentPanelWidget {
  readonly #root: HTMLElement;
  readonly #orders: AgentOrders;
  readonly #state = el('span', { class: 'dim' });
  readonly #values = LINES.map(() => el('dd'));
  readonly #remark = el('p', { class: 'dim', role: 'status' });
  readonly #mode = el('button', { type: 'button', class: 'small' });
  readonly #key = el(
    'button', { type: 'button', class: 'small' }, 'Key frame');
  readonly #kbps = el('input', {
    type: 'number', min: '100', max: '50000', step: '100',
    'aria-label': 'Bit rate of the picture, kbit/s',
  });
  readonly #apply = el(
    'button', { type: 'button', class: 'small' }, 'Set kbit/s');
  readonly #actions: HTMLElement;
  #view: AgentView | null = null;
  #device = '';
  #said = '';

  constructor(root: HTMLElement, orders: AgentOrders) {
    this.#root = root;
    this.#orders = orders;
    root.hidden = true;
    this.#actions = el('div', { class: 'orders' },
      this.#mode, this.#key, this.#kbps, this.#apply);
    root.append(
      el('header', {}, el('h2', {}, 'Agent'), this.#state),
      el('dl', { class: 'lines' }, ...LINES.map((line, i) => el('div',
        { title: line.title }, el('dt', {}, line.name), this.#values[i]!))),
      this.#actions, this.#remark);
    this.#mode.addEventListener('click', () => this.#ask(this.#mode, () =>
      this.#orders.mode(
        this.#view?.mode === 'video' ? 'telemetry' : 'video')));
    this.#key.addEventListener('click', () =>
      this.#ask(this.#key, () => this.#orders.keyFrame()));
    this.#apply.addEventListener('click', () => this.#ask(this.#apply,
      () => this.#orders.bitrate(Math.round(this.#kbps.valueAsNumber))));
  }

  /** null: the driver's agent is not known here. */
  update(view: AgentView | null, mayControl: boolean): void {
    this.#root.hidden = view === null;
    this.#view = view;
    if (!view) return;
    if (view.device !== this.#device) {
      this.#device = view.device;
      this.#said = '';
      this.#kbps.value = String(view.bitrateKbps ?? view.maxBitrateKbps ?? '');
    }
    setText(this.#state, view.online ? view.state : 'not connected');
    setAttr(this.#root, 'data-state', view.online ? 'online' : 'offline');
    LINES.forEach((line, i) => setText(this.#values[i]!, line.text(view)));
    this.#actions.hidden = !mayControl || !view.online;
    setText(this.#mode, view.mode === 'video' ? 'Telemetry only'
      : 'Picture on');
    const locked = view.wantedMode === 'telemetry';
    this.#mode.disabled = locked;
    this.#kbps.disabled = this.#apply.disabled = view.mode !== 'video';
    setText(this.#remark, this.#said || (locked
      ? 'The driver has turned the picture off.' : view.reason));
  }

  #ask(button: HTMLButtonElement, order: () => Promise<string>): void {
    setAttr(button, 'aria-busy', 'true');
    void order().then((words) => {
      setAttr(button, 'aria-busy', null);
      this.#said = words;
      setText(this.#remark, words);
    });
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The driver's agent: what it does, what it costs, and what may be asked of
 * it. The driver's own settings win. */

import {
  diagnosticsDialog, logLevelDialog, messageDialog, pictureDialog,
} from './agent-dialogs.js';
import {
  follows, held, machine, spares, type AgentOrders, type AgentView, type Answer,
} from './agent-view.js';
import { el, setAttr, setText } from './dom.js';
import { bitrate, fixed, size, UNKNOWN, withUnit } from './format.js';

interface Line {
  readonly name: string;
  readonly title: string;
  readonly text: (v: AgentView) => string;
  /** Not asked for every day: behind "More". */
  readonly rare?: boolean;
}

const LINES: readonly Line[] = [
  { name: 'Sends', title: 'What the agent sends, and how much of it',
    text: (v) => (v.mode === '' ? UNKNOWN
      : `${v.mode === 'video' ? 'picture' : 'telemetry'} · ${
        bitrate(v.sendKbps)}`) },
  { name: 'Encoder', title: 'What encodes the picture',
    text: (v) => v.encoder || UNKNOWN },
  { name: 'Picture', title: 'As it is set', rare: true,
    text: (v) => (v.width === null ? UNKNOWN : `${fixed(v.width)} × ${
      fixed(v.height)}, ${withUnit(v.framerate, 'fps')}`) },
  { name: 'Follows', title: 'Bit rate that the picture has now, and why it is '
    + 'not more', text: follows },
  { name: 'Held back', title: 'What is smaller or not sent because the '
    + 'driver’s PC has no more to spare, or the network takes no more rows, '
    + 'and for how long', text: spares },
  { name: 'PC', rare: true, title: 'The driver’s PC: how busy its processors '
    + 'and its GPU are / frames a second that the game draws / memory left',
  text: machine },
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
  { name: 'Clock drift ppm', rare: true, title: 'How much faster the server’s clock runs; '
    + 'known after some minutes',
  text: (v) => fixed(v.clock?.driftPpm, 1) },
  { name: 'Ticks a second', rare: true, title: 'How fast the simulator’s ticks '
    + 'come by the clock of the driver’s PC ± how far, in ms, they were '
    + 'from the even pace that gives them their times',
  text: (v) => (v.tickFit === null ? UNKNOWN
    : `${fixed(v.tickFit.rateHz, 3)} ± ${fixed(v.tickFit.errorMs, 2)} ms`) },
  { name: 'Log level', rare: true, title: 'The least important that the agent writes into '
    + 'its log, until it is started anew',
  text: (v) => v.logLevel || UNKNOWN },
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
  readonly #teller = (words: string): void => this.#tell(words);
  readonly #more = [
    this.#button('configure', 'Picture …', (view) => pictureDialog(view,
      (picture) => this.#orders.picture(picture), this.#teller)),
    this.#button('notice', 'Message …', () => messageDialog(
      (text) => this.#orders.message(text), this.#teller)),
    this.#button('log_level', 'Log level …', (view) => logLevelDialog(
      this.#orders.logLevels, view.logLevel,
      (level) => this.#orders.logLevel(level), this.#teller)),
    this.#button('diagnose', 'Diagnostics', (view, button) =>
      this.#ask(button, () => this.#orders.diagnose(), ({ text }) => {
        if (text) diagnosticsDialog(view.device, text);
      })),
  ];
  readonly #actions: HTMLElement;
  readonly #moreActions: HTMLElement;
  #view: AgentView | null = null;
  #device = '';
  #said = '';

  constructor(root: HTMLElement, orders: AgentOrders) {
    this.#root = root;
    this.#orders = orders;
    root.hidden = true;
    this.#actions = el('div', { class: 'orders' },
      this.#mode, this.#key, this.#kbps, this.#apply);
    this.#moreActions = el('div', { class: 'orders' },
      ...this.#more.map(({ button }) => button));
    const lines = (rare: boolean): HTMLElement => el('dl', { class: 'lines' },
      ...LINES.flatMap((line, i) => ((line.rare ?? false) === rare
        ? [el('div', { title: line.title },
          el('dt', {}, line.name), this.#values[i]!)] : [])));
    root.append(
      el('header', {}, el('h2', {}, 'Agent'), this.#state),
      lines(false), this.#actions,
      el('details', {}, el('summary', {}, 'More'), lines(true),
        this.#moreActions),
      this.#remark);
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
    this.#actions.hidden = this.#moreActions.hidden =
      !mayControl || !view.online;
    setText(this.#mode, view.mode === 'video' ? 'Telemetry only'
      : 'Picture on');
    for (const { button, command } of this.#more) {
      button.hidden = !view.capabilities.includes(command);
    }
    const locked = view.wantedMode === 'telemetry';
    this.#mode.disabled = locked;
    this.#kbps.disabled = this.#apply.disabled = view.mode !== 'video';
    setText(this.#remark, this.#said || (locked
      ? 'The driver has turned the picture off.'
      : view.reason || held(view)));
  }

  /* One that is there only where the agent knows the command. */
  #button(
    command: string, text: string,
    act: (view: AgentView, button: HTMLButtonElement) => void,
  ): { readonly button: HTMLButtonElement; readonly command: string } {
    const button = el('button', { type: 'button', class: 'small' }, text);
    button.addEventListener('click', () => {
      if (this.#view) act(this.#view, button);
    });
    return { button, command };
  }

  #ask(
    button: HTMLButtonElement, order: () => Promise<Answer>,
    done: (answer: Answer) => void = () => {},
  ): void {
    setAttr(button, 'aria-busy', 'true');
    void order().then((answer) => {
      setAttr(button, 'aria-busy', null);
      this.#tell(answer.text === null
        ? 'Not all of it came; ask again.' : answer.words);
      if (answer.done) done(answer);
    });
  }

  #tell(words: string): void {
    this.#said = words;
    setText(this.#remark, words);
  }
}

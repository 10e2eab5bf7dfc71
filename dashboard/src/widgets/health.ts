/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How exactly picture and telemetry fit together, and how the link is. */

import { AlarmList, type AlarmView } from './alarms.js';
import { el, setAttr, setText } from './dom.js';
import { bitrate, counted, fixed, size, UNKNOWN, withUnit } from './format.js';

interface Pair {
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface HealthView {
  readonly syncErrorMs: Pair;
  readonly syncErrorFrames: Pair;
  readonly telemetryAgeMs: Pair;
  readonly glassToGlassMs: Pair;
  readonly holdMs: Pair;
  readonly fps: number | null;
  readonly bitrateKbps: number | null;
  /** Lost between driver and server, between server and here. */
  readonly ingestLossPct: number | null;
  readonly viewLossPct: number | null;
  readonly rttMs: number | null;
  readonly latencyMs: number | null;
  /** Rows that never came to the server, and damaged units there. */
  readonly lostRows: number | null;
  readonly rejectedUnits: number | null;
  /** null while nobody is connected. */
  readonly recording: {
    readonly state: 'on' | 'unindexed' | 'paused';
    readonly bytes: number | null;
  } | null;
  /** As it comes to the server, where it is not sent on as it comes; or "". */
  readonly transcodedFrom: string;
  /** What the server has found wrong, the worst first. */
  readonly alarms: readonly AlarmView[];
  readonly keyIntervalS: number | null;
  readonly jitterMs: number | null;
  readonly latePictures: number | null;
  /** How far the clock of the driver's PC seems behind the server's. */
  readonly pcClockErrorMs: number | null;
  readonly shown: number;
  readonly held: number;
  readonly timeouts: number;
  readonly dropped: number;
  readonly older: number;
  /** null where nothing proves it. */
  readonly wrong: number | null;
  readonly gaps: number;
  /** Rows that did not come live and follow now; null while none do. */
  readonly backfill: string | null;
  /** null: all rows come, with all that they have. */
  readonly thinned: {
    readonly fields: number | null;
    readonly of: number | null;
    readonly rateHz: number | null;
  } | null;
}

function pair(p: Pair, digits: number): string {
  return p.p50 === null && p.p99 === null ? UNKNOWN
    : `${fixed(p.p50, digits)} / ${fixed(p.p99, digits)}`;
}

interface Line {
  readonly name: string;
  readonly title: string;
  readonly text: (v: HealthView) => string;
  readonly level?: (v: HealthView) => 'good' | 'warn' | 'bad' | null;
}

/** A quarter of a frame is nothing; a whole one is a lie. */
export function syncLevel(frames: number | null): 'good' | 'warn' | 'bad' | null {
  if (frames === null) return null;
  return frames <= 0.25 ? 'good' : frames < 1 ? 'warn' : 'bad';
}

const LINES: readonly Line[] = [
  { name: 'Sync error ms', title: 'Time of the row drawn with a frame minus '
    + 'time of the frame: p50 / p99 of the last 10 s',
  text: (v) => pair(v.syncErrorMs, 1),
  level: (v) => syncLevel(v.syncErrorFrames.p99) },
  { name: 'in frames', title: 'The same as a share of a frame',
    text: (v) => pair(v.syncErrorFrames, 2) },
  { name: 'Telemetry age ms', title: "From the row's UTC to its drawing here: "
    + 'p50 / p99', text: (v) => pair(v.telemetryAgeMs, 0) },
  { name: 'Glass to glass ms', title: 'Estimate: telemetry age and the time '
    + 'to the screen: p50 / p99', text: (v) => pair(v.glassToGlassMs, 0) },
  { name: 'Hold ms', title: 'Time a frame waited for its telemetry: p50 / p99',
    text: (v) => pair(v.holdMs, 1) },
  { name: 'Picture', title: 'Frames composed a second, bit rate received',
    text: (v) => (v.bitrateKbps === null ? UNKNOWN
      : `${fixed(v.fps)} fps · ${bitrate(v.bitrateKbps)}`) },
  { name: 'Encoded anew', title: 'By the server, because browsers do not play '
    + 'what the driver sends; it costs a moment and some sharpness',
  text: (v) => (v.transcodedFrom === '' ? 'no' : `yes, from ${v.transcodedFrom}`),
  level: (v) => (v.transcodedFrom === '' ? null : 'warn') },
  { name: 'Loss', title: 'Driver to server / server to here',
    text: (v) => [v.ingestLossPct, v.viewLossPct]
      .map((n) => withUnit(n, '%', 1)).join(' / '),
    level: (v) => ((v.ingestLossPct ?? 0) > 5 || (v.viewLossPct ?? 0) > 5
      ? 'bad' : (v.ingestLossPct ?? 0) > 1 || (v.viewLossPct ?? 0) > 1
        ? 'warn' : null) },
  { name: 'Round trip / delay', title: "Driver's PC to server and back / how "
    + 'long SRT keeps all back so that losses can be mended',
  text: (v) => (v.rttMs === null ? UNKNOWN
    : `${fixed(v.rttMs, 1)} / ${withUnit(v.latencyMs, 'ms')}`) },
  { name: 'Lost rows / bad units', title: 'In this session: rows that never '
    + 'came to the server / telemetry units that came damaged',
  text: (v) => (v.lostRows === null && v.rejectedUnits === null ? UNKNOWN
    : `${fixed(v.lostRows)} / ${fixed(v.rejectedUnits)}`),
  level: (v) => ((v.lostRows ?? 0) > 0 || (v.rejectedUnits ?? 0) > 0
    ? 'warn' : null) },
  { name: 'Keys / jitter / late', title: 'At the server: longest distance '
    + 'of two key frames in the last minute / how far pictures come off their '
    + 'rhythm / pictures of this session that came 100 ms late or more',
  text: (v) => (v.jitterMs === null ? UNKNOWN
    : `${withUnit(v.keyIntervalS, 's', 1)} / ${withUnit(v.jitterMs, 'ms', 1)} / `
      + fixed(v.latePictures)) },
  { name: 'Clock of the PC', title: "How far the clock of the driver's PC seems "
    + 'behind that of the server; an estimate, too large by what the PC needs '
    + 'until it sends', text: (v) => withUnit(v.pcClockErrorMs, 'ms'),
  level: (v) => (Math.abs(v.pcClockErrorMs ?? 0) > 2000 ? 'warn' : null) },
  { name: 'Recording', title: 'What of this session is on the server\'s disk',
    text: (v) => (v.recording === null ? UNKNOWN
      : `${v.recording.state} · ${size(v.recording.bytes)}`),
    level: (v) => (v.recording?.state === 'paused' ? 'bad'
      : v.recording?.state === 'unindexed' ? 'warn' : null) },
  { name: 'Held / late / dropped', title: 'Frames that waited for their '
    + 'telemetry / were shown without it / were given up for a newer one',
  text: (v) => `${v.held} / ${v.timeouts} / ${v.dropped}`,
  level: (v) => (v.shown > 0 && v.timeouts > v.shown / 100 ? 'warn' : null) },
  { name: 'Telemetry thinned', title: 'Variables that come of those that the '
    + 'simulator has, and how often, while the driver’s PC or the network '
    + 'cannot spare more', text: (v) => (v.thinned === null ? 'no'
    : `${fixed(v.thinned.fields)} of ${fixed(v.thinned.of)}, ${
      withUnit(v.thinned.rateHz, 'Hz')}`),
  level: (v) => (v.thinned === null ? null : 'warn') },
  { name: 'Telemetry gaps', title: 'Holes in the telemetry since the driver '
    + 'was chosen', text: (v) => fixed(v.gaps),
  level: (v) => (v.gaps > 0 ? 'warn' : null) },
  { name: 'Back-fill', title: 'Rows that could not be sent live and follow '
    + 'now, behind live, into the recordings',
  text: (v) => v.backfill ?? 'none',
  level: (v) => (v.backfill === null ? null : 'warn') },
];

export class HealthWidget {
  readonly #values: HTMLElement[];
  readonly #alarms = new AlarmList();
  readonly #frames = el('span', { class: 'dim' });

  constructor(root: HTMLElement) {
    root.classList.add('health');
    this.#values = LINES.map(() => el('dd'));
    root.append(
      el('header', {}, el('h2', {}, 'Sync and link'), this.#frames),
      this.#alarms.root,
      el('dl', { class: 'lines' }, ...LINES.map((line, i) =>
        el('div', { title: line.title }, el('dt', {}, line.name),
          this.#values[i]!))));
  }

  update(v: HealthView): void {
    const frames = counted(v.shown, 'frame');
    this.#alarms.update(v.alarms);
    setText(this.#frames, v.wrong === null ? frames
      : `${frames}, ${v.wrong} wrong`);
    LINES.forEach((line, i) => {
      setText(this.#values[i]!, line.text(v));
      setAttr(this.#values[i]!, 'class', line.level?.(v) ?? null);
    });
  }
}

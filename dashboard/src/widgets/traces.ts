/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The driver's inputs over the last seconds, up to the frame that is shown.
 * Holes in the telemetry stay holes. */

import uPlot from 'uplot';
import { font, palette } from '../theme/palette.js';
import { el, setText } from './dom.js';
import { fixed, gearName } from './format.js';
import { followedIn, holesIn, indexAt, type Kind } from './holes.js';

type Column = readonly (number | null)[];

interface Lines {
  readonly speedKmh: Column;
  readonly rpm: Column;
  readonly gear: Column;
  readonly throttlePct: Column;
  readonly brakePct: Column;
  readonly steeringDeg: Column;
}

export interface TraceColumns extends Lines {
  readonly timeS: readonly number[];
  readonly kind: readonly Kind[];
  /** Of rows that followed later, and null for all others; may be empty. */
  readonly followed: Lines;
}

/* Seconds on show: to drive by, and to look back. */
const SPANS = [12, 60] as const;

type ColumnName = keyof Lines;

interface Line {
  readonly column: ColumnName;
  readonly label: string;
  readonly color: string;
  readonly scale: string;
  readonly stepped?: boolean;
  readonly show: (n: number | null) => string;
}

interface Pane {
  readonly lines: readonly Line[];
  /** Share of the height. */
  readonly grow: number;
  readonly scales: Readonly<Record<string, uPlot.Scale>>;
  readonly ticks: (min: number, max: number) => number[];
}

const whole = (n: number | null): string => fixed(n);

/* Scale end over the largest value: from zero, and about zero. */
const HEADROOM = 1.1;
const MIRROR = 1.2;

/* A scale that grows with what it has seen and never shrinks, so that lines
 * do not jump: [lowest top, step]. */
function growing(top: number, step: number, fromZero = true): uPlot.Scale {
  let seen = top;
  return {
    auto: true,
    range: (_u, min, max) => {
      const far = fromZero ? max : Math.max(Math.abs(min), Math.abs(max));
      if (Number.isFinite(far) && far > seen) {
        seen = Math.ceil(far / step) * step;
      }
      /* Room for half a number above and below. */
      return fromZero ? [(1 - HEADROOM) * seen, HEADROOM * seen]
        : [-MIRROR * seen, MIRROR * seen];
    },
  };
}

/* Three numbers at most, so that they stay legible in a low pane. */
function halves(_min: number, max: number): number[] {
  const top = max / HEADROOM;
  const step = [50, 100, 150, 200, 3000, 4000, 5000, 8000, 10000]
    .find((s) => top / s < 2.5) ?? top;
  return [0, step, 2 * step].filter((n) => n <= max);
}

function panes(): Pane[] {
  return [
    {
      grow: 1.3,
      lines: [
        { column: 'throttlePct', label: 'throttle', color: palette.throttle,
          scale: 'y', show: whole },
        { column: 'brakePct', label: 'brake', color: palette.brake,
          scale: 'y', show: whole },
      ],
      scales: { y: { range: [-10, 110] } },
      ticks: () => [0, 50, 100],
    },
    {
      grow: 1.2,
      lines: [{ column: 'speedKmh', label: 'km/h', color: palette.speed,
        scale: 'y', show: whole }],
      scales: { y: growing(200, 50) },
      ticks: halves,
    },
    {
      grow: 1.1,
      lines: [
        { column: 'rpm', label: 'rpm', color: palette.rpm, scale: 'y',
          show: whole },
        { column: 'gear', label: 'gear', color: palette.gear, scale: 'gear',
          stepped: true, show: gearName },
      ],
      scales: { y: growing(6000, 1000), gear: { range: [-1.6, 8.8] } },
      ticks: halves,
    },
    {
      grow: 1,
      lines: [{ column: 'steeringDeg', label: 'steer °',
        color: palette.steering, scale: 'y', show: whole }],
      scales: { y: growing(90, 90, false) },
      ticks: (_min, max) => [-1, 0, 1].map((n) => n * Math.round(max / MIRROR)),
    },
  ];
}

interface Drawn {
  readonly pane: Pane;
  readonly box: HTMLElement;
  readonly plot: uPlot;
  readonly readouts: HTMLElement[];
}

function axes(pane: Pane): uPlot.Axis[] {
  return [
    {
      size: 0,
      splits: (_u, _i, min, max) => {
        const out: number[] = [];
        for (let s = Math.ceil(min / 2) * 2; s <= max; s += 2) out.push(s);
        return out;
      },
      values: () => [],
      grid: { stroke: palette.line, width: 1 },
      ticks: { show: false },
    },
    {
      size: 44,
      gap: 4,
      font: font(10),
      stroke: palette.dim,
      splits: (_u, _i, min, max) => pane.ticks(min, max),
      values: (_u, splits) => splits.map((n) =>
        (Math.abs(n) >= 1000 ? `${n / 1000}k` : fixed(n))),
      grid: { stroke: palette.line, width: 1 },
      ticks: { show: false },
    },
  ];
}

function series(line: Line): uPlot.Series {
  const s: uPlot.Series = {
    scale: line.scale,
    stroke: line.color,
    width: 1.5,
    spanGaps: false,
    points: { show: false },
  };
  const stepped = line.stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  if (stepped) s.paths = stepped;
  return s;
}

/* What followed is thin and dashed: it was not there when it happened. */
function followedSeries(line: Line): uPlot.Series {
  return { ...series(line), width: 1, dash: [4, 3] };
}

/* What is missing is hatched and said, so that nobody takes it for standing
 * still, or for a pedal that is not touched. */
const HATCH_PX = 7;
const BAND_MIN_PX = 4;
const MISSING = 'missing';
const FOLLOWED = 'back-filled';

/* Between two times, within the plot; null if it is too narrow to be seen. */
function band(u: uPlot, [from, to]: readonly [number, number]):
{ left: number; right: number } | null {
  const { bbox } = u;
  const left = Math.max(bbox.left, u.valToPos(from, 'x', true));
  const right = Math.min(bbox.left + bbox.width, u.valToPos(to, 'x', true));
  return right - left < BAND_MIN_PX ? null : { left, right };
}

function say(u: uPlot, word: string, left: number, right: number): void {
  const { ctx, bbox } = u;
  ctx.fillStyle = palette.dim;
  ctx.font = font(10 * devicePixelRatio);
  ctx.textAlign = 'center';
  if (ctx.measureText(word).width < right - left) {
    ctx.fillText(word, (left + right) / 2, bbox.top + 12 * devicePixelRatio);
  }
}

function drawFollowed(u: uPlot, span: readonly [number, number]): void {
  const at = band(u, span);
  if (!at) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = palette.raised;
  ctx.fillRect(at.left, bbox.top, at.right - at.left, bbox.height);
  say(u, FOLLOWED, at.left, at.right);
  ctx.restore();
}

function drawHole(u: uPlot, span: readonly [number, number]): void {
  const at = band(u, span);
  if (!at) return;
  const { left, right } = at;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = left - bbox.height; x < right; x += HATCH_PX) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  say(u, MISSING, left, right);
  ctx.restore();
}

/* What the lines mean, in words; those of what is on show alone. */
class Key {
  readonly root = el('p', { class: 'key' });
  #said = '';

  update(isMissing: boolean, followed: number): void {
    const words = [
      ...followed > 0 ? [`dashed: ${FOLLOWED}, ${fixed(followed, 1)} s that `
        + 'came later'] : [],
      ...isMissing ? [`hatched: ${MISSING}`] : [],
    ].join(' · ');
    if (words === this.#said) return;
    this.#said = words;
    this.root.hidden = words === '';
    setText(this.root, words);
  }
}

function empty(pane: Pane): uPlot.AlignedData {
  return [[], ...pane.lines.map(() => []), ...pane.lines.map(() => [])];
}

export class TracesWidget {
  readonly #drawn: Drawn[];
  readonly #key = new Key();
  readonly #button = el('button', { class: 'span dim' });
  #columns: TraceColumns | undefined;
  #timeS = 0;
  #isLong = false;
  #hasFollowed = false;

  constructor(root: HTMLElement) {
    root.classList.add('traces');
    this.#button.addEventListener('click', () => this.toggleSpan());
    root.append(el('div', { class: 'head' }, this.#key.root, this.#button));
    this.#key.root.hidden = true;
    this.#showSpan();
    this.#drawn = panes().map((pane) => this.#build(root, pane));
    new ResizeObserver(() => this.#fit()).observe(root);
  }

  /** On show. */
  get seconds(): number {
    return SPANS[this.#isLong ? 1 : 0];
  }

  toggleSpan(): void {
    this.#isLong = !this.#isLong;
    this.#showSpan();
    if (this.#columns) this.draw(this.#columns, this.#timeS);
  }

  #showSpan(): void {
    const spans = SPANS.map((s) => (s < 60 ? `${s} s` : `${s / 60} min`));
    const [now, other] = this.#isLong ? [spans[1]!, spans[0]!]
      : [spans[0]!, spans[1]!];
    setText(this.#button, now);
    this.#button.title = `Show ${other} (T)`;
    this.#button.setAttribute('aria-label', `${now} of traces: show ${other}`);
  }

  #build(root: HTMLElement, pane: Pane): Drawn {
    const box = el('div', { class: 'plot' });
    const readouts = pane.lines.map(() => el('output', { class: 'value' }));
    const legend = el('div', { class: 'legend' }, ...pane.lines.flatMap(
      (line, i) => [el('span', { class: `label c-${line.column}` }, line.label),
        readouts[i]!]));
    root.append(el('div', { class: `pane p-${pane.lines[0]!.column}` }, box,
      legend));
    const plot = new uPlot({
      width: Math.max(80, box.clientWidth),
      height: Math.max(20, box.clientHeight),
      pxAlign: false,
      legend: { show: false },
      padding: [3, 2, 3, 0],
      cursor: {
        y: false, points: { show: false }, drag: { x: false, y: false },
        sync: { key: 'traces' },
      },
      scales: { x: { time: false, auto: false }, ...pane.scales },
      axes: axes(pane),
      series: [{}, ...pane.lines.map(series), ...pane.lines.map((line) =>
        ({ ...followedSeries(line), show: false }))],
      hooks: {
        setCursor: [() => this.#readouts()],
        drawClear: [(u) => this.#drawBands(u)],
      },
    }, empty(pane), box);
    return { pane, box, plot, readouts };
  }

  get #fromS(): number {
    return this.#timeS - this.seconds;
  }

  #drawBands(u: uPlot): void {
    const columns = this.#columns;
    if (!columns) return;
    const { timeS, kind } = columns;
    for (const span of followedIn(timeS, kind, this.#fromS)) {
      drawFollowed(u, span);
    }
    for (const span of holesIn(timeS, kind, this.#fromS)) drawHole(u, span);
  }

  #showKey({ timeS, kind }: TraceColumns): void {
    const fromS = this.#fromS;
    const clip = (t: number): number =>
      Math.min(this.#timeS, Math.max(fromS, t));
    const followed = followedIn(timeS, kind, fromS).reduce(
      (sum, [from, to]) => sum + clip(to) - clip(from), 0);
    const isMissing = holesIn(timeS, kind, fromS).some(([, to]) => to > fromS);
    this.#key.update(isMissing, followed);
  }

  /* Lines that nobody sees cost nothing. */
  #showFollowed(columns: TraceColumns): void {
    const has = columns.followed.rpm.length > 0;
    if (has === this.#hasFollowed) return;
    this.#hasFollowed = has;
    for (const { pane, plot } of this.#drawn) {
      pane.lines.forEach((_line, i) =>
        plot.setSeries(1 + pane.lines.length + i, { show: has }));
    }
  }

  #fit(): void {
    for (const { box, plot } of this.#drawn) {
      plot.setSize({
        width: Math.max(80, box.clientWidth),
        height: Math.max(20, box.clientHeight),
      });
    }
  }

  /** Draws up to `timeS`, the time of the row that is on the stage. */
  draw(columns: TraceColumns, timeS: number): void {
    this.#columns = columns;
    this.#timeS = timeS;
    this.#showFollowed(columns);
    for (const { pane, plot } of this.#drawn) {
      plot.batch(() => {
        plot.setData([columns.timeS,
          ...pane.lines.map((l) => columns[l.column]),
          ...pane.lines.map((l) => columns.followed[l.column]),
        ] as unknown as uPlot.AlignedData, false);
        plot.setScale('x', { min: this.#fromS, max: timeS });
      });
    }
    this.#showKey(columns);
    this.#readouts();
  }

  clear(): void {
    this.#columns = undefined;
    this.#key.update(false, 0);
    for (const { pane, plot, readouts } of this.#drawn) {
      plot.setData(empty(pane), true);
      for (const r of readouts) setText(r, '');
    }
  }

  /* Of the frame on the stage, or of the place the pointer is at. */
  #readouts(): void {
    const columns = this.#columns;
    if (!columns) return;
    const left = this.#drawn[0]?.plot.cursor.left ?? -1;
    const timeS = left >= 0 ? this.#drawn[0]!.plot.posToVal(left, 'x')
      : this.#timeS;
    const at = indexAt(columns.timeS, timeS);
    for (const { pane, readouts } of this.#drawn) {
      pane.lines.forEach((line, i) =>
        setText(readouts[i]!, line.show(columns[line.column][at]
          ?? columns.followed[line.column][at] ?? null)));
    }
  }
}

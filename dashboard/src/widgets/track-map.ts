/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The learnt outline of the track with every car on it. Until a lap has been
 * driven the cars are shown on a circle, which is true to their order. */

import { font, palette } from '../theme/palette.js';
import { context2d, el, fittedCanvas, setText } from './dom.js';

export interface MapPoint {
  readonly pct: number;
  readonly x: number;
  readonly y: number;
}

export interface MapTrack {
  readonly name: string;
  readonly lengthM: number | null;
  readonly complete: boolean;
  readonly version: number;
  readonly points: readonly MapPoint[];
}

export interface MapCar {
  readonly carIdx: number;
  readonly lapPct: number;
  readonly label: string;
  /** CSS colour of the class, or null. */
  readonly color: string | null;
  readonly own: boolean;
  readonly onPitRoad: boolean;
}

interface Placed {
  readonly pct: number;
  readonly x: number;
  readonly y: number;
}

/* Room for a car's number beside the line. */
const MARGIN = 16;

/** The outline scaled into a box, north up; needs two points. */
export function placeOutline(
  points: readonly MapPoint[], width: number, height: number, margin: number,
): Placed[] {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const minX = Math.min(...xs);
  const minY = Math.min(...ys);
  const spanX = Math.max(...xs) - minX || 1;
  const spanY = Math.max(...ys) - minY || 1;
  const scale = Math.min(
    (width - 2 * margin) / spanX, (height - 2 * margin) / spanY);
  const left = (width - spanX * scale) / 2;
  const top = (height - spanY * scale) / 2;
  return points.map((p) => ({
    pct: p.pct,
    x: left + (p.x - minX) * scale,
    y: height - top - (p.y - minY) * scale,
  }));
}

/** A circle, clockwise from the top. */
export function placeCircle(width: number, height: number, margin: number):
Placed[] {
  const size = Math.min(width, height);
  /* In a low panel the cars' numbers may leave it, but not the circle be a dot. */
  const r = Math.max(1, size / 2 - margin, size * 0.36);
  return Array.from({ length: 121 }, (_, i) => {
    const a = (i / 120) * 2 * Math.PI - Math.PI / 2;
    return {
      pct: i / 120, x: width / 2 + r * Math.cos(a),
      y: height / 2 + r * Math.sin(a),
    };
  });
}

/** The place at `pct`, on the closed line through the points. */
export function placeAt(line: readonly Placed[], pct: number): {
  x: number; y: number;
} {
  const first = line[0]!;
  const last = line.at(-1)!;
  let lo = 0;
  let hi = line.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (line[mid]!.pct <= pct) lo = mid + 1; else hi = mid;
  }
  const a = lo > 0 ? line[lo - 1]! : last;
  const b = lo < line.length ? line[lo]! : first;
  const from = lo > 0 ? a.pct : a.pct - 1;
  const to = lo < line.length ? b.pct : b.pct + 1;
  const t = to > from ? (pct - from) / (to - from) : 0;
  return { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };
}

export class TrackMapWidget {
  readonly #title = el('span', { class: 'dim' });
  readonly #ctx: CanvasRenderingContext2D;
  readonly #base = el('canvas');
  #line: Placed[] = [];
  #track: MapTrack | null = null;
  #cars: readonly MapCar[] = [];
  #sectors: readonly number[] = [];
  #width = 1;
  #height = 1;
  #scale = 1;

  constructor(root: HTMLElement) {
    root.classList.add('track-map');
    const box = el('div', { class: 'fill' });
    root.append(el('header', {}, el('h2', {}, 'Track'), this.#title), box);
    this.#ctx = context2d(fittedCanvas(box, (w, h, scale) => {
      this.#width = w;
      this.#height = h;
      this.#scale = scale;
      this.#drawBase();
    }));
    this.setTrack(null);
  }

  setTrack(track: MapTrack | null): void {
    this.#track = track;
    const km = track?.lengthM ? ` ${(track.lengthM / 1000).toFixed(2)} km` : '';
    setText(this.#title, track?.complete ? `${track.name}${km}`
      : 'learning the outline: one lap');
    this.#drawBase();
  }

  /** Where sectors start, 0..1. */
  setSectors(sectors: readonly number[]): void {
    this.#sectors = sectors;
    this.#drawBase();
  }

  get #outlined(): boolean {
    return this.#track !== null && this.#track.complete
      && this.#track.points.length > 2;
  }

  /* What does not change is drawn once. */
  #drawBase(): void {
    const margin = MARGIN * this.#scale;
    this.#line = this.#outlined
      ? placeOutline(this.#track!.points, this.#width, this.#height, margin)
      : placeCircle(this.#width, this.#height, margin * 1.5);
    this.#base.width = this.#width;
    this.#base.height = this.#height;
    const ctx = context2d(this.#base);
    ctx.lineJoin = 'round';
    ctx.beginPath();
    this.#line.forEach((p, i) =>
      (i === 0 ? ctx.moveTo(p.x, p.y) : ctx.lineTo(p.x, p.y)));
    ctx.closePath();
    if (!this.#outlined) ctx.setLineDash([4 * this.#scale, 4 * this.#scale]);
    ctx.strokeStyle = palette.line;
    ctx.lineWidth = 7 * this.#scale;
    if (this.#outlined) ctx.stroke();
    ctx.strokeStyle = palette.dim;
    ctx.lineWidth = 1.5 * this.#scale;
    ctx.stroke();
    ctx.setLineDash([]);
    for (const pct of this.#sectors) this.#mark(ctx, pct, 5, palette.dim);
    this.#mark(ctx, 0, 7, palette.text);
    this.draw(this.#cars);
  }

  /* A stroke across the track. */
  #mark(
    ctx: CanvasRenderingContext2D, pct: number, half: number, color: string,
  ): void {
    const a = placeAt(this.#line, pct);
    const b = placeAt(this.#line, pct + 0.004);
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const nx = (-(b.y - a.y) / length) * half * this.#scale;
    const ny = ((b.x - a.x) / length) * half * this.#scale;
    ctx.strokeStyle = color;
    ctx.lineWidth = 2 * this.#scale;
    ctx.beginPath();
    ctx.moveTo(a.x - nx, a.y - ny);
    ctx.lineTo(a.x + nx, a.y + ny);
    ctx.stroke();
  }

  /** Draws the cars of one row. */
  draw(cars: readonly MapCar[]): void {
    this.#cars = cars;
    const ctx = this.#ctx;
    ctx.clearRect(0, 0, this.#width, this.#height);
    ctx.drawImage(this.#base, 0, 0);
    for (const car of cars) if (!car.own) this.#car(car);
    for (const car of cars) if (car.own) this.#car(car);
  }

  #car(car: MapCar): void {
    const ctx = this.#ctx;
    const { x, y } = placeAt(this.#line, car.lapPct);
    const r = (car.own ? 7.5 : 5) * this.#scale;
    ctx.globalAlpha = car.onPitRoad ? 0.55 : 1;
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = car.own ? palette.accent : car.color ?? palette.steering;
    ctx.fill();
    ctx.strokeStyle = car.own ? palette.text : palette.ground;
    ctx.lineWidth = (car.own ? 2 : 1.5) * this.#scale;
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.font = font((car.own ? 11 : 9.5) * this.#scale, 600);
    ctx.textBaseline = 'middle';
    ctx.fillStyle = car.own ? palette.accent : palette.dim;
    const away = r + 2 * this.#scale;
    const fits = x + away + ctx.measureText(car.label).width < this.#width;
    ctx.textAlign = fits ? 'left' : 'right';
    ctx.fillText(car.label, fits ? x + away : x - away, y);
  }
}

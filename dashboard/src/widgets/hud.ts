/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The instruments, drawn on the same canvas as the picture: of the frame's own
 * row, or openly empty where the frame has none. */

import type { CarState } from '../protocol/car.js';
import { EngineWarning } from '../protocol/car.js';
import { font, palette } from '../theme/palette.js';
import { fixed, gearName, lapTime, signed } from './format.js';

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface HudView {
  /** null: this frame has no telemetry. */
  readonly car: CarState | null;
  /** The row is too old for the frame. */
  readonly stale: boolean;
  readonly deltaS: number | null;
  readonly redlineRpm: number | null;
  readonly shiftRpm: number | null;
  /** What is wrong with this frame's telemetry, or "". */
  readonly remark: string;
  /** The instruments lie on the picture. */
  readonly over: boolean;
}

type Ctx = CanvasRenderingContext2D;

/* From here on the stage is all instruments. */
const BIG_HEIGHT_SHARE = 0.28;

function text(
  ctx: Ctx, s: string, x: number, y: number, px: number, color: string,
  align: CanvasTextAlign = 'left', weight: 400 | 600 | 700 = 600,
): void {
  ctx.font = font(px, weight);
  ctx.fillStyle = color;
  ctx.textAlign = align;
  ctx.textBaseline = 'alphabetic';
  ctx.fillText(s, x, y);
}

function bar(
  ctx: Ctx, r: Rect, share: number, color: string, vertical = false,
): void {
  ctx.fillStyle = palette.raised;
  ctx.fillRect(r.x, r.y, r.width, r.height);
  const s = Math.min(1, Math.max(0, share || 0));
  ctx.fillStyle = color;
  if (vertical) {
    ctx.fillRect(r.x, r.y + r.height * (1 - s), r.width, r.height * s);
  } else {
    ctx.fillRect(r.x, r.y, r.width * s, r.height);
  }
}

interface Revs {
  readonly max: number;
  readonly shift: number;
}

/* Where the car says nothing of its limits, the bar ends at 8,000. */
function revs(v: HudView): Revs {
  const car = v.car;
  const pick = (...all: (number | null | undefined)[]): number | undefined =>
    all.find((n): n is number => typeof n === 'number' && n > 500);
  const max = pick(v.redlineRpm, car?.shiftBlinkRpm, car?.shiftRpm) ?? 8000;
  return { max, shift: pick(car?.shiftRpm, v.shiftRpm) ?? max * 0.94 };
}

const SEGMENTS = 40;

function revBar(ctx: Ctx, r: Rect, v: HudView): void {
  const { max, shift } = revs(v);
  const from = max * 0.3;
  const share = ((v.car?.rpm ?? 0) - from) / (max - from);
  const lit = Math.round(share * SEGMENTS);
  const shiftAt = ((shift - from) / (max - from)) * SEGMENTS;
  const step = r.width / SEGMENTS;
  for (let i = 0; i < SEGMENTS; i++) {
    const zone = i >= shiftAt ? palette.bad
      : i >= shiftAt * 0.82 ? palette.warn : palette.rpm;
    ctx.fillStyle = i < lit ? zone : palette.raised;
    ctx.fillRect(r.x + i * step, r.y, Math.max(1, step - 2), r.height);
  }
}

function wheel(
  ctx: Ctx, cx: number, cy: number, radius: number, rad: number,
): void {
  ctx.save();
  ctx.translate(cx, cy);
  /* Positive is to the left, which is against the clock. */
  ctx.rotate(-(rad || 0));
  ctx.strokeStyle = palette.steering;
  ctx.lineWidth = Math.max(1.5, radius * 0.16);
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, 2 * Math.PI);
  ctx.moveTo(-radius, 0);
  ctx.lineTo(radius, 0);
  ctx.moveTo(0, 0);
  ctx.lineTo(0, radius);
  ctx.stroke();
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth *= 1.3;
  ctx.beginPath();
  ctx.arc(0, 0, radius, -Math.PI / 2 - 0.22, -Math.PI / 2 + 0.22);
  ctx.stroke();
  ctx.restore();
}

function deltaColor(delta: number | null): string {
  if (delta === null) return palette.dim;
  return delta <= 0 ? palette.good : palette.bad;
}

/** What the driver's car warns of, the most urgent first. */
export function warningText(car: CarState | null): string {
  if (!car) return '';
  const w = car.warnings;
  if (w & EngineWarning.stalled) return 'STALLED';
  if (w & EngineWarning.mandatoryRepair) return 'REPAIR';
  if (w & EngineWarning.oilPressure) return 'OIL PRESSURE';
  if (w & EngineWarning.fuelPressure) return 'FUEL PRESSURE';
  if (w & EngineWarning.waterTemp) return 'WATER TEMP';
  if (w & EngineWarning.oilTemp) return 'OIL TEMP';
  if (w & EngineWarning.pitLimiter) return 'PIT LIMITER';
  return car.onPitRoad ? 'PIT ROAD' : '';
}

interface Cell {
  readonly x: number;
  readonly width: number;
}

/** Lays cells of the given weights side by side; those of 0 are left out. */
function cells(r: Rect, gap: number, weights: readonly number[]): Cell[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const room = r.width - gap * (weights.filter((w) => w > 0).length - 1);
  let { x } = r;
  return weights.map((w) => {
    const cell = { x, width: (room * w) / sum };
    if (w > 0) x += cell.width + gap;
    return cell;
  });
}

function label(ctx: Ctx, s: string, x: number, y: number, px: number): void {
  text(ctx, s, x, y, px, palette.dim, 'left', 400);
}

function pedals(ctx: Ctx, cell: Cell, y: number, h: number, car: CarState | null): void {
  const px = h * 0.3;
  const labelWidth = px * 2.4;
  const valueWidth = px * 2.5;
  const width = Math.max(8, cell.width - labelWidth - valueWidth);
  const rows: [string, number, string][] = [
    ['THR', car?.throttle ?? NaN, palette.throttle],
    [car?.absActive ? 'ABS' : 'BRK', car?.brake ?? NaN, palette.brake],
  ];
  rows.forEach(([name, value, color], i) => {
    const top = y + i * h * 0.5 + h * 0.06;
    const height = h * 0.36;
    text(ctx, name, cell.x, top + height * 0.85, px,
      name === 'ABS' ? palette.warn : palette.dim, 'left', 400);
    bar(ctx, { x: cell.x + labelWidth, y: top, width, height }, value, color);
    text(ctx, fixed(value * 100), cell.x + cell.width, top + height * 0.85, px,
      palette.text, 'right');
  });
}

/* A band that many times as wide as high has room for all; else for gear,
 * speed, pedals and delta: a phone's page has the others below. */
const WIDE_BAND = 9;
const WIDE_CELLS = [0.75, 1.7, 1.3, 4, 1.75, 2.1, 1.8, 1.2];
const NARROW_CELLS = [0.75, 2.3, 0, 3.2, 0, 0, 2.1, 0];

function drawBand(ctx: Ctx, r: Rect, v: HudView): void {
  const car = v.car;
  const pad = r.height * 0.12;
  const revHeight = r.height * 0.12;
  revBar(ctx, { x: r.x + pad, y: r.y + pad * 0.6, width: r.width - 2 * pad,
    height: revHeight }, v);
  const top = r.y + pad * 1.1 + revHeight;
  const h = r.y + r.height - pad * 0.7 - top;
  const base = top + h * 0.86;
  const small = h * 0.26;
  const inner = { x: r.x + pad, y: top, width: r.width - 2 * pad, height: h };
  const wide = r.width >= r.height * WIDE_BAND;
  const [gear, speed, rpm, feet, steer, lap, delta, fuel] =
    cells(inner, pad * 1.6, wide ? WIDE_CELLS : NARROW_CELLS);
  text(ctx, gearName(car?.gear), gear!.x, base, h * 0.98, palette.gear,
    'left', 700);
  text(ctx, fixed((car?.speedMps ?? NaN) * 3.6), speed!.x + speed!.width * 0.66,
    base, h * 0.66, palette.text, 'right', 700);
  label(ctx, 'km/h', speed!.x + speed!.width * 0.7, base, small);
  pedals(ctx, feet!, top, h, car);
  label(ctx, wide ? 'delta to best' : 'delta', delta!.x, top + small, small);
  text(ctx, signed(v.deltaS, 2), delta!.x, base, h * 0.5,
    deltaColor(v.deltaS), 'left', 700);
  if (!wide) return;
  label(ctx, 'rpm', rpm!.x, top + small, small);
  text(ctx, fixed(car?.rpm), rpm!.x, base, h * 0.46, palette.text);
  const radius = h * 0.4;
  wheel(ctx, steer!.x + radius * 1.1, top + h * 0.48, radius,
    car?.steeringRad ?? 0);
  text(ctx, `${fixed(((car?.steeringRad ?? NaN) * 180) / Math.PI)}°`,
    steer!.x + steer!.width, base, h * 0.34, palette.text, 'right');
  label(ctx, `lap ${fixed(car?.lap)}`, lap!.x, top + small, small);
  text(ctx, lapTime(car?.lapTimeS, 2), lap!.x, base, h * 0.5, palette.text);
  label(ctx, 'fuel l', fuel!.x, top + small, small);
  text(ctx, fixed(car?.fuelL, 1), fuel!.x, base, h * 0.46, palette.text);
}

function drawBig(ctx: Ctx, r: Rect, v: HudView): void {
  const car = v.car;
  const unit = Math.min(r.height, r.width * 0.56);
  const cx = r.x + r.width / 2;
  const left = cx - unit * 0.8;
  const width = unit * 1.6;
  const top = r.y + (r.height - unit) / 2;
  revBar(ctx, { x: left, y: top + unit * 0.12, width, height: unit * 0.06 }, v);
  const rpmLine = top + unit * 0.235;
  label(ctx, 'rpm', left, rpmLine, unit * 0.034);
  text(ctx, fixed(car?.rpm), left + unit * 0.09, rpmLine, unit * 0.05,
    palette.text);
  const pedalTop = top + unit * 0.29;
  const pedalHeight = unit * 0.4;
  const pedalRow: [string, number, string, number][] = [
    ['BRK', car?.brake ?? NaN, palette.brake, left],
    ['THR', car?.throttle ?? NaN, palette.throttle, left + width - unit * 0.1],
  ];
  for (const [name, value, color, x] of pedalRow) {
    bar(ctx, { x, y: pedalTop, width: unit * 0.1, height: pedalHeight }, value,
      color, true);
    text(ctx, fixed(value * 100), x + unit * 0.05,
      pedalTop + pedalHeight + unit * 0.05, unit * 0.042, palette.text,
      'center');
    text(ctx, name, x + unit * 0.05, pedalTop + pedalHeight + unit * 0.09,
      unit * 0.03, palette.dim, 'center', 400);
  }
  text(ctx, gearName(car?.gear), cx, top + unit * 0.62, unit * 0.42,
    palette.gear, 'center', 700);
  text(ctx, fixed((car?.speedMps ?? NaN) * 3.6), cx - unit * 0.24,
    top + unit * 0.56, unit * 0.17, palette.text, 'right', 700);
  text(ctx, 'km/h', cx - unit * 0.24, top + unit * 0.62, unit * 0.036,
    palette.dim, 'right', 400);
  wheel(ctx, cx + unit * 0.42, top + unit * 0.47, unit * 0.12,
    car?.steeringRad ?? 0);
  text(ctx, `${fixed(((car?.steeringRad ?? NaN) * 180) / Math.PI)}°`,
    cx + unit * 0.42, top + unit * 0.67, unit * 0.042, palette.text, 'center');
  const foot = cells({ x: left, y: 0, width, height: 0 }, unit * 0.05,
    [0.6, 1.2, 1.1, 0.9]);
  const footRow: [string, string, string][] = [
    ['lap', fixed(car?.lap), palette.text],
    ['lap time', lapTime(car?.lapTimeS, 2), palette.text],
    ['delta to best', signed(v.deltaS, 2), deltaColor(v.deltaS)],
    ['fuel l', fixed(car?.fuelL, 1), palette.text],
  ];
  footRow.forEach(([name, value, color], i) => {
    const { x } = foot[i]!;
    label(ctx, name, x, top + unit * 0.86, unit * 0.034);
    text(ctx, value, x, top + unit * 0.95, unit * 0.08, color);
  });
}

/* At the top: the picture's foot belongs to the game. */
function drawRemark(ctx: Ctx, stage: Rect, remark: string, color: string): void {
  const px = Math.max(11, stage.height * 0.032);
  ctx.font = font(px, 600);
  const width = ctx.measureText(remark).width + px * 1.6;
  const x = stage.x + (stage.width - width) / 2;
  const y = stage.y + px * 0.8;
  ctx.fillStyle = 'rgb(10 13 18 / 88%)';
  ctx.fillRect(x, y, width, px * 1.8);
  ctx.fillStyle = color;
  ctx.fillRect(x, y + px * 1.8 - 2, width, 2);
  text(ctx, remark, x + px * 0.8, y + px * 1.26, px, color);
}

/**
 * Draws the instruments into `r`; remarks go to the top of `stage`, which is
 * the picture or, without one, the whole canvas.
 */
export function drawHud(ctx: Ctx, r: Rect, stage: Rect, v: HudView): void {
  if (r.width <= 0 || r.height <= 0) return;
  const big = !v.over && r.height > stage.height * BIG_HEIGHT_SHARE;
  ctx.fillStyle = v.over ? 'rgb(10 13 18 / 78%)' : palette.ground;
  ctx.fillRect(r.x, r.y, r.width, r.height);
  ctx.globalAlpha = v.stale ? 0.55 : 1;
  if (big) drawBig(ctx, r, v); else drawBand(ctx, r, v);
  ctx.globalAlpha = 1;
  const warning = warningText(v.car);
  if (v.remark !== '') drawRemark(ctx, stage, v.remark, palette.warn);
  else if (warning !== '') drawRemark(ctx, stage, warning, palette.accent);
}

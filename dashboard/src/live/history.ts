/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The last seconds of the driver's inputs as columns for the traces. A hole in
 * the telemetry is a null in every column, so no line crosses it; rows that
 * followed later (back-fill) take its place in columns of their own. */

import type { Inputs } from '../protocol/car.js';

type Column = (number | null)[];

const LINES = ['speedKmh', 'rpm', 'gear', 'throttlePct', 'brakePct',
  'steeringDeg'] as const;
type Lines = Record<(typeof LINES)[number], Column>;

export type RowKind = 'live' | 'missing' | 'followed';

export interface Columns extends Lines {
  readonly timeS: number[];
  readonly kind: RowKind[];
  /** Of rows that followed, null for all others; the lines above are null for
   * these. Empty while there is none. */
  readonly followed: Lines;
}

/** Rows that the page has not seen, between two that it has. */
export interface Hole {
  readonly afterTick: number;
  readonly beforeTick: number;
  readonly afterS: number;
  readonly beforeS: number;
  /** Of the rows on both sides, on the driver's PC. */
  readonly fromUtcMs: number;
  readonly toUtcMs: number;
}

export interface FollowedRow {
  readonly inputs: Inputs;
  /** Rows are missing between the one before and this one. */
  readonly begins: boolean;
}

/* Rows in steps of 1 tick at full rate, of 2 or more where the agent sends
 * fewer; the smallest step of the last second is what is usual, or one that came
 * so many times in a row: the agent sends fewer from now on. */
const STEP_WINDOW = 60;
const STEADY = 4;

function value(n: number): number | null {
  return Number.isFinite(n) ? n : null;
}

function lines(): Lines {
  return { speedKmh: [], rpm: [], gear: [], throttlePct: [], brakePct: [],
    steeringDeg: [] };
}

function valuesOf(row: Inputs): Record<(typeof LINES)[number], number | null> {
  return {
    speedKmh: value(row.speedMps * 3.6),
    rpm: value(row.rpm),
    gear: value(row.gear),
    throttlePct: value(row.throttle * 100),
    brakePct: value(row.brake * 100),
    steeringDeg: value((row.steeringRad * 180) / Math.PI),
  };
}

/* What takes the place of a hole. */
class Filling {
  readonly timeS: number[] = [];
  readonly kind: RowKind[] = [];
  readonly lines = lines();
  missing = 0;
  #lastS: number;

  constructor(afterS: number) {
    this.#lastS = afterS;
  }

  #push(timeS: number, kind: RowKind, row: Inputs | null): void {
    const values = row && valuesOf(row);
    this.timeS.push(timeS);
    this.kind.push(kind);
    for (const key of LINES) this.lines[key].push(values ? values[key] : null);
    this.#lastS = timeS;
  }

  row(row: Inputs): void {
    this.#push(row.timeS, 'followed', row);
  }

  /** Nothing is known between the last one and the one at `timeS`. */
  gap(timeS: number): void {
    this.#push((this.#lastS + timeS) / 2, 'missing', null);
    this.missing++;
  }
}

export class History {
  readonly columns: Columns = {
    timeS: [], kind: [], ...lines(), followed: lines(),
  };
  readonly #capacity: number;
  #last: { tick: number; utcMs: number | null } | undefined;
  #steps: number[] = [];
  #holes: Hole[] = [];
  /** Holes seen so far. */
  gaps = 0;

  /** Keeps at least `rows` rows. */
  constructor(rows: number) {
    this.#capacity = rows;
  }

  clear(): void {
    const c = this.columns;
    for (const column of [c.timeS, c.kind]) column.length = 0;
    for (const key of LINES) c[key].length = c.followed[key].length = 0;
    this.#last = undefined;
    this.#steps = [];
    this.#holes = [];
  }

  counts(): Record<RowKind, number> {
    const n = { live: 0, missing: 0, followed: 0 };
    for (const kind of this.columns.kind) n[kind]++;
    return n;
  }

  /** Those in which rows are still missing from `fromS` on. */
  holes(fromS: number): readonly Hole[] {
    const { timeS, kind } = this.columns;
    return this.#holes.filter((h) => {
      let i = timeS.findIndex((t) => t >= h.beforeS);
      for (; i > 0 && timeS[i]! > Math.max(fromS, h.afterS); i--) {
        if (kind[i - 1] === 'missing') return true;
      }
      return false;
    });
  }

  /** Appends a row; `discontinuity` says that rows before it are missing. */
  push(row: Inputs, discontinuity: boolean, utcMs: number | null = null): void {
    const last = this.#last;
    if (last !== undefined) {
      const step = row.tick - last.tick;
      if (step === 0) return;
      if (step < 0) this.clear();
      else if (this.#isGap(step) || discontinuity) {
        this.#breakLine(row, last.tick, last.utcMs, utcMs);
      }
    }
    this.#last = { tick: row.tick, utcMs };
    const c = this.columns;
    const values = valuesOf(row);
    c.timeS.push(row.timeS);
    c.kind.push('live');
    for (const key of LINES) c[key].push(values[key]);
    this.#level();
    this.#trim();
  }

  #isGap(step: number): boolean {
    const usual = this.#usual(step);
    this.#steps.push(step);
    if (this.#steps.length > STEP_WINDOW) this.#steps.shift();
    return step > usual;
  }

  #usual(unknown: number): number {
    const last = this.#steps.at(-1);
    if (last === undefined) return unknown;
    const newest = this.#steps.slice(-STEADY);
    return newest.length === STEADY && newest.every((s) => s === last) ? last
      : Math.min(...this.#steps);
  }

  #breakLine(
    row: Inputs, lastTick: number, fromUtcMs: number | null,
    toUtcMs: number | null,
  ): void {
    this.gaps++;
    const c = this.columns;
    const before = c.timeS.at(-1)!;
    c.timeS.push(before + (row.timeS - before) / (row.tick - lastTick) / 2);
    c.kind.push('missing');
    for (const key of LINES) c[key].push(null);
    /* Two rows that follow on each other have nothing between them. */
    if (fromUtcMs === null || toUtcMs === null || row.tick - lastTick < 2) return;
    this.#holes.push({
      afterTick: lastTick, beforeTick: row.tick, afterS: before,
      beforeS: row.timeS, fromUtcMs, toUtcMs,
    });
  }

  /* Where some rows followed, each row has a place in their columns. */
  #level(): void {
    const { timeS, followed } = this.columns;
    if (followed.rpm.length === 0) return;
    for (const key of LINES) {
      while (followed[key].length < timeS.length) followed[key].push(null);
    }
  }

  /** All rows of a time that followed, the oldest first: they are drawn where
   * they were missing. What is known already of a hole is replaced. */
  fill(rows: readonly FollowedRow[]): void {
    for (const hole of this.#holes) this.#fillOne(hole, rows);
  }

  #fillOne(hole: Hole, rows: readonly FollowedRow[]): void {
    const own = rows.filter(({ inputs: { tick } }) =>
      tick > hole.afterTick && tick < hole.beforeTick);
    if (own.length === 0) return;
    const filling = new Filling(hole.afterS);
    let tick = hole.afterTick;
    let usual = this.#usual(1);
    for (const { inputs, begins } of own) {
      const step = inputs.tick - tick;
      if (tick === hole.afterTick ? step > usual : begins) {
        filling.gap(inputs.timeS);
      } else if (tick !== hole.afterTick) {
        usual = step;
      }
      filling.row(inputs);
      tick = inputs.tick;
    }
    if (hole.beforeTick - tick > usual) filling.gap(hole.beforeS);
    this.#replace(hole, filling);
    if (filling.missing === 0) {
      this.#holes = this.#holes.filter((h) => h !== hole);
    }
  }

  /* Columns between the rows on both sides of the hole. */
  #replace(hole: Hole, filling: Filling): void {
    const c = this.columns;
    const from = c.timeS.findIndex((t) => t > hole.afterS);
    const to = c.timeS.findIndex((t) => t >= hole.beforeS);
    if (from < 0 || to < from) return;
    for (const key of LINES) {
      const column = c.followed[key];
      while (column.length < c.timeS.length) column.push(null);
      column.splice(from, to - from, ...filling.lines[key]);
      c[key].splice(from, to - from, ...filling.kind.map(() => null));
    }
    c.timeS.splice(from, to - from, ...filling.timeS);
    c.kind.splice(from, to - from, ...filling.kind);
  }

  /* Cutting off the front costs a copy, so it is done rarely. */
  #trim(): void {
    const c = this.columns;
    const over = c.timeS.length - this.#capacity;
    if (over < this.#capacity) return;
    c.timeS.splice(0, over);
    c.kind.splice(0, over);
    for (const key of LINES) {
      c[key].splice(0, over);
      c.followed[key].splice(0, over);
    }
    this.#holes = this.#holes.filter((h) => h.beforeS > c.timeS[0]!);
    if (!c.kind.includes('followed')) {
      for (const key of LINES) c.followed[key].length = 0;
    }
  }
}

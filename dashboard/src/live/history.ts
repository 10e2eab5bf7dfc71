/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The last seconds of the driver's inputs as columns for the traces. A hole in
 * the telemetry is a null in every column, so no line crosses it. */

import type { Inputs } from '../protocol/car.js';

type Column = (number | null)[];

export interface Columns {
  readonly timeS: number[];
  readonly speedKmh: Column;
  readonly rpm: Column;
  readonly gear: Column;
  readonly throttlePct: Column;
  readonly brakePct: Column;
  readonly steeringDeg: Column;
}

/* Rows in steps of 1 tick at full rate, of 2 or more where the agent sends
 * fewer; the smallest step of the last second is what is usual. */
const STEP_WINDOW = 60;

function value(n: number): number | null {
  return Number.isFinite(n) ? n : null;
}

export class History {
  readonly columns: Columns = {
    timeS: [], speedKmh: [], rpm: [], gear: [], throttlePct: [], brakePct: [],
    steeringDeg: [],
  };
  readonly #capacity: number;
  #lastTick: number | undefined;
  #steps: number[] = [];
  /** Holes seen so far. */
  gaps = 0;

  /** Keeps at least `rows` rows. */
  constructor(rows: number) {
    this.#capacity = rows;
  }

  clear(): void {
    for (const column of Object.values(this.columns)) column.length = 0;
    this.#lastTick = undefined;
    this.#steps = [];
  }

  /** Appends a row; `discontinuity` says that rows before it are missing. */
  push(row: Inputs, discontinuity: boolean): void {
    const last = this.#lastTick;
    if (last !== undefined) {
      const step = row.tick - last;
      if (step === 0) return;
      if (step < 0) this.clear();
      else if (this.#isGap(step) || discontinuity) this.#breakLine(row, last);
    }
    this.#lastTick = row.tick;
    const c = this.columns;
    c.timeS.push(row.timeS);
    c.speedKmh.push(value(row.speedMps * 3.6));
    c.rpm.push(value(row.rpm));
    c.gear.push(value(row.gear));
    c.throttlePct.push(value(row.throttle * 100));
    c.brakePct.push(value(row.brake * 100));
    c.steeringDeg.push(value((row.steeringRad * 180) / Math.PI));
    this.#trim();
  }

  #isGap(step: number): boolean {
    const usual = this.#steps.length > 0 ? Math.min(...this.#steps) : step;
    this.#steps.push(step);
    if (this.#steps.length > STEP_WINDOW) this.#steps.shift();
    return step > usual;
  }

  #breakLine(row: Inputs, lastTick: number): void {
    this.gaps++;
    const c = this.columns;
    const before = c.timeS.at(-1)!;
    c.timeS.push(before + (row.timeS - before) / (row.tick - lastTick) / 2);
    for (const column of [c.speedKmh, c.rpm, c.gear, c.throttlePct, c.brakePct,
      c.steeringDeg]) column.push(null);
  }

  /* Cutting off the front costs a copy, so it is done rarely. */
  #trim(): void {
    const over = this.columns.timeS.length - this.#capacity;
    if (over < this.#capacity) return;
    for (const column of Object.values(this.columns)) column.splice(0, over);
  }
}

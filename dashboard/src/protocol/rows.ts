/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows of a time, as the server reads them from its disk
 * (server/README.md, "Rows of a time"). */

import { asArray, asObject, num, strings } from './json.js';

/** Rows between which none is missing. */
export interface Stretch {
  /** They did not come live. */
  readonly backfilled: boolean;
  /** None is missing between the stretch before and this one. */
  readonly follows: boolean;
  readonly tick: readonly number[];
  /** A column for each field; null where the car has no such variable. */
  readonly values: readonly (readonly (number | null)[])[];
}

export interface Rows {
  readonly stretches: readonly Stretch[];
  /** There is more from here on; null: this is all. */
  readonly nextUtcMs: number | null;
}

function column(v: unknown): (number | null)[] {
  return asArray(v).map((n) =>
    (typeof n === 'number' && Number.isFinite(n) ? n : null));
}

/* Columns of another length, or ticks that do not rise, say nothing that could
 * be drawn. */
function parseStretch(v: unknown, nFields: number): Stretch[] {
  const o = asObject(v);
  const tick = asArray(o['tick']);
  const values = asArray(o['values']).map(column);
  const rises = tick.every((t, i) => Number.isSafeInteger(t)
    && (i === 0 || (t as number) > (tick[i - 1] as number)));
  if (!rises || tick.length === 0 || values.length !== nFields
    || values.some((c) => c.length !== tick.length)) return [];
  return [{
    backfilled: o['state'] === 'backfilled',
    follows: o['follows'] === true,
    tick: tick as number[],
    values,
  }];
}

/** Of an answer to a question for these fields. */
export function parseRows(v: unknown, fields: readonly string[]): Rows {
  const o = asObject(v);
  const same = strings(o['fields']).join() === fields.join();
  return {
    stretches: same ? asArray(o['stretches']).flatMap((s) =>
      parseStretch(s, fields.length)) : [],
    nextUtcMs: num(o, 'next_utc_ms'),
  };
}

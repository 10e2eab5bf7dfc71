/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes data-channel messages as the server does (server/README.md), for
 * tests of the decoder. */

import type { Schema } from '../src/protocol/schema.js';

export interface WireRow {
  tick: number;
  offsetUs?: number;
  bytes: Uint8Array;
}

export interface WireHeader {
  flags?: number;
  rtp?: number;
  schemaId?: number;
  sequence?: number;
  utcUs?: number;
  syncErrorUs?: number;
}

class Writer {
  #bytes: number[] = [];

  raw(...bytes: number[]): void {
    this.#bytes.push(...bytes);
  }

  int(value: number, size: number): void {
    for (let i = 0; i < size; i++) this.#bytes.push((value >> (8 * i)) & 255);
  }

  big(value: number): void {
    const d = new DataView(new ArrayBuffer(8));
    d.setBigInt64(0, BigInt(value), true);
    this.#bytes.push(...new Uint8Array(d.buffer));
  }

  done(): ArrayBuffer {
    return new Uint8Array(this.#bytes).buffer;
  }
}

function header(
  w: Writer, type: number, h: WireHeader, rows: readonly WireRow[],
): void {
  w.raw(type, h.flags ?? 0);
  w.int(rows.length, 2);
  w.int(h.rtp ?? 0, 4);
  w.int(h.schemaId ?? 0, 4);
  w.int(h.sequence ?? 0, 4);
  w.big(h.utcUs ?? 0);
  w.int(rows.at(-1)?.tick ?? 0, 4);
  w.int(h.syncErrorUs ?? 0, 4);
}

export function keySample(h: WireHeader, rows: readonly WireRow[]): ArrayBuffer {
  const w = new Writer();
  header(w, 1, h, rows);
  for (const row of rows) {
    w.int(row.tick, 4);
    w.int(row.offsetUs ?? 0, 4);
    w.raw(...row.bytes);
  }
  return w.done();
}

function mask(changed: readonly boolean[]): number[] {
  const out = new Array<number>((changed.length + 7) >> 3).fill(0);
  changed.forEach((c, i) => { if (c) out[i >> 3]! |= 1 << (i & 7); });
  return out;
}

function deltaRow(
  w: Writer, schema: Schema, base: Uint8Array, row: Uint8Array,
): void {
  const same = (from: number, n: number): boolean =>
    row.subarray(from, from + n).every((b, i) => b === base[from + i]);
  const vars = schema.variables;
  const changed = vars.map((v) => !same(v.offset, v.count * v.elementBytes));
  w.raw(...mask(changed));
  vars.forEach((v, i) => {
    if (!changed[i]) return;
    const elements = Array.from({ length: v.count }, (_, e) =>
      !same(v.offset + e * v.elementBytes, v.elementBytes));
    if (v.count > 1) w.raw(...mask(elements));
    elements.forEach((c, e) => {
      const from = v.offset + e * v.elementBytes;
      if (c) w.raw(...row.subarray(from, from + v.elementBytes));
    });
  });
}

export function deltaSample(
  h: WireHeader, schema: Schema, base: Uint8Array, rows: readonly WireRow[],
): ArrayBuffer {
  const w = new Writer();
  header(w, 2, h, rows);
  let before = base;
  for (const row of rows) {
    w.int(row.tick, 4);
    w.int(row.offsetUs ?? 0, 4);
    deltaRow(w, schema, before, row.bytes);
    before = row.bytes;
  }
  return w.done();
}

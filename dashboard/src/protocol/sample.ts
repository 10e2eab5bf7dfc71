/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Decoder of the binary data-channel messages (server/README.md): one message
 * a video frame, whole rows or differences to the row before. */

import type { Schema, Variable } from './schema.js';

export const HEADER_BYTES = 32;

const TYPE_KEY = 1;
const TYPE_DELTA = 2;
export const FLAG_NO_ROW = 1;
export const FLAG_DISCONTINUITY = 2;
export const FLAG_OLDER_ROW = 4;

/** What stands before the rows; readable without the schema. */
export interface SampleHeader {
  readonly key: boolean;
  readonly flags: number;
  readonly rowCount: number;
  /** RTP time stamp of the frame this message belongs to. */
  readonly rtpTimestamp: number;
  readonly schemaId: number;
  /** Counts this driver's messages, modulo 2^32. */
  readonly sequence: number;
  /** UTC of the frame's own row in µs on the driver's PC; 0 = unknown. */
  readonly utcUs: number;
  /** Tick of the frame's own row. */
  readonly tick: number;
  /** Own row's time - frame's time. */
  readonly syncErrorUs: number;
}

export interface Row {
  readonly tick: number;
  /** Row's time - frame's time, µs. */
  readonly offsetUs: number;
  /** The row exactly as the simulator wrote it. */
  readonly data: DataView;
}

export interface Sample extends SampleHeader {
  /** Oldest first; the last one is the frame's own. Empty with FLAG_NO_ROW. */
  readonly rows: readonly Row[];
}

export type DecodeError =
  | 'short' | 'type' | 'schema' | 'truncated' | 'trailing' | 'no-base' | 'tick';

export type DecodeResult =
  | { readonly ok: true; readonly sample: Sample }
  | { readonly ok: false; readonly error: DecodeError };

/** The header of a message, or undefined where there is none. */
export function readHeader(message: ArrayBuffer): SampleHeader | undefined {
  if (message.byteLength < HEADER_BYTES) return undefined;
  const d = new DataView(message);
  const type = d.getUint8(0);
  if (type !== TYPE_KEY && type !== TYPE_DELTA) return undefined;
  return {
    key: type === TYPE_KEY,
    flags: d.getUint8(1),
    rowCount: d.getUint16(2, true),
    rtpTimestamp: d.getUint32(4, true),
    schemaId: d.getUint32(8, true),
    sequence: d.getUint32(12, true),
    /* µs of UTC stay below 2^53 until the year 2255. */
    utcUs: Number(d.getBigInt64(16, true)),
    tick: d.getInt32(24, true),
    syncErrorUs: d.getInt32(28, true),
  };
}

class Truncated extends Error {}

/** Reads forward through a message and never behind its end. */
class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = HEADER_BYTES;

  constructor(message: ArrayBuffer) {
    this.bytes = new Uint8Array(message);
    this.#view = new DataView(message);
  }

  take(n: number): number {
    const from = this.at;
    if (n > this.bytes.length - from) throw new Truncated();
    this.at = from + n;
    return from;
  }

  int32(): number {
    return this.#view.getInt32(this.take(4), true);
  }
}

function bit(bytes: Uint8Array, from: number, i: number): boolean {
  return ((bytes[from + (i >> 3)]! >> (i & 7)) & 1) === 1;
}

function copyElements(
  r: Reader, v: Variable, mask: number, into: Uint8Array,
): void {
  for (let i = 0; i < v.count; i++) {
    if (!bit(r.bytes, mask, i)) continue;
    const from = r.take(v.elementBytes);
    const to = v.offset + i * v.elementBytes;
    for (let b = 0; b < v.elementBytes; b++) into[to + b] = r.bytes[from + b]!;
  }
}

function applyDelta(r: Reader, schema: Schema, row: Uint8Array): void {
  const vars = schema.variables;
  const mask = r.take((vars.length + 7) >> 3);
  for (let i = 0; i < vars.length; i++) {
    if (!bit(r.bytes, mask, i)) continue;
    const v = vars[i]!;
    if (v.count === 1) {
      const from = r.take(v.elementBytes);
      for (let b = 0; b < v.elementBytes; b++) {
        row[v.offset + b] = r.bytes[from + b]!;
      }
    } else {
      copyElements(r, v, r.take((v.count + 7) >> 3), row);
    }
  }
}

/**
 * Turns one viewer's messages, in order, into samples. A delta needs the row
 * before it: after a lost message or a bad one, deltas are refused ('no-base')
 * until the next key sample, never applied to the wrong row.
 */
export class SampleDecoder {
  #schema: Schema | undefined;
  #base: Uint8Array | undefined;
  #sequence: number | undefined;

  get schema(): Schema | undefined {
    return this.#schema;
  }

  /** Deltas against rows of another layout mean nothing any more. */
  setSchema(schema: Schema): void {
    if (this.#schema?.id === schema.id) return;
    this.#schema = schema;
    this.#base = undefined;
  }

  decode(message: ArrayBuffer): DecodeResult {
    const header = readHeader(message);
    if (!header) {
      this.#base = undefined;
      return {
        ok: false, error: message.byteLength < HEADER_BYTES ? 'short' : 'type',
      };
    }
    const next = this.#sequence === undefined
      ? header.sequence : (this.#sequence + 1) >>> 0;
    this.#sequence = header.sequence;
    if (!header.key && header.sequence !== next) this.#base = undefined;
    if ((header.flags & FLAG_NO_ROW) !== 0 || header.rowCount === 0) {
      return { ok: true, sample: { ...header, rows: [] } };
    }
    return this.#rows(header, message);
  }

  #rows(header: SampleHeader, message: ArrayBuffer): DecodeResult {
    const schema = this.#schema;
    if (!schema || schema.id !== header.schemaId) {
      this.#base = undefined;
      return { ok: false, error: 'schema' };
    }
    let base = header.key ? undefined : this.#base;
    if (!header.key && !base) return { ok: false, error: 'no-base' };
    /* Whatever goes wrong below, no later delta may build on it. */
    this.#base = undefined;
    const r = new Reader(message);
    const rows: Row[] = [];
    try {
      for (let n = 0; n < header.rowCount; n++) {
        const tick = r.int32();
        const offsetUs = r.int32();
        let bytes: Uint8Array;
        if (header.key) {
          const from = r.take(schema.rowBytes);
          bytes = r.bytes.slice(from, from + schema.rowBytes);
        } else {
          bytes = base!.slice();
          applyDelta(r, schema, bytes);
        }
        base = bytes;
        rows.push({ tick, offsetUs, data: new DataView(bytes.buffer) });
      }
    } catch (e) {
      if (e instanceof Truncated) return { ok: false, error: 'truncated' };
      throw e;
    }
    if (r.at !== r.bytes.length) return { ok: false, error: 'trailing' };
    if (rows.at(-1)!.tick !== header.tick) return { ok: false, error: 'tick' };
    this.#base = base;
    return { ok: true, sample: { ...header, rows } };
  }
}

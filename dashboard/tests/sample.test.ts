/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FLAG_NO_ROW, readHeader, SampleDecoder, type Sample,
} from '../src/protocol/sample.js';
import { row, schema } from './fixture.js';
import { deltaSample, keySample } from './wire.js';

const S = schema();
const id = S.id;

function decoder(): SampleDecoder {
  const d = new SampleDecoder();
  d.setSchema(S);
  return d;
}

function decoded(d: SampleDecoder, message: ArrayBuffer): Sample {
  const r = d.decode(message);
  assert.ok(r.ok, r.ok ? '' : r.error);
  return r.sample;
}

function bytes(s: Sample, n = 0): number[] {
  return [...new Uint8Array(s.rows[n]!.data.buffer)];
}

test('header fields stand where the contract puts them', () => {
  const m = keySample({
    flags: 6, rtp: 0xfffffff0, schemaId: id, sequence: 0x80000001,
    utcUs: 1795377713123456, syncErrorUs: -4200,
  }, [{ tick: -5, bytes: row(0) }]);
  assert.deepEqual(readHeader(m), {
    key: true, flags: 6, rowCount: 1, rtpTimestamp: 0xfffffff0, schemaId: id,
    sequence: 0x80000001, utcUs: 1795377713123456, tick: -5,
    syncErrorUs: -4200,
  });
});

test('a key sample gives its rows byte for byte, oldest first', () => {
  const s = decoded(decoder(), keySample({ schemaId: id }, [
    { tick: 7, offsetUs: -16667, bytes: row(7) }, { tick: 8, bytes: row(8) },
  ]));
  assert.deepEqual(s.rows.map((r) => [r.tick, r.offsetUs]),
    [[7, -16667], [8, 0]]);
  assert.deepEqual(bytes(s, 0), [...row(7)]);
  assert.deepEqual(bytes(s, 1), [...row(8)]);
});

test('500 deltas of one to three rows equal the rows', () => {
  const d = decoder();
  decoded(d, keySample({ schemaId: id }, [{ tick: 0, bytes: row(0) }]));
  let tick = 0;
  for (let sequence = 1; sequence <= 500; sequence++) {
    const base = row(tick);
    const rows = Array.from({ length: 1 + (sequence % 3) }, () => {
      tick++;
      return { tick, bytes: row(tick) };
    });
    const s = decoded(d, deltaSample({ schemaId: id, sequence }, S, base, rows));
    rows.forEach((r, i) => {
      assert.equal(s.rows[i]!.tick, r.tick);
      assert.deepEqual(bytes(s, i), [...r.bytes]);
    });
  }
});

test('rows stay as they were when later deltas come', () => {
  const d = decoder();
  const first = decoded(d,
    keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]));
  decoded(d, deltaSample({ schemaId: id, sequence: 1 }, S, row(1),
    [{ tick: 2, bytes: row(2) }]));
  assert.deepEqual(bytes(first), [...row(1)]);
});

test('a message without a row keeps the base', () => {
  const d = decoder();
  decoded(d, keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]));
  const empty = decoded(d, keySample(
    { schemaId: id, flags: FLAG_NO_ROW, sequence: 1 }, []));
  assert.equal(empty.rows.length, 0);
  const s = decoded(d, deltaSample({ schemaId: id, sequence: 2 }, S, row(1),
    [{ tick: 2, bytes: row(2) }]));
  assert.deepEqual(bytes(s), [...row(2)]);
});

function error(d: SampleDecoder, m: ArrayBuffer): string {
  const r = d.decode(m);
  return r.ok ? 'ok' : r.error;
}

test('a delta before any key is refused', () => {
  assert.equal(error(decoder(), deltaSample({ schemaId: id }, S, row(0),
    [{ tick: 1, bytes: row(1) }])), 'no-base');
});

test('after a lost message deltas are refused until the next key', () => {
  const d = decoder();
  decoded(d, keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]));
  const delta = (sequence: number): ArrayBuffer => deltaSample(
    { schemaId: id, sequence }, S, row(1), [{ tick: 2, bytes: row(2) }]);
  assert.equal(error(d, delta(2)), 'no-base');
  assert.equal(error(d, delta(3)), 'no-base');
  decoded(d, keySample({ schemaId: id, sequence: 9 },
    [{ tick: 1, bytes: row(1) }]));
  assert.equal(error(d, delta(10)), 'ok');
});

test('the sequence wraps at 2^32', () => {
  const d = decoder();
  decoded(d, keySample({ schemaId: id, sequence: 0xffffffff },
    [{ tick: 1, bytes: row(1) }]));
  assert.equal(error(d, deltaSample({ schemaId: id, sequence: 0 }, S, row(1),
    [{ tick: 2, bytes: row(2) }])), 'ok');
});

test('rows of another schema are refused', () => {
  const d = decoder();
  assert.equal(error(d, keySample({ schemaId: id + 1 },
    [{ tick: 1, bytes: row(1) }])), 'schema');
  assert.equal(error(new SampleDecoder(), keySample({ schemaId: id },
    [{ tick: 1, bytes: row(1) }])), 'schema');
});

test('a message cut off anywhere is refused and harms nothing', () => {
  const key = keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]);
  const delta = deltaSample({ schemaId: id, sequence: 1 }, S, row(1),
    [{ tick: 2, bytes: row(2) }]);
  for (const whole of [key, delta]) {
    for (let n = 0; n < whole.byteLength; n++) {
      const d = decoder();
      if (whole === delta) decoded(d, key);
      assert.notEqual(error(d, whole.slice(0, n)), 'ok', `${n} bytes`);
      assert.equal(error(d, deltaSample({ schemaId: id, sequence: 2 }, S,
        row(1), [{ tick: 2, bytes: row(2) }])), 'no-base');
    }
  }
});

test('bytes behind the rows are refused', () => {
  const m = keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]);
  const longer = new Uint8Array(m.byteLength + 1);
  longer.set(new Uint8Array(m));
  assert.equal(error(decoder(), longer.buffer), 'trailing');
});

test('a header that names another tick than the last row is refused', () => {
  const m = keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]);
  new DataView(m).setInt32(24, 2, true);
  assert.equal(error(decoder(), m), 'tick');
});

test('65,535 promised rows in a short message end at once', () => {
  const m = keySample({ schemaId: id }, [{ tick: 1, bytes: row(1) }]);
  new DataView(m).setUint16(2, 65535, true);
  assert.equal(error(decoder(), m), 'truncated');
});

test('random bytes never throw', () => {
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed >>> 16;
  };
  const d = decoder();
  for (let n = 0; n < 20000; n++) {
    const m = new Uint8Array(random() % 200).map(() => random() & 255);
    if (m.length > 12 && n % 2 === 0) {
      m[0] = 1 + (n & 1);
      new DataView(m.buffer).setUint32(8, id, true);
    }
    if (n % 97 === 0) {
      d.decode(keySample({ schemaId: id, sequence: n },
        [{ tick: 1, bytes: row(1) }]));
    }
    d.decode(m.buffer);
  }
});

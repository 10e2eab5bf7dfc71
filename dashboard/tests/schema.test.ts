/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CarReader } from '../src/protocol/car.js';
import { Schema, SchemaError } from '../src/protocol/schema.js';
import { row, schema, SCHEMA_JSON } from './fixture.js';

function read(name: string, index?: number): number {
  const field = schema().field(name);
  assert.ok(field, name);
  return field.read(new DataView(row(13).buffer), index);
}

test('reads every type at unaligned offsets', () => {
  assert.equal(read('SessionTime'), 13 / 60);
  assert.equal(read('Speed'), 56);
  assert.equal(read('Gear'), 4);
  assert.equal(read('OnPitRoad'), 1);
  assert.equal(read('Letter'), 65);
  assert.equal(read('SessionFlags'), 0x80000004);
});

test('an array over time reads its newest element, any other its first', () => {
  assert.equal(read('SteeringTorque_ST'), 13.5);
  assert.equal(read('SteeringTorque_ST', 0), 13);
  assert.equal(read('CarIdxLapDistPct'), -1);
});

test('an element outside an array is NaN', () => {
  assert.ok(Number.isNaN(read('CarIdxLapDistPct', 9)));
  assert.ok(Number.isNaN(read('CarIdxLapDistPct', -1)));
});

test('types may come as iRacing numbers', () => {
  const s = new Schema({
    ...SCHEMA_JSON,
    vars: [{ name: 'RPM', type: 4, count: 1, offset: 0 }],
  });
  assert.equal(s.variables[0]!.elementBytes, 4);
});

const variable = { name: 'X', type: 'float', count: 1, offset: 0 };
const bad: [string, unknown][] = [
  ['nothing', null],
  ['a list', []],
  ['no id', { ...SCHEMA_JSON, schema_id: undefined }],
  ['row of no bytes', { ...SCHEMA_JSON, row_bytes: 0 }],
  ['row too large', { ...SCHEMA_JSON, row_bytes: 49153 }],
  ['rate 0', { ...SCHEMA_JSON, rate_hz: 0 }],
  ['vars no list', { ...SCHEMA_JSON, vars: {} }],
  ['too many vars', { ...SCHEMA_JSON, vars: Array(4097).fill(variable) }],
  ['no name', { ...SCHEMA_JSON, vars: [{ ...variable, name: '' }] }],
  ['type 6', { ...SCHEMA_JSON, vars: [{ ...variable, type: 6 }] }],
  ['type toString', { ...SCHEMA_JSON, vars: [{ ...variable, type: 'toString' }] }],
  ['count 0', { ...SCHEMA_JSON, vars: [{ ...variable, count: 0 }] }],
  ['one byte behind', { ...SCHEMA_JSON, vars: [{ ...variable, offset: 67 }] }],
  ['negative offset', { ...SCHEMA_JSON, vars: [{ ...variable, offset: -1 }] }],
  ['half a byte', { ...SCHEMA_JSON, vars: [{ ...variable, offset: 0.5 }] }],
];
for (const [what, json] of bad) {
  test(`refuses a schema: ${what}`, () => {
    assert.throws(() => new Schema(json), SchemaError);
  });
}

test('a variable may end with the row', () => {
  new Schema({ ...SCHEMA_JSON, vars: [{ ...variable, offset: 66 }] });
});

test('a car without a variable has NaN there', () => {
  const car = new CarReader(schema()).state(13, new DataView(row(13).buffer));
  assert.equal(car.speedMps, 56);
  assert.equal(car.flags, 0x80000004);
  assert.equal(car.onPitRoad, true);
  assert.ok(Number.isNaN(car.rpm));
  assert.equal(car.absActive, false);
});

test('cars at -1 are not in the world', () => {
  const spots = new CarReader(schema()).spots(new DataView(row(500).buffer));
  assert.deepEqual(spots.map((s) => s.carIdx), [1, 2, 4, 5, 7, 8]);
  assert.ok(Math.abs(spots[0]!.lapPct - 0.501) < 1e-6);
});

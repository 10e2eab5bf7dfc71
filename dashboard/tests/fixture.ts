/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small schema with every type, and rows of it. */

import { Schema } from '../src/protocol/schema.js';

export const SCHEMA_JSON = {
  schema_id: 0xfeedbeef, sim: 'iracing', rate_hz: 60, row_bytes: 70,
  vars: [
    { name: 'SessionTime', unit: 's', type: 'double', count: 1, offset: 0 },
    { name: 'Speed', unit: 'm/s', type: 'float', count: 1, offset: 8 },
    { name: 'Gear', unit: '', type: 'int', count: 1, offset: 12 },
    { name: 'OnPitRoad', unit: '', type: 'bool', count: 1, offset: 16 },
    { name: 'Letter', unit: '', type: 'char', count: 1, offset: 17 },
    { name: 'SessionFlags', unit: '', type: 'bitfield', count: 1, offset: 18 },
    { name: 'CarIdxLapDistPct', unit: '%', type: 'float', count: 9,
      offset: 22 },
    { name: 'SteeringTorque_ST', unit: 'N*m', type: 'float', count: 2,
      count_as_time: true, offset: 58 },
    { name: 'Throttle', unit: '%', type: 'float', count: 1, offset: 66 },
  ],
};

export function schema(): Schema {
  return new Schema(SCHEMA_JSON);
}

/** A row that differs from the row of any other tick. */
export function row(tick: number): Uint8Array {
  const bytes = new Uint8Array(70);
  const d = new DataView(bytes.buffer);
  d.setFloat64(0, tick / 60, true);
  d.setFloat32(8, 50 + (tick % 7), true);
  d.setInt32(12, (tick % 8) - 1, true);
  d.setUint8(16, tick % 2);
  d.setUint8(17, 65);
  d.setUint32(18, 0x80000004, true);
  for (let i = 0; i < 9; i++) {
    d.setFloat32(22 + i * 4, i % 3 === 0 ? -1 : (tick + i) / 1000, true);
  }
  d.setFloat32(58, tick, true);
  d.setFloat32(62, tick + 0.5, true);
  d.setFloat32(66, (tick % 10) / 10, true);
  return bytes;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../src/protocol/messages.js';

test('knows every message of the contract', () => {
  assert.deepEqual(parseText('{"type":"schema","schema_id":7}'),
    { type: 'schema', schemaId: 7 });
  assert.deepEqual(parseText('{"type":"session_info","update":3}'),
    { type: 'session_info', update: 3 });
  assert.deepEqual(parseText('{"type":"track","version":2}'),
    { type: 'track', version: 2 });
  assert.deepEqual(parseText('{"type":"laps","laps":[]}'), { type: 'laps' });
  assert.deepEqual(parseText('{"type":"offline"}'), { type: 'offline' });
  assert.deepEqual(parseText('{"type":"mode","mode":"telemetry"}'),
    { type: 'mode', mode: 'telemetry' });
});

test('stats of the wrong type read as not known', () => {
  const m = parseText('{"type":"stats","video_kbps":3000,"link":[],'
    + '"fps":"fast","row_age_ms":-1,"lost_rows":4,"rejected_units":2}');
  assert.ok(m?.type === 'stats');
  assert.equal(m.stats.videoKbps, 3000);
  assert.equal(m.stats.rttMs, null);
  assert.equal(m.stats.fps, null);
  assert.equal(m.stats.rowAgeMs, null);
  assert.equal(m.stats.lostRows, 4);
  assert.equal(m.stats.rejectedUnits, 2);
});

test('what it does not know is nothing, never an error', () => {
  for (const text of ['', '{', 'null', '[]', '7', '{}', '{"type":"new"}',
    '{"type":"schema"}', '{"type":"mode","mode":"radio"}',
    `{"type":"offline","x":"${'x'.repeat(70000)}"}`]) {
    assert.equal(parseText(text), undefined, text.slice(0, 20));
  }
});

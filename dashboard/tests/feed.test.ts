/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReceiveStats } from '../src/live/receive-stats.js';
import { TelemetryFeed } from '../src/live/telemetry-feed.js';
import { FLAG_NO_ROW } from '../src/protocol/sample.js';
import { row, schema } from './fixture.js';
import { deltaSample, keySample } from './wire.js';

const S = schema();

class Bench {
  ticks: (number | null)[] = [];
  errors: string[] = [];
  asked: number[] = [];
  readonly feed = new TelemetryFeed({
    sample: (s) => this.ticks.push(s.rows.length > 0 ? s.tick : null),
    undecodable: (why) => this.errors.push(why),
    wantSchema: (id) => this.asked.push(id),
  });

  key(sequence: number): void {
    this.feed.message(keySample({ schemaId: S.id, sequence },
      [{ tick: sequence, bytes: row(sequence) }]));
  }

  delta(sequence: number): void {
    this.feed.message(deltaSample({ schemaId: S.id, sequence }, S,
      row(sequence - 1), [{ tick: sequence, bytes: row(sequence) }]));
  }

  empty(sequence: number): void {
    this.feed.message(keySample(
      { schemaId: S.id, sequence, flags: FLAG_NO_ROW }, []));
  }
}

test('messages before their schema wait, in order, and ask once', () => {
  const b = new Bench();
  b.key(1);
  b.empty(2);
  b.delta(3);
  assert.deepEqual([b.ticks, b.asked], [[], [S.id]]);
  b.feed.setSchema(S);
  assert.deepEqual(b.ticks, [1, null, 3]);
  assert.deepEqual(b.errors, []);
  b.delta(4);
  assert.deepEqual(b.ticks, [1, null, 3, 4]);
});

test('a schema that could not be had is asked for again', () => {
  const b = new Bench();
  b.key(1);
  b.feed.schemaFailed();
  b.delta(2);
  assert.deepEqual(b.asked, [S.id, S.id]);
});

test('no more than 120 messages wait', () => {
  const b = new Bench();
  for (let n = 1; n <= 130; n++) b.key(n);
  assert.equal(b.errors.length, 10);
  b.feed.setSchema(S);
  assert.equal(b.ticks.length, 120);
});

test('a new view keeps the schema and wants a key', () => {
  const b = new Bench();
  b.feed.setSchema(S);
  b.key(1);
  b.feed.reset();
  b.delta(2);
  assert.deepEqual(b.errors, ['no-base']);
  b.key(9);
  assert.deepEqual(b.ticks, [1, 9]);
});

test('another driver without telemetry is not taken for one whose is late', () => {
  const b = new Bench();
  b.feed.setSchema(S);
  b.key(1);
  b.feed.forget();
  b.empty(2);
  assert.deepEqual([b.ticks, b.asked, b.errors], [[1], [], []]);
  b.key(3);
  assert.deepEqual(b.asked, [S.id]);
});

const video = {
  type: 'inbound-rtp', kind: 'video', timestamp: 1000, bytesReceived: 0,
  framesDecoded: 0, packetsLost: 0, packetsReceived: 0, jitterBufferDelay: 0,
  jitterBufferEmittedCount: 0, totalDecodeTime: 0,
};

test('figures are those of the last interval', () => {
  const s = new ReceiveStats();
  assert.equal(s.update([video])?.bitrateKbps, null);
  const f = s.update([{ type: 'codec' }, {
    ...video, timestamp: 2000, bytesReceived: 375000, framesDecoded: 60,
    packetsLost: 2, packetsReceived: 98, jitterBufferDelay: 0.6,
    jitterBufferEmittedCount: 60, totalDecodeTime: 0.06,
  }]);
  assert.equal(f?.bitrateKbps, 3000);
  assert.equal(f?.fps, 60);
  assert.equal(f?.lossPct, 2);
  assert.ok(Math.abs(f!.jitterBufferMs! - 10) < 1e-9);
  assert.ok(Math.abs(f!.decodeMs! - 1) < 1e-9);
  assert.equal(f?.freezes, null);
});

test('without a picture there are no figures', () => {
  assert.equal(new ReceiveStats().update([{ type: 'data-channel' }]), null);
});

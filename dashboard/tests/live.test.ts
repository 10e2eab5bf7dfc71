/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, stalled } from '../src/live/backoff.js';
import { deltaS, timeAt } from '../src/live/delta.js';
import type { Composition } from '../src/live/compositor.js';
import { HealthMeter } from '../src/live/health.js';
import { History } from '../src/live/history.js';
import {
  CELLS, crc16, decodeStrip, encodeStrip, ownStrip, pictureStrip, stripHeight,
} from '../src/live/proof.js';
import { Window } from '../src/live/quantiles.js';
import { ServerClock } from '../src/live/server-clock.js';
import { ServerLink } from '../src/live/server-link.js';
import type { Inputs } from '../src/protocol/car.js';
import { holesIn } from '../src/widgets/holes.js';

test('quantiles are nearest rank over the last values', () => {
  const w = new Window(100);
  assert.deepEqual(w.quantiles(0.5, 0.99), [null, null]);
  for (let i = 1; i <= 150; i++) w.push(i);
  assert.deepEqual(w.quantiles(0, 0.5, 0.99, 1), [51, 100, 149, 150]);
});

test('back-off doubles from 250 ms to 5 s, spread by a fifth', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map((n) => backoffMs(n, 0.5)),
    [250, 500, 1000, 2000, 4000, 5000, 5000]);
  assert.equal(backoffMs(1, 0), 200);
  assert.ok(Math.abs(backoffMs(6, 1) - 6000) < 1e-9);
});

test('a silent connection is given up, a missing picture later', () => {
  const base = {
    connectedAtMs: 1000, lastMessageMs: null, lastFrameMs: null,
    wantsPicture: true, away: false,
  };
  assert.equal(stalled({ ...base, nowMs: 5000 }), null);
  assert.equal(stalled({ ...base, nowMs: 5001 }), 'silent');
  assert.equal(stalled({ ...base, nowMs: 5001, lastFrameMs: 2000 }), null);
  assert.equal(stalled({ ...base, nowMs: 16001, lastMessageMs: 16000 }),
    'no-picture');
  assert.equal(stalled({
    ...base, nowMs: 99000, lastMessageMs: 98000, wantsPicture: false,
  }), null);
  assert.equal(stalled({ ...base, nowMs: 99000, away: true }), null);
});

test('a server that nothing comes from is lost, soon, and until it speaks', () => {
  const link = new ServerLink(1000);
  link.heard(null);
  assert.equal(link.doubtful(1500), false);
  assert.equal(link.doubtful(1501), true);
  assert.equal(link.lostMs(2250), null);
  assert.equal(link.lostMs(2251), 1251);
  link.heard(900);
  assert.equal(link.lostMs(4000), 3000);
  link.heard(4000);
  assert.equal(link.lostMs(4100), null);
});

const trace = { lap: 3, pct: [0, 0.5, 1], timeS: [0, 40, 90] };

test('the reference is linear between points and null outside', () => {
  assert.equal(timeAt(trace, 0.25), 20);
  assert.equal(timeAt(trace, 0.5), 40);
  assert.equal(timeAt(trace, 1), 90);
  assert.equal(timeAt(trace, 1.01), null);
  assert.equal(timeAt(trace, NaN), null);
  assert.equal(timeAt({ ...trace, pct: [0.1, 0.5, 1] }, 0.05), null);
});

test('delta is positive behind the reference', () => {
  assert.equal(deltaS(trace, 0.25, 20.5), 0.5);
  assert.equal(deltaS(trace, 0.25, NaN), null);
  assert.equal(deltaS(null, 0.25, 20), null);
});

test('a frame is as long as the steps of samples, shown or not', () => {
  const meter = new HealthMeter();
  const shown = { lock: 'exact', heldMs: 2, syncErrorUs: -5000, displayMs: 70,
    sample: { utcUs: 1_000_000 } } as unknown as Composition;
  for (let n = 0; n < 40; n++) {
    /* Every tenth frame is missing, every fourth is shown. */
    if (n % 10 !== 9) meter.sampled((n * 3000) >>> 0);
    if (n % 4 === 0) meter.composed(shown, n * 33 + 1, 1_050_000);
  }
  const counters = {} as Parameters<HealthMeter['figures']>[1];
  const f = meter.figures(1321, counters, 0.5, 0);
  assert.deepEqual(f.syncErrorMs, { p50: 5, p99: 5 });
  assert.ok(Math.abs(f.syncErrorFrames.p99! - 0.15) < 1e-9);
  assert.equal(f.telemetryAgeMs.p50, 50);
  assert.ok(Math.abs(f.composedFps! - 1000 / 146.67) < 0.1);
  meter.reset();
  assert.equal(meter.figures(0, counters, null, 0).syncErrorMs.p50, null);
});

test('the clock takes the exchange with the shortest trip', () => {
  const c = new ServerClock();
  assert.equal(c.utcUs(0), null);
  c.add(0, 100, 1_000_000_000);
  assert.equal(c.utcUs(50), 1_000_000_000);
  c.add(200, 202, 1_000_100_000);
  assert.equal(c.utcUs(201), 1_000_100_000);
  assert.equal(c.errorMs, 1);
  c.add(300, 390, 5);
  assert.equal(c.utcUs(201), 1_000_100_000);
});

function inputs(tick: number): Inputs {
  return {
    tick, timeS: tick / 60, speedMps: 10, rpm: NaN, gear: 3, throttle: 0.5,
    brake: 0, clutch: 1, steeringRad: Math.PI,
  };
}

test('a history converts units and leaves what is not known empty', () => {
  const h = new History(100);
  h.push(inputs(60), false);
  assert.deepEqual(h.columns, {
    timeS: [1], speedKmh: [36], rpm: [null], gear: [3], throttlePct: [50],
    brakePct: [0], steeringDeg: [180],
  });
});

test('a missing row breaks every line', () => {
  const h = new History(100);
  for (const tick of [1, 2, 3, 5, 6]) h.push(inputs(tick), false);
  assert.equal(h.gaps, 1);
  assert.deepEqual(h.columns.gear, [3, 3, 3, null, 3, 3]);
  assert.ok(h.columns.timeS.every((t, i, all) => i === 0 || t > all[i - 1]!));
});

test('what is missing is a hole from the row before to the row behind', () => {
  const h = new History(100);
  for (const tick of [60, 61, 300, 301, 302]) h.push(inputs(tick), false);
  const { timeS, speedKmh, rpm } = h.columns;
  assert.deepEqual(holesIn(timeS, [speedKmh, rpm], 0), [[61 / 60, 5]]);
  /* Also while its beginning is out of sight; not once all of it is. */
  assert.deepEqual(holesIn(timeS, [speedKmh, rpm], 4), [[61 / 60, 5]]);
  assert.deepEqual(holesIn(timeS, [speedKmh, rpm], 301 / 60), []);
});

test('a discontinuity breaks the line even in step', () => {
  const h = new History(100);
  h.push(inputs(1), true);
  h.push(inputs(2), true);
  assert.equal(h.gaps, 1);
});

test('half rate is no gap, a hole in it is', () => {
  const h = new History(100);
  for (const tick of [0, 2, 4, 6, 10]) h.push(inputs(tick), false);
  assert.equal(h.gaps, 1);
});

test('a row that comes twice is one row, a step back is a new run', () => {
  const h = new History(100);
  for (const tick of [10, 11, 11, 12]) h.push(inputs(tick), false);
  assert.equal(h.columns.timeS.length, 3);
  h.push(inputs(2), false);
  assert.deepEqual(h.columns.timeS, [2 / 60]);
});

test('a history does not grow without end', () => {
  const h = new History(50);
  for (let tick = 0; tick < 1000; tick++) h.push(inputs(tick), false);
  assert.ok(h.columns.timeS.length <= 100);
  assert.ok(h.columns.timeS.length >= 50);
  assert.equal(h.columns.timeS.at(-1), 999 / 60);
  assert.equal(h.columns.gear.length, h.columns.timeS.length);
});

test('CRC-16/CCITT-FALSE of 0 and of a known word', () => {
  /* The catalogue's check value is over "123456789"; these two follow from
   * the same polynomial over four bytes. */
  assert.equal(crc16(0), 0x84c0);
  assert.equal(crc16(0x31323334), 0x5349);
});

test('the strip carries any tick', () => {
  for (const tick of [0, 1, 1234567, 0x7fffffff, -1]) {
    const cells = encodeStrip(tick);
    assert.equal(cells.length, CELLS);
    assert.equal(decodeStrip(cells), tick);
    for (let i = 0; i < CELLS; i++) {
      const wrong = [...cells];
      wrong[i] = 1 - wrong[i]!;
      assert.equal(decodeStrip(wrong), null);
    }
  }
});

test('strips lie at the foot of the picture, scaled with it', () => {
  assert.equal(stripHeight(640), 8);
  assert.equal(stripHeight(1920), 24);
  const into = { x: 10, y: 20, width: 320, height: 180 };
  assert.deepEqual(pictureStrip(into, 640),
    { x: 10, y: 196, width: 320, height: 4 });
  assert.deepEqual(ownStrip(into, 640),
    { x: 10, y: 192, width: 320, height: 4 });
});

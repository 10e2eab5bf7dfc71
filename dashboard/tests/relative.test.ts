/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relatives } from '../src/live/relative.js';
import { parseDriver } from '../src/protocol/model.js';

const trace = { lap: 3, pct: [0, 0.5, 1], timeS: [0, 40, 90] };
const byTrace = { reference: trace, estLapS: null };
const byEstimate = { reference: null, estLapS: 100 };
const spot = (carIdx: number, lapPct: number, lap = 5, estS = lapPct * 100) =>
  ({ carIdx, lapPct, lap, estS });

test('cars stand from front to back, over the line as well', () => {
  const spots = [spot(1, 0.95), spot(2, 0.05, 6), spot(3, 0.99), spot(4, 0.9)];
  const near = relatives(spots, 3, byEstimate, 4);
  assert.deepEqual(near.map((r) => r.spot.carIdx), [2, 3, 1, 4]);
  assert.deepEqual(near.map((r) => Math.round(r.gapS! * 10) / 10),
    [6, 0, -4, -9]);
  assert.deepEqual(near.map((r) => r.laps), [0, 0, 0, 0]);
  assert.deepEqual(relatives(spots, 3, byEstimate, 1).map((r) => r.spot.carIdx),
    [2, 3, 1]);
  assert.deepEqual(relatives(spots, 9, byEstimate, 4), []);
});

test('the best lap gives the gap, slow where the track is slow', () => {
  const spots = [spot(1, 0.25), spot(2, 0.5), spot(3, 0.75), spot(4, 0.95)];
  const gaps = relatives(spots, 2, byTrace, 4)
    .map((r) => [r.spot.carIdx, r.gapS]);
  assert.deepEqual(gaps, [[4, 45], [3, 25], [2, 0], [1, -20]]);
  const wrapped = relatives([spot(1, 0.1), spot(2, 0.9)], 2, byTrace, 4);
  assert.ok(Math.abs(wrapped[0]!.gapS! - (90 - 80 + 8)) < 1e-9);
});

test('laps in front and behind are whole laps on the road', () => {
  const spots = [spot(1, 0.5, 5), spot(2, 0.4, 6), spot(3, 0.6, 4),
    spot(4, 0.99, 4), spot(5, 0.55, NaN)];
  const laps = new Map(relatives(spots, 1, byEstimate, 9)
    .map((r) => [r.spot.carIdx, r.laps]));
  assert.equal(laps.get(2), 1);
  assert.equal(laps.get(3), -1);
  /* Half a lap in front on the road is half a lap behind in the race. */
  assert.equal(laps.get(4), -1);
  assert.equal(laps.get(5), 0);
});

test('without a pace the gap is not known, with a wrong estimate it is', () => {
  const spots = [spot(1, 0.5), spot(2, 0.52)];
  const unknown = { reference: null, estLapS: null };
  assert.equal(relatives(spots, 1, unknown, 4)[0]!.gapS, null);
  const wrong = [spot(1, 0.5), spot(2, 0.52, 5, 3)];
  assert.ok(Math.abs(relatives(wrong, 1, byEstimate, 4)[0]!.gapS! - 2) < 1e-9);
});

test('who is in front is not behind by the estimate of a slower class', () => {
  const spots = [spot(1, 0.5), spot(2, 0.51, 5, 48), spot(3, 0.49, 5, 52)];
  const near = relatives(spots, 1, byEstimate, 4);
  assert.deepEqual(near.map((r) => [r.spot.carIdx, Math.round(r.gapS!)]),
    [[2, 1], [1, 0], [3, -1]]);
});

test('a driver list without race, and with the zeros of a first lap', () => {
  assert.equal(parseDriver({ id: 'a', race: null })!.race, null);
  assert.equal(parseDriver({ id: 'a' })!.race, null);
  assert.equal(parseDriver({ id: 'a', telemetry: { thinned: null } })!.thinned,
    null);
  assert.deepEqual(parseDriver({ id: 'a', telemetry: {
    thinned: { fields: 27, of: 333, rate_hz: 10 } } })!.thinned,
  { fields: 27, of: 333, rateHz: 10 });
  assert.deepEqual(parseDriver({
    id: 'a', race: { lap: 1, lap_last_s: -1, lap_best_s: 0, position: 4,
      on_pit_road: true },
  })!.race, {
    lap: 1, lastLapS: null, bestLapS: null, position: 4, classPosition: null,
    onPitRoad: true,
  });
});

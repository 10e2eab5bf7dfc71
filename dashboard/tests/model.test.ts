/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseDrivers, parseLaps, parseSessionInfo, parseTrace, parseTrack,
} from '../src/protocol/model.js';
import { Http, HttpError } from '../src/protocol/http.js';
import { RestClient } from '../src/protocol/rest.js';
import { alarmRemark } from '../src/widgets/alarms.js';

test('a driver without a field shows the field as not known', () => {
  const [d] = parseDrivers({ drivers: [{ id: 'a7', state: 'live' }, {}, 3] });
  assert.equal(d!.name, 'a7');
  assert.equal(d!.state, 'live');
  assert.equal(d!.mode, 'video');
  assert.equal(d!.video, null);
  assert.equal(d!.link.rttMs, null);
});

test('an answer of another shape has no drivers', () => {
  assert.deepEqual(parseDrivers('no'), []);
  assert.deepEqual(parseDrivers({ drivers: 3 }), []);
});

test('the best lap may be a number or a lap', () => {
  assert.equal(parseLaps({ laps: [], best_lap: 4 }).bestLap, 4);
  assert.equal(parseLaps({ laps: [], best_lap: { lap: 5 } }).bestLap, 5);
  assert.equal(parseLaps({ laps: [], best_lap: null }).bestLap, null);
});

test('a trace that does not rise is no trace', () => {
  assert.ok(parseTrace({ lap: 1, pct: [0, 0.5, 1], time_s: [0, 30, 61] }));
  assert.equal(parseTrace({ pct: [0, 0.5, 0.5], time_s: [0, 1, 2] }), null);
  assert.equal(parseTrace({ pct: [0, 1], time_s: [0] }), null);
  assert.equal(parseTrace({ pct: [0], time_s: [0] }), null);
  assert.equal(parseTrace(null), null);
});

test('track points come sorted and whole', () => {
  const t = parseTrack({ track: 'Ring', complete: true, version: 2, points: [
    { pct: 0.5, x_m: 1, y_m: 2 }, { pct: 0, x_m: 0, y_m: 0 }, { pct: 0.7 }] });
  assert.deepEqual(t.points.map((p) => p.pct), [0, 0.5]);
});

test('session info: names, colours, sectors, sessions by number', () => {
  const info = parseSessionInfo({
    update: 4, player_car_idx: 1,
    track: { name: 'Ring', config: 'Short', sectors_pct: [0, 0.3, 'x'] },
    sessions: [{ num: 0, type: 'Practice' }, { num: 2, type: 'Race' }],
    drivers: [
      { car_idx: 0, class_color: '#ffda59', is_pace_car: true },
      { car_idx: 1, class_color: null, name: 'A' }, { name: 'no index' }],
  });
  assert.equal(info.trackName, 'Ring Short');
  assert.equal(info.sessionNames.get(2), 'Race');
  assert.deepEqual(info.sectorsPct, [0, 0.3]);
  assert.deepEqual([...info.cars.values()].map((c) => c.classColor),
    [0xffda59, null]);
  assert.equal(info.cars.get(0)!.isPaceCar, true);
  assert.equal(parseSessionInfo(null).trackName, '');
});

test('an error answer becomes its words', async () => {
  const answers = (body: string): RestClient =>
    new RestClient(new Http('/api/v1', () =>
      Promise.resolve(new Response(body, { status: 404 }))));
  const rest = answers(
    '{"type":"about:blank","title":"Not Found","status":404,'
    + '"detail":"no driver x","code":"unknown_driver"}');
  await assert.rejects(rest.laps('x'), (e) => e instanceof HttpError
    && e.status === 404 && e.code === 'unknown_driver'
    && e.message === 'no driver x');
  await assert.rejects(answers('{"title":"Not Found","status":404}').laps('x'),
    (e) => e instanceof HttpError && e.code === '' && e.message === 'Not Found');
  await assert.rejects(answers('<h1>proxy</h1>').laps('x'),
    (e) => e instanceof HttpError && e.message === '404');
});

test('a driver id is escaped in the path', async () => {
  let asked = '';
  const rest = new RestClient(new Http('/api/v1', (input) => {
    asked = String(input);
    return Promise.resolve(new Response('{"laps":[]}'));
  }));
  await rest.laps('a/b ?');
  assert.equal(asked, '/api/v1/drivers/a%2Fb%20%3F/laps');
});

test('what is wrong with a stream, the worst first', () => {
  const [d] = parseDrivers({ drivers: [{ id: 'a7', health: {
    level: 'bad', key_interval_s: 2, jitter_ms: 0.5, late_pictures: 3,
    b_frames: null, clock_error_ms: -40,
    alarms: [{ code: 'loss', level: 'bad', text: '9 % lost', since_utc_ms: 5 },
      { code: 'b_frames', level: 'odd', text: 'B-frames' }, { text: 'none' }, 3],
  } }] });
  assert.equal(d!.health!.clockErrorMs, -40);
  assert.equal(d!.health!.bFrames, null);
  assert.deepEqual(d!.health!.alarms.map((a) => [a.code, a.level]),
    [['loss', 'bad'], ['b_frames', 'warn']]);
  assert.equal(parseDrivers({ drivers: [{ id: 'a7' }] })[0]!.health, null);
});

test('alarms in a word: the worst, and how many more', () => {
  const alarm = (code: string) =>
    ({ code, level: 'warn' as const, text: code, sinceUtcMs: 0 });
  assert.equal(alarmRemark([]), '');
  assert.equal(alarmRemark([alarm('b_frames')]), 'B-frames');
  assert.equal(alarmRemark([alarm('loss'), alarm('clock'), alarm('jitter')]),
    'packets lost + 2');
  assert.equal(alarmRemark([alarm('new_to_us')]), 'new to us');
});

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, stalled } from '../src/live/backoff.js';
import { deltaS, timeAt } from '../src/live/delta.js';
import type { Composition } from '../src/live/compositor.js';
import { HealthMeter } from '../src/live/health.js';
import { FollowedRows, spanOf } from '../src/live/followed.js';
import {
  History, type FollowedRow, type Hole,
} from '../src/live/history.js';
import {
  CELLS, crc16, decodeStrip, encodeStrip, ownStrip, pictureStrip, stripHeight,
} from '../src/live/proof.js';
import { Window } from '../src/live/quantiles.js';
import { ServerClock } from '../src/live/server-clock.js';
import { ServerLink } from '../src/live/server-link.js';
import { offersH264 } from '../src/live/whep.js';
import type { Inputs } from '../src/protocol/car.js';
import { parseRows } from '../src/protocol/rows.js';
import { followedIn, holesIn } from '../src/widgets/holes.js';

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
    timeS: [1], kind: ['live'], speedKmh: [36], rpm: [null], gear: [3],
    throttlePct: [50], brakePct: [0], steeringDeg: [180],
    followed: { speedKmh: [], rpm: [], gear: [], throttlePct: [], brakePct: [],
      steeringDeg: [] },
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
  const { timeS, kind } = h.columns;
  assert.deepEqual(holesIn(timeS, kind, 0), [[61 / 60, 5]]);
  /* Also while its beginning is out of sight; not once all of it is. */
  assert.deepEqual(holesIn(timeS, kind, 4), [[61 / 60, 5]]);
  assert.deepEqual(holesIn(timeS, kind, 301 / 60), []);
});

/* Rows of these ticks; the first of a list of its own follows on nothing. */
function followed(...stretches: number[][]): FollowedRow[] {
  return stretches.flatMap((ticks) => ticks.map((tick, i) =>
    ({ inputs: inputs(tick), begins: i === 0 })));
}

/* 100 s after the tick 0 of it. */
function utcMs(tick: number): number {
  return 100000 + (tick * 1000) / 60;
}

function withHole(capacity = 100): History {
  const h = new History(capacity);
  for (const tick of [58, 59, 60, 70, 71]) {
    h.push(inputs(tick), false, utcMs(tick));
  }
  return h;
}

test('rows that followed stand where they were missing, in lines of their own',
  () => {
    const h = withHole();
    assert.equal(h.holes(0).length, 1);
    h.fill(followed([61, 62, 63, 64, 65, 66, 67, 68, 69]));
    const { columns: c } = h;
    assert.deepEqual(c.kind, ['live', 'live', 'live',
      ...Array<string>(9).fill('followed'), 'live', 'live']);
    assert.deepEqual(c.gear, [3, 3, 3, ...Array<null>(9).fill(null), 3, 3]);
    assert.deepEqual(c.followed.gear,
      [null, null, null, ...Array<number>(9).fill(3), null, null]);
    assert.ok(c.timeS.every((t, i, all) => i === 0 || t > all[i - 1]!));
    assert.deepEqual(holesIn(c.timeS, c.kind, 0), []);
    assert.deepEqual(followedIn(c.timeS, c.kind, 0), [[61 / 60, 69 / 60]]);
    /* Nothing more is asked for, and live goes on beside it. */
    assert.equal(h.holes(0).length, 0);
    h.push(inputs(72), false);
    assert.equal(c.followed.gear.length, c.timeS.length);
    assert.equal(c.kind.length, c.timeS.length);
    assert.equal(c.followed.gear.at(-1), null);
  });

test('no line crosses what is still missing when some of it has followed',
  () => {
    const h = withHole();
    h.fill(followed([61, 62], [65, 66]));
    const { columns: c } = h;
    const kinds = (): string => c.kind.map((k) => k[0]).join('');
    assert.equal(kinds(), 'lllffmffmll');
    assert.deepEqual(holesIn(c.timeS, c.kind, 0),
      [[62 / 60, 65 / 60], [66 / 60, 70 / 60]]);
    assert.ok(c.kind.every((k, i) => k !== 'missing'
      || (c.rpm[i] === null && c.followed.gear[i] === null)));
    assert.equal(h.holes(0).length, 1);
    assert.equal(h.holes(66.5 / 60).length, 1);
    assert.equal(h.holes(71 / 60).length, 0);
    /* What comes next says all of it again. */
    h.fill(followed([63, 64, 65, 66, 67, 68, 69]));
    assert.equal(kinds(), 'lllmfffffffll');
    h.fill(followed([61, 62, 63, 64, 65, 66, 67, 68, 69]));
    assert.equal(kinds(), 'lllfffffffffll');
    assert.equal(h.holes(0).length, 0);
  });

test('rows of other times, or none, change nothing', () => {
  const h = withHole();
  const before = structuredClone(h.columns);
  for (const rows of [[], followed([10, 11]), followed([60, 70, 71, 500])]) {
    h.fill(rows);
    assert.deepEqual(h.columns, before);
  }
});

test('what is out of sight is no hole any more, and its rows are let go', () => {
  const h = withHole(20);
  h.fill(followed([61, 62, 63]));
  for (let tick = 72; tick < 140; tick++) h.push(inputs(tick), false);
  assert.equal(h.holes(0).length, 0);
  assert.equal(h.columns.followed.gear.length, 0);
  assert.equal(h.columns.kind.length, h.columns.timeS.length);
});

test('a row without a time on the PC is asked for by nobody', () => {
  const h = new History(100);
  for (const tick of [1, 2, 9]) h.push(inputs(tick), false);
  assert.equal(h.gaps, 1);
  assert.equal(h.holes(0).length, 0);
});

test('what is asked for is the time of the holes that is on show', () => {
  const hole = (after: number, before: number): Hole => ({
    afterTick: after * 60, beforeTick: before * 60, afterS: after,
    beforeS: before, fromUtcMs: after * 1000 + 0.5, toUtcMs: before * 1000 + 0.5,
  });
  assert.equal(spanOf([], 0), null);
  assert.deepEqual(spanOf([hole(10, 12), hole(20, 25)], 0),
    { fromUtcMs: 10000, toUtcMs: 25001 });
  /* Ten minutes were out, a minute is on show. */
  assert.deepEqual(spanOf([hole(10, 610)], 550),
    { fromUtcMs: 549000, toUtcMs: 610001 });
  assert.deepEqual(spanOf([hole(10, 2000)], 0),
    { fromUtcMs: 1410000, toUtcMs: 2000001 });
});

test('rows are looked for while some are missing, and less often in vain',
  async () => {
    const h = withHole();
    const asked: number[] = [];
    let answer: () => FollowedRow[] = () => [];
    const rows = new FollowedRows(h, async () => {
      asked.push(now);
      return answer();
    });
    let now = 0;
    const until = async (end: number): Promise<void> => {
      for (; now < end; now += 1000) await rows.look(now, 0);
    };
    await until(7000);
    assert.deepEqual(asked.splice(0), [0, 2000, 4000, 6000]);
    answer = () => { throw new Error('403'); };
    await until(60000);
    assert.deepEqual(asked.splice(0), [8000, 12000, 20000, 36000]);
    rows.again();
    await until(68000);
    assert.deepEqual(asked.splice(0), [60000, 64000]);
    answer = () => followed([61, 62, 63, 64, 65, 66, 67, 68, 69]);
    await until(200000);
    assert.deepEqual(asked, [72000]);
    assert.equal(h.holes(0).length, 0);
  });

test('rows of an answer that makes no sense are left out', () => {
  const fields = ['Speed', 'Gear'];
  const good = { state: 'backfilled', follows: false, utc_ms: [1, 2],
    tick: [5, 6], values: [[1, null], [2, 'x']] };
  assert.deepEqual(
    parseRows({ fields, stretches: [good], next_utc_ms: 7 }, fields), {
      stretches: [{ backfilled: true, follows: false, tick: [5, 6],
        values: [[1, null], [2, null]] }],
      nextUtcMs: 7,
    });
  for (const bad of [null, 3, {}, { ...good, tick: [6, 5] },
    { ...good, tick: [5] }, { ...good, tick: [] }, { ...good, tick: [5, 'x'] },
    { ...good, values: [[1, 2]] }, { ...good, values: [[1, 2], [3]] },
    { ...good, values: 'x' }]) {
    assert.deepEqual(parseRows({ fields, stretches: [bad] }, fields).stretches,
      []);
  }
  assert.deepEqual(parseRows({ fields: ['Gear', 'Speed'], stretches: [good] },
    fields).stretches, []);
  assert.deepEqual(parseRows(null, fields), { stretches: [], nextUtcMs: null });
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

test('a lower rate is four gaps at most, and the full one none again', () => {
  const h = new History(200);
  let tick = 0;
  for (let i = 0; i < 60; i++) h.push(inputs(tick += 1), false);
  for (let i = 0; i < 20; i++) h.push(inputs(tick += 6), false);
  assert.equal(h.gaps, 4);
  for (let i = 0; i < 20; i++) h.push(inputs(tick += 1), false);
  assert.equal(h.gaps, 4);
  h.push(inputs(tick += 2), false);
  assert.equal(h.gaps, 5);
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

test('what can be decoded is what is offered', () => {
  const line = 'm=video 9 UDP/TLS/RTP/SAVPF 126\r\n';
  assert.ok(offersH264(`${line}a=rtpmap:126 H264/90000\r\n`));
  assert.ok(!offersH264('m=video 9 UDP/TLS/RTP/SAVPF\r\na=recvonly\r\n'));
  assert.ok(!offersH264(`${line}a=rtpmap:126 H265/90000\r\n`));
});

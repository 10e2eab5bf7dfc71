/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FrameGate, HOLD_MS, isStale, START_HOLD_MS, type Verdict,
} from '../src/live/frame-gate.js';
import { FrameStamper } from '../src/live/frame-stamp.js';
import { SampleStore } from '../src/live/sample-store.js';
import {
  FLAG_NO_ROW, FLAG_OLDER_ROW, type Sample,
} from '../src/protocol/sample.js';

const FRAME = 1500;

function sample(rtpTimestamp: number, tick: number, flags = 0): Sample {
  const empty = new DataView(new ArrayBuffer(0));
  return {
    key: true, flags, rowCount: 1, rtpTimestamp: rtpTimestamp >>> 0,
    schemaId: 1, sequence: tick, utcUs: 0, tick, syncErrorUs: 0,
    rows: flags & FLAG_NO_ROW ? [] : [{ tick, offsetUs: 0, data: empty }],
  };
}

class Bench {
  now = 0;
  readonly store = new SampleStore();
  readonly shown: [number, Verdict][] = [];
  readonly discarded: number[] = [];
  readonly gate = new FrameGate<number>({
    store: this.store,
    now: () => this.now,
    show: (frame, verdict) => this.shown.push([frame, verdict]),
    discard: (frame) => this.discarded.push(frame),
  });

  sample(n: number, flags = 0): void {
    this.store.push(sample(n * FRAME, n, flags));
    this.gate.flush();
  }

  frame(n: number): void {
    this.gate.push(n, (n * FRAME) >>> 0);
  }

  get last(): [number, string, number | undefined] {
    const [frame, v] = this.shown.at(-1)!;
    return [frame, v.lock, v.sample?.tick];
  }
}

test('a frame with its sample here is shown at once', () => {
  const b = new Bench();
  b.sample(1);
  b.frame(1);
  assert.deepEqual(b.last, [1, 'exact', 1]);
  assert.equal(b.gate.counters.held, 0);
  assert.deepEqual(b.discarded, [1]);
});

test('a frame waits for its sample and for no other', () => {
  const b = new Bench();
  b.sample(1);
  b.frame(2);
  assert.equal(b.shown.length, 0);
  assert.equal(b.gate.deadline(), HOLD_MS);
  b.now = 7;
  b.sample(2);
  assert.deepEqual(b.last, [2, 'exact', 2]);
  assert.equal(b.shown[0]![1].heldMs, 7);
  assert.equal(b.gate.counters.held, 1);
  assert.equal(b.gate.deadline(), undefined);
});

test('after the hold time the frame is shown without telemetry', () => {
  const b = new Bench();
  b.sample(1);
  b.frame(2);
  b.now = HOLD_MS - 1;
  b.gate.flush();
  assert.equal(b.shown.length, 0);
  b.now = HOLD_MS;
  b.gate.flush();
  assert.deepEqual(b.last, [2, 'timeout', undefined]);
  assert.equal(b.gate.counters.timeouts, 1);
});

test('a new view waits for its first sample', () => {
  const b = new Bench();
  b.frame(1);
  b.now = HOLD_MS + 1;
  b.frame(2);
  assert.equal(b.shown.length, 0);
  assert.equal(b.gate.deadline(), START_HOLD_MS);
  b.sample(1);
  b.sample(2);
  assert.deepEqual(b.last, [2, 'exact', 2]);
  assert.equal(b.gate.counters.bare, 0);
});

test('a view whose samples never come shows the picture all the same', () => {
  const b = new Bench();
  b.frame(1);
  b.now = START_HOLD_MS;
  b.gate.flush();
  assert.deepEqual(b.last, [1, 'bare', undefined]);
  b.frame(2);
  assert.deepEqual(b.last, [2, 'bare', undefined]);
});

test('frames from before the first sample are not shown', () => {
  const b = new Bench();
  b.frame(1);
  b.sample(3);
  b.frame(2);
  assert.equal(b.shown.length, 0);
  assert.deepEqual(b.discarded, [1, 2]);
  assert.equal(b.gate.counters.dropped, 2);
  b.frame(3);
  assert.deepEqual(b.last, [3, 'exact', 3]);
});

test('with a later sample here a missing one is not waited for', () => {
  const b = new Bench();
  b.sample(1);
  b.sample(3);
  b.frame(2);
  assert.deepEqual(b.last, [2, 'bare', undefined]);
});

test('the server says that a frame has no row', () => {
  const b = new Bench();
  b.sample(1, FLAG_NO_ROW);
  b.frame(1);
  assert.deepEqual(b.last, [1, 'bare', undefined]);
});

/* As measured on a loaded sender: rows went out alone while its pictures were
 * late, and of these the server then said that it had no row. */
test('a late picture has the row that went ahead of it', () => {
  const b = new Bench();
  for (const n of [1, 2, 3, 4, 5]) b.sample(n);
  b.sample(3, FLAG_NO_ROW);
  b.frame(3);
  assert.deepEqual(b.last, [3, 'exact', 3]);
  b.sample(4, FLAG_NO_ROW);
  b.frame(4);
  assert.deepEqual(b.last, [4, 'exact', 4]);
  b.sample(6);
  b.frame(6);
  assert.deepEqual(b.last, [6, 'exact', 6]);
  assert.equal(b.gate.counters.bare, 0);
});

test('an older row is shown as such', () => {
  const b = new Bench();
  b.sample(1, FLAG_OLDER_ROW);
  b.frame(1);
  assert.deepEqual(b.last, [1, 'older', 1]);
  assert.equal(b.gate.counters.exact, 0);
});

test('of frames that become ready together the newest is shown', () => {
  const b = new Bench();
  b.sample(1);
  b.frame(2);
  b.frame(3);
  b.store.push(sample(2 * FRAME, 2));
  b.store.push(sample(3 * FRAME, 3));
  b.gate.flush();
  assert.deepEqual(b.last, [3, 'exact', 3]);
  assert.equal(b.shown.length, 1);
  assert.equal(b.gate.counters.dropped, 1);
  assert.deepEqual(b.discarded, [2, 3]);
});

test('no more than four frames are held', () => {
  const b = new Bench();
  b.sample(1);
  for (let n = 2; n <= 6; n++) b.frame(n);
  assert.deepEqual(b.discarded, [2]);
  b.gate.clear();
  assert.deepEqual(b.discarded, [2, 3, 4, 5, 6]);
});

test('half a frame away is another frame', () => {
  const b = new Bench();
  b.sample(0);
  b.store.push(sample(FRAME - 91, 1));
  b.store.push(sample(FRAME + 91, 2));
  b.frame(1);
  assert.deepEqual(b.last, [1, 'bare', undefined]);
});

test('rounding is forgiven, and the nearest wins', () => {
  const b = new Bench();
  b.store.push(sample(FRAME - 3, 1));
  b.store.push(sample(FRAME + 1, 2));
  b.frame(1);
  assert.deepEqual(b.last, [1, 'exact', 2]);
  assert.ok(Math.abs(b.shown[0]![1].syncErrorUs! - 1e6 / 90000) < 1e-6);
});

test('time stamps wrap', () => {
  const b = new Bench();
  b.store.push(sample(-FRAME, 1));
  b.store.push(sample(0, 2));
  b.gate.push(1, 2 ** 32 - FRAME);
  assert.deepEqual(b.last, [1, 'exact', 1]);
  b.gate.push(2, FRAME);
  assert.equal(b.shown.length, 1);
  b.store.push(sample(FRAME, 3));
  b.gate.flush();
  assert.deepEqual(b.last, [2, 'exact', 3]);
});

test('a new stream forgets the old one', () => {
  const b = new Bench();
  b.sample(1000);
  b.sample(5);
  assert.equal(b.store.size, 1);
  b.frame(1000);
  assert.deepEqual(b.last, [1000, 'bare', undefined]);
});

test('without a time stamp the newest row is drawn and called unlocked', () => {
  const b = new Bench();
  b.sample(1);
  b.gate.push(9, null);
  assert.deepEqual(b.last, [9, 'unlocked', 1]);
  b.gate.push(10, null);
  assert.equal(b.shown.length, 2);
});

test("a frame's own time stamp counts, never the callback's beside it", () => {
  const stamper = new FrameStamper();
  assert.deepEqual(stamper.stamp(7, 8), { kind: 'own', rtpTimestamp: 7 });
  for (let n = 0; n < 50; n++) {
    assert.equal(stamper.stamp(undefined, 8).kind, 'foreign');
  }
});

test('a browser that tells only the callback is believed after a while', () => {
  const stamper = new FrameStamper();
  for (let n = 0; n < 20; n++) {
    assert.equal(stamper.stamp(undefined, n).kind, 'foreign');
  }
  assert.deepEqual(stamper.stamp(undefined, 21),
    { kind: 'callback', rtpTimestamp: 21 });
  assert.equal(stamper.stamp(undefined, undefined).kind, 'none');
  assert.equal(stamper.stamp(0, 21).kind, 'own');
  assert.equal(stamper.stamp(undefined, 22).kind, 'foreign');
});

test('a frame that the browser gives again is not shown again', () => {
  const b = new Bench();
  b.sample(1);
  b.frame(1);
  b.frame(1);
  assert.equal(b.gate.counters.shown, 1);
  assert.equal(b.gate.counters.repeated, 1);
  assert.deepEqual(b.discarded, [1, 1]);
});

test('the store keeps the last 600 samples', () => {
  const b = new Bench();
  for (let n = 1; n <= 700; n++) b.sample(n);
  assert.equal(b.store.size, 600);
});

test('a captured picture has the row before it, which is not stale', () => {
  assert.ok(!isStale({ lock: 'exact', syncErrorUs: 0 }));
  assert.ok(!isStale({ lock: 'older', syncErrorUs: -16_000 }));
  assert.ok(isStale({ lock: 'older', syncErrorUs: -60_000 }));
  assert.ok(isStale({ lock: 'older', syncErrorUs: null }));
  assert.ok(!isStale({ lock: 'unlocked', syncErrorUs: null }));
});

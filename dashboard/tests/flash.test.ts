/* SPDX-License-Identifier: LGPL-2.1-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  flashModules, MODULES, readFlash, ROWS, type Picture,
} from '../src/live/flash-code.js';
import { FlashHunt, type FlashAnswer } from '../src/live/flash-hunt.js';
import { ahead, FlashSearch, SEEN_WITHIN_MS } from '../src/live/flash-search.js';

/* As tests/unit/test-flash.c has them. */
const CODES: readonly (readonly [number, string])[] = [
  [0, '  # ### #                 ## # ### # ### #  '],
  [1, '  # ### #                ### #     # ### #  '],
  [46255, '  # ### # # ## #  # # #####   #    # ### #  '],
  [65535, '  # ### # ####################  ## # ### #  '],
];

/** Repeatable, 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** One value a pixel. */
interface Grey { width: number; height: number; data: Float64Array }

function grey(
  width: number, height: number, at: (x: number, y: number) => number,
): Grey {
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = at(x, y);
  }
  return { width, height, data };
}

/** A screen with the flash at (left, top), above a game that is drawn. */
function screen(
  tick: number, width: number, height: number, game: (x: number, y: number) => number,
  left = 0, top = 0,
): Grey {
  const m = Math.max(4, Math.floor(height / 90));
  const modules = flashModules(tick);
  return grey(width, height, (x, y) => {
    const i = Math.floor((x - left) / m);
    const j = Math.floor((y - top) / m);
    if (x < left || y < top || i >= MODULES || j >= ROWS) return game(x, y);
    return modules[i] === 1 && j > 0 && j < ROWS - 1 ? 0 : 255;
  });
}

/** To another size, each pixel the mean of what it covers. */
function scaled(g: Grey, width: number, height: number): Grey {
  return grey(width, height, (x, y) => {
    const sx = g.width / width;
    const sy = g.height / height;
    let sum = 0;
    let weight = 0;
    for (let v = Math.floor(y * sy); v < Math.min(g.height, (y + 1) * sy); v++) {
      for (let u = Math.floor(x * sx); u < Math.min(g.width, (x + 1) * sx); u++) {
        const w = (Math.min(u + 1, (x + 1) * sx) - Math.max(u, x * sx))
          * (Math.min(v + 1, (y + 1) * sy) - Math.max(v, y * sy));
        sum += w * g.data[v * g.width + u]!;
        weight += w;
      }
    }
    return sum / weight;
  });
}

/** A mean over 2 r + 1 pixels each way. */
function blurred(g: Grey, r: number): Grey {
  return grey(g.width, g.height, (x, y) => {
    let sum = 0;
    let n = 0;
    for (let v = y - r; v <= y + r; v++) {
      for (let u = x - r; u <= x + r; u++) {
        if (u < 0 || v < 0 || u >= g.width || v >= g.height) continue;
        sum += g.data[v * g.width + u]!;
        n++;
      }
    }
    return sum / n;
  });
}

const COS = Array.from({ length: 64 }, (_, i) =>
  Math.cos(((2 * (i & 7) + 1) * (i >> 3) * Math.PI) / 16)
    * ((i >> 3) === 0 ? Math.SQRT1_2 : 1) / 2);

function transformed(block: readonly number[], back: boolean): number[] {
  const k = (u: number, x: number): number => COS[u * 8 + x]!;
  const once = (from: readonly number[]): number[] => from.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < 8; j++) {
      sum += from[(i & 56) + j]! * (back ? k(j, i & 7) : k(i & 7, j));
    }
    return sum;
  });
  const turned = (from: readonly number[]): number[] =>
    from.map((_, i) => from[(i & 7) * 8 + (i >> 3)]!);
  return turned(once(turned(once(block))));
}

/** As a lossy codec: what is finer than a step is gone, block by block. */
function compressed(g: Grey, step: number): Grey {
  const out = grey(g.width, g.height, (x, y) => g.data[y * g.width + x]!);
  for (let y = 0; y + 8 <= g.height; y += 8) {
    for (let x = 0; x + 8 <= g.width; x += 8) {
      const at = (i: number): number => (y + (i >> 3)) * g.width + x + (i & 7);
      const block = Array.from({ length: 64 }, (_, i) => g.data[at(i)]!);
      transformed(transformed(block, false).map((v, i) => {
        const q = step * (1 + ((i & 7) + (i >> 3)) / 4);
        return Math.round(v / q) * q;
      }), true).forEach((v, i) => { out.data[at(i)] = v; });
    }
  }
  return out;
}

function picture(g: Grey): Picture {
  const data = new Uint8ClampedArray(g.width * g.height * 4);
  g.data.forEach((v, i) => {
    data[i * 4] = data[i * 4 + 1] = data[i * 4 + 2] = v;
    data[i * 4 + 3] = 255;
  });
  return { data, width: g.width, height: g.height };
}

const night = (): number => 12;
/* Kerbs, stands, letters: restless at every width. */
const busy = (x: number, y: number): number =>
  128 + 100 * Math.sin(x / 3.1) * Math.cos(y / 7.3) + 27 * Math.sin((x * y) / 431);

test('a tick becomes the bars that the agent paints', () => {
  for (const [tick, text] of CODES) {
    assert.equal(flashModules(tick).map((m) => (m === 1 ? '#' : ' ')).join(''),
      text);
  }
});

test('it is read on screens of all sizes, wherever it is', () => {
  for (const [width, height, left, top, game] of [
    [640, 360, 0, 0, night], [640, 360, 0, 0, () => 255],
    [640, 360, 37, 81, busy], [1280, 720, 0, 0, busy],
    [1920, 1080, 1200, 900, busy]] as const) {
    const p = picture(screen(46255, width, height, game, left, top));
    const read = readFlash(p);
    assert.equal(read?.tick, 46255, `${width} at ${left}`);
    assert.ok(read.box.x <= left + 8 && read.box.y <= top + 24);
  }
});

test('it is read in captures of another size and shape', () => {
  const whole = screen(0x1234, 960, 540, busy);
  for (const [w, h] of [[480, 270], [641, 360], [1100, 619], [540, 432],
    [375, 211]] as const) {
    assert.equal(readFlash(picture(scaled(whole, w, h)))?.tick, 0x1234, `${w}`);
  }
});

test('it is read blurred, pressed flat and dull', () => {
  const whole = screen(0xbeef, 1280, 720, busy);
  const small = scaled(whole, 640, 360);
  assert.equal(readFlash(picture(blurred(small, 1)))?.tick, 0xbeef);
  for (const step of [20, 60]) {
    assert.equal(readFlash(picture(compressed(small, step)))?.tick, 0xbeef,
      `steps of ${step}`);
  }
  /* A capture of limited range, or a screen that is turned down. */
  const dull = grey(640, 360, (x, y) => 20 + 0.3 * small.data[y * 640 + x]!);
  assert.equal(readFlash(picture(dull))?.tick, 0xbeef);
  const noise = random(3);
  const noisy = grey(640, 360, (x, y) =>
    small.data[y * 640 + x]! + 60 * (noise() - 0.5));
  assert.equal(readFlash(picture(noisy))?.tick, 0xbeef);
});

test('two ticks in one picture are one of them, or none', () => {
  const a = screen(100, 640, 360, busy);
  const b = screen(101, 640, 360, busy);
  const torn = grey(640, 360, (x, y) => (y < 20 ? a : b).data[y * 640 + x]!);
  assert.equal(readFlash(picture(torn))?.tick, 100);
  const mixed = grey(640, 360, (x, y) =>
    (a.data[y * 640 + x]! + b.data[y * 640 + x]!) / 2);
  assert.ok([undefined, 100, 101].includes(readFlash(picture(mixed))?.tick));
});

test('what is none is not read', () => {
  const next = random(7);
  for (const draw of [night, busy, () => 255 * next(),
    (x: number) => (x % 14 < 7 ? 0 : 255),
    /* Finders alone. */
    (x: number) => ([1, 0, 1, 1, 1, 0, 1, 0][(x >> 2) & 7] === 1 ? 0 : 255)]) {
    assert.equal(readFlash(picture(grey(640, 360, draw))), null);
  }
  assert.equal(readFlash(picture(grey(1, 1, night))), null);
  assert.equal(readFlash(picture(grey(60, 2, busy))), null);
  /* A bit that is another one. */
  const wrong = screen(5, 640, 360, night);
  const m = 4;
  for (let y = m; y < 7 * m; y++) {
    for (let x = 15 * m; x < 16 * m; x++) wrong.data[y * 640 + x] = 0;
  }
  assert.equal(readFlash(picture(wrong)), null);
});

test('how late a picture is comes out of many, also over the end of the bits', () => {
  assert.equal(ahead({ picture: 65535, row: 65536 + 8 }), 9);
  assert.equal(ahead({ picture: 8, row: 65535 }), -9);
  const search = new FlashSearch();
  for (let i = 0; i < 40; i++) {
    search.add({ picture: (65530 + i) & 0xffff, row: 65539 + i + (i % 2) }, i * 16);
  }
  /* What was on the way for longer than others, and what is none of it. */
  search.add({ picture: 65531, row: 65631 }, 650);
  assert.deepEqual(search.verdict(700), { state: 'waiting', pairs: 41 });
  search.shown(65530, 65649, 2100);
  search.add({ picture: 30000, row: 65700 }, 2100);
  const v = search.verdict(2100);
  assert.ok(v.state === 'found' && v.pairs === 41);
  assert.ok(Math.abs(v.ticks - 9.5) < 0.01);
});

test('where none is seen, or too little, that is said', () => {
  const none = new FlashSearch();
  none.shown(1, 120, 2000);
  assert.deepEqual(none.verdict(2000 + SEEN_WITHIN_MS),
    { state: 'waiting', pairs: 0 });
  assert.deepEqual(none.verdict(2001 + SEEN_WITHIN_MS), { state: 'unseen' });
  const odd = new FlashSearch();
  odd.shown(0, 119, 0);
  for (let i = 0; i < 30; i++) odd.add({ picture: i, row: i * 20 }, 100);
  assert.equal(odd.verdict(200).state, 'waiting');
  assert.deepEqual(odd.verdict(900), { state: 'unclear', pairs: 30 });
  const few = new FlashSearch();
  few.shown(0, 119, 0);
  for (let i = 0; i < 3; i++) few.add({ picture: i, row: i + 4 }, 100);
  assert.equal(few.verdict(900).state, 'waiting');
  assert.deepEqual(few.verdict(SEEN_WITHIN_MS + 1),
    { state: 'unclear', pairs: 3 });
});

/** A hunt in a world of its own; `answer` is what the agent says. */
function hunting(): {
  hunt: FlashHunt; answer: (a: FlashAnswer) => Promise<void>;
  at: (ms: number) => void; trim: (ms: number) => void;
} {
  let now = 0;
  let offsetMs = 20;
  let tell: (a: FlashAnswer) => void = () => {};
  const hunt = new FlashHunt({
    ask: () => new Promise((resolve) => { tell = resolve; }),
    now: () => now, offsetMs: () => offsetMs,
    frameMs: () => 1000 / 30, tickMs: () => 1000 / 60, changed: () => {},
  });
  return {
    hunt,
    answer: async (a) => { tell(a); await Promise.resolve(); },
    at: (ms) => { now = ms; hunt.turn(); },
    trim: (ms) => { offsetMs = ms; },
  };
}

const SHOWN = { shown: { firstTick: 1000, lastTick: 1119 }, reason: '' };

test('a hunt offers what it found on top of what is trimmed', async () => {
  const { hunt, answer, at } = hunting();
  void hunt.begin();
  assert.ok(hunt.looks && hunt.state.busy);
  for (let i = 0; i < 60; i++) {
    at(i * 33);
    hunt.frame({ read: () => 1000 + 2 * i, rowTick: 1009 + 2 * i });
    hunt.frame({ read: () => null, rowTick: 7 });
  }
  await answer(SHOWN);
  at(2000);
  assert.ok(hunt.state.busy);
  at(2700);
  assert.equal(hunt.state.words,
    'Read in 60 frames: the picture is 4.5 frames (150 ms) late.');
  assert.equal(hunt.state.offerMs, 170);
  assert.ok(!hunt.looks && !hunt.state.busy);
  hunt.forget();
  assert.equal(hunt.state.offerMs, null);
});

test('a hunt says why it found nothing', async () => {
  const refused = hunting();
  void refused.hunt.begin();
  await refused.answer({ shown: null, reason: 'DISPLAY is not set' });
  assert.equal(refused.hunt.state.words, 'No flash: DISPLAY is not set');
  const unseen = hunting();
  void unseen.hunt.begin();
  await unseen.answer(SHOWN);
  unseen.at(SEEN_WITHIN_MS);
  assert.ok(unseen.hunt.state.busy);
  unseen.at(SEEN_WITHIN_MS + 1);
  assert.match(unseen.hunt.state.words, /^No flash was seen within 10 s/);
  assert.equal(unseen.hunt.state.offerMs, null);
  const rowless = hunting();
  void rowless.hunt.begin();
  await rowless.answer(SHOWN);
  rowless.hunt.frame({ read: () => 1001, rowTick: null });
  rowless.at(SEEN_WITHIN_MS + 1);
  assert.match(rowless.hunt.state.words, /read in 1 frames, but none had a row/);
  const trimmed = hunting();
  void trimmed.hunt.begin();
  trimmed.trim(30);
  trimmed.at(10);
  assert.match(trimmed.hunt.state.words, /trimmed while/);
  /* The answer to a hunt that is over changes nothing. */
  await trimmed.answer(SHOWN);
  assert.match(trimmed.hunt.state.words, /trimmed while/);
});

/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { stageLayout } from '../src/live/stage-layout.js';
import {
  fuelPerLapL, mapCars, relativeRows, takingPart,
} from '../src/pages/cars.js';
import { topFlag } from '../src/pages/flags.js';
import { frameMs, MAX_OFFSET_MS, Trim } from '../src/live/trim.js';
import { handleKey } from '../src/pages/keys.js';
import { Pacer } from '../src/pages/pacer.js';
import {
  stageBanner, stageNote, type StageSituation,
} from '../src/pages/stage-note.js';
import type { CarSpot, CarState } from '../src/protocol/car.js';
import { parseDriver, type SessionInfo } from '../src/protocol/model.js';
import { palette } from '../src/theme/palette.js';
import { fuelLaps } from '../src/widgets/car-panel.js';
import {
  bitrate, clock, fixed, gearName, lapTime, signed, withUnit,
  counted,
} from '../src/widgets/format.js';
import { syncLevel } from '../src/widgets/health.js';
import {
  placeAt, placeCircle, placeOutline,
} from '../src/widgets/track-map.js';

test('numbers are written as on a pit wall', () => {
  assert.equal(lapTime(83.4567), '1:23.457');
  assert.equal(lapTime(59.9999), '1:00.000');
  assert.equal(lapTime(65, 0), '1:05');
  assert.equal(lapTime(7.5, 2), '7.50');
  assert.equal(lapTime(-1), '–');
  assert.equal(lapTime(NaN), '–');
  assert.equal(signed(0.1234), '+0.123');
  assert.equal(signed(-2, 1), '−2.0');
  assert.equal(signed(-0.0001), '±0.000');
  assert.equal(fixed(-0.04, 1), '0.0');
  assert.equal(fixed(-12.6), '−13');
  assert.equal(clock(3723.9), '1:02:03');
  assert.equal(clock(63), '1:03');
  assert.equal(clock(null), '–');
  assert.deepEqual([-1, 0, 4, NaN].map(gearName), ['R', 'N', '4', '–']);
  assert.equal(bitrate(820.4), '820 kbit/s');
  assert.equal(bitrate(3020), '3.02 Mbit/s');
  assert.equal(withUnit(null, 'ms'), '–');
  assert.equal(withUnit(23.44, 'ms', 1), '23.4\u202fms');
});

test('fuel lasts for its litres over the use, if that is known', () => {
  assert.equal(fuelLaps(30, 1.5), 20);
  assert.equal(fuelLaps(30, null), null);
  assert.equal(fuelLaps(30, 0), null);
  assert.equal(fuelLaps(NaN, 1.5), null);
});

test('fuel a lap is the mean of the newest valid laps', () => {
  const lap = (fuelUsedL: number | null, valid = true) =>
    ({ lap: 1, timeS: 60, valid, fuelUsedL });
  assert.equal(fuelPerLapL(null), null);
  assert.equal(fuelPerLapL({ laps: [lap(null)], bestLap: null }), null);
  assert.equal(fuelPerLapL({
    laps: [lap(9), lap(2), lap(2), lap(50, false), lap(2), lap(3), lap(1)],
    bestLap: null,
  }), 2);
});

test('the cars of a row have the session\'s names, and no pace car', () => {
  const spot = (carIdx: number, lapPct: number, lap = 3): CarSpot => ({
    carIdx, lapPct, onPitRoad: false, position: 0, classPosition: carIdx,
    lap, estS: NaN,
  });
  const who = (carIdx: number, isPaceCar = false) => [carIdx, {
    carIdx, name: `Car ${carIdx}`, carNumber: `${carIdx}0`, className: '',
    classColor: carIdx === 2 ? 0x00ff42 : null, isPaceCar, isSpectator: false,
  }] as const;
  const info = {
    playerCarIdx: 1, estLapS: 100, sessionNames: new Map([[2, 'Race']]),
    cars: new Map([who(0, true), who(1), who(2)]),
  } as unknown as SessionInfo;
  const car = { lapPct: 0.5, playerCarIdx: NaN, sessionNum: 2,
    onPitRoad: false } as CarState;
  const spots = takingPart([spot(0, 0.1), spot(1, 0.5), spot(2, 0.6, 4)], info);
  assert.deepEqual(spots.map((s) => s.carIdx), [1, 2]);
  assert.deepEqual(mapCars(car, spots, info).map((c) =>
    [c.label, c.own, c.color]), [['20', false, '#00ff42'], ['10', true, null]]);
  assert.deepEqual(mapCars({ ...car, lapPct: -1 }, spots, info).length, 1);
  const rows = (sessionNum: number) =>
    relativeRows({ ...car, sessionNum }, spots, info, null)
      .map((r) => [r.name, r.own, r.laps]);
  assert.deepEqual(rows(2), [['Car 2', false, 1], ['Car 1', true, 0]]);
  /* In practice nobody is a lap ahead. */
  assert.deepEqual(rows(0), [['Car 2', false, 0], ['Car 1', true, 0]]);
});

test('sync of a whole frame is bad, of a quarter good', () => {
  assert.deepEqual([null, 0, 0.25, 0.5, 1].map(syncLevel),
    [null, 'good', 'good', 'warn', 'bad']);
});

test('the most urgent flag wins', () => {
  const flag = (flags: number, state = 4): string | undefined =>
    topFlag(flags, state)?.text;
  assert.equal(flag(0), undefined);
  assert.equal(flag(0x40000), undefined);
  assert.equal(flag(0x4), 'GREEN');
  assert.equal(flag(0x80000000), 'GREEN');
  assert.equal(flag(0x4 | 0x8), 'YELLOW');
  assert.equal(flag(0x8 | 0x4000), 'CAUTION');
  assert.equal(flag(0x10 | 0x20 | 0x8), 'RED');
  assert.equal(flag(0x200, 3), 'ONE TO GREEN');
  /* As recorded in a test session: no start is to come. */
  assert.equal(flag(0x10040200), undefined);
});

test('keys do what the help says, with no modifier', () => {
  const did: unknown[] = [];
  const actions = {
    step: (n: number) => did.push(n), pick: (n: number) => did.push(`#${n}`),
    toggleHud: () => did.push('hud'),
    toggleFullscreen: () => did.push('full'),
    toggleSpan: () => did.push('span'),
    toggleSound: () => did.push('sound'),
    toggleHelp: () => did.push('help'),
    trim: (frames: number, ms: number) => did.push(`trim ${frames} ${ms}`),
    resetTrim: () => did.push('reset'),
  };
  const press = (key: string, ctrlKey = false): boolean => handleKey(
    { key, ctrlKey, altKey: false, metaKey: false }, actions);
  for (const key of ['1', '9', 'ArrowUp', 'ArrowDown', 'h', 'F', 't', 'm', '?', ',',
    '.', '<', '>', '0']) {
    assert.ok(press(key), key);
  }
  assert.deepEqual(did, ['#0', '#8', -1, 1, 'hud', 'full', 'span', 'sound',
    'help', 'trim -1 0', 'trim 1 0', 'trim 0 -1', 'trim 0 1', 'reset']);
  assert.equal(press('f', true), false);
  assert.equal(press('Tab'), false);
});

test('a trim goes out as the newest wish, and is rounded', async () => {
  const sent: number[] = [];
  let answer: ((v: number) => void) | undefined;
  const trim = new Trim((ms) => {
    sent.push(ms);
    return new Promise((resolve) => { answer = resolve; });
  }, assert.fail);
  trim.heard(5);
  assert.equal(trim.offsetMs, 5);
  const first = trim.by(1);
  void trim.by(1);
  void trim.by(frameMs(59.6));
  /* What is on its way counts, not what was heard of the past. */
  trim.heard(5);
  assert.equal(trim.offsetMs, 23.667);
  answer!(6);
  await Promise.resolve();
  answer!(23.667);
  await first;
  assert.deepEqual(sent, [6, 23.667]);
  assert.equal(trim.offsetMs, 23.667);
  void trim.set(1e9);
  assert.equal(sent.at(-1), MAX_OFFSET_MS);
});

test('a picture is as long as its rate says', () => {
  for (const [fps, ms] of [[60, 60], [57.3, 60], [63, 60], [29.2, 30],
    [24.1, 24], [15.2, 15], [0, 60], [null, 60]] as const) {
    assert.equal(frameMs(fps), 1000 / ms, String(fps));
  }
});

test('a trim that fails is said, and forgotten', async () => {
  const said: string[] = [];
  const trim = new Trim(() => Promise.reject(new Error('no')),
    (why) => said.push(why));
  trim.heard(2);
  await trim.by(1);
  assert.deepEqual(said, ['no']);
  assert.equal(trim.offsetMs, 2);
});

test('drawing gets a quarter of the time', () => {
  const p = new Pacer();
  assert.ok(p.due(0));
  p.spent(0, 4);
  assert.equal(p.due(15.9), false);
  assert.ok(p.due(16));
});

const live = parseDriver({ id: 'a', name: 'Ann', state: 'live' })!;
const base: StageSituation = {
  showing: false, serverAnswers: true, serverLost: false, drivers: [live], selected: 'a',
  connection: 'open', reason: '', driverAway: false, canH264: true,
};
const notes: [string, Partial<StageSituation>, RegExp | null][] = [
  ['a picture', { showing: true }, null],
  ['server silent', { serverAnswers: false }, /does not answer/],
  ['server away', { serverLost: true }, /server is lost/],
  ['server away, a last frame', { showing: true, serverLost: true },
    /server is lost/],
  ['first moment', { drivers: null, selected: null }, /Connecting/],
  ['nobody', { drivers: [], selected: null }, /No driver yet/],
  ['a stranger', { selected: 'zed' }, /“zed” is not known/],
  ['said offline', { driverAway: true }, /Ann is offline/],
  ['listed offline', { drivers: [{ ...live, state: 'offline', sinceUtcMs: 1 }] },
    /Ann is offline since \d\d:\d\d$/],
  ['never seen', { drivers: [{ ...live, state: 'offline', sinceUtcMs: 0 }] },
    /Ann is offline$/],
  ['broken view', { connection: 'retrying' }, /again/],
  ['no frame yet', {}, /Waiting for Ann’s picture/],
  ['telemetry', { drivers: [{ ...live, mode: 'telemetry' }] },
    /Ann’s telemetry/],
  ['no H.264', { canH264: false }, /Ann’s telemetry/],
];
for (const [what, change, title] of notes) {
  test(`the stage says how it is: ${what}`, () => {
    const note = stageNote({ ...base, ...change });
    if (title === null) assert.equal(note, null);
    else assert.match(note!.title, title);
  });
}

test('a browser without H.264 is told so, and a server that fell silent', () => {
  assert.match(stageBanner({ ...base, showing: true, canH264: false })!,
    /H\.264/);
  assert.match(stageBanner({ ...base, showing: true, serverAnswers: false })!,
    /go on/);
  assert.equal(stageBanner({ ...base, showing: true }), null);
});

test('a recording that pauses is told in the words of the server', () => {
  const driver = parseDriver({
    id: 'ann', state: 'live', mode: 'video',
    recording: { state: 'paused', failure: 'the disk is full', bytes: 1 },
  })!;
  assert.match(stageBanner({
    ...base, showing: true, drivers: [driver], selected: 'ann',
  })!, /Not recorded at the moment: the disk is full\./);
});

test('a second sender that is refused is told of', () => {
  const driver = parseDriver({
    id: 'ann', state: 'live', mode: 'video',
    contest: { device: 'pc1', message: 'another sender is refused' },
  })!;
  assert.equal(stageBanner({
    ...base, showing: true, drivers: [driver], selected: 'ann',
  }), 'Note: another sender is refused.');
});

test('rows that follow are told in words, and none are null', () => {
  const driver = { id: 'ann', state: 'live', mode: 'telemetry' };
  const text = 'catching up: 312 of 900 s';
  assert.equal(parseDriver({
    ...driver, backfill: { rows_left: 35280, rows: 18720, text },
  })!.backfill, text);
  assert.equal(parseDriver({ ...driver, backfill: null })!.backfill, null);
});

test('a recording whose index waits is told so, not that there is none', () => {
  const driver = parseDriver({
    id: 'ann', state: 'live', mode: 'video',
    recording: { state: 'unindexed', failure: 'the database is held up' },
  })!;
  const banner = stageBanner({
    ...base, showing: true, drivers: [driver], selected: 'ann',
  })!;
  assert.match(banner, /^Recorded, but not indexed: the database is held up/);
});

test('instruments lie below the picture, over it on the whole screen', () => {
  const below = stageLayout(1200, 760, 16 / 9, 1, true, false);
  assert.equal(below.over, false);
  assert.equal(below.picture.height + below.hud.height, 760);
  assert.equal(Math.round(below.picture.height * 16 / 9), below.picture.width);
  const over = stageLayout(1920, 1080, 16 / 9, 1, true, true);
  assert.deepEqual(over.picture, { x: 0, y: 0, width: 1920, height: 1080 });
  assert.equal(over.hud.y + over.hud.height, 1080);
  const off = stageLayout(1200, 760, 16 / 9, 1, false, false);
  assert.equal(off.hud.height, 0);
  const none = stageLayout(1200, 760, null, 1, true, false);
  assert.deepEqual(none.hud, { x: 0, y: 0, width: 1200, height: 760 });
});

test('a picture of any shape stays within the stage', () => {
  for (const aspect of [0.4, 4 / 3, 32 / 9]) {
    for (const [w, h] of [[1200, 760], [300, 700], [900, 90]] as const) {
      const { picture: p } = stageLayout(w, h, aspect, 1, true, false);
      assert.ok(p.x >= 0 && p.y >= 0 && p.x + p.width <= w + 1
        && p.y + p.height <= h + 1, `${aspect} in ${w}x${h}`);
    }
  }
});

test('a place between two points of the outline is between them', () => {
  const line = [{ pct: 0, x: 0, y: 0 }, { pct: 0.5, x: 10, y: 0 },
    { pct: 0.75, x: 10, y: 10 }];
  assert.deepEqual(placeAt(line, 0.25), { x: 5, y: 0 });
  assert.deepEqual(placeAt(line, 0.75), { x: 10, y: 10 });
  assert.deepEqual(placeAt(line, 0.875), { x: 5, y: 5 });
  /* The lap closes from pct 0.85 at (10, 10) to 1.1 at (0, 0). */
  const { x, y } = placeAt(line.map((p) => ({ ...p, pct: p.pct + 0.1 })), 0);
  assert.ok(Math.abs(x - 4) < 1e-9 && Math.abs(y - 4) < 1e-9);
});

test('the outline fills its box, north up', () => {
  const placed = placeOutline([{ pct: 0, x: 0, y: 0 },
    { pct: 0.5, x: 100, y: 50 }], 220, 300, 10);
  assert.deepEqual(placed.map((p) => [p.x, p.y]), [[10, 200], [210, 100]]);
  assert.equal(placeCircle(100, 80, 10)[0]!.y, 10);
});

/* WCAG 2.1 relative luminance and contrast. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as
    [number, number];
  return (hi + 0.05) / (lo + 0.05);
}

test('text has the contrast of WCAG AA on every ground', () => {
  for (const ground of [palette.ground, palette.panel, palette.raised]) {
    for (const [name, color] of Object.entries(palette)) {
      if (['ground', 'panel', 'raised', 'line'].includes(name)) continue;
      assert.ok(contrast(color, ground) >= 4.5,
        `${name} on ${ground}: ${contrast(color, ground).toFixed(2)}`);
    }
  }
});

test('flag chips are legible too', () => {
  const css = readFileSync('src/pages/live-page.css', 'utf8');
  const chips = [...css.matchAll(
    /data-flag="(\w+)"\] \{ background: (#\w+);(?: color: (#\w+);)? \}/g)];
  assert.equal(chips.length, 6);
  for (const [, name, ground, color = palette.text] of chips) {
    assert.ok(contrast(color, ground!) >= 4.5, name);
  }
});

test('page and canvases have the same colours', () => {
  const css = readFileSync('src/theme/theme.css', 'utf8');
  for (const [name, color] of Object.entries(palette)) {
    assert.ok(css.includes(`--${name}: ${color};`), name);
  }
});

test('the page has no inline style or script', () => {
  const html = readFileSync('index.html', 'utf8');
  assert.doesNotMatch(html, /\sstyle=|<style|\son\w+=/);
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/);
  assert.match(html, /default-src 'none'/);
  assert.doesNotMatch(html, /unsafe-inline/);
});

test('one frame is no frames', () => {
  assert.equal(counted(0, 'frame'), '0 frames');
  assert.equal(counted(1, 'frame'), '1 frame');
  assert.equal(counted(2, 'frame'), '2 frames');
});

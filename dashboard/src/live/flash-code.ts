/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the sync flash (agent/README.md) in a picture of the driver's screen:
 * bars between two finders, wherever they are and however large. As a scanner
 * does: line by line, by where brightness crosses its middle. */

/** RGBA, as of a canvas. */
export interface Picture {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface FlashReading {
  /** The tick's lower 16 bits. */
  readonly tick: number;
  /** Around the lines that it was read in. */
  readonly box: Box;
}

/** 2 white, 7 finder, 1 white, 16 tick, 8 check, 1 white, 7 finder, 2 white. */
export const MODULES = 44;
export const ROWS = 8;
const TICK_BITS = 16;
const CHECK_BITS = 8;
const FINDER = [1, 0, 1, 1, 1, 0, 1];
/* Modules from the middle of one finder to the other's, to the first bit's
 * middle and to the white beside each finder. */
const BETWEEN = 33;
const FIRST_BIT = 5;
const FIRST_WHITE = 4;
const LAST_WHITE = 29;
/* Runs of a finder. */
const RUNS = [1, 1, 3, 1, 1];
/* Below it bars are no wider than their own blur. */
const MIN_MODULE_PX = 1.5;
/* Lines that agree: a single one may be a chance. */
const MIN_LINES = 2;
/* Bars are six modules high, so that two lines or more meet the smallest. */
const LINE_STEP_PX = 3;
const MIN_CONTRAST = 40;
/* A line is bounded however restless a picture is. */
const MAX_FINDERS = 64;

/** CRC-8: polynomial 0x07, start 0xff, not reflected. */
export function crc8(bits: number): number {
  let crc = 0xff;
  for (let i = TICK_BITS - 1; i >= 0; i--) {
    const top = (crc >> 7) ^ ((bits >> i) & 1);
    crc = (crc << 1) & 0xff;
    if (top !== 0) crc ^= 0x07;
  }
  return crc;
}

/** The modules of a tick, left to right; 1 is black. */
export function flashModules(tick: number): number[] {
  const low = tick & 0xffff;
  const bits = (value: number, n: number): number[] =>
    Array.from({ length: n }, (_, i) => (value >> (n - 1 - i)) & 1);
  return [0, 0, ...FINDER, 0, ...bits(low, TICK_BITS),
    ...bits(crc8(low), CHECK_BITS), 0, ...FINDER, 0, 0];
}

interface Finder {
  readonly middle: number;
  readonly module: number;
}

/** Where a line crosses its threshold, the first from white to black. */
function crossings(line: Float32Array, threshold: Float32Array): number[] {
  const at: number[] = [];
  let black = false;
  for (let x = 1; x < line.length; x++) {
    const now = line[x]! < threshold[x]!;
    if (now === black) continue;
    const before = line[x - 1]! - threshold[x - 1]!;
    const after = line[x]! - threshold[x]!;
    const part = before === after ? 0.5 : before / (before - after);
    at.push(x - 1 + Math.min(1, Math.max(0, part)));
    black = now;
  }
  return at;
}

function findersIn(at: readonly number[]): Finder[] {
  const found: Finder[] = [];
  for (let i = 0; i + 5 < at.length && found.length < MAX_FINDERS; i += 2) {
    const module = (at[i + 5]! - at[i]!) / 7;
    if (module < MIN_MODULE_PX) continue;
    const fits = RUNS.every((run, k) =>
      Math.abs(at[i + k + 1]! - at[i + k]! - run * module)
        < (0.35 + 0.2 * run) * module);
    if (fits) found.push({ middle: (at[i + 2]! + at[i + 3]!) / 2, module });
  }
  return found;
}

/** Brightness between pixels. */
function sample(line: Float32Array, x: number): number {
  const left = Math.min(line.length - 2, Math.max(0, Math.floor(x)));
  const part = Math.min(1, Math.max(0, x - left));
  return line[left]! * (1 - part) + line[left + 1]! * part;
}

/** The middle of a module, and a little to both sides. */
function level(line: Float32Array, x: number, module: number): number {
  return (sample(line, x - module / 5) + sample(line, x)
    + sample(line, x + module / 5)) / 3;
}

function between(line: Float32Array, a: Finder, b: Finder): number | null {
  const module = (b.middle - a.middle) / BETWEEN;
  const middles = (at: number): number => level(line, a.middle + at * module, module);
  const white = [middles(FIRST_WHITE), middles(LAST_WHITE)];
  const black = [middles(0), middles(BETWEEN)];
  const ends = [0, 1].map((i) => (white[i]! + black[i]!) / 2);
  if (Math.min(white[0]! - black[0]!, white[1]! - black[1]!) < MIN_CONTRAST) {
    return null;
  }
  let value = 0;
  for (let i = 0; i < TICK_BITS + CHECK_BITS; i++) {
    const at = FIRST_BIT + i;
    const middle = ends[0]! + ((ends[1]! - ends[0]!) * at) / BETWEEN;
    value = value * 2 + (middles(at) < middle ? 1 : 0);
  }
  const tick = value >> CHECK_BITS;
  return crc8(tick) === (value & 0xff) ? tick : null;
}

interface LineReading {
  readonly tick: number;
  readonly left: number;
  readonly right: number;
  readonly module: number;
}

function readLine(
  line: Float32Array, threshold: Float32Array,
): LineReading | null {
  const finders = findersIn(crossings(line, threshold));
  for (const a of finders) {
    for (const b of finders) {
      const module = (b.middle - a.middle) / BETWEEN;
      if (module < MIN_MODULE_PX
        || Math.abs(a.module - module) > 0.25 * module
        || Math.abs(b.module - module) > 0.25 * module) continue;
      const tick = between(line, a, b);
      if (tick !== null) {
        return {
          tick, module, left: a.middle - 5.5 * module,
          right: b.middle + 5.5 * module,
        };
      }
    }
  }
  return null;
}

/* The mean of what is near, so that a dull or a bright capture is read, too. */
function meanAround(line: Float32Array, into: Float32Array): void {
  const reach = Math.max(16, line.length >> 4);
  let sum = 0;
  for (let x = -reach; x < line.length; x++) {
    if (x + reach < line.length) sum += line[x + reach]!;
    if (x - reach - 1 >= 0) sum -= line[x - reach - 1]!;
    if (x < 0) continue;
    const n = Math.min(line.length - 1, x + reach) - Math.max(0, x - reach) + 1;
    into[x] = sum / n;
  }
}

function boxOf(
  lines: readonly (LineReading & { readonly y: number })[], p: Picture,
): Box {
  const { module } = lines[0]!;
  const margin = 4 * module + LINE_STEP_PX;
  const x = Math.max(0, Math.floor(Math.min(...lines.map((l) => l.left)) - margin));
  const y = Math.max(0, Math.floor(Math.min(...lines.map((l) => l.y)) - margin));
  return {
    x, y,
    width: Math.min(p.width, Math.ceil(
      Math.max(...lines.map((l) => l.right)) + margin)) - x,
    height: Math.min(p.height, Math.ceil(
      Math.max(...lines.map((l) => l.y)) + margin)) - y,
  };
}

/** null: there is none, or none that is sure. */
export function readFlash(picture: Picture): FlashReading | null {
  const { data, width, height } = picture;
  const line = new Float32Array(width);
  const near = new Float32Array(width);
  const middle = new Float32Array(width).fill(128);
  const read = new Map<number, (LineReading & { y: number })[]>();
  if (width < MODULES * MIN_MODULE_PX) return null;
  for (let y = 1; y < height; y += LINE_STEP_PX) {
    for (let x = 0, at = y * width * 4 + 1; x < width; x++, at += 4) {
      line[x] = data[at]!;
    }
    meanAround(line, near);
    const found = readLine(line, middle) ?? readLine(line, near);
    if (!found) continue;
    const same = read.get(found.tick) ?? [];
    same.push({ ...found, y });
    read.set(found.tick, same);
  }
  const best = [...read.values()].reduce<(LineReading & { y: number })[]>(
    (a, b) => (b.length > a.length ? b : a), []);
  return best.length < MIN_LINES ? null
    : { tick: best[0]!.tick, box: boxOf(best, picture) };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The machine-readable strip (elements/README.md): 64 cells that carry a tick.
 * The scene draws one into the picture; in proof mode the compositor draws its
 * own above it, from the telemetry, and a test reads both. */

export const CELLS = 64;
const SYNC = [1, 0, 1, 0, 1, 1, 0, 0];
const END = [0, 0, 1, 1, 0, 1, 0, 1];

/** CRC-16/CCITT-FALSE over the four bytes of the tick, most significant first. */
export function crc16(tick: number): number {
  let crc = 0xffff;
  for (let shift = 24; shift >= 0; shift -= 8) {
    crc ^= ((tick >>> shift) & 0xff) << 8;
    for (let i = 0; i < 8; i++) {
      crc = ((crc << 1) ^ ((crc & 0x8000) !== 0 ? 0x1021 : 0)) & 0xffff;
    }
  }
  return crc;
}

function bits(value: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => (value >>> (n - 1 - i)) & 1);
}

/** The 64 cells of a tick, left to right. */
export function encodeStrip(tick: number): number[] {
  return [...SYNC, ...bits(tick, 32), ...bits(crc16(tick), 16), ...END];
}

function value(cells: readonly number[]): number {
  return cells.reduce((v, bit) => v * 2 + bit, 0);
}

/** The tick of 64 cells; null where marks or checksum do not fit. */
export function decodeStrip(cells: readonly number[]): number | null {
  if (cells.length !== CELLS
    || SYNC.some((bit, i) => cells[i] !== bit)
    || END.some((bit, i) => cells[56 + i] !== bit)) return null;
  const tick = value(cells.slice(8, 40)) | 0;
  return value(cells.slice(40, 56)) === crc16(tick) ? tick : null;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Height of the strip in a picture of this width, unscaled. */
export function stripHeight(pictureWidth: number): number {
  return Math.max(8, Math.round(pictureWidth / 80));
}

/** Where the picture's own strip lies once the picture is drawn into `into`. */
export function pictureStrip(into: Rect, pictureWidth: number): Rect {
  const height = (stripHeight(pictureWidth) * into.width) / pictureWidth;
  return {
    x: into.x, y: into.y + into.height - height, width: into.width, height,
  };
}

/** Where the compositor's own strip lies: right above the picture's. */
export function ownStrip(into: Rect, pictureWidth: number): Rect {
  const picture = pictureStrip(into, pictureWidth);
  return { ...picture, y: picture.y - picture.height };
}

export function drawStrip(
  ctx: CanvasRenderingContext2D, at: Rect, tick: number | null,
): void {
  ctx.fillStyle = 'rgb(0 0 0)';
  ctx.fillRect(at.x, at.y, at.width, at.height);
  if (tick === null) return;
  ctx.fillStyle = 'rgb(255 255 255)';
  encodeStrip(tick).forEach((bit, i) => {
    if (bit === 0) return;
    const from = at.x + (i * at.width) / CELLS;
    const to = at.x + ((i + 1) * at.width) / CELLS;
    ctx.fillRect(from, at.y, to - from, at.height);
  });
}

/** Reads a strip from the middle of its cells. */
export function readStrip(
  ctx: CanvasRenderingContext2D, at: Rect,
): number | null {
  const y = Math.floor(at.y + at.height / 2);
  const left = Math.floor(at.x);
  const width = Math.ceil(at.width);
  const { data } = ctx.getImageData(left, y, width, 1);
  const cells = Array.from({ length: CELLS }, (_, i) => {
    const x = Math.floor(at.x + ((i + 0.5) * at.width) / CELLS) - left;
    return data[x * 4 + 1]! > 127 ? 1 : 0;
  });
  return decodeStrip(cells);
}

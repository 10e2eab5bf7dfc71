/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looks for the sync flash in decoded frames: all of one now and then, and once
 * it was seen, at its place in each. */

import { readFlash, type Box } from './flash-code.js';

/* Looking at all of a picture takes some milliseconds. */
const WHOLE_EVERY_MS = 100;
/* Gone for so long it may be elsewhere: the capture was changed. */
const LOST_AFTER_MS = 500;
/* More lines and columns do not make bars more readable. */
const MAX_WIDTH = 1920;

export class FlashLook {
  readonly #ctx: CanvasRenderingContext2D | null;
  #box: Box | null = null;
  #wholeMs = -Infinity;
  #readMs = -Infinity;

  constructor() {
    this.#ctx = document.createElement('canvas').getContext('2d', {
      alpha: false, willReadFrequently: true,
    });
  }

  /** The tick's lower 16 bits in this frame; null: none was read. */
  read(
    source: CanvasImageSource, width: number, height: number, nowMs: number,
  ): number | null {
    if (nowMs - this.#readMs > LOST_AFTER_MS) this.#box = null;
    if (!this.#box) {
      if (nowMs - this.#wholeMs < WHOLE_EVERY_MS) return null;
      this.#wholeMs = nowMs;
    }
    const scale = Math.min(1, MAX_WIDTH / width);
    const box = this.#box
      ?? { x: 0, y: 0, width: width * scale, height: height * scale };
    const found = this.#look(source, box, scale);
    if (!found) return null;
    this.#readMs = nowMs;
    this.#box ??= found.box;
    return found.tick;
  }

  #look(
    source: CanvasImageSource, box: Box, scale: number,
  ): ReturnType<typeof readFlash> {
    const ctx = this.#ctx;
    const width = Math.floor(box.width);
    const height = Math.floor(box.height);
    if (!ctx || width < 1 || height < 1) return null;
    if (ctx.canvas.width < width) ctx.canvas.width = width;
    if (ctx.canvas.height < height) ctx.canvas.height = height;
    ctx.drawImage(source, box.x / scale, box.y / scale, width / scale,
      height / scale, 0, 0, width, height);
    return readFlash(ctx.getImageData(0, 0, width, height));
  }
}

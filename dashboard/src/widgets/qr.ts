/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A QR code on a canvas: no markup, so nothing in line for a CSP to forbid. */

import { encode } from 'uqr';
import { context2d, el } from './dom.js';

const MODULE_PX = 4;
/* Readers want four light modules around it. */
const QUIET = 4;

/** Rows of modules, true for dark, without the quiet zone. */
export function qrModules(text: string): boolean[][] {
  return encode(text, { ecc: 'M', border: 0 }).data;
}

export function qrCanvas(text: string, label: string): HTMLCanvasElement {
  const rows = qrModules(text);
  const size = (rows.length + 2 * QUIET) * MODULE_PX;
  const canvas = el('canvas', {
    width: String(size), height: String(size), role: 'img',
    'aria-label': label, class: 'qr',
  });
  const ctx = context2d(canvas);
  ctx.fillStyle = 'rgb(255 255 255)';
  ctx.fillRect(0, 0, size, size);
  ctx.fillStyle = 'rgb(0 0 0)';
  rows.forEach((row, y) => row.forEach((dark, x) => {
    if (!dark) return;
    ctx.fillRect((x + QUIET) * MODULE_PX, (y + QUIET) * MODULE_PX,
      MODULE_PX, MODULE_PX);
  }));
  return canvas;
}

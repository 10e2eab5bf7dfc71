/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where picture and instruments lie on the stage's canvas. */

import type { Rect } from './proof.js';

export interface StageLayout {
  /** The picture, aspect kept; of no size without one. */
  readonly picture: Rect;
  /** The instruments. */
  readonly hud: Rect;
  /** The instruments lie on the picture rather than below it. */
  readonly over: boolean;
}

/* The instruments take this share of the stage's height... */
const BAND_SHARE = 0.13;
/* ...within what is legible and what is not too much. */
const BAND_MIN = 52;
const BAND_MAX = 120;

/**
 * Below the picture the instruments hide nothing, so that is where they are
 * as long as the stage is not full screen; there they lie over its foot.
 * `scale` is device pixels per CSS pixel.
 */
export function stageLayout(
  width: number, height: number, aspect: number | null, scale: number,
  hud: boolean, fullscreen: boolean,
): StageLayout {
  const band = Math.round(Math.min(BAND_MAX * scale,
    Math.max(BAND_MIN * scale, height * BAND_SHARE)));
  const whole: Rect = { x: 0, y: 0, width, height };
  const none: Rect = { x: 0, y: 0, width: 0, height: 0 };
  if (aspect === null) return { picture: none, hud: whole, over: false };
  const below = hud && !fullscreen && height > 2 * band;
  const room = below ? height - band : height;
  const pictureWidth = Math.round(Math.min(width, room * aspect));
  const pictureHeight = Math.round(Math.min(room, width / aspect));
  const x = Math.floor((width - pictureWidth) / 2);
  /* Space left over is kept together with the band. */
  const y = below ? 0 : Math.floor((height - pictureHeight) / 2);
  const picture = { x, y, width: pictureWidth, height: pictureHeight };
  if (!hud) return { picture, hud: none, over: false };
  return below
    ? { picture, over: false,
      hud: { x: 0, y: height - band, width, height: band } }
    : { picture, over: true,
      hud: { x, y: y + pictureHeight - band, width: pictureWidth,
        height: band } };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which time stamp a decoded frame has. */

/* So many frames without a time stamp of their own in a row, and none with one
 * before, say that this browser tells none. */
const PATIENCE = 20;

/** foreign: of the browser's own making, not of the stream. */
export type Stamp =
  | { readonly kind: 'own' | 'callback'; readonly rtpTimestamp: number }
  | { readonly kind: 'none' | 'foreign'; readonly rtpTimestamp: null };

const FOREIGN: Stamp = { kind: 'foreign', rtpTimestamp: null };

/**
 * A frame's own metadata belongs to its pixels. The value of the frame callback
 * can run ahead of or behind them, by many frames when a burst is decoded, so
 * it is used only in browsers that tell nothing better: never for a frame that
 * has none in a browser that usually tells it. Such frames appear when a track
 * starts, ends or is exchanged.
 */
export class FrameStamper {
  #ownSeen = false;
  #without = 0;

  stamp(own: number | undefined, callback: number | undefined): Stamp {
    if (own !== undefined) {
      this.#ownSeen = true;
      return { kind: 'own', rtpTimestamp: own };
    }
    if (this.#ownSeen || ++this.#without <= PATIENCE) return FOREIGN;
    return callback === undefined
      ? { kind: 'none', rtpTimestamp: null }
      : { kind: 'callback', rtpTimestamp: callback };
  }
}

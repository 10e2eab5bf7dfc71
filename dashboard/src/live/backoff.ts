/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When to try again, and when a connection that looks alive is not. */

const FIRST_MS = 250;
const LAST_MS = 5000;

/**
 * Wait before attempt `failures` (1 = after the first failure): doubles from
 * 250 ms to 5 s, and spread by ± 20 % so that a hundred pages do not come back
 * to a restarted server in one moment. `random` is 0..1.
 */
export function backoffMs(failures: number, random: number): number {
  const base = Math.min(LAST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return base * (0.8 + 0.4 * random);
}

export interface Liveness {
  readonly nowMs: number;
  readonly connectedAtMs: number;
  /** Last message on the data channel; null = none yet. */
  readonly lastMessageMs: number | null;
  /** Last decoded frame; null = none yet. */
  readonly lastFrameMs: number | null;
  readonly wantsPicture: boolean;
  /** The server has said that the driver left: silence is right. */
  readonly away: boolean;
}

/* While a driver sends, a stats message comes every second at least. */
const SILENT_MS = 4000;
/* A picture can be away while telemetry goes on; a new connection costs a
 * moment of both, so it is tried rarely. */
const NO_PICTURE_MS = 15000;

/** Why the connection should be made anew, or null while it is well. */
export function stalled(l: Liveness): 'silent' | 'no-picture' | null {
  if (l.away) return null;
  const heard = Math.max(
    l.connectedAtMs, l.lastMessageMs ?? 0, l.lastFrameMs ?? 0);
  if (l.nowMs - heard > SILENT_MS) return 'silent';
  const seen = Math.max(l.connectedAtMs, l.lastFrameMs ?? 0);
  if (l.wantsPicture && l.nowMs - seen > NO_PICTURE_MS) return 'no-picture';
  return null;
}

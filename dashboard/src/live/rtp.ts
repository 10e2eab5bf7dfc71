/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Arithmetic on RTP time stamps: 32 bits that wrap, 90,000 a second. */

export const RTP_HZ = 90000;

/** Signed distance a - b, right across the wrap. */
export function rtpDiff(a: number, b: number): number {
  return (a - b) | 0;
}

export function rtpToUs(ticks: number): number {
  return (ticks * 1e6) / RTP_HZ;
}

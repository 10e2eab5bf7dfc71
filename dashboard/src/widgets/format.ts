/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers as people on a pit wall write them. What is not known is a dash. */

export const UNKNOWN = '–';
/* U+2212 is as wide as the plus, so signed columns stay in line. */
const MINUS = '\u2212';

function known(n: number | null | undefined): n is number {
  return typeof n === 'number' && Number.isFinite(n);
}

export function fixed(n: number | null | undefined, digits = 0): string {
  if (!known(n)) return UNKNOWN;
  const text = Math.abs(n).toFixed(digits);
  return n < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** "1 frame", "2 frames". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${fixed(n)} ${n === 1 ? one : many}`;
}

/** 83.4567 → "1:23.457"; under a minute "23.457". */
export function lapTime(s: number | null | undefined, digits = 3): string {
  if (!known(s) || s < 0) return UNKNOWN;
  const unit = 10 ** digits;
  const all = Math.round(s * unit);
  const minutes = Math.floor(all / (60 * unit));
  const seconds = ((all - minutes * 60 * unit) / unit).toFixed(digits);
  return minutes > 0
    ? `${minutes}:${seconds.padStart(digits > 0 ? digits + 3 : 2, '0')}`
    : seconds;
}

/** Signed, always with its sign: "+0.123". */
export function signed(s: number | null | undefined, digits = 3): string {
  if (!known(s)) return UNKNOWN;
  const text = Math.abs(s).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return (s > 0 ? '+' : MINUS) + text;
}

/** Hours, minutes and seconds of a session clock: "1:02:03". */
export function clock(s: number | null | undefined): string {
  if (!known(s) || s < 0) return UNKNOWN;
  const all = Math.floor(s);
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(all / 3600);
  const m = Math.floor((all % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(all % 60)}` : `${m}:${two(all % 60)}`;
}

export function gearName(gear: number | null | undefined): string {
  if (!known(gear)) return UNKNOWN;
  return gear < 0 ? 'R' : gear === 0 ? 'N' : String(gear);
}

/** Bits a second from kbit/s: "820 kbit/s", "3.02 Mbit/s". */
export function bitrate(kbps: number | null | undefined): string {
  if (!known(kbps)) return UNKNOWN;
  return kbps < 1000 ? `${kbps.toFixed(0)} kbit/s`
    : `${(kbps / 1000).toFixed(2)} Mbit/s`;
}

/** A value with its unit, or a dash alone. */
export function withUnit(
  n: number | null | undefined, unit: string, digits = 0,
): string {
  return known(n) ? `${fixed(n, digits)}\u202f${unit}` : UNKNOWN;
}

/** Bytes as "820 kB", "13.1 MB", "2.40 GB". */
export function size(bytes: number | null | undefined): string {
  if (!known(bytes)) return UNKNOWN;
  const [unit, n, digits] = bytes < 1e6 ? ['kB', 1e3, 0] as const
    : bytes < 1e9 ? ['MB', 1e6, 1] as const : ['GB', 1e9, 2] as const;
  return withUnit(bytes / n, unit, digits);
}

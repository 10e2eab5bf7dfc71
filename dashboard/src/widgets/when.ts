/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Points in time, as far away as matters and exactly on demand. */

import { el, setText } from './dom.js';
import { UNKNOWN } from './format.js';

const UNITS = [
  ['d', 86400], ['h', 3600], ['min', 60], ['s', 1],
] as const;

const two = (n: number): string => String(n).padStart(2, '0');

/** Local time: "2026-11-23 06:05:09". */
export function dateTime(utcMs: number | null): string {
  if (utcMs === null) return UNKNOWN;
  const t = new Date(utcMs);
  if (Number.isNaN(t.getTime())) return UNKNOWN;
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} `
    + `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

/** "5 s ago", "in 3 d"; `never` where there is none. */
export function distance(
  utcMs: number | null, nowMs: number, never: string = UNKNOWN,
): string {
  if (utcMs === null) return never;
  const s = (utcMs - nowMs) / 1000;
  const [unit, size] = UNITS.find(([, n]) => Math.abs(s) >= n) ?? ['', 1];
  if (unit === '') return 'now';
  /* What was made for 3 days says so a moment later, too. */
  return s < 0 ? `${Math.floor(-s / size)} ${unit} ago`
    : `in ${Math.round(s / size)} ${unit}`;
}

/** The distance, with the moment itself for whoever points at it. */
export function when(utcMs: number | null, never?: string): HTMLElement {
  const text = distance(utcMs, Date.now(), never);
  return utcMs === null ? el('span', { class: 'dim' }, text)
    : el('time', {
      datetime: new Date(utcMs).toISOString(), title: dateTime(utcMs),
    }, text);
}

/** Brings the distances below `root` up to date. */
export function refreshWhen(root: ParentNode): void {
  for (const time of root.querySelectorAll('time')) {
    setText(time, distance(Date.parse(time.dateTime), Date.now()));
  }
}

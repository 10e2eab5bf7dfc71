/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A browser in two words, of the many with which it calls itself. */

/* Each calls itself also by the names of those that came before it. */
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\bFirefox\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'], [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/\biPad\b/, 'iPad'], [/\biPhone\b/, 'iPhone'], [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'], [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'], [/\bLinux\b/, 'Linux'],
];
const MAX = 40;

/** "Chrome, Linux"; what is none of the known as it calls itself. */
export function browserName(agent: string): string {
  const of = (all: readonly [RegExp, string][]): string | undefined =>
    all.find(([pattern]) => pattern.test(agent))?.[1];
  const names = [of(BROWSERS), of(SYSTEMS)].filter(Boolean);
  return names.join(', ') || agent.slice(0, MAX) || 'Unknown';
}

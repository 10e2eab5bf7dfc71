/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading values out of JSON that came from outside: the wrong type reads as
 * nothing, never as an exception in the middle of a page. */

export type Json = Readonly<Record<string, unknown>>;

const EMPTY: Json = Object.freeze({});

export function asObject(v: unknown): Json {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
    ? v as Json : EMPTY;
}

export function asArray(v: unknown): readonly unknown[] {
  return Array.isArray(v) ? v : [];
}

export function num(o: Json, key: string): number | null {
  const v = o[key];
  return typeof v === 'number' && Number.isFinite(v) ? v : null;
}

export function str(o: Json, key: string): string {
  const v = o[key];
  if (typeof v === 'string') return v;
  return typeof v === 'number' ? String(v) : '';
}

export function bool(o: Json, key: string): boolean {
  return o[key] === true;
}

/** The texts of a list; what is none is left out. */
export function strings(v: unknown): string[] {
  return asArray(v).filter((s): s is string => typeof s === 'string');
}

export function numbers(v: unknown): number[] {
  return asArray(v).filter(
    (n): n is number => typeof n === 'number' && Number.isFinite(n));
}

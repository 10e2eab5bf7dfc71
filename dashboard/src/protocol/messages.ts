/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The text messages of the data channel: small JSON objects that say what
 * changed on the server. */

/** Figures the server measures, once a second. Absent = not known there. */
export interface ServerStats {
  readonly bitrateKbps?: number;
  readonly syncErrorP50Us?: number;
  readonly syncErrorP99Us?: number;
  readonly telemetryAgeMs?: number;
  readonly rttMs?: number;
  readonly lossPct?: number;
  readonly lostUnits?: number;
}

export type TextMessage =
  | { readonly type: 'schema'; readonly schemaId: number }
  | { readonly type: 'session_info'; readonly update: number }
  | { readonly type: 'laps' }
  | { readonly type: 'track'; readonly version: number }
  | { readonly type: 'stats'; readonly stats: ServerStats }
  | { readonly type: 'mode'; readonly mode: 'video' | 'telemetry' }
  | { readonly type: 'offline' };

/* The largest message the page takes; a stats message is some 500 bytes. */
const MAX_TEXT = 65536;

type Json = Record<string, unknown>;

function num(o: Json | undefined, ...keys: string[]): number | undefined {
  for (const k of keys) {
    const v = o?.[k];
    if (typeof v === 'number' && Number.isFinite(v)) return v;
  }
  return undefined;
}

function sub(o: Json, key: string): Json | undefined {
  const v = o[key];
  return typeof v === 'object' && v !== null && !Array.isArray(v)
    ? v as Json : undefined;
}

function parseStats(o: Json): ServerStats {
  const link = sub(o, 'link');
  const sync = sub(o, 'sync_error_us');
  return Object.fromEntries(Object.entries({
    bitrateKbps: num(o, 'bitrate_kbps'),
    syncErrorP50Us: num(sync, 'p50') ?? num(o, 'sync_error_p50_us'),
    syncErrorP99Us: num(sync, 'p99') ?? num(o, 'sync_error_p99_us'),
    telemetryAgeMs: num(o, 'telemetry_age_ms'),
    rttMs: num(link, 'rtt_ms'),
    lossPct: num(link, 'loss_pct'),
    lostUnits: num(o, 'lost_units'),
  }).filter(([, v]) => v !== undefined));
}

/** The message, or undefined for what this version of the page does not know. */
export function parseText(text: string): TextMessage | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let o: Json;
  try {
    const v: unknown = JSON.parse(text);
    if (typeof v !== 'object' || v === null) return undefined;
    o = v as Json;
  } catch {
    return undefined;
  }
  switch (o['type']) {
    case 'schema': {
      const schemaId = num(o, 'schema_id');
      return schemaId === undefined ? undefined : { type: 'schema', schemaId };
    }
    case 'session_info':
      return { type: 'session_info', update: num(o, 'update') ?? 0 };
    case 'laps': return { type: 'laps' };
    case 'track': return { type: 'track', version: num(o, 'version') ?? 0 };
    case 'stats': return { type: 'stats', stats: parseStats(o) };
    case 'mode': {
      const mode = o['mode'];
      return mode === 'video' || mode === 'telemetry'
        ? { type: 'mode', mode } : undefined;
    }
    case 'offline': return { type: 'offline' };
    default: return undefined;
  }
}

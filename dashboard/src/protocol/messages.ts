/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The text messages of the data channel: small JSON objects that say what
 * changed on the server. */

import { asObject, num, type Json } from './json.js';

/** Figures the server measures, once a second. null = not known there. */
export interface ServerStats {
  readonly videoKbps: number | null;
  readonly fps: number | null;
  readonly rowRateHz: number | null;
  /** Since the newest row came; null if none came. */
  readonly rowAgeMs: number | null;
  readonly syncErrorP50Us: number | null;
  readonly syncErrorP99Us: number | null;
  readonly lostRows: number | null;
  readonly rejectedUnits: number | null;
  readonly rttMs: number | null;
  readonly lossPct: number | null;
  /** SRT's delay between driver and server. */
  readonly latencyMs: number | null;
}

/** RTP time stamps of one instant. */
export interface RtpClock {
  readonly videoRtp: number;
  readonly audioRtp: number;
}

export type TextMessage =
  | { readonly type: 'schema'; readonly schemaId: number }
  | { readonly type: 'session_info'; readonly update: number }
  | { readonly type: 'laps' }
  | { readonly type: 'track'; readonly version: number }
  | {
    readonly type: 'stats'; readonly stats: ServerStats;
    readonly clock: RtpClock | null;
  }
  | { readonly type: 'mode'; readonly mode: 'video' | 'telemetry' }
  | { readonly type: 'offline' };

/* The largest message the page takes; a stats message is some 500 bytes. */
const MAX_TEXT = 65536;

function parseStats(o: Json): ServerStats {
  const link = asObject(o['link']);
  const rowAgeMs = num(o, 'row_age_ms');
  return {
    videoKbps: num(o, 'video_kbps'),
    fps: num(o, 'fps'),
    rowRateHz: num(o, 'row_rate_hz'),
    rowAgeMs: rowAgeMs !== null && rowAgeMs >= 0 ? rowAgeMs : null,
    syncErrorP50Us: num(o, 'sync_error_p50_us'),
    syncErrorP99Us: num(o, 'sync_error_p99_us'),
    lostRows: num(o, 'lost_rows'),
    rejectedUnits: num(o, 'rejected_units'),
    rttMs: num(link, 'rtt_ms'),
    lossPct: num(link, 'loss_pct'),
    latencyMs: num(link, 'latency_ms'),
  };
}

function parseClock(v: unknown): RtpClock | null {
  const o = asObject(v);
  const videoRtp = num(o, 'video_rtp');
  const audioRtp = num(o, 'audio_rtp');
  return videoRtp === null || audioRtp === null ? null : { videoRtp, audioRtp };
}

/** The message, or undefined for what this version of the page does not know. */
export function parseText(text: string): TextMessage | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let o: Json;
  try {
    const v: unknown = JSON.parse(text);
    if (typeof v !== 'object' || v === null) return undefined;
    o = asObject(v);
  } catch {
    return undefined;
  }
  switch (o['type']) {
    case 'schema': {
      const schemaId = num(o, 'schema_id');
      return schemaId === null ? undefined : { type: 'schema', schemaId };
    }
    case 'session_info':
      return { type: 'session_info', update: num(o, 'update') ?? 0 };
    case 'laps': return { type: 'laps' };
    case 'track': return { type: 'track', version: num(o, 'version') ?? 0 };
    case 'stats':
      return { type: 'stats', stats: parseStats(o), clock: parseClock(o['clock']) };
    case 'mode': {
      const mode = o['mode'];
      return mode === 'video' || mode === 'telemetry'
        ? { type: 'mode', mode } : undefined;
    }
    case 'offline': return { type: 'offline' };
    default: return undefined;
  }
}

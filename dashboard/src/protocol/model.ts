/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What GET /api/v1/… answers, as typed objects (server/README.md). */

import {
  asArray, asObject, num, numbers, str, type Json,
} from './json.js';

export type DriverState = 'live' | 'stale' | 'offline';
export type DriverMode = 'video' | 'telemetry';

export interface VideoInfo {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly codec: string;
  /** Browsers get it encoded anew, because they do not play it as it comes. */
  readonly transcoded: boolean;
  readonly bitrateKbps: number;
}

export interface ThinnedInfo {
  /** Variables that come, and all that the simulator has. */
  readonly fields: number | null;
  readonly of: number | null;
  readonly rateHz: number | null;
}

export interface LinkInfo {
  readonly rttMs: number | null;
  readonly lossPct: number | null;
  readonly retransmitted: number | null;
  readonly recvMbps: number | null;
  readonly latencyMs: number | null;
}

export interface RecordingInfo {
  /** unindexed: written, but the database does not take its index. */
  readonly state: 'on' | 'unindexed' | 'paused';
  /** In words why not, and what to do; or "". */
  readonly failure: string;
  readonly bytes: number | null;
  readonly seconds: number | null;
}

/** Where the driver is in his race, by the newest row. */
export interface RaceInfo {
  readonly position: number | null;
  readonly classPosition: number | null;
  readonly lap: number | null;
  readonly lastLapS: number | null;
  readonly bestLapS: number | null;
  readonly onPitRoad: boolean;
}

/** Something is wrong with a stream; `code` for programs, `text` for people. */
export interface Alarm {
  readonly code: string;
  readonly level: 'warn' | 'bad';
  readonly text: string;
  readonly sinceUtcMs: number | null;
}

export interface StreamHealth {
  /** The worst first. */
  readonly alarms: readonly Alarm[];
  readonly keyIntervalS: number | null;
  readonly jitterMs: number | null;
  readonly latePictures: number | null;
  readonly bFrames: number | null;
  /** How far the clock of the driver's PC seems behind the server's. */
  readonly clockErrorMs: number | null;
}

export interface AudioInfo {
  readonly codec: string;
  readonly channels: number;
  readonly rate: number;
  readonly bitrateKbps: number;
  /** Why nobody hears it; or "". */
  readonly failure: string;
}

/** How a picture finds its row. */
export interface SyncInfo {
  /** Picture and telemetry come by connections of their own. */
  readonly paired: boolean;
  /** What sends the picture, where paired; or "". */
  readonly device: string;
  /** Time of a picture minus time of its own row. */
  readonly delayMs: number;
  /** What of that people have trimmed. */
  readonly offsetMs: number;
  /** Rows are where the agent saw their ticks, by its clock; else where they
   * arrived. */
  readonly byClock: boolean;
}

export interface DriverInfo {
  readonly id: string;
  readonly name: string;
  readonly car: string;
  readonly carNumber: string;
  readonly track: string;
  readonly state: DriverState;
  readonly mode: DriverMode;
  readonly sessionId: string;
  readonly sinceUtcMs: number | null;
  readonly video: VideoInfo | null;
  /** null while no sound comes. */
  readonly audio: AudioInfo | null;
  readonly rateHz: number | null;
  readonly telemetryKbps: number | null;
  readonly lostRows: number | null;
  readonly rejectedUnits: number | null;
  /** What comes of the rows; null: all. */
  readonly thinned: ThinnedInfo | null;
  readonly link: LinkInfo;
  /** null while the driver is not connected. */
  readonly recording: RecordingInfo | null;
  /** null while the driver is not connected. */
  readonly health: StreamHealth | null;
  /** null before the first row. */
  readonly race: RaceInfo | null;
  /** In words, who else wants to be this driver; or "". */
  readonly contest: string;
  /** Rows that did not come live and follow now; null while none do. */
  readonly backfill: string | null;
  readonly sync: SyncInfo;
  readonly viewers: number;
}

function parseThinned(v: unknown): ThinnedInfo | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  return {
    fields: num(o, 'fields'), of: num(o, 'of'), rateHz: num(o, 'rate_hz'),
  };
}

export function parseSync(v: unknown): SyncInfo {
  const o = asObject(v);
  return {
    paired: o['kind'] === 'paired',
    device: str(o, 'device'),
    delayMs: num(o, 'delay_ms') ?? 0,
    offsetMs: num(o, 'offset_ms') ?? 0,
    byClock: o['rows_by'] === 'clock',
  };
}

function parseVideo(v: unknown): VideoInfo | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  return {
    width: num(o, 'width') ?? 0,
    height: num(o, 'height') ?? 0,
    fps: num(o, 'fps') ?? 0,
    codec: str(o, 'codec'),
    transcoded: o['transcoded'] === true,
    bitrateKbps: num(o, 'bitrate_kbps') ?? 0,
  };
}

function parseAudio(v: unknown): AudioInfo | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  return {
    codec: str(o, 'codec'),
    channels: num(o, 'channels') ?? 0,
    rate: num(o, 'rate') ?? 0,
    bitrateKbps: num(o, 'bitrate_kbps') ?? 0,
    failure: str(o, 'failure'),
  };
}

function parseRecording(v: unknown): RecordingInfo | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  const state = o['state'];
  return {
    state: state === 'on' || state === 'unindexed' ? state : 'paused',
    failure: str(o, 'failure'),
    bytes: num(o, 'bytes'),
    seconds: num(o, 'seconds'),
  };
}

function parseAlarm(v: unknown): Alarm {
  const o = asObject(v);
  return {
    code: str(o, 'code'),
    level: o['level'] === 'bad' ? 'bad' : 'warn',
    text: str(o, 'text'),
    sinceUtcMs: num(o, 'since_utc_ms'),
  };
}

function parseHealth(v: unknown): StreamHealth | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  return {
    alarms: asArray(o['alarms']).map(parseAlarm).filter((a) => a.code !== ''),
    keyIntervalS: num(o, 'key_interval_s'),
    jitterMs: num(o, 'jitter_ms'),
    latePictures: num(o, 'late_pictures'),
    bFrames: num(o, 'b_frames'),
    clockErrorMs: num(o, 'clock_error_ms'),
  };
}

/* The simulator says 0 or less while there is none. */
function some(o: Json, key: string): number | null {
  const n = num(o, key);
  return n !== null && n > 0 ? n : null;
}

function parseRace(v: unknown): RaceInfo | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  return {
    position: some(o, 'position'),
    classPosition: some(o, 'class_position'),
    lap: num(o, 'lap'),
    lastLapS: some(o, 'lap_last_s'),
    bestLapS: some(o, 'lap_best_s'),
    onPitRoad: o['on_pit_road'] === true,
  };
}

export function parseDriver(v: unknown): DriverInfo | null {
  const o = asObject(v);
  const id = str(o, 'id');
  if (id === '') return null;
  const telemetry = asObject(o['telemetry']);
  const link = asObject(o['link']);
  const state = o['state'];
  return {
    id,
    name: str(o, 'name') || id,
    car: str(o, 'car'),
    carNumber: str(o, 'car_number'),
    track: str(o, 'track'),
    state: state === 'live' || state === 'stale' ? state : 'offline',
    mode: o['mode'] === 'telemetry' ? 'telemetry' : 'video',
    sessionId: str(o, 'session_id'),
    sinceUtcMs: num(o, 'since_utc_ms'),
    video: parseVideo(o['video']),
    audio: parseAudio(o['audio']),
    rateHz: num(telemetry, 'rate_hz'),
    telemetryKbps: num(telemetry, 'bitrate_kbps'),
    lostRows: num(telemetry, 'lost_rows'),
    rejectedUnits: num(telemetry, 'rejected_units'),
    thinned: parseThinned(telemetry['thinned']),
    link: {
      rttMs: num(link, 'rtt_ms'),
      lossPct: num(link, 'loss_pct'),
      retransmitted: num(link, 'retransmitted'),
      recvMbps: num(link, 'recv_mbps'),
      latencyMs: num(link, 'latency_ms'),
    },
    recording: parseRecording(o['recording']),
    health: parseHealth(o['health']),
    race: parseRace(o['race']),
    contest: str(asObject(o['contest']), 'message'),
    backfill: str(asObject(o['backfill']), 'text') || null,
    sync: parseSync(o['sync']),
    viewers: num(o, 'viewers') ?? 0,
  };
}

export function parseDrivers(v: unknown): DriverInfo[] {
  return asArray(asObject(v)['drivers']).map(parseDriver).filter((d): d is DriverInfo => d !== null);
}

export interface Lap {
  readonly lap: number;
  /** null: not finished, or not a whole lap. */
  readonly timeS: number | null;
  readonly valid: boolean;
  readonly fuelUsedL: number | null;
}

export interface Laps {
  readonly laps: readonly Lap[];
  readonly bestLap: number | null;
}

export function parseLaps(v: unknown): Laps {
  const o = asObject(v);
  const best = o['best_lap'];
  return {
    laps: asArray(o['laps']).map(asObject).flatMap((l) => {
      const lap = num(l, 'lap');
      return lap === null ? [] : [{
        lap,
        timeS: num(l, 'time_s'),
        valid: l['valid'] === true,
        fuelUsedL: num(l, 'fuel_used_l'),
      }];
    }),
    bestLap: num(asObject(best), 'lap') ?? num(o, 'best_lap'),
  };
}

/** Time of one lap at points round the track; pct rises strictly. */
export interface LapTrace {
  readonly lap: number;
  readonly pct: readonly number[];
  readonly timeS: readonly number[];
}

export function parseTrace(v: unknown): LapTrace | null {
  const o = asObject(v);
  const pct = numbers(o['pct']);
  const timeS = numbers(o['time_s']);
  if (pct.length < 2 || pct.length !== timeS.length) return null;
  for (let i = 1; i < pct.length; i++) {
    if (pct[i]! <= pct[i - 1]!) return null;
  }
  return { lap: num(o, 'lap') ?? 0, pct, timeS };
}

export interface TrackPoint {
  readonly pct: number;
  /** Metres east and north of the point at pct 0. */
  readonly x: number;
  readonly y: number;
}

export interface Track {
  readonly name: string;
  readonly lengthM: number | null;
  readonly complete: boolean;
  readonly version: number;
  readonly points: readonly TrackPoint[];
}

/* The outline has about a thousand points; ten times that is not one. */
const MAX_TRACK_POINTS = 10000;

export function parseTrack(v: unknown): Track {
  const o = asObject(v);
  const points = asArray(o['points']).slice(0, MAX_TRACK_POINTS).map(asObject)
    .flatMap((p) => {
      const pct = num(p, 'pct');
      const x = num(p, 'x_m');
      const y = num(p, 'y_m');
      return pct === null || x === null || y === null ? [] : [{ pct, x, y }];
    })
    .sort((a, b) => a.pct - b.pct);
  return {
    name: str(o, 'track'),
    lengthM: num(o, 'length_m'),
    complete: o['complete'] === true,
    version: num(o, 'version') ?? 0,
    points,
  };
}

export interface SessionCar {
  readonly carIdx: number;
  readonly name: string;
  readonly carNumber: string;
  readonly className: string;
  /** 0xRRGGBB, or null where the simulator names none. */
  readonly classColor: number | null;
  readonly isPaceCar: boolean;
  readonly isSpectator: boolean;
}

export interface SessionInfo {
  readonly update: number;
  readonly trackName: string;
  /** Kind of session by SessionNum. */
  readonly sessionNames: ReadonlyMap<number, string>;
  /** Where sectors start, 0..1. */
  readonly sectorsPct: readonly number[];
  readonly playerCarIdx: number | null;
  readonly cars: ReadonlyMap<number, SessionCar>;
  readonly redlineRpm: number | null;
  readonly shiftRpm: number | null;
  /** A lap of the own car as the simulator estimates it, seconds. */
  readonly estLapS: number | null;
}

function parseColor(v: unknown): number | null {
  const m = typeof v === 'string' ? /^#([0-9a-f]{6})$/i.exec(v) : null;
  return m ? parseInt(m[1]!, 16) : null;
}

export function parseSessionInfo(v: unknown): SessionInfo {
  const o = asObject(v);
  const track = asObject(o['track']);
  const cars = new Map<number, SessionCar>();
  for (const d of asArray(o['drivers']).map(asObject)) {
    const carIdx = num(d, 'car_idx');
    if (carIdx === null) continue;
    cars.set(carIdx, {
      carIdx,
      name: str(d, 'name'),
      carNumber: str(d, 'car_number'),
      className: str(d, 'class'),
      classColor: parseColor(d['class_color']),
      isPaceCar: d['is_pace_car'] === true,
      isSpectator: d['is_spectator'] === true,
    });
  }
  return {
    update: num(o, 'update') ?? 0,
    trackName: [str(track, 'name'), str(track, 'config')]
      .filter(Boolean).join(' '),
    sessionNames: new Map(asArray(o['sessions']).map(asObject).map(
      (s) => [num(s, 'num') ?? -1, str(s, 'type') || str(s, 'name')])),
    sectorsPct: numbers(track['sectors_pct']),
    playerCarIdx: num(o, 'player_car_idx'),
    cars,
    redlineRpm: num(o, 'redline_rpm'),
    shiftRpm: num(o, 'shift_rpm'),
    estLapS: num(o, 'est_lap_s'),
  };
}

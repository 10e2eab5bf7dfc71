/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The control channel's messages as the page uses them; their names are those
 * of the schema, by its types. */

import type {
  Adapt, Agent, Clock, Command, Diagnostics, Error as WireError, Flash, Governor,
  GovernorInputs, Hello, LogLevel, Receipt, Status, TickFit, Welcome,
} from './control-wire.js';
import {
  asArray, asObject, bool, num, str, strings, type Json,
} from './json.js';

export const SUBPROTOCOL = 'pitbox-control.1';
const VERSION = 1;

export interface AgentClock {
  readonly offsetMs: number | null;
  readonly errorMs: number | null;
  readonly driftPpm: number | null;
}

/** Of the line that gives the simulator's ticks their times. */
export interface AgentTickFit {
  readonly rateHz: number | null;
  readonly errorMs: number | null;
}

export interface AgentAdapt {
  /** whole, smaller, smallest or telemetry. */
  readonly step: string;
  /** Why not more: start, full, queue, loss, picture or growing. */
  readonly reason: string;
  readonly lowKbps: number | null;
  readonly highKbps: number | null;
}

export interface AgentGovernor {
  /** whole, smaller, smallest, telemetry, main, key or least. */
  readonly level: string;
  /** In words, why less than all is sent; "": all is. */
  readonly reason: string;
  /** The last step. */
  readonly sinceS: number | null;
  /** Of the rows that are sent: all, main, key or least. */
  readonly fields: string;
  readonly rateHz: number | null;
  readonly pcCpuPct: number | null;
  readonly gpuPct: number | null;
  readonly gameFps: number | null;
  readonly freeMemoryMb: number | null;
}

export interface AgentInfo {
  readonly device: string;
  readonly driver: string;
  readonly online: boolean;
  readonly version: string;
  readonly capabilities: readonly string[];
  readonly ageMs: number | null;
  /** "" before the first status. */
  readonly state: string;
  readonly mode: string;
  /** What the driver has set, and what was last asked for by a command. */
  readonly wantedMode: string;
  readonly askedMode: string;
  readonly reason: string;
  readonly encoder: string;
  readonly bitrateKbps: number | null;
  readonly maxBitrateKbps: number | null;
  readonly sendKbps: number | null;
  readonly droppedPackets: number | null;
  readonly lostTicks: number | null;
  readonly cpuPct: number | null;
  readonly memoryBytes: number | null;
  /** As it is set, by the driver or by a command. */
  readonly width: number | null;
  readonly height: number | null;
  readonly framerate: number | null;
  readonly keyIntervalMs: number | null;
  readonly wantedEncoder: string;
  /** Arguments that the driver has set, which stay as they are. */
  readonly driverSet: readonly string[];
  readonly logLevel: string;
  readonly clock: AgentClock | null;
  /** null: there is none yet. */
  readonly tickFit: AgentTickFit | null;
  /** null: the picture does not follow the network. */
  readonly adapt: AgentAdapt | null;
  /** null: nobody looks at what the driver's PC can spare. */
  readonly governor: AgentGovernor | null;
}

/** What an agent's log can be set to, the quietest first. */
export const LOG_LEVELS: readonly LogLevel[] = [
  'error', 'warning', 'message', 'info', 'debug',
];

/** What was shown on the driver's screen. */
export interface AgentFlash {
  readonly firstTick: number;
  readonly lastTick: number;
}

export type ReceiptState = Receipt['state'];

export type ControlMessage =
  | { readonly type: 'welcome'; readonly mayControl: boolean }
  | { readonly type: 'agents'; readonly agents: readonly AgentInfo[] }
  | {
    readonly type: 'receipt'; readonly id: string;
    readonly state: ReceiptState; readonly reason: string;
    /** Why what of it is not done, though the rest is. */
    readonly refused: readonly string[];
    /** Of sync_flash. */
    readonly flash: AgentFlash | null;
  }
  | {
    readonly type: 'diagnostics'; readonly id: string;
    readonly part: number; readonly last: boolean; readonly text: string;
  }
  | {
    readonly type: 'error'; readonly message: string;
    /** The connection ends, and would again. */
    readonly fatal: boolean;
  };

/* A name that the schema has not is an error of types. */
const s = (o: Json, key: keyof Status): string => str(o, key);
const n = (o: Json, key: keyof Status): number | null => num(o, key);
const a = (o: Json, key: keyof Agent): string => str(o, key);
type ClockKey = keyof NonNullable<Clock>;
type AdaptKey = keyof NonNullable<Adapt>;
type GovernorKey = keyof NonNullable<Governor>;
const ms = (o: Json, key: ClockKey): number | null => {
  const us = num(o, key);
  return us === null ? null : us / 1000;
};

function parseClock(v: unknown): AgentClock | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  const drift: ClockKey = 'drift_ppm';
  return {
    offsetMs: ms(o, 'offset_us'), errorMs: ms(o, 'error_us'),
    driftPpm: num(o, drift),
  };
}

function parseTickFit(v: unknown): AgentTickFit | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  const rate: keyof NonNullable<TickFit> = 'rate_hz';
  const error: keyof NonNullable<TickFit> = 'error_us';
  const us = num(o, error);
  return { rateHz: num(o, rate), errorMs: us === null ? null : us / 1000 };
}

function parseAdapt(v: unknown): AgentAdapt | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  const step: AdaptKey = 'step', reason: AdaptKey = 'reason';
  const low: AdaptKey = 'low_kbps', high: AdaptKey = 'high_kbps';
  return {
    step: str(o, step), reason: str(o, reason),
    lowKbps: num(o, low), highKbps: num(o, high),
  };
}

function parseGovernor(v: unknown): AgentGovernor | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = asObject(v);
  const inputs: GovernorKey = 'inputs';
  const seen = asObject(o[inputs]);
  const text = (key: GovernorKey): string => str(o, key);
  const number = (key: GovernorKey): number | null => num(o, key);
  const input = (key: keyof GovernorInputs): number | null => num(seen, key);
  return {
    level: text('level'), reason: text('reason'), sinceS: number('since_s'),
    fields: text('fields'), rateHz: number('rate_hz'),
    pcCpuPct: input('pc_cpu_pct'), gpuPct: input('gpu_pct'),
    gameFps: input('game_fps'), freeMemoryMb: input('free_memory_mb'),
  };
}

function parseFlash(v: unknown): AgentFlash | null {
  const o = asObject(v);
  const first: keyof NonNullable<Flash> = 'first_tick';
  const last: keyof NonNullable<Flash> = 'last_tick';
  const firstTick = num(o, first);
  const lastTick = num(o, last);
  return firstTick === null || lastTick === null ? null
    : { firstTick, lastTick };
}

function parseAgent(v: unknown): AgentInfo {
  const o = asObject(v);
  const status: keyof Agent = 'status';
  const clock: keyof Status = 'clock';
  const tickFit: keyof Status = 'tick_fit';
  const adapt: keyof Status = 'adapt';
  const governor: keyof Status = 'governor';
  const driverSet: keyof Status = 'driver_set';
  const st = asObject(o[status]);
  return {
    device: a(o, 'device'),
    driver: a(o, 'driver'),
    online: bool(o, 'online'),
    version: a(o, 'version'),
    capabilities: strings(o['capabilities']),
    ageMs: num(o, 'age_ms'),
    state: s(st, 'state'),
    mode: s(st, 'mode'),
    wantedMode: s(st, 'wanted_mode'),
    askedMode: s(st, 'asked_mode'),
    reason: s(st, 'reason'),
    encoder: s(st, 'encoder'),
    bitrateKbps: n(st, 'bitrate_kbps'),
    maxBitrateKbps: n(st, 'max_bitrate_kbps'),
    sendKbps: n(st, 'send_kbps'),
    droppedPackets: n(st, 'dropped_packets'),
    lostTicks: n(st, 'lost_ticks'),
    cpuPct: n(st, 'cpu_pct'),
    memoryBytes: n(st, 'memory_bytes'),
    width: n(st, 'width'),
    height: n(st, 'height'),
    framerate: n(st, 'framerate'),
    keyIntervalMs: n(st, 'key_interval_ms'),
    wantedEncoder: s(st, 'wanted_encoder'),
    driverSet: strings(st[driverSet]),
    logLevel: s(st, 'log_level'),
    clock: parseClock(st[clock]),
    tickFit: parseTickFit(st[tickFit]),
    adapt: parseAdapt(st[adapt]),
    governor: parseGovernor(st[governor]),
  };
}

function receiptState(text: string): ReceiptState {
  return text === 'accepted' || text === 'executed' || text === 'refused'
    ? text : 'lost';
}

/** undefined: nothing that the page knows. */
export function parseControl(text: string): ControlMessage | undefined {
  let o: Json;
  try {
    o = asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
  const may: keyof Welcome = 'may_control';
  const refused: keyof Receipt = 'refused';
  const flash: keyof Receipt = 'flash';
  const part: keyof Diagnostics = 'part';
  const last: keyof Diagnostics = 'last';
  const fatal: keyof WireError = 'fatal';
  switch (o['type']) {
    case 'welcome': return { type: 'welcome', mayControl: bool(o, may) };
    case 'agents':
      return {
        type: 'agents',
        agents: asArray(o['agents']).map(parseAgent)
          .filter((agent) => agent.device !== '')
          .sort((x, y) => x.device.localeCompare(y.device)),
      };
    case 'receipt':
      return {
        type: 'receipt', id: str(o, 'id'),
        state: receiptState(str(o, 'state')), reason: str(o, 'reason'),
        refused: asArray(o[refused]).map((r) => str(asObject(r), 'reason')),
        flash: parseFlash(o[flash]),
      };
    case 'diagnostics':
      return {
        type: 'diagnostics', id: str(o, 'id'), part: num(o, part) ?? 0,
        last: bool(o, last), text: str(o, 'text'),
      };
    case 'error':
      return {
        type: 'error', message: str(o, 'message'), fatal: bool(o, fatal),
      };
    default: return undefined;
  }
}

export function helloText(version: string): string {
  const hello: Hello = {
    type: 'hello', protocol_min: VERSION, protocol_max: VERSION, version,
  };
  return JSON.stringify(hello);
}

export type Order = Omit<Command, 'type' | 'id' | 'by'> & {
  readonly device: string;
};

export function commandText(id: string, order: Order): string {
  const command: Command = { type: 'command', id, ...order };
  return JSON.stringify(command);
}

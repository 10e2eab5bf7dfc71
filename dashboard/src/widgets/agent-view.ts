/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is shown of a driver's agent, and what may be asked of it. */

import type {
  AgentAdapt, AgentClock, AgentGovernor, AgentTickFit,
} from '../protocol/control.js';
import { bitrate, fixed, UNKNOWN, withUnit } from './format.js';

export interface AgentView {
  readonly device: string;
  readonly online: boolean;
  /** Names of the commands that this version of the agent takes. */
  readonly capabilities: readonly string[];
  readonly state: string;
  readonly mode: string;
  readonly wantedMode: string;
  readonly reason: string;
  readonly encoder: string;
  readonly bitrateKbps: number | null;
  readonly maxBitrateKbps: number | null;
  readonly sendKbps: number | null;
  readonly droppedPackets: number | null;
  readonly lostTicks: number | null;
  readonly cpuPct: number | null;
  readonly memoryBytes: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly framerate: number | null;
  readonly keyIntervalMs: number | null;
  readonly wantedEncoder: string;
  /** Arguments of configure that the driver has set. */
  readonly driverSet: readonly string[];
  readonly logLevel: string;
  readonly clock: AgentClock | null;
  readonly tickFit: AgentTickFit | null;
  /** How the picture follows the network; null: it does not. */
  readonly adapt: AgentAdapt | null;
  /** What the driver's PC can spare; null: nobody looks. */
  readonly governor: AgentGovernor | null;
}

/** What became of an order. */
export interface Answer {
  readonly done: boolean;
  /** For people; why not, where it is not done. */
  readonly words: string;
  /** What was asked for, where that is a text; null: it did not come whole. */
  readonly text?: string | null;
}

/** How the picture shall be; what is left out stays. */
export interface PictureOrder {
  readonly width?: number;
  readonly height?: number;
  readonly framerate?: number;
  readonly keyIntervalMs?: number;
  readonly encoder?: string;
}

export interface AgentOrders {
  readonly mode: (mode: 'video' | 'telemetry') => Promise<Answer>;
  readonly keyFrame: () => Promise<Answer>;
  readonly bitrate: (kbps: number) => Promise<Answer>;
  readonly picture: (picture: PictureOrder) => Promise<Answer>;
  readonly message: (text: string) => Promise<Answer>;
  readonly diagnose: () => Promise<Answer>;
  readonly logLevels: readonly string[];
  readonly logLevel: (level: string) => Promise<Answer>;
}

/* Why it is not more, in words of one who looks at a picture. */
const REASONS: Readonly<Record<string, string>> = {
  start: 'just begun', full: 'all that is allowed', queue: 'network',
  loss: 'network loses', picture: 'picture needs no more',
  growing: 'trying more',
};

const STEPS: Readonly<Record<string, string>> = {
  smaller: 'smaller picture', smallest: 'smallest picture',
  telemetry: 'telemetry only',
};

/** What the network bears, as "2.1 Mbit/s, network". */
export function follows(v: AgentView): string {
  if (!v.adapt) return UNKNOWN;
  const { step, reason } = v.adapt;
  /* Without a picture what the network would bear of one says nothing. */
  if (v.mode === 'telemetry' && step !== 'telemetry') return 'no picture';
  return [
    step === 'telemetry' || v.bitrateKbps === null ? ''
      : bitrate(v.bitrateKbps),
    step === 'whole' ? '' : STEPS[step] ?? step,
    REASONS[reason] ?? reason,
  ].filter((text) => text !== '').join(', ');
}

const LEVELS: Readonly<Record<string, string>> = {
  whole: 'nothing', smaller: 'smaller picture', smallest: 'smallest picture',
  telemetry: 'no picture',
};

/** What the driver's PC cannot spare, or the network does not take of the rows,
 * as "smaller picture, for 12 s". */
export function spares(v: AgentView): string {
  const g = v.governor;
  if (!g) return UNKNOWN;
  return [
    g.fields === 'all' ? LEVELS[g.level] ?? g.level : thinned(v),
    g.reason === '' || g.sinceS === null ? ''
      : `for ${withUnit(g.sinceS, 's')}`,
  ].filter((text) => text !== '').join(', ');
}

/** "" where all rows are sent as they are. */
export function thinned(v: AgentView): string {
  const g = v.governor;
  if (!g || g.fields === 'all') return '';
  return `thinned: ${g.fields === 'main' ? 'main' : 'key'} fields, ${
    withUnit(g.rateHz, 'Hz')}`;
}

/** How busy the driver's PC is, and how fast the game. */
export function machine(v: AgentView): string {
  const g = v.governor;
  if (!g) return UNKNOWN;
  return `${withUnit(g.pcCpuPct, '%')} · GPU ${withUnit(g.gpuPct, '%')} · ${
    fixed(g.gameFps)} fps · ${g.freeMemoryMb === null ? UNKNOWN
    : fixed(g.freeMemoryMb / 1024, 1)} GB free`;
}

/** What one who sees less than all wants to read; "": all is sent. */
export function held(v: AgentView): string {
  const g = v.governor;
  return !g || g.reason === '' ? ''
    : `Held back: ${spares(v)}. At the time, ${g.reason}.`;
}

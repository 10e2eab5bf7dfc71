/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Made by protocol/make-types.py from control.schema.json: messages of the
 * control channel. Not edited by hand. */

/** First message of an agent or a page: which versions of the protocol it speaks, and what it is. */
export interface Hello {
  readonly type: 'hello';
  readonly protocol_min: number;
  readonly protocol_max: number;
  /** Of the program. */
  readonly version: string;
  /** Of an agent, e.g. linux. */
  readonly platform?: string;
  /** Of an agent: another one at each start of the program. */
  readonly run?: Id;
  /** Of an agent: names of the commands that it takes. */
  readonly capabilities?: readonly string[];
}

/** The server's answer to a hello that it goes on with. */
export interface Welcome {
  readonly type: 'welcome';
  readonly protocol: number;
  /** Of the server. */
  readonly version: string;
  readonly utc_us: TimeUs;
  /** How often an agent sends its status. */
  readonly status_interval_ms: number;
  /** Whom the server takes an agent for. */
  readonly device?: string;
  readonly driver?: string;
  /** Whether this page may send commands. */
  readonly may_control?: boolean;
}

/** What an agent does and how it fares. What it does not know is null or left out. */
export interface Status {
  readonly type: 'status';
  readonly state: 'waiting' | 'connecting' | 'streaming' | 'backing-off' | 'revoked';
  /** What is sent. */
  readonly mode: Mode;
  /** What the driver has set. */
  readonly wanted_mode: Mode;
  /** What was last asked for by a command; the driver's own wins. */
  readonly asked_mode?: Mode | null;
  /** In words, the last failure. */
  readonly reason?: string | null;
  readonly source?: string | null;
  readonly encoder?: string | null;
  /** The picture's, as it is set. */
  readonly bitrate_kbps?: number | null;
  /** The picture's, as it is set; pixels. */
  readonly width?: number | null;
  readonly height?: number | null;
  /** Frames a second. */
  readonly framerate?: number | null;
  readonly key_interval_ms?: number | null;
  /** What is set: auto, or a name. */
  readonly wanted_encoder?: string | null;
  /** Names of args that the driver has set, so that they cannot be asked for. */
  readonly driver_set?: readonly string[];
  /** The most that the driver allows. */
  readonly max_bitrate_kbps?: number | null;
  /** What goes out, measured. */
  readonly send_kbps?: number | null;
  /** Too late to be sent, of this connection. */
  readonly dropped_packets?: number | null;
  /** Rows of the simulator that were not read, of this stream. */
  readonly lost_ticks?: number | null;
  readonly rtt_ms?: number | null;
  /** Of one core, by the agent's process. */
  readonly cpu_pct?: number | null;
  /** Resident. */
  readonly memory_bytes?: number | null;
  readonly uptime_s?: number;
  readonly adapt?: Adapt;
  readonly governor?: Governor;
  readonly harm?: Harm;
  /** Until the agent's next start. */
  readonly log_level?: LogLevel;
  readonly clock?: Clock;
  readonly tick_fit?: TickFit;
}

/** The line that gives the simulator's ticks their times, by the agent's own clock; left out before it can be told, and without a simulator. */
export type TickFit = {
  /** Ticks a second. */
  readonly rate_hz?: number;
  /** How far from it the ticks were that were seen with the least delay, one a second; root of the mean square. */
  readonly error_us?: number;
} | null;

/** The band of the picture's bitrate, and what the network bears of it; null: the picture does not follow. A word that is not known here is a newer agent's. */
export type Adapt = {
  /** low, medium or high. */
  readonly preset?: string;
  /** Never more. */
  readonly high_kbps?: number;
  /** Below it the picture gets smaller. */
  readonly low_kbps?: number;
  /** Below it there is none. */
  readonly floor_kbps?: number;
  /** whole, smaller, smallest or telemetry: what of the picture that is set the network bears; the lower of it and the governor's is sent. */
  readonly step?: string;
  /** Why not more: start, full, queue, loss, picture or growing. */
  readonly reason?: string;
} | null;

/** What the driver's PC can spare, and what was seen of it; null: nobody looks. A word that is not known here is a newer agent's. */
export type Governor = {
  /** In the order in which things give way: whole, smaller, smallest, telemetry (no picture), main, key, least (rows are thinned, too). */
  readonly level?: string;
  /** In words, why less than all is sent; null: all is. */
  readonly reason?: string | null;
  /** The last step, either way; null: there was none. */
  readonly since_s?: number | null;
  /** Which variables are sent: all; main: what pages show; key, least: inputs, position, lap and fuel. */
  readonly fields?: string;
  /** Of the rows that are sent. */
  readonly rate_hz?: number | null;
  readonly inputs?: GovernorInputs;
  readonly slip?: Slip;
} | null;

/** The measurement of what the agent costs the game; null: there was none yet. */
export type Harm = {
  /** It goes on: the stream pauses and comes back by itself. */
  readonly on?: boolean;
  /** That are complete. */
  readonly rounds?: number;
  readonly wanted_rounds?: number;
  /** What the agent does now: whole, telemetry or nothing. */
  readonly work?: string;
  /** At least. */
  readonly left_s?: number;
  /** In words, what came of the last one; null: it is the first. */
  readonly line?: string | null;
} | null;

/** Pictures that are late before the encoder; left out without a picture. */
export interface Slip {
  /** That were given up, of this stream. */
  readonly pictures?: number;
  /** The thread that feeds the encoder goes before others because of that. */
  readonly raised?: boolean;
}

/** At the last look; what nobody tells is null. */
export interface GovernorInputs {
  /** Of all processors, by the agent. */
  readonly agent_cpu_pct?: number | null;
  /** Of all processors, by all programs. */
  readonly pc_cpu_pct?: number | null;
  /** Of the busiest one's busiest engine, by all programs. */
  readonly gpu_pct?: number | null;
  /** Likewise, of the engines that encode video. */
  readonly gpu_encode_pct?: number | null;
  /** Of the engine that draws, by the agent. */
  readonly agent_gpu_pct?: number | null;
  /** Frames a second that the game draws. */
  readonly game_fps?: number | null;
  /** Of its time, by the game's foreground thread. */
  readonly game_fg_pct?: number | null;
  /** Likewise, by the other one. */
  readonly game_bg_pct?: number | null;
  /** Of the agent, resident. */
  readonly memory_mb?: number | null;
  /** Of the agent, what nobody shares. */
  readonly private_mb?: number | null;
  /** What programs can still have. */
  readonly free_memory_mb?: number | null;
  /** Of the oldest row that waits for the network, where rows alone are sent and no other way is left for them. */
  readonly late_ms?: number | null;
}

/** What the server knows of the agents that a page may see; each second. */
export interface Agents {
  readonly type: 'agents';
  readonly agents: readonly Agent[];
}

export interface Agent {
  readonly device: string;
  readonly driver: string;
  readonly online: boolean;
  readonly version?: string | null;
  readonly platform?: string | null;
  readonly capabilities?: readonly string[];
  /** Of the status. */
  readonly age_ms?: number | null;
  /** The newest one; null before the first. */
  readonly status?: Status | null;
}

/** Asks for the server's time. */
export interface ClockRequest {
  readonly type: 'clock_request';
  /** When it was sent, by the asking side's own clock. */
  readonly t1_us: TimeUs;
}

export interface ClockReply {
  readonly type: 'clock_reply';
  /** As it was asked. */
  readonly t1_us: TimeUs;
  /** UTC of the server when the request came. */
  readonly t2_us: TimeUs;
  /** UTC of the server when this was sent. */
  readonly t3_us: TimeUs;
}

/** An agent's idea of the server's clock. */
export type Clock = {
  /** Server's UTC minus the agent's. */
  readonly offset_us: number;
  /** How far off that may be where both ways take equally long. */
  readonly error_us: number;
  /** How far off at most, whatever the ways. */
  readonly bound_us: number;
  /** How much faster the server's clock runs; null before that can be told. */
  readonly drift_ppm?: number | null;
  readonly drift_error_ppm?: number | null;
  /** The shortest of those that count. */
  readonly rtt_us: number;
} | null;

/** From a page to the server, which hands it on to the agent. */
export interface Command {
  readonly type: 'command';
  /** Of who gives it, random; one that was there before is not executed again. */
  readonly id: Id;
  /** mode, configure, key_frame, log_level, diagnose, notice, sync_flash, measure_cost; others are refused by the agent. */
  readonly name: string;
  /** From a page: whom it is for. */
  readonly device?: string;
  /** To an agent: who gives it. */
  readonly by?: string;
  readonly args?: Args;
}

/** mode: mode. configure: one or more of bitrate_kbps, width, height, framerate, key_interval_ms, encoder. key_frame, diagnose, sync_flash, measure_cost: none. log_level: log_level. notice: text. */
export interface Args {
  readonly mode?: Mode;
  readonly bitrate_kbps?: number;
  /** Pixels, made even. */
  readonly width?: number;
  /** Likewise. */
  readonly height?: number;
  readonly framerate?: number;
  /** Of picture and telemetry. */
  readonly key_interval_ms?: number;
  /** auto, or a name such as x264enc. */
  readonly encoder?: string;
  /** For the driver; characters that are not shown become blanks. */
  readonly text?: string;
  readonly log_level?: LogLevel;
}

/** What became of a command. */
export interface Receipt {
  readonly type: 'receipt';
  readonly id: Id;
  /** accepted: handed on to the agent. lost: nobody knows. */
  readonly state: 'accepted' | 'executed' | 'refused' | 'lost';
  /** In words, why it was refused or lost. */
  readonly reason?: string;
  /** What is set now. */
  readonly applied?: Args;
  /** Of what was asked for: what is not done though the rest is. */
  readonly refused?: readonly Refused[];
  readonly flash?: Flash;
  /** To a page. */
  readonly device?: string;
}

/** Of sync_flash: what was shown on the driver's screen. */
export type Flash = {
  /** Of the first row whose tick was shown. */
  readonly first_tick: number;
  readonly last_tick: number;
  /** How many were. */
  readonly ticks: number;
  /** When the first was on the screen, by the agent's own UTC; with its clock's offset_us, the server's. */
  readonly first_utc_us: TimeUs;
  /** Of the screen, pixels. */
  readonly width?: number;
  readonly height?: number;
} | null;

export interface Refused {
  /** Of the argument. */
  readonly name: string;
  /** In words. */
  readonly reason: string;
}

/** A part of what an agent answers to the command diagnose, before its receipt; handed on to who gave it. */
export interface Diagnostics {
  readonly type: 'diagnostics';
  /** Of the command. */
  readonly id: Id;
  /** From 1 on, in order. */
  readonly part: number;
  readonly last: boolean;
  /** Lines for people, without secrets. */
  readonly text: string;
}

/** A message that could not be used, or the reason for what follows. Never answered. */
export interface Error {
  readonly type: 'error';
  /** For programs. */
  readonly code: string;
  /** For people: what is wrong and what to do. */
  readonly message: string;
  /** The type of the message that it answers. */
  readonly about?: string;
  /** The connection ends. */
  readonly fatal?: boolean;
}

export type Mode = 'video' | 'telemetry';

/** The least important that an agent writes into its log; info, debug: its elements, too. */
export type LogLevel = 'error' | 'warning' | 'message' | 'info' | 'debug';

export type Id = string;

export type TimeUs = number;

export type Message =
  Hello | Welcome | Status | Agents | ClockRequest | ClockReply | Command | Receipt | Diagnostics | Error;

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Everything about the driver being watched: the connection, his telemetry,
 * what the server knows about session, laps and track. Pages read it and
 * listen to it; none of them sees the wire. */

import {
  CarReader, INPUT_FIELDS, type CarSpot, type CarState,
} from '../protocol/car.js';
import { parseText, type TextMessage } from '../protocol/messages.js';
import type {
  DriverMode, Laps, LapTrace, SessionInfo, Track,
} from '../protocol/model.js';
import type { RestClient } from '../protocol/rest.js';
import type { Sample } from '../protocol/sample.js';
import type { Schema } from '../protocol/schema.js';
import { FLAG_DISCONTINUITY } from '../protocol/sample.js';
import {
  Connection, type ConnectionState, type PreparedWhep,
} from './connection.js';
import { Emitter } from './emitter.js';
import { HealthMeter } from './health.js';
import { FollowedRows, type Span } from './followed.js';
import { History, type FollowedRow } from './history.js';
import { ReceiveStats } from './receive-stats.js';
import { SampleStore } from './sample-store.js';
import { Sound } from './sound.js';
import { TelemetryFeed } from './telemetry-feed.js';
import { canReceiveH264 } from './whep.js';

/** Rows the traces can look back on: a little more than a minute. */
const HISTORY_ROWS = 4000;
/* One undecodable message is a hiccup; this many in a row are a broken view. */
const MAX_UNDECODABLE = 90;
/* Laps and outline are also told of by messages; this catches a lost one. */
const REFRESH_MS = 10000;

export interface LiveEvents {
  readonly connection: ConnectionState;
  readonly sample: Sample;
  readonly picture: MediaStream | null;
  readonly laps: Laps | null;
  readonly reference: LapTrace | null;
  readonly track: Track | null;
  readonly info: SessionInfo | null;
  /** A new view starts; what was held or drawn belongs to the old one. */
  readonly fresh: null;
}

export class LiveSession extends Emitter<LiveEvents> {
  readonly store = new SampleStore();
  readonly history = new History(HISTORY_ROWS);
  readonly health = new HealthMeter();
  readonly sound = new Sound();
  #canH264 = canReceiveH264();
  readonly #rest: RestClient;
  readonly #feed: TelemetryFeed;
  readonly #receive = new ReceiveStats();
  readonly #followed = new FollowedRows(this.history,
    (span) => this.#readFollowed(span));
  #connection: Connection | undefined;
  #driver: string | null = null;
  #reader: CarReader | undefined;
  #undecodable = 0;
  #reason = '';
  #refresh: ReturnType<typeof setInterval> | undefined;
  laps: Laps | null = null;
  reference: LapTrace | null = null;
  track: Track | null = null;
  info: SessionInfo | null = null;

  constructor(rest: RestClient) {
    super();
    this.#rest = rest;
    this.#feed = new TelemetryFeed({
      sample: (sample, schema) => this.#sample(sample, schema),
      undecodable: (why) => this.#undecoded(why),
      wantSchema: () => void this.#fetchSchema(),
    });
  }

  /** Whether the picture can be shown: what the browser says, until the server
   * says otherwise of an offer. */
  get canH264(): boolean {
    return this.#canH264;
  }

  get driver(): string | null {
    return this.#driver;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Why the connection is in its state, in words; may be "". */
  get reason(): string {
    return this.#reason;
  }

  get schema(): Schema | undefined {
    return this.#feed.schema;
  }

  /** Watches a driver, from now on and whatever happens to the connection. */
  select(driver: string, mode: DriverMode, prepared?: PreparedWhep): void {
    if (driver === this.#driver) return;
    this.stop();
    this.#driver = driver;
    /* First of all the picture; the rest runs beside it. */
    this.#connection = new Connection(
      driver, mode === 'video' && this.#canH264, {
        binary: (m) => this.#feed.message(m),
        text: (t) => this.#text(t),
        picture: (s) => this.emit('picture', s),
        sound: (t) => this.sound.play(t),
        fresh: () => this.#fresh(),
        state: (state, reason) => {
          this.#reason = reason;
          this.emit('connection', state);
        },
        unplayable: () => { this.#canH264 = false; },
      }, prepared);
    void this.#fetchSchema();
    this.refresh();
    this.#refresh = setInterval(() => this.refresh(), REFRESH_MS);
  }

  /** Watches nobody. */
  stop(): void {
    clearInterval(this.#refresh);
    this.#connection?.close();
    this.#connection = undefined;
    this.sound.stop();
    this.#driver = null;
    this.#reader = undefined;
    this.#feed.forget();
    this.store.clear();
    this.history.clear();
    this.history.gaps = 0;
    this.health.reset();
    this.#receive.reset();
    this.#set('laps', null);
    this.#set('reference', null);
    this.#set('track', null);
    this.#set('info', null);
    this.emit('picture', null);
  }

  /** The server says in which mode the driver sends. */
  setMode(mode: DriverMode): void {
    this.#connection?.setPicture(mode === 'video' && this.#canH264);
  }

  /** Whether the driver is to be heard. */
  hear(on: boolean): void {
    if (!on) this.sound.stop();
    this.#connection?.setSound(on);
  }

  /** The server lists the driver as there. */
  driverBack(): void {
    this.#setAway(false);
    this.#connection?.nudge();
  }

  /** The car as the sample's own row says; null without a row. */
  car(sample: Sample | undefined): CarState | null {
    const row = sample?.rows.at(-1);
    return row && this.#reader
      ? this.#reader.state(row.tick, row.data) : null;
  }

  /** All cars of the sample's own row. */
  spots(sample: Sample | undefined): CarSpot[] {
    const row = sample?.rows.at(-1);
    return row && this.#reader ? this.#reader.spots(row.data) : [];
  }

  /** Asks the server for session, laps and track. */
  refresh(): void {
    void this.#fetch('info', (id) => this.#rest.sessionInfo(id));
    void this.#fetchLaps();
    if (!this.track?.complete) {
      void this.#fetch('track', (id) => this.#rest.track(id));
    }
  }

  /** Once a second: the browser's own figures of the picture. */
  async measure(): Promise<void> {
    const stats = await this.#connection?.stats();
    this.health.receive = stats
      ? this.#receive.update(stats.values() as Iterable<never>) : null;
  }

  /** The server was away and is heard of again. */
  serverIsBack(): void {
    this.#followed.again();
  }

  /** Once a second: whether rows that are missing in what is on show, back to
   * `fromS`, have followed. */
  async lookForFollowed(nowMs: number, fromS: number): Promise<void> {
    if (this.#driver !== null) await this.#followed.look(nowMs, fromS);
  }

  async #readFollowed(span: Span): Promise<FollowedRow[]> {
    const driver = this.#driver;
    const reader = this.#reader;
    if (driver === null || !reader) return [];
    const { stretches } = await this.#rest.followedRows(
      driver, span.fromUtcMs, span.toUtcMs, INPUT_FIELDS);
    if (driver !== this.#driver) return [];
    return stretches.flatMap(({ tick, values, follows }) =>
      tick.map((t, i) => ({
        inputs: reader.inputsOf(t, values.map((column) => column[i]!)),
        begins: i === 0 && !follows,
      })));
  }

  #set<K extends 'laps' | 'reference' | 'track' | 'info'>(
    key: K, value: LiveEvents[K],
  ): void {
    (this as { [k in K]: LiveEvents[K] })[key] = value;
    this.emit(key, value);
  }

  #fresh(): void {
    this.#feed.reset();
    this.store.clear();
    this.sound.stop();
    this.#receive.reset();
    this.#undecodable = 0;
    this.emit('fresh', null);
  }

  #setAway(away: boolean): void {
    const connection = this.#connection;
    if (!connection || connection.away === away) return;
    connection.away = away;
    this.emit('connection', connection.state);
  }

  #sample(sample: Sample, schema: Schema): void {
    this.#undecodable = 0;
    this.#setAway(false);
    this.#reader ??= new CarReader(schema);
    let cut = (sample.flags & FLAG_DISCONTINUITY) !== 0;
    const own = sample.rows.at(-1);
    for (const row of sample.rows) {
      const utcMs = sample.utcUs === 0 || !own ? null
        : (sample.utcUs + row.offsetUs - own.offsetUs) / 1000;
      this.history.push(this.#reader.inputs(row.tick, row.data), cut, utcMs);
      cut = false;
    }
    this.store.push(sample);
    this.health.sampled(sample.rtpTimestamp);
    this.emit('sample', sample);
  }

  #undecoded(why: string): void {
    const counts = this.health.undecodable;
    counts[why] = (counts[why] ?? 0) + 1;
    if (++this.#undecodable < MAX_UNDECODABLE) return;
    this.#undecodable = 0;
    this.#connection?.restart('telemetry could not be read');
  }

  #text(text: string): void {
    const message = parseText(text);
    if (message) this.#message(message);
  }

  #message(m: TextMessage): void {
    switch (m.type) {
      case 'schema':
        if (m.schemaId !== this.schema?.id) void this.#fetchSchema();
        break;
      case 'session_info':
        void this.#fetch('info', (id) => this.#rest.sessionInfo(id));
        break;
      case 'laps':
        void this.#fetchLaps();
        break;
      case 'track':
        void this.#fetch('track', (id) => this.#rest.track(id));
        break;
      case 'stats':
        this.health.server = m.stats;
        if (m.clock) this.sound.clock(m.clock);
        break;
      case 'mode':
        this.setMode(m.mode);
        break;
      case 'offline':
        this.#setAway(true);
        break;
    }
  }

  async #fetchSchema(): Promise<void> {
    const driver = this.#driver;
    if (driver === null) return;
    try {
      const schema = await this.#rest.schema(driver);
      if (this.#driver !== driver) return;
      if (schema.id !== this.schema?.id) {
        this.#reader = new CarReader(schema);
        this.store.clear();
      }
      this.#feed.setSchema(schema);
    } catch {
      /* Not there yet: the next message that needs it asks again. */
      this.#feed.schemaFailed();
    }
  }

  /* An answer for a driver no longer watched is dropped; a failure keeps what
   * is there. */
  async #fetch<K extends 'track' | 'info' | 'laps' | 'reference'>(
    key: K, get: (driver: string) => Promise<LiveEvents[K]>,
  ): Promise<LiveEvents[K] | undefined> {
    const driver = this.#driver;
    if (driver === null) return undefined;
    try {
      const value = await get(driver);
      if (this.#driver !== driver) return undefined;
      this.#set(key, value);
      return value;
    } catch {
      return undefined;
    }
  }

  async #fetchLaps(): Promise<void> {
    const laps = await this.#fetch('laps', (id) => this.#rest.laps(id));
    const best = laps?.bestLap;
    if (best == null || best === this.reference?.lap) return;
    await this.#fetch('reference', (id) => this.#rest.lapTrace(id, best));
  }
}

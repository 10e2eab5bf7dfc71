/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The live page: wires the session to the widgets. The canvas is drawn with
 * the frame; widgets follow in the same screen refresh, from the same row. */

import {
  Compositor, type Composition, type ProofReading,
} from '../live/compositor.js';
import { PreparedWhep } from '../live/connection.js';
import { ControlLink } from '../live/control-link.js';
import { deltaS } from '../live/delta.js';
import { DriverList } from '../live/driver-list.js';
import { isStale } from '../live/frame-gate.js';
import type { HealthFigures } from '../live/health.js';
import { LiveSession } from '../live/live-session.js';
import { ServerClock } from '../live/server-clock.js';
import { ServerLink } from '../live/server-link.js';
import { frameMs } from '../live/trim.js';
import { canReceiveH264 } from '../live/whep.js';
import type { CarState } from '../protocol/car.js';
import { LOG_LEVELS, type AgentInfo, type Order } from '../protocol/control.js';
import type { DriverInfo, VideoInfo } from '../protocol/model.js';
import type { RestClient } from '../protocol/rest.js';
import { AgentPanelWidget } from '../widgets/agent-panel.js';
import type { Answer } from '../widgets/agent-view.js';
import { CarPanelWidget } from '../widgets/car-panel.js';
import { setAttr, setText } from '../widgets/dom.js';
import { DriverListWidget } from '../widgets/driver-list.js';
import { clock, counted, fixed } from '../widgets/format.js';
import { HealthWidget, syncLevel } from '../widgets/health.js';
import { drawHud } from '../widgets/hud.js';
import { LapsWidget } from '../widgets/laps.js';
import { RelativeWidget } from '../widgets/relative.js';
import { SoundWidget } from '../widgets/sound.js';
import { toast } from '../widgets/toast.js';
import { TracesWidget } from '../widgets/traces.js';
import { TrackMapWidget } from '../widgets/track-map.js';
import { fuelPerLapL, mapCars, relativeRows, takingPart } from './cars.js';
import { topFlag } from './flags.js';
import { Pacer } from './pacer.js';
import { PairingPanel } from './pairing-panel.js';
import { pageOf, parseHash } from './routes.js';
import { ScriptApi } from './script-api.js';
import { SoundSwitch } from './sound-switch.js';
import { stageBanner, stageNote, type StageSituation } from './stage-note.js';

/* After this long without a composition the stage says why. */
const SHOWING_MS = 1500;
/* How often the page looks whether anything comes from the server. */
const LINK_MS = 250;
/* Of iRacing, where nobody has said otherwise. */
const TICK_RATE_HZ = 60;

function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

function driverInHash(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('driver');
}

/* What was done, and what of it was not. */
function doneWords(refused: readonly string[]): string {
  return refused.length === 0 ? 'Done.' : `Done, but: ${refused.join('; ')}.`;
}

function transcodedFrom(video: VideoInfo | null): string {
  if (!video?.transcoded) return '';
  return video.codec === 'h265' ? 'H.265' : 'H.264 with B-frames';
}

export class LivePage {
  readonly api: ScriptApi;
  readonly #rest: RestClient;
  readonly #session: LiveSession;
  readonly #drivers: DriverList;
  readonly #clock = new ServerClock();
  readonly #link = new ServerLink(performance.now());
  readonly #compositor: Compositor;
  readonly #stage = byId('stage');
  readonly #note = byId('note');
  readonly #canvas = byId<HTMLCanvasElement>('canvas');
  readonly #video = byId<HTMLVideoElement>('video');
  readonly #list: DriverListWidget;
  readonly #traces = new TracesWidget(byId('traces'));
  readonly #map = new TrackMapWidget(byId('map'));
  readonly #laps = new LapsWidget(byId('laps'));
  readonly #relative = new RelativeWidget(byId('relative'));
  readonly #car = new CarPanelWidget(byId('car'));
  readonly #health = new HealthWidget(byId('health'));
  readonly #sound = new SoundWidget(byId('sound'), {
    toggle: () => this.toggleSound(),
    volume: (v) => { this.#hearing.volume = v; },
  });
  readonly #control = new ControlLink(__APP_VERSION__);
  readonly #agent = new AgentPanelWidget(byId('agent'), {
    mode: (mode) => this.#order('mode', { mode }),
    keyFrame: () => this.#order('key_frame', {}),
    bitrate: (kbps) => this.#order('configure', { bitrate_kbps: kbps }),
    picture: (p) => this.#order('configure', {
      ...p.width === undefined ? {} : { width: p.width },
      ...p.height === undefined ? {} : { height: p.height },
      ...p.framerate === undefined ? {} : { framerate: p.framerate },
      ...p.keyIntervalMs === undefined ? {}
        : { key_interval_ms: p.keyIntervalMs },
      ...p.encoder === undefined ? {} : { encoder: p.encoder },
    }),
    message: (text) => this.#order('notice', { text }),
    diagnose: () => this.#order('diagnose', {}),
    logLevels: LOG_LEVELS,
    logLevel: (level) => this.#order('log_level',
      { log_level: LOG_LEVELS.find((known) => known === level)! }),
  });
  readonly #hearing: SoundSwitch;
  readonly #pairing = new PairingPanel(byId('pairing'), {
    sync: () => this.#drivers.find(this.driver)?.sync,
    frameMs: () => this.#frameMs,
    tickRateHz: () => this.#session.schema?.tickRate ?? TICK_RATE_HZ,
    mayControl: () => this.#control.mayControl,
    mayFlash: () => this.#driversAgent?.online === true
      && this.#driversAgent.capabilities.includes('sync_flash'),
    askFlash: () => this.#control.order(
      { name: 'sync_flash', device: this.#driversAgent?.device ?? '' }),
    send: async (offsetMs) =>
      (await this.#rest.trim(this.driver ?? '', offsetMs)).offsetMs,
  });
  readonly #pacer = new Pacer();
  #agents: readonly AgentInfo[] | null = null;
  /* The composition on the canvas, and the car of its row. */
  #last: Composition | undefined;
  #lastCar: CarState | null = null;
  #lastDelta: number | null = null;
  #composedMs = -Infinity;
  #dirty = false;
  #lost = false;
  #prepared: PreparedWhep | undefined;

  constructor(rest: RestClient, proof: boolean) {
    this.#prepared = new PreparedWhep(canReceiveH264());
    this.#rest = rest;
    this.#session = new LiveSession(rest);
    this.#hearing = new SoundSwitch(this.#session, (s) =>
      this.#sound.update(s), globalThis.localStorage);
    this.#drivers = new DriverList(rest);
    this.#list = new DriverListWidget(byId('drivers'), (id) => this.watch(id));
    this.#compositor = new Compositor({
      canvas: this.#canvas, video: this.#video, store: this.#session.store,
      proof,
      paint: (ctx, c) => this.#paint(ctx, c),
      framed: (source, c) => this.#pairing.framed(source, c),
      composed: (c, reading) => this.#composed(c, reading),
      decoded: () => this.#session.connection?.frameSeen(),
    });
    this.api = new ScriptApi({
      session: this.#session, canvas: this.#canvas,
      figures: () => this.#figures(),
    });
    this.#listen();
  }

  get driver(): string | null {
    return this.#session.driver;
  }

  start(): void {
    const wanted = driverInHash();
    if (wanted !== null) this.#select(wanted);
    this.#drivers.start();
    this.#fit();
    requestAnimationFrame((now) => this.#turn(now));
    setInterval(() => this.#everySecond(), 1000);
    setInterval(() => this.#watchLink(), LINK_MS);
    this.#say();
  }

  /** Whoever may see more than a picture: the agents, too. */
  watchAgents(): void {
    this.#control.start();
  }

  /** Watches a driver and says so in the address, unless it is another
   * page's. */
  watch(id: string): void {
    if (!pageOf(parseHash(location.hash).path)) {
      history.replaceState(null, '', `#${new URLSearchParams({ driver: id })}`);
    }
    this.#select(id);
  }

  /** The driver `step` places further on in the list. */
  step(step: number): void {
    const all = this.#drivers.drivers ?? [];
    if (all.length === 0) return;
    const at = all.findIndex((d) => d.id === this.driver);
    const next = at < 0 ? 0 : (at + step + all.length) % all.length;
    this.watch(all[next]!.id);
  }

  /** The driver at a place in the list, 0 the first. */
  pick(place: number): void {
    const driver = this.#drivers.drivers?.[place];
    if (driver) this.watch(driver.id);
  }

  /** Trims, where picture and telemetry come by connections of their own, by so
   * many pictures and milliseconds. */
  trim(frames: number, ms: number): void {
    this.#pairing.trim(frames, ms);
  }

  resetTrim(): void {
    this.#pairing.reset();
  }

  toggleHud(): void {
    this.#compositor.hud = !this.#compositor.hud;
  }

  /** Traces of some seconds, or of a minute. */
  toggleSpan(): void {
    this.#traces.toggleSpan();
  }

  toggleSound(): void {
    this.#hearing.toggle();
  }

  toggleFullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.#stage.requestFullscreen().catch(() => {});
  }

  #listen(): void {
    const s = this.#session;
    s.on('sample', () => this.#compositor.sampleArrived());
    s.on('fresh', () => this.#compositor.reset());
    s.on('picture', (stream) => { this.#video.srcObject = stream; });
    s.on('connection', () => this.#say());
    s.on('laps', (laps) =>
      this.#laps.setLaps(laps?.laps ?? [], laps?.bestLap ?? null));
    s.on('track', (track) => this.#map.setTrack(track));
    s.on('info', (info) => {
      this.#map.setSectors(info?.sectorsPct ?? []);
      this.#sessionLine();
    });
    this.#drivers.on('drivers', (d) => this.#driversChanged(d));
    this.#drivers.on('trouble', (why) => {
      if (why === null) s.connection?.serverBack();
      this.#say();
    });
    this.#control.on('agents', (agents) => {
      this.#agents = agents;
      this.#showAgent();
    });
    this.#control.on('refused', (words) => toast(words, 'bad'));
    new ResizeObserver(() => this.#fit()).observe(this.#stage);
    document.addEventListener('fullscreenchange', () => {
      this.#compositor.fullscreen =
        document.fullscreenElement === this.#stage;
    });
    addEventListener('hashchange', () => {
      const wanted = driverInHash();
      if (wanted !== null) this.#select(wanted);
    });
    addEventListener('pagehide', () => this.#session.stop());
    addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
  }

  #fit(): void {
    this.#compositor.resize(this.#stage.clientWidth,
      this.#stage.clientHeight, globalThis.devicePixelRatio || 1);
  }

  #select(id: string): void {
    if (id === this.driver) return;
    this.#last = undefined;
    this.#lastCar = null;
    this.#composedMs = -Infinity;
    const mode = this.#drivers.find(id)?.mode ?? 'video';
    this.#session.select(id, mode, this.#prepared);
    this.#prepared = undefined;
    this.#hearing.selected(this.#drivers.find(id)?.audio ?? null);
    this.#compositor.blank();
    this.#traces.clear();
    this.#map.draw([]);
    this.#relative.update([]);
    this.#laps.now(null);
    this.#car.update(null);
    this.#pairing.selected();
    this.#showDrivers();
    this.#showAgent();
    this.#say();
  }

  /* Of several agents of one driver the one that is there. */
  get #driversAgent(): AgentInfo | null {
    const all = this.#agents?.filter((a) => a.driver === this.driver) ?? [];
    return all.find((a) => a.online) ?? all[0] ?? null;
  }

  #showAgent(): void {
    this.#agent.update(this.#driversAgent, this.#control.mayControl);
  }

  async #order(name: string, args: Order['args']): Promise<Answer> {
    const device = this.#driversAgent?.device;
    if (device === undefined) {
      return { done: false, words: 'The agent is not there any more.' };
    }
    const order: Order = args ? { name, device, args } : { name, device };
    const { state, reason, refused, diagnostics } =
      await this.#control.order(order);
    return state === 'executed'
      ? {
        done: true, words: doneWords(refused),
        ...name === 'diagnose' ? { text: diagnostics } : {},
      }
      : { done: false, words: reason };
  }

  #driversChanged(drivers: readonly DriverInfo[]): void {
    if (this.driver === null && drivers.length > 0) {
      const best = drivers.find((d) => d.state === 'live' && d.mode === 'video')
        ?? drivers.find((d) => d.state === 'live') ?? drivers[0]!;
      this.watch(best.id);
    }
    const watched = this.#drivers.find(this.driver);
    this.#hearing.audio = watched?.audio ?? null;
    if (watched && watched.state === 'live') {
      this.#session.setMode(watched.mode);
      this.#session.driverBack();
    }
    this.#pairing.heard();
    this.#watchLink();
    this.#showDrivers();
    this.#sessionLine();
    this.#say();
  }

  /* Says at once when nothing comes from the server any more, and when it is
   * back; how long ago it was, each second. */
  #watchLink(): void {
    const nowMs = performance.now();
    this.#link.heard(this.#drivers.answeredMs);
    this.#link.heard(this.#session.connection?.heardMs ?? null);
    this.#drivers.eager = this.#link.doubtful(nowMs)
      || this.#drivers.find(this.driver)?.state !== 'live';
    const lostMs = this.#link.lostMs(nowMs);
    const age = lostMs === null ? ''
      : `all here is ${clock(lostMs / 1000)} old`;
    if (byId('age').textContent === age) return;
    setText(byId('age'), age);
    const lost = lostMs !== null;
    if (document.body.classList.toggle('lost', lost) === this.#lost) return;
    this.#lost = lost;
    if (!lost) {
      this.#control.again();
      this.#session.serverIsBack();
    }
    this.#showDrivers();
    this.#showHealth();
    this.#say();
  }

  get #frameMs(): number {
    const ms = this.#session.health.frameMs;
    return frameMs(ms === null ? null : 1000 / ms);
  }

  #showDrivers(): void {
    this.#list.update(this.#drivers.drivers?.map((d) => ({
      ...d,
      state: this.#lost ? 'unknown' : d.state,
      bitrateKbps: d.link.recvMbps === null
        ? d.video?.bitrateKbps ?? d.telemetryKbps : d.link.recvMbps * 1000,
      rttMs: d.link.rttMs, lossPct: d.link.lossPct,
    })) ?? null, this.driver);
  }

  /* Called by the compositor with the picture just drawn. */
  #paint(ctx: CanvasRenderingContext2D, c: Composition): void {
    const car = this.#session.car(c.sample);
    this.#last = c;
    this.#lastCar = car;
    this.#lastDelta = car
      ? deltaS(this.#session.reference, car.lapPct, car.lapTimeS) : null;
    const { hud, picture, over } = c.layout;
    const stage = picture.width > 0 ? picture
      : { x: 0, y: 0, width: this.#canvas.width, height: this.#canvas.height };
    drawHud(ctx, hud, stage, {
      car, stale: isStale(c), deltaS: this.#lastDelta, over,
      redlineRpm: this.#session.info?.redlineRpm ?? null,
      shiftRpm: this.#session.info?.shiftRpm ?? null,
      remark: this.#remark(c),
    });
  }

  #remark(c: Composition): string {
    switch (c.lock) {
      case 'timeout': return 'TELEMETRY LATE';
      case 'bare':
        if (this.#session.store.newest) return 'NO TELEMETRY FOR THIS FRAME';
        return this.#drivers.find(this.driver)?.rateHz === 0
          ? 'THIS DRIVER SENDS NO TELEMETRY' : '';
      case 'unlocked': return 'THIS BROWSER TELLS NO FRAME TIME: NOT LOCKED';
      case 'telemetry': return this.#session.connection?.picture
        ? 'NO PICTURE, TELEMETRY GOES ON' : '';
      default: return '';
    }
  }

  #composed(c: Composition, proof: ProofReading | null): void {
    const nowMs = performance.now();
    const utcUs = this.#clock.utcUs(nowMs);
    this.#composedMs = nowMs;
    this.#dirty = true;
    this.#session.health.composed(c, nowMs, utcUs);
    if (c.rtpTimestamp !== null && c.pictureWidth > 0) {
      this.#session.sound.picture(c.rtpTimestamp, nowMs);
    }
    this.api.composed(c, proof, nowMs, utcUs);
    if (!this.#note.hidden) this.#say();
  }

  /* Once a screen refresh, right after the frame callbacks. */
  #turn(now: number): void {
    requestAnimationFrame((next) => this.#turn(next));
    this.#compositor.telemetryTurn(now);
    if (!this.#dirty || !this.#pacer.due(performance.now())) return;
    this.#dirty = false;
    const start = performance.now();
    this.#drawWidgets();
    this.#pacer.spent(start, performance.now());
  }

  #drawWidgets(): void {
    const car = this.#lastCar;
    if (!car || !this.#last) return;
    this.#traces.draw(this.#session.history.columns, car.timeS);
    const { info, laps, reference } = this.#session;
    const spots = takingPart(this.#session.spots(this.#last.sample), info);
    this.#map.draw(mapCars(car, spots, info));
    this.#relative.update(relativeRows(car, spots, info, reference),
      (this.#drivers.find(this.driver)?.thinned ?? null) !== null);
    this.#car.update({ ...car, fuelPerLapL: fuelPerLapL(laps) });
    this.#raceState(car);
    this.#laps.now({
      lap: car.lap, timeS: car.lapTimeS, deltaS: this.#lastDelta,
      lastS: car.lastLapS, bestS: car.bestLapS,
    });
  }

  #figures(): HealthFigures {
    return this.#session.health.figures(performance.now(),
      this.#compositor.counters, this.#clock.errorMs,
      this.#session.history.gaps);
  }

  #everySecond(): void {
    void this.#session.measure();
    if (this.#lastCar) {
      void this.#session.lookForFollowed(performance.now(),
        this.#lastCar.timeS - this.#traces.seconds);
    }
    void this.#syncClock();
    this.#showHealth();
    this.#sessionLine();
    this.#say();
  }

  #showHealth(): void {
    const f = this.#figures();
    const driver = this.#drivers.find(this.driver);
    const health = this.#lost ? null : driver?.health;
    this.#health.update({
      ...f, ...f.counters,
      fps: f.composedFps,
      bitrateKbps: f.receive?.bitrateKbps ?? null,
      ingestLossPct: f.server?.lossPct ?? driver?.link.lossPct ?? null,
      viewLossPct: f.receive?.lossPct ?? null,
      rttMs: f.server?.rttMs ?? driver?.link.rttMs ?? null,
      latencyMs: f.server?.latencyMs ?? driver?.link.latencyMs ?? null,
      lostRows: f.server?.lostRows ?? driver?.lostRows ?? null,
      backfill: driver?.backfill ?? null,
      rejectedUnits: f.server?.rejectedUnits ?? driver?.rejectedUnits ?? null,
      recording: this.#lost ? null : driver?.recording ?? null,
      transcodedFrom: transcodedFrom(driver?.video ?? null),
      alarms: health?.alarms ?? [],
      keyIntervalS: health?.keyIntervalS ?? null,
      jitterMs: health?.jitterMs ?? null,
      latePictures: health?.latePictures ?? null,
      pcClockErrorMs: health?.clockErrorMs ?? null,
      gaps: f.telemetryGaps,
      thinned: this.#lost ? null : driver?.thinned ?? null,
    });
    this.#syncChip(f);
  }

  async #syncClock(): Promise<void> {
    try {
      const before = performance.now();
      const us = await this.#rest.timeUs();
      this.#clock.add(before, performance.now(), us);
    } catch {
      /* The driver list says it when the server is away. */
    }
  }

  #syncChip(f: HealthFigures): void {
    const chip = byId('sync');
    const lock = this.#showing ? this.#last?.lock : undefined;
    const text = lock === undefined ? 'no frames'
      : lock === 'telemetry' ? 'telemetry only'
        : lock === 'unlocked' ? 'not locked'
          : `${this.#drivers.find(this.driver)?.sync.paired ? 'paired' : 'sync'} ${
            fixed(f.syncErrorMs.p99, 1)} ms`;
    setText(chip, text);
    setAttr(chip, 'data-level', lock === 'unlocked' ? 'warn'
      : lock === undefined || lock === 'telemetry' ? ''
        : syncLevel(f.syncErrorFrames.p99) ?? '');
  }

  get #showing(): boolean {
    return performance.now() - this.#composedMs < SHOWING_MS;
  }

  #sessionLine(): void {
    const { info } = this.#session;
    const car = this.#lastCar;
    const driver = this.#drivers.find(this.driver);
    const kind = car && info?.sessionNames.get(car.sessionNum);
    setText(byId('session'), [info?.trackName || driver?.track, kind]
      .filter(Boolean).join(' · '));
    if (!this.#showing) this.#raceState(null);
  }

  /* The session's clock and the flag, by the row on the stage. */
  #raceState(car: CarState | null): void {
    const remain = car ? [
      Number.isFinite(car.timeRemainS) ? `${clock(car.timeRemainS)} left` : '',
      Number.isFinite(car.lapsRemain)
        ? `${counted(car.lapsRemain, 'lap')} left` : '',
    ].filter(Boolean).join(' · ') : '';
    setText(byId('clock'), remain);
    const flag = car && topFlag(car.flags, car.sessionState);
    const chip = byId('flag');
    chip.hidden = flag === null;
    setText(chip, flag?.text ?? '');
    setAttr(chip, 'data-flag', flag?.kind ?? null);
  }

  /* Says on the stage and in the corner how things are. */
  #say(): void {
    const s: StageSituation = {
      showing: this.#showing,
      serverAnswers: this.#drivers.reachable,
      serverLost: this.#lost,
      drivers: this.#drivers.drivers,
      selected: this.driver,
      connection: this.#session.connection?.state ?? null,
      reason: this.#session.reason,
      driverAway: this.#session.connection?.away ?? false,
      canH264: this.#session.canH264,
    };
    const note = stageNote(s);
    const place = this.#note;
    const key = note ? `${note.title}\n${note.text}` : '';
    if (place.dataset['key'] !== key) {
      place.dataset['key'] = key;
      place.hidden = note === null;
      const title = document.createElement('strong');
      title.textContent = note?.title ?? '';
      const text = document.createElement('p');
      text.textContent = note?.text ?? '';
      place.replaceChildren(title, text);
    }
    const banner = stageBanner(s);
    byId('banner').hidden = banner === null;
    setText(byId('banner'), banner ?? '');
    this.#connectionChip(s);
  }

  #connectionChip(s: StageSituation): void {
    const chip = byId('connection');
    const [text, level] = s.serverLost ? ['connection lost', 'bad']
      : !s.serverAnswers ? ['server does not answer', 'warn']
      : s.showing ? ['live', 'good']
        : s.connection === 'retrying' ? ['connecting again', 'warn']
          : s.connection === 'connecting' ? ['connecting', 'warn']
            : ['no picture', ''];
    setText(chip, text!);
    setAttr(chip, 'data-level', level!);
  }
}

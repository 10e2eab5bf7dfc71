/* SPDX-License-Identifier: LGPL-2.1-or-later */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlLink } from '../src/live/control-link.js';
import {
  follows, held, machine, spares,
} from '../src/widgets/agent-view.js';
import {
  commandText, helloText, parseControl, type AgentInfo,
} from '../src/protocol/control.js';

const STATUS = {
  type: 'status', state: 'streaming', mode: 'video', wanted_mode: 'video',
  encoder: 'x264enc', bitrate_kbps: 2000, max_bitrate_kbps: 3000,
  framerate: 30, driver_set: ['width', 7], cpu_pct: 1.25, memory_bytes: 2e7, reason: null,
  clock: { offset_us: -1500, error_us: 400, bound_us: 900, rtt_us: 800,
    drift_ppm: null },
  tick_fit: { rate_hz: 59.994, error_us: 250 },
  adapt: { preset: 'medium', high_kbps: 3000, low_kbps: 1500, floor_kbps: 400,
    step: 'smaller', reason: 'queue' },
};

test('agents are read, sorted, and what is unknown stays unknown', () => {
  const m = parseControl(JSON.stringify({ type: 'agents', agents: [
    { device: 'b', driver: 'car1', online: true, version: '0.1.0',
      capabilities: ['mode', 7], age_ms: 20, status: STATUS },
    { device: 'a', driver: 'car2', online: false, status: null },
    { driver: 'car3' }, 7,
  ] }));
  assert.ok(m?.type === 'agents');
  assert.deepEqual(m.agents.map((a) => a.device), ['a', 'b']);
  const [away, here] = m.agents;
  assert.equal(away!.state, '');
  assert.equal(away!.cpuPct, null);
  assert.equal(away!.clock, null);
  assert.equal(away!.tickFit, null);
  assert.deepEqual(here!.tickFit, { rateHz: 59.994, errorMs: 0.25 });
  assert.equal(away!.adapt, null);
  assert.deepEqual(here!.adapt, {
    step: 'smaller', reason: 'queue', lowKbps: 1500, highKbps: 3000,
  });
  assert.equal(here!.encoder, 'x264enc');
  assert.equal(here!.reason, '');
  assert.deepEqual(here!.capabilities, ['mode']);
  assert.deepEqual(here!.driverSet, ['width']);
  assert.equal(here!.framerate, 30);
  assert.equal(here!.height, null);
  assert.deepEqual(here!.clock,
    { offsetMs: -1.5, errorMs: 0.4, driftPpm: null });
});

test('how a picture follows the network is said in words', () => {
  const view = (adapt: unknown, kbps: number | null, mode = 'video'): string => {
    const m = parseControl(JSON.stringify({ type: 'agents', agents: [
      { device: 'a', driver: 'car1', online: true,
        status: { ...STATUS, mode, bitrate_kbps: kbps, adapt } },
    ] }));
    assert.ok(m?.type === 'agents');
    return follows(m.agents[0]!);
  };
  assert.equal(view({ step: 'whole', reason: 'queue' }, 2100),
    '2.10 Mbit/s, network');
  assert.equal(view({ step: 'smallest', reason: 'loss' }, 640),
    '640 kbit/s, smallest picture, network loses');
  assert.equal(view({ step: 'telemetry', reason: 'queue' }, null),
    'telemetry only, network');
  assert.equal(view({ step: 'half', reason: 'moon' }, 1000),
    '1.00 Mbit/s, half, moon');
  assert.equal(view(null, 2100), '–');
  assert.equal(view({ step: 'whole', reason: 'picture' }, 2100, 'telemetry'),
    'no picture');
});

test('what is held back for the driver’s PC is said in words', () => {
  const view = (governor: unknown): AgentInfo => {
    const m = parseControl(JSON.stringify({ type: 'agents', agents: [
      { device: 'a', driver: 'car1', online: true,
        status: { ...STATUS, governor } },
    ] }));
    assert.ok(m?.type === 'agents');
    return m.agents[0]!;
  };
  const all = view({ level: 'whole', reason: null, since_s: null,
    fields: 'all', rate_hz: 60, inputs: { pc_cpu_pct: 31, game_fps: 141.4,
      free_memory_mb: 4096 } });
  assert.equal(spares(all), 'nothing');
  assert.equal(held(all), '');
  assert.equal(machine(all), '31\u202f% · GPU – · 141 fps · 4.0 GB free');
  assert.equal(spares(view({ level: 'smaller', reason: 'busy', since_s: 12.4,
    fields: 'all', rate_hz: 60 })), 'smaller picture, for 12\u202fs');
  const least = view({ level: 'least', reason: 'the PC was busy',
    since_s: 3, fields: 'least', rate_hz: 10 });
  assert.equal(spares(least), 'thinned: key fields, 10\u202fHz, for 3\u202fs');
  assert.equal(held(least), 'Held back: thinned: key fields, 10\u202fHz, for '
    + '3\u202fs. At the time, the PC was busy.');
  assert.equal(spares(view(null)), '–');
  assert.equal(spares(view('busy')), '–');
  assert.equal(held(view(null)), '');
});

test('what is no message is nothing', () => {
  for (const text of ['', '[]', '7', '{}', '{"type":"reboot"}', '{']) {
    assert.equal(parseControl(text), undefined);
  }
  assert.deepEqual(parseControl('{"type":"welcome","may_control":"yes"}'),
    { type: 'welcome', mayControl: false });
});

test('a receipt of a state that is not known is lost', () => {
  const m = parseControl(
    '{"type":"receipt","id":"abcdefgh","state":"exploded"}');
  assert.deepEqual(m,
    { type: 'receipt', id: 'abcdefgh', state: 'lost', reason: '',
      refused: [], flash: null });
});

test('a receipt tells which ticks were shown', () => {
  const flash = (shown: unknown): unknown => {
    const m = parseControl(JSON.stringify({
      type: 'receipt', id: 'abcdefgh', state: 'executed', flash: shown,
    }));
    assert.ok(m?.type === 'receipt');
    return m.flash;
  };
  assert.deepEqual(flash({ first_tick: 7, last_tick: 126, ticks: 120,
    first_utc_us: 1 }), { firstTick: 7, lastTick: 126 });
  assert.equal(flash({ first_tick: 7, last_tick: '126' }), null);
  assert.equal(flash(7), null);
});

test('what is refused though the rest is done has its reasons', () => {
  const m = parseControl(JSON.stringify({
    type: 'receipt', id: 'abcdefgh', state: 'executed',
    applied: { framerate: 30 },
    refused: [{ name: 'width', reason: 'The driver has set width = 1280' }],
  }));
  assert.ok(m?.type === 'receipt');
  assert.deepEqual(m.refused, ['The driver has set width = 1280']);
});

test('parts of diagnostics and errors that end it', () => {
  assert.deepEqual(parseControl(JSON.stringify({
    type: 'diagnostics', id: 'abcdefgh', part: 2, last: true, text: 'a\nb',
  })), { type: 'diagnostics', id: 'abcdefgh', part: 2, last: true,
    text: 'a\nb' });
  assert.deepEqual(parseControl(
    '{"type":"error","code":"too_old","message":"update","fatal":true}'),
  { type: 'error', message: 'update', fatal: true });
});

test('what the page says', () => {
  assert.deepEqual(JSON.parse(helloText('0.1.0')),
    { type: 'hello', protocol_min: 1, protocol_max: 1, version: '0.1.0' });
  assert.deepEqual(JSON.parse(commandText('abcdefgh',
    { name: 'mode', device: 'pc', args: { mode: 'video' } })),
  { type: 'command', id: 'abcdefgh', name: 'mode', device: 'pc',
    args: { mode: 'video' } });
});

test('a server that is back is asked for its agents at once', () => {
  const sockets: EventTarget[] = [];
  class Socket extends EventTarget {
    constructor() {
      super();
      sockets.push(this);
    }
    close(): void {}
    send(): void {}
  }
  const timers: (() => void)[] = [];
  const { setTimeout, setInterval, WebSocket } = globalThis;
  Object.assign(globalThis, {
    WebSocket: Socket, location: { protocol: 'http:', host: 'h' },
    setTimeout: (f: () => void) => timers.push(f), setInterval: () => 0,
  });
  try {
    const link = new ControlLink('1');
    link.again();
    assert.equal(sockets.length, 0);
    link.start();
    for (let i = 0; i < 6; i++) {
      sockets.at(-1)!.dispatchEvent(new Event('close'));
      if (i < 5) timers.at(-1)!();
    }
    assert.equal(sockets.length, 6);
    link.again();
    assert.equal(sockets.length, 7);
    /* It is being asked already. */
    link.again();
    assert.equal(sockets.length, 7);
  } finally {
    Object.assign(globalThis, { setTimeout, setInterval, WebSocket });
  }
});

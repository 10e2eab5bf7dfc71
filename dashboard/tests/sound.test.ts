/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LipSync, PICTURE_START_MS } from '../src/live/lip-sync.js';
import { SoundSwitch, type Hearing, type SoundView } from
  '../src/pages/sound-switch.js';
import { parseText } from '../src/protocol/messages.js';
import type { AudioInfo } from '../src/protocol/model.js';

/* Time stamps of an instant `ms` of the driver's, near where 32 bits wrap. */
const video = (ms: number): number => (0xffffff00 + ms * 90) >>> 0;
const audio = (ms: number): number => (0x00000100 + ms * 48) >>> 0;

test('sound is due when the picture of its instant is shown', () => {
  const lip = new LipSync();
  assert.equal(lip.dueMs(audio(0)), null);
  lip.clock({ videoRtp: video(1000), audioRtp: audio(1000) });
  /* Each picture is on the canvas 140 to 160 ms after its instant. */
  for (let ms = 1000; ms < 2000; ms += 20) {
    lip.picture(video(ms), ms + 150 + (ms % 3 - 1) * 10);
  }
  assert.ok(Math.abs(lip.dueMs(audio(2500))! - 2650) < 0.1);
  /* The next pair of the server's is of another instant. */
  lip.clock({ videoRtp: video(2000), audioRtp: audio(2000) });
  assert.ok(Math.abs(lip.dueMs(audio(2500))! - 2650) < 0.1);
  assert.ok(Math.abs(lip.dueMs(audio(1000))! - 1150) < 0.1);
});

test('the picture waits as long as sound needs, and no longer', () => {
  const lip = new LipSync();
  lip.clock({ videoRtp: video(0), audioRtp: audio(0) });
  assert.equal(lip.pictureMs, PICTURE_START_MS);
  let now = 5000;
  const come = (spareMs: number, forMs: number): void => {
    for (const end = now + forMs; now < end; now += 20) lip.came(spareMs, now);
  };
  come(-40, 7000);
  const longer = lip.pictureMs;
  assert.ok(longer > PICTURE_START_MS + 40, String(longer));
  /* Enough: nothing moves. */
  come(70, 30000);
  assert.equal(lip.pictureMs, longer);
  /* One late packet of ten is no reason. */
  for (let i = 0; i < 50; i++) come(i % 12 === 0 ? -20 : 70, 20);
  assert.equal(lip.pictureMs, longer);
  come(400, 30000);
  assert.ok(lip.pictureMs < longer, String(lip.pictureMs));
});

const aac: AudioInfo = {
  codec: 'aac', channels: 2, rate: 48000, bitrateKbps: 128, failure: '',
};

class Fake implements Hearing {
  driver: string | null = 'car1';
  audible = true;
  heard: boolean[] = [];
  sound = { open: async (): Promise<boolean> => this.audible, volume: 1 };

  hear(on: boolean): void {
    this.heard.push(on);
  }
}

class Store {
  readonly kept = new Map<string, string>();
  getItem(k: string): string | null { return this.kept.get(k) ?? null; }
  setItem(k: string, v: string): void { this.kept.set(k, v); }
  removeItem(k: string): void { this.kept.delete(k); }
}

const settle = (): Promise<void> => new Promise((r) => setImmediate(r));

test('silent until asked, then remembered for this driver', async () => {
  const fake = new Fake();
  const store = new Store();
  let view: SoundView | undefined;
  const make = (): SoundSwitch => new SoundSwitch(fake, (v) => { view = v; },
    store, new EventTarget());
  const hearing = make();
  hearing.selected(null);
  assert.equal(view?.state, 'none');
  hearing.toggle();
  assert.deepEqual(fake.heard, []);
  hearing.audio = aac;
  assert.equal(view?.state, 'off');
  assert.match(view!.words, /AAC, stereo, 128 kbit/);
  hearing.toggle();
  await settle();
  assert.equal(view?.state, 'on');
  hearing.volume = 0.4;
  assert.deepEqual(fake.heard, [true]);
  fake.driver = 'car2';
  hearing.selected(aac);
  assert.equal(view?.state, 'off');
  fake.driver = 'car1';
  make().selected(aac);
  await settle();
  assert.equal(view?.state, 'on');
  assert.equal(fake.sound.volume, 0.4);
});

test('a browser that wants a click gets one', async () => {
  const fake = new Fake();
  const store = new Store();
  const page = new EventTarget();
  let view: SoundView | undefined;
  store.setItem('pitbox.sound.car1', '0.5');
  fake.audible = false;
  const hearing = new SoundSwitch(fake, (v) => { view = v; }, store, page);
  hearing.selected(aac);
  await settle();
  assert.equal(view?.state, 'asked');
  assert.deepEqual(fake.heard, []);
  fake.audible = true;
  page.dispatchEvent(new Event('pointerdown'));
  await settle();
  assert.equal(view?.state, 'on');
  hearing.toggle();
  assert.equal(view?.state, 'off');
  assert.deepEqual(fake.heard, [true, false]);
  assert.equal(store.kept.size, 0);
});

test('what is wrong with the sound stands at the button', () => {
  let view: SoundView | undefined;
  const hearing = new SoundSwitch(new Fake(), (v) => { view = v; },
    new Store(), new EventTarget());
  hearing.selected({ ...aac, failure: 'nothing here decodes AAC' });
  assert.match(view!.words, /decodes AAC/);
});

test('the clock of both streams is read from the statistics', () => {
  const m = parseText('{"type":"stats","clock":{"video_rtp":1,"audio_rtp":2}}');
  assert.ok(m?.type === 'stats');
  assert.deepEqual(m.clock, { videoRtp: 1, audioRtp: 2 });
  const none = parseText('{"type":"stats","clock":{"video_rtp":1}}');
  assert.ok(none?.type === 'stats');
  assert.equal(none.clock, null);
});

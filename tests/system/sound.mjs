// SPDX-License-Identifier: LGPL-2.1-or-later
// Real Chromium, real processes: how far sound is from the picture. The driver's
// picture has the strip with its tick, his sound a tone that begins at each tick
// that divides by 60; the picture is read from the canvas' pixels, the sound from
// what goes to the loudspeaker.
//
// Usage: sound.mjs ffmpeg|agent|silent [TONES]
import assert from 'node:assert/strict';
import { startChromium } from './browser/chromium.mjs';
import { collector, quantiles } from './browser/collect.mjs';
import { listener } from './browser/listen.mjs';
import { run, Skip } from './browser/skip.mjs';
import { startStack, until } from './browser/stack.mjs';

const MARKS = Number(process.argv[3] ?? 6);
/* On a machine that shares its cores this only says that they belong together;
 * the figures themselves are printed. */
const MEDIAN_BOUND_MS = 200;

/* A tone begins at each tick that divides by this. */
const MARK_TICKS = 60;
const NEAR_MS = 250;

const ms = (n) => (Number.isFinite(n) ? n.toFixed(1) : '–');

const button = (page) => page.locator('#sound button');
const says = (page, words) => until(`the button says "${words}"`, async () =>
  await button(page).textContent() === words);

function soundOf(page) {
  return page.evaluate(() => window.pitbox.stats().sound);
}

/* How late each tone is by the picture that was shown nearest to it, in ms: a
 * busy machine does not show each picture, and the strip says how far this one
 * is from the tone's tick. */
function lags({ tones, frames, frameMs }) {
  const shown = frames.filter((f) => f.picture !== null);
  return tones.map((tone) => {
    const near = shown.reduce((best, f) => (
      best && Math.abs(best.at - tone) <= Math.abs(f.at - tone) ? best : f), null);
    if (near === null || Math.abs(near.at - tone) > NEAR_MS) return null;
    const past = ((near.picture + MARK_TICKS / 2) % MARK_TICKS) - MARK_TICKS / 2;
    return tone - (near.at - past * frameMs);
  }).filter((lag) => lag !== null);
}

async function heard(page) {
  return page.evaluate(() => ({
    tones: window.__tones, frames: window.__frames, frameMs: 1000 / 60,
  }));
}

/* Once it has found its place. */
async function settled(page) {
  await until('sound is with the picture', async () => {
    const { offMs } = await soundOf(page);
    return offMs !== null;
  }, 100000);
}

async function measure(name, stack, page) {
  await says(page, 'Sound off');
  await button(page).click();
  await says(page, 'Sound on');
  await settled(page);
  console.log(`${name}: the tap tells a tone's begin to ${
    ms(await page.evaluate(() => window.__calibrate()))} ms`);
  await page.evaluate(() => { window.__tones = []; });
  await until(`${MARKS} tones`, async () =>
    lags(await heard(page)).length >= MARKS, 30000 + 15000 * MARKS);
  const off = lags(await heard(page));
  const q = quantiles(off.map(Math.abs));
  const signed = quantiles(off);
  const { exact, spareMs, pictureMs, late } = await soundOf(page);
  console.log(`${name}: sound behind the picture: median ${ms(signed.p50)} ms; `
    + `apart p50 ${ms(q.p50)} p95 ${ms(q.p95)} p99 ${ms(q.p99)} max ${
      ms(q.max)} ms of ${off.length}; the picture waits ${pictureMs} ms, sound is there ${
      ms(spareMs)} ms before it is due, ${late} packets late`);
  assert.ok(exact, `${name}: not with the picture`);
  assert.ok(Math.abs(signed.p50) <= MEDIAN_BOUND_MS, `${name}: apart`);
  assert.deepEqual(page.problems, [], `${name}: the page complains`);
}

const cases = {
  async ffmpeg(stack, browser) {
    const page = await browser.open(
      `${stack.url}/?proof=1#driver=car1`, listener);
    await measure('ffmpeg', stack, page);
  },

  /* Our agent's: heard while somebody listens, and nobody works when nobody
   * does. */
  async agent(stack, browser) {
    const page = await browser.open(
      `${stack.url}/?proof=1#driver=car1`, listener);
    const audio = await until('sound comes', async () =>
      (await stack.drivers())[0].audio, 60000);
    console.log(`agent: ${JSON.stringify(audio)}`);
    assert.equal(audio.codec, 'aac');
    assert.equal(audio.channels, 2);
    assert.equal(audio.rate, 48000);
    assert.equal(audio.playing, false);
    assert.equal((await stack.agentStatus('car1')).audio, 'telemetrysound');
    await says(page, 'Sound off');
    await button(page).click();
    await says(page, 'Sound on');
    await until('tones', () => page.evaluate(() => window.__tones.length >= 2),
      120000);
    const [{ audio: now, health }] = await stack.drivers();
    assert.equal(now.playing, true);
    assert.ok(!health.alarms.some((a) => a.code === 'no_sound'));
    await button(page).click();
    await says(page, 'Sound off');
    await until('the server rests', async () =>
      !(await stack.drivers())[0].audio?.playing, 60000);
    assert.deepEqual(page.problems, []);
  },

  /* Sound that cannot be had costs neither picture nor telemetry. */
  async silent(stack, browser) {
    const page = await browser.open(`${stack.url}/?proof=1#driver=car1`);
    await until('pictures with their rows', () => page.evaluate(
      () => window.__frames.filter((f) => f.lock === 'exact').length >= 60),
    120000);
    await says(page, 'No sound');
    const { state, audio_failure: why } = await stack.agentStatus('car1');
    console.log(`silent: ${why}`);
    assert.equal(state, 'streaming');
    assert.match(why, /^pulsesrc: /);
    assert.equal((await stack.drivers())[0].audio, null);
    assert.deepEqual(page.problems, []);
  },
};

const options = {
  ffmpeg: { fps: 30, drivers: [{ id: 'car1', publisher: 'ffmpeg' }] },
  agent: { fps: 30, drivers: [{ id: 'car1', audio: 'marks' }] },
  silent: { fps: 30, drivers: [{ id: 'car1', audio: 'pulse' }] },
};

await run(async () => {
  const name = process.argv[2] ?? 'ffmpeg';
  if (!Object.hasOwn(cases, name)) {
    throw new Error(`usage: sound.mjs ${Object.keys(cases).join('|')}`);
  }
  const browser = await startChromium();
  let stack;
  let failed = true;
  try {
    await browser.context.addInitScript(collector);
    stack = await startStack(options[name]);
    const index = await stack.fetch('/');
    if (!index.ok) throw new Skip('the dashboard is not built (./run build)');
    await cases[name](stack, browser);
    failed = false;
  } finally {
    await browser.close();
    await stack?.stop(failed);
  }
});

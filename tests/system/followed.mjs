// SPDX-License-Identifier: LGPL-2.1-or-later
// Real Chromium, real processes: a driver's cable is out for some seconds; the
// traces say that rows are missing, and draw them, in another manner, once they
// have followed.
//
// Usage: followed.mjs [FOLDER]; pictures to look at go there.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startChromium } from './browser/chromium.mjs';
import { run, Skip } from './browser/skip.mjs';
import { startStack, until } from './browser/stack.mjs';

/* Longer than what a WebSocket sends again by itself: 5 s. */
const OUT_MS = 14000;
/* An agent asks twice within 12 s; what is on show ends after 60. A machine with
 * other work gets another try. */
const FOLLOWS_MS = 55000;
const TRIES = 3;
const LONG_MS = 60000;

const rowsIn = (page) => page.evaluate(() => window.pitbox.stats().traces);
const key = (page) => page.locator('.traces .key');

async function outage(stack, page) {
  const before = await page.evaluate(() => window.pitbox.lastFrame.tick);
  stack.cable('car1', false);
  await new Promise((r) => setTimeout(r, OUT_MS));
  stack.cable('car1', true);
  await until('live again', () => page.evaluate((tick) =>
    window.pitbox.lastFrame.tick > tick, before + 300), LONG_MS);
  await until('rows are missing', async () =>
    (await key(page).textContent()).includes('hatched: missing'), LONG_MS);
  try {
    await until('rows have followed', async () =>
      (await rowsIn(page)).followed > 100, FOLLOWS_MS);
    return true;
  } catch {
    return false;
  }
}

/* Pixels of the band behind what followed, in the uppermost plot. */
const band = (page) => page.evaluate(() => {
  const canvas = document.querySelector('.traces canvas');
  const { data } = canvas.getContext('2d')
    .getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] === 0x1a && data[i + 1] === 0x21 && data[i + 2] === 0x2c) n++;
  }
  return n / (canvas.width * canvas.height);
});

async function look(stack, browser, folder) {
  const page = await browser.open(`${stack.url}/#driver=car1`);
  await until('rows are shown', () => page.evaluate(() =>
    window.pitbox?.stats().traces.live > 200), LONG_MS);
  assert.equal((await rowsIn(page)).followed, 0);
  await page.getByRole('button', { name: 'show 1 min' }).click();
  await page.getByRole('button', { name: '1 min of traces' }).waitFor();
  assert.equal(await band(page), 0, 'nothing has followed yet');
  let tries = 1;
  while (!await outage(stack, page)) {
    assert.ok(tries < TRIES, `nothing followed, ${TRIES} times`);
    tries++;
  }
  await until('it is said', async () =>
    /dashed: back-filled, [\d.]+ s that came later/.test(
      await key(page).textContent()), LONG_MS);
  await until('it is drawn', async () => await band(page) > 0.002, LONG_MS);
  if (folder) await page.screenshot({ path: join(folder, 'followed.png') });
  const { live, followed, missing } = await rowsIn(page);
  console.log(`followed: ${followed} rows in another manner beside ${live}, `
    + `${missing} holes, try ${tries}: ${await key(page).textContent()}`);
  assert.deepEqual(page.problems, []);
}

await run(async () => {
  const folder = process.argv[2];
  if (folder) await mkdir(folder, { recursive: true });
  const browser = await startChromium();
  let stack;
  let failed = true;
  try {
    stack = await startStack({ drivers: [{ id: 'car1', cable: true }] });
    const index = await stack.fetch('/');
    if (!index.ok) throw new Skip('the dashboard is not built (./run build)');
    await look(stack, browser, folder);
    failed = false;
  } finally {
    await browser.close();
    await stack?.stop(failed);
  }
});

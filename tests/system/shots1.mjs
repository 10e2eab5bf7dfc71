// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of the live page for people to look at; no test.
//
// Usage: shots.mjs FOLDER [SECONDS [IBT]]; starts a relay of its own.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startChromium } from './browser/chromium.mjs';
import { run } from './browser/skip.mjs';
import { startStack, until } from './browser/stack.mjs';

const SIZES = [[1920, 1080]];

async function shoot(stack, folder, seconds, [width, height]) {
  const browser = await startChromium({ width, height });
  try {
    const page = await browser.open(`${stack.url}/#driver=car1`);
    await until('frames', () => page.evaluate(
      () => window.pitbox?.stats().counters.exact > 0));
    await new Promise((r) => setTimeout(r, seconds * 1000));
    const scrolls = await page.evaluate(() =>
      document.documentElement.scrollHeight > innerHeight
      || document.documentElement.scrollWidth > innerWidth);
    const path = join(folder, `live-${width}x${height}.png`);
    await page.screenshot({ path });
    console.log(`${path}${scrolls ? ' SCROLLS' : ''}`);
    console.log(page.problems);
  } finally {
    await browser.close();
  }
}

await run(async () => {
  const [folder, seconds = '15', ibt] = process.argv.slice(2);
  if (!folder) throw new Error('usage: shots.mjs FOLDER [SECONDS [IBT]]');
  await mkdir(folder, { recursive: true });
  const stack = await startStack({
    drivers: [{ id: 'car1', ...(ibt ? { ibt } : {}) },
      { id: 'car2', mode: 'telemetry' }],
    width: 1280, height: 720, fps: 30,
  });
  try {
    for (const size of SIZES) await shoot(stack, folder, Number(seconds), size);
  } finally {
    await stack.stop();
  }
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of the live page for people to look at; no test.
//
// Usage: shots.mjs FOLDER [SECONDS [IBT]]; starts a relay of its own.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startChromium } from './browser/chromium.mjs';
import { run } from './browser/skip.mjs';
import { startStack, until } from './browser/stack.mjs';

const SIZES = [[1920, 1080], [1366, 768], [1366, 650]];

async function shoot(stack, folder, seconds, [width, height], lost = false) {
  const browser = await startChromium({ width, height });
  try {
    const page = await browser.open(`${stack.url}/#driver=car1`);
    await until('frames', () => page.evaluate(
      () => window.pitbox?.stats().counters.exact > 0));
    await new Promise((r) => setTimeout(r, seconds * 1000));
    const scrolls = await page.evaluate(() =>
      document.documentElement.scrollHeight > innerHeight
      || document.documentElement.scrollWidth > innerWidth);
    if (lost) {
      await stack.children.get('server').stop();
      await new Promise((r) => setTimeout(r, 4000));
    }
    const path = join(folder,
      `${lost ? 'lost' : 'live'}-${width}x${height}.png`);
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
    await shoot(stack, folder, 5, SIZES[1], true);
  } finally {
    await stack.stop();
  }
});

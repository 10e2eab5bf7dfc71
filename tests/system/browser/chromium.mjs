// SPDX-License-Identifier: LGPL-2.1-or-later
// A real Chromium without a screen, for pages of a server on this machine.
import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Skip } from './skip.mjs';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu',
  '--allow-loopback-in-peer-connection', '--no-first-run',
  '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-quic',
  '--autoplay-policy=no-user-gesture-required',
];

async function program() {
  const path = process.env.PITBOX_CHROMIUM ?? '/usr/bin/chromium';
  try {
    await access(path, constants.X_OK);
  } catch {
    throw new Skip(`no Chromium at ${path} (PITBOX_CHROMIUM names another)`);
  }
  return path;
}

async function playwright() {
  try {
    return (await import('playwright-core')).chromium;
  } catch {
    throw new Skip('playwright-core is not here: npm ci in tests/system');
  }
}

/** Starts the browser; `close()` ends it and removes its profile. */
export async function startChromium({ width = 1366, height = 768 } = {}) {
  const [chromium, executablePath] = await Promise.all([playwright(), program()]);
  const profile = await mkdtemp(join(tmpdir(), 'pitbox-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, args: FLAGS,
    viewport: { width, height },
  });
  return {
    context,
    async open(url, init) {
      const page = await context.newPage();
      page.problems = [];
      page.on('pageerror', (e) => page.problems.push(String(e.stack ?? e)));
      page.on('console', (m) => {
        if (m.type() === 'error' && /Content.Security.Policy/i.test(m.text())) {
          page.problems.push(m.text());
        }
      });
      if (init) await page.addInitScript(init);
      await page.goto(url, { waitUntil: 'commit' });
      return page;
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

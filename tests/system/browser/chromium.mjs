// SPDX-License-Identifier: LGPL-2.1-or-later
// A real Chromium without a screen, for pages of a server on this machine.
import { constants } from 'node:fs';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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

/* Each of Chromium's processes names its profile, or a parent that does. */
async function processesOf(profile) {
  const all = new Map();
  for (const pid of (await readdir('/proc')).filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      all.set(Number(pid), { parent, named: line.includes(profile) });
    } catch { /* it has ended */ }
  }
  const ours = (pid) => {
    const p = all.get(pid);
    return p !== undefined && (p.named || ours(p.parent));
  };
  return [...all.keys()].filter(ours);
}

/** Starts the browser; `close()` ends it and removes its profile. */
export async function startChromium({
  width = 1366, height = 768, flags = [],
} = {}) {
  const [chromium, executablePath] = await Promise.all([playwright(), program()]);
  const profile = await mkdtemp(join(tmpdir(), 'pitbox-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, args: [...FLAGS, ...flags],
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
    /** A signal to all of the browser's processes, e.g. SIGSTOP. */
    async signal(name) {
      for (const pid of await processesOf(profile)) {
        try {
          process.kill(pid, name);
        } catch { /* it has ended */ }
      }
    },
    async close() {
      await context.close().catch(() => {});
      await rm(profile, { recursive: true, force: true });
    },
  };
}

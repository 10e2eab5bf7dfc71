// SPDX-License-Identifier: LGPL-2.1-or-later
// A real Firefox without a screen, driven by what it speaks itself (WebDriver
// BiDi: https://w3c.github.io/webdriver-bidi/).
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Skip } from './skip.mjs';

const START_MS = 60000;
/* Candidates of this machine alone, and nobody else is asked for anything. */
const PREFERENCES = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9/',
  'toolkit.telemetry.server': 'http://127.0.0.1:9/',
};

async function webSocket() {
  try {
    return (await import('ws')).WebSocket;
  } catch {
    throw new Skip('ws is not here: npm ci in tests/system');
  }
}

async function program() {
  const path = process.env.PITBOX_FIREFOX ?? '/usr/bin/firefox-esr';
  try {
    await access(path, constants.X_OK);
  } catch {
    throw new Skip(`no Firefox at ${path} (PITBOX_FIREFOX names another)`);
  }
  return path;
}

/* Where it listens, which it says itself. */
function address(child) {
  return new Promise((resolve, reject) => {
    const lines = [];
    const late = setTimeout(() => reject(new Error(
      `Firefox does not start: ${lines.join('\n')}`)), START_MS);
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const found = line.match(/WebDriver BiDi listening on (ws:\S+)/);
      if (!found) return;
      clearTimeout(late);
      resolve(`${found[1]}/session`);
    });
    child.once('exit', () => reject(new Error(
      `Firefox has ended: ${lines.join('\n')}`)));
  });
}

async function connect(WebSocket, url) {
  const socket = new WebSocket(url);
  const asked = new Map();
  let last = 0;
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('message', (text) => {
    const answer = JSON.parse(text);
    const { resolve, reject } = asked.get(answer.id) ?? {};
    asked.delete(answer.id);
    if (answer.type === 'success') resolve?.(answer.result);
    else reject?.(new Error(`${answer.error}: ${answer.message}`));
  });
  return {
    ask: (method, params) => new Promise((resolve, reject) => {
      asked.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    }),
    close: () => socket.terminate(),
  };
}

/** Starts the browser; `close()` ends it and removes its profile. */
export async function startFirefox() {
  const [WebSocket, path] = await Promise.all([webSocket(), program()]);
  const profile = await mkdtemp(join(tmpdir(), 'pitbox-firefox-'));
  await writeFile(join(profile, 'user.js'), Object.entries(PREFERENCES)
    .map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`)
    .join(''));
  const child = spawn(path, ['--headless', '--no-remote', '--profile', profile,
    '--remote-debugging-port', '0', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile },
  });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const close = async () => {
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true });
  };
  try {
    const { ask, close: hangUp } = await connect(WebSocket, await address(child));
    const { capabilities } = await ask('session.new', { capabilities: {} });
    const { contexts: [{ context }] } = await ask('browsingContext.getTree', {});
    return {
      version: capabilities.browserVersion,
      goto: (url) => ask('browsingContext.navigate',
        { context, url, wait: 'complete' }),
      /** What a function says in the page; JSON. */
      async evaluate(f) {
        const { type, result, exceptionDetails } = await ask('script.evaluate', {
          expression: `(async () => JSON.stringify(await (${f})() ?? null))()`,
          target: { context }, awaitPromise: true,
        });
        if (type !== 'success') throw new Error(exceptionDetails.text);
        return JSON.parse(result.value);
      },
      async close() {
        hangUp();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

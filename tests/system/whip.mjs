// SPDX-License-Identifier: LGPL-2.1-or-later
// A page in real Chromium publishes by WHIP, another one watches by WHEP: live,
// recorded with its sound, whatever stands still or goes silent, until it ends;
// and over a network that loses packets.
//
// Usage: whip.mjs [all|loss]
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChromium } from './browser/chromium.mjs';
import { publish, received, sent, watch } from './browser/rtc.mjs';
import { run, Skip } from './browser/skip.mjs';
import { startStack, until } from './browser/stack.mjs';

const exec = promisify(execFile);
/* For a machine that does much else. */
const WAIT_MS = 60000;

const wait = (what, check) => until(what, check, WAIT_MS);
/* A page of the server with nothing on it. */
const open = (browser, stack) => browser.open(`${stack.url}/healthz`);

async function driver(stack) {
  return (await stack.drivers()).find((d) => d.id === 'car1');
}

async function session(stack, id) {
  return (await stack.fetch(`/api/v1/sessions/${id}`)).json();
}

function live(stack, device, sound = true) {
  return wait(`${device} is live`, async () => {
    const d = await driver(stack);
    return d.state === 'live' && d.video?.fps > 5
      && (!sound || d.audio?.codec === 'aac')
      && d.parts.some((p) => p.device === device && p.shown === 'picture') && d;
  });
}

function over(stack, id) {
  return wait(`the end of ${id}`, async () => {
    const s = await session(stack, id);
    return s.ended_utc_ms && s;
  });
}

/* As many more as that, by the viewer's own count. */
async function more(page, what, n) {
  const { [what]: before } = await page.evaluate(received);
  await wait(`${n} more: ${what}`, async () =>
    (await page.evaluate(received))[what] >= before + n);
}

async function ask(stack, method, path, key, body) {
  const reply = await fetch(stack.url + path, { method, body,
    headers: { ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/sdp' }) } });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers,
    code: text.startsWith('{') ? JSON.parse(text).code : text };
}

async function newDevice(stack, name) {
  return (await stack.command('device', 'add', name, '--driver', 'car1',
    '--print-passphrase')).trim();
}

/* Offers, and does not connect. */
function offerOnly({ driver, key }) {
  const pc = new RTCPeerConnection();
  pc.addTransceiver('video', { direction: 'sendonly' });
  return pc.setLocalDescription().then(() => fetch(`/whip/${driver}`, {
    method: 'POST', body: pc.localDescription.sdp,
    headers: { 'content-type': 'application/sdp',
      authorization: `Bearer ${key}` },
  })).then((answer) => answer.status);
}

/* What is refused is refused in words, and begins no session. */
async function refusals(stack, page, key) {
  const wrong = await page.evaluate(publish, { driver: 'car1', key: `${key}x` });
  assert.equal(wrong.status, 401);
  assert.equal(wrong.problem.code, 'bad_token');
  const path = '/whip/car1';
  const asked = [
    ['POST', path, key, 'v=0\r\n', 406, 'not_acceptable'],
    ['POST', path, key, 'x', 400, 'bad_sdp'],
    ['POST', path, `${key}x`, 'x', 401, 'bad_token'],
    ['POST', '/whip/none', key, 'x', 401, 'bad_token'],
    ['POST', path, key, '', 406, 'not_acceptable'],
    ['PATCH', path, key, 'x', 405, 'method_not_allowed'],
    ['PATCH', `${path}/x`, key, 'x', 405, 'method_not_allowed'],
    ['GET', path, key, undefined, 405, 'method_not_allowed'],
    ['DELETE', `${path}/x`, key, undefined, 404, 'not_found'],
    ['DELETE', `${path}/x`, `${key}x`, undefined, 401, 'bad_token'],
  ];
  for (const [method, where, by, body, status, code] of asked) {
    const reply = await ask(stack, method, where, by, body);
    assert.deepEqual([reply.status, reply.code], [status, code],
      `${method} ${where} ${body}`);
  }
  const options = await ask(stack, 'OPTIONS', path, key);
  assert.equal(options.status, 204);
  assert.equal(options.headers.get('accept-post'), 'application/sdp');
  assert.equal((await driver(stack)).state, 'offline');
}

/* Picture and sound go on without each other; the session is the same one. */
async function pauses(stack, publisher, viewer, id) {
  await publisher.evaluate(() => { window.whip.state.moves = false; });
  await wait('two seconds of sound alone', async () => {
    const { pictures } = await viewer.evaluate(received);
    await more(viewer, 'sound', 100);
    return (await viewer.evaluate(received)).pictures === pictures;
  });
  await publisher.evaluate(() => { window.whip.state.moves = true; });
  await more(viewer, 'pictures', 40);
  await publisher.evaluate(() =>
    window.whip.state.audio.sender.replaceTrack(null));
  await wait('the sound has gone', async () => !(await driver(stack)).audio);
  await more(viewer, 'pictures', 60);
  assert.equal((await driver(stack)).session_id, id);
}

async function recorded(stack, id) {
  const dir = join(stack.data, 'recordings', 'car1', id);
  const parts = (await readdir(dir)).filter((n) => n.endsWith('.ts')).sort();
  const whole = join(stack.dir, `${id}.ts`);
  await writeFile(whole, Buffer.concat(await Promise.all(
    parts.map((n) => readFile(join(dir, n))))));
  const { stdout } = await exec('ffprobe', ['-v', 'error', '-count_frames',
    '-show_entries', 'stream=codec_name,nb_read_frames,width,sample_rate',
    '-of', 'json', whole]);
  const { stderr } = await exec('ffmpeg', ['-v', 'error', '-i', whole, '-f',
    'null', '-']);
  console.log('what does not decode:', stderr.trim() || 'nothing');
  return Object.fromEntries(JSON.parse(stdout).streams
    .map((s) => [s.codec_name, s]));
}

async function everything(stack, browser) {
  const key = await newDevice(stack, 'cam');
  const other = await newDevice(stack, 'cam2');
  await wait('the driver', () => driver(stack));
  const publisher = await open(browser, stack);
  await refusals(stack, publisher, key);

  const third = await newDevice(stack, 'cam3');
  await wait('the server knows the third device', async () =>
    await publisher.evaluate(offerOnly, { driver: 'car1', key: third }) === 201);
  const began = await publisher.evaluate(publish, { driver: 'car1', key });
  assert.equal(began.status, 201);
  assert.match(began.location, /^\/whip\/car1\/[0-9a-f]{32}$/);
  const d = await live(stack, 'cam');
  assert.equal(d.link.transport, 'whip');
  assert.equal(d.video.codec, 'h264');
  assert.equal(d.video.width, 640);
  assert.equal(d.audio.rate, 48000);
  await wait('three key frames that were asked for', async () => {
    const { video } = await publisher.evaluate(sent);
    return video.plis >= 3 && video.keys >= 3;
  });
  console.log('the page has sent', JSON.stringify(
    await publisher.evaluate(sent)), JSON.stringify((await driver(stack)).health));

  const viewer = await open(browser, stack);
  assert.equal(await viewer.evaluate(watch, { driver: 'car1' }), 201);
  await more(viewer, 'pictures', 60);
  await more(viewer, 'sound', 60);
  assert.equal((await viewer.evaluate(received)).width, 640);
  await pauses(stack, publisher, viewer, d.session_id);

  /* A newer one takes the place at once, and the older one is told. */
  const second = await open(browser, stack);
  const again = await second.evaluate(publish,
    { driver: 'car1', key: other, sound: false });
  assert.equal(again.status, 201);
  const first = await over(stack, d.session_id);
  assert.equal(first.end_reason, 'a new connection of this driver takes over');
  await wait('the first page is told', () => publisher.evaluate(() =>
    window.whip.pc.connectionState !== 'connected'));
  const next = await live(stack, 'cam2', false);
  assert.notEqual(next.session_id, d.session_id);
  await more(viewer, 'pictures', 60);

  /* Only its own device ends it. */
  assert.equal((await ask(stack, 'DELETE', again.location, key)).status, 404);
  assert.equal((await ask(stack, 'DELETE', again.location, 'x')).status, 401);
  assert.equal((await ask(stack, 'DELETE', again.location, other)).status, 200);
  assert.equal((await ask(stack, 'DELETE', again.location, other)).status, 404);
  assert.equal((await over(stack, next.session_id)).end_reason,
    'the publisher has left');

  /* A page that is closed has left, too. */
  const page = await open(browser, stack);
  await page.evaluate(publish, { driver: 'car1', key });
  const last = await live(stack, 'cam');
  await page.close();
  await over(stack, last.session_id);
  await wait('the end of one that never connected', async () => {
    const { sessions } = await (await stack.fetch('/api/v1/sessions')).json();
    return sessions.some((s) =>
      s.end_reason === 'the publisher did not connect in time');
  });
  return d.session_id;
}

/* Two of a hundred packets are lost each way: what is missing is asked for, sent
 * again, and nobody sees it. */
async function losses(stack, browser) {
  const key = await newDevice(stack, 'cam');
  await wait('the driver', () => driver(stack));
  const publisher = await open(browser, stack);
  await publisher.exposeFunction('reroute', async (sdp) => {
    const [, port] = sdp.match(/^a=candidate:.* (\d+) typ host/m);
    const lossy = await stack.loseOn(port, 2);
    /* Each section's candidates: one, by the lossy way. */
    return sdp.replace(/(a=candidate:[^\r\n]*\r\n)+/g,
      `a=candidate:1 1 udp 2130706431 127.0.0.1 ${lossy} typ host\r\n`);
  });
  const began = await publisher.evaluate(publish,
    { driver: 'car1', key, kbps: 2000 });
  assert.equal(began.status, 201);
  const d = await live(stack, 'cam');
  const viewer = await open(browser, stack);
  assert.equal(await viewer.evaluate(watch, { driver: 'car1' }), 201);
  await more(viewer, 'pictures', 60);
  await wait('packets that were sent again', async () =>
    (await publisher.evaluate(sent)).video.again >= 5);
  await wait('the link tells of it', async () => {
    const { link } = await driver(stack);
    return link.retransmitted > 0 && link.loss_pct > 0;
  });
  await more(viewer, 'pictures', 120);
  await more(viewer, 'sound', 100);
  console.log('the page has sent', JSON.stringify(await publisher.evaluate(sent)));
  assert.equal((await driver(stack)).session_id, d.session_id);
  await ask(stack, 'DELETE', began.location, key);
  await over(stack, d.session_id);
  const { lines } = stack.children.get('server');
  const told = await wait('what became of it', () => lines.join('\n')
    .match(/(\d+) packets, (\d+) asked for again, .*/));
  console.log(told[0]);
  assert.ok(Number(told[2]) >= 5, 'asked for');
  return d.session_id;
}

const cases = { all: everything, loss: losses };

await run(async () => {
  const name = process.argv[2] ?? 'all';
  const browser = await startChromium();
  let stack;
  let failed = true;
  try {
    await exec('ffprobe', ['-version']).catch(() => {
      throw new Skip('ffprobe is not on the PATH');
    });
    stack = await startStack({ drivers: [] });
    const id = await cases[name](stack, browser);
    const found = await recorded(stack, id);
    console.log('recorded', JSON.stringify(found));
    assert.equal(found.h264.width, 640);
    assert.ok(Number(found.h264.nb_read_frames) >= 100, 'pictures');
    assert.ok(Number(found.aac.nb_read_frames) >= 100, 'sound');
    failed = false;
  } finally {
    await browser.close();
    await stack?.stop(failed);
  }
});

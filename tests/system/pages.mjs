// SPDX-License-Identifier: LGPL-2.1-or-later
// Real Chromium, real server: the pages of accounts, devices, keys and links,
// by what two people do on them.
//
// Usage: pages.mjs walk|live|teams|keys|pair|lan|tls|codec|looks [FOLDER]
// looks also leaves pictures of each page in FOLDER.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChromium } from './browser/chromium.mjs';
import {
  accessible, ask, fill, frames, hasLine, heading, inLine, offered, readQr,
  readTerminalQr, toldOnce, totp, untilHash, visit,
} from './browser/pages.mjs';
import { run } from './browser/skip.mjs';
import { ownAddress, startStack, until } from './browser/stack.mjs';

const PASSWORD = 'a long way to the pits';
const SIZES = [[1366, 768], [1920, 1080]];
const PHONE = { width: 390, height: 844 };
const ALL = ['Live', 'Pair a device', 'Devices', 'Share links', 'People',
  'API keys', 'Audit log', 'My account'];

/* A picture for people to look at, where a folder is named. */
async function shot(page, name) {
  const folder = process.argv[3];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const get = (stack, path, token) => fetch(stack.url + path, {
  headers: token ? { authorization: `Bearer ${token}` } : {},
});

function setupLink(stack) {
  return until('the set-up link', () => stack.children.get('server').lines
    .join('\n').match(/http\S+#\/setup\?token=\S+/)?.[0]);
}

/* The first account, ann's; the page goes on to the live view. */
async function setUp(stack, browser) {
  const page = await browser.open(await setupLink(stack));
  await heading(page, 'First account');
  assert.ok(!page.url().includes('token'), 'the address keeps the token');
  await fill(page, {
    'Your name': 'Ann', Login: 'ann', Password: PASSWORD,
    'The same again': PASSWORD,
  });
  await page.locator('#menu-button').waitFor();
  return page;
}

async function logIn(page, login, password) {
  await heading(page, 'Log in');
  await fill(page, { Login: login, Password: password });
}

async function logOut(page) {
  await visit(page, 'My account');
  await page.locator('#pages-nav')
    .getByRole('button', { name: 'Log out' }).click();
  await heading(page, 'Log in');
}

async function invite(page, role) {
  await visit(page, 'People');
  await ask(page, 'Invite …', { Role: role });
  return toldOnce(page, 'Link');
}

/* Somebody else's browser. */
async function beside(work) {
  const browser = await startChromium();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

async function viewerJoins(browser, link) {
  const page = await browser.open(link);
  await heading(page, 'You are invited');
  await fill(page, {
    'Your name': 'Ben', Login: 'ben', Password: PASSWORD,
    'The same again': PASSWORD,
  });
  await frames(page);
  assert.deepEqual(await offered(page), ['Live', 'My account']);
  await page.evaluate(() => { location.hash = '#/people'; });
  await heading(page, 'People');
  await page.getByText('Your role does not allow this.').waitFor();
  return page;
}

async function passwordEndsOtherLogin(ann, other) {
  await logOut(other);
  await logIn(other, 'ann', PASSWORD);
  await visit(other, 'Devices');
  await hasLine(other, 'car1');
  await visit(ann, 'My account');
  await fill(ann, {
    'Your password now': PASSWORD, 'New password': `${PASSWORD} again`,
    'The same again': `${PASSWORD} again`,
  });
  await ann.getByText('The password is changed').waitFor();
  await logIn(other, 'ann', PASSWORD);
  await other.getByText('Login or password is wrong.').waitFor();
  await logIn(other, 'ann', `${PASSWORD} again`);
  /* Back to where the login ended. */
  await heading(other, 'Devices');
  await untilHash(other, '#/devices');
  await visit(ann, 'People');
  await heading(ann, 'People');
}

async function apiKey(stack, ann) {
  await visit(ann, 'API keys');
  await ask(ann, 'New key …', { Name: 'results board' });
  const key = await toldOnce(ann, 'Key');
  assert.match(key, /^pbk_/);
  await hasLine(ann, 'results board');
  assert.equal((await get(stack, '/api/v1/drivers', key)).status, 200);
  assert.equal((await get(stack, '/api/v1/people', key)).status, 403);
  await inLine(ann, 'results board', 'Revoke', 'Revoke');
  await ann.getByText('No API key yet.').waitFor();
  assert.equal((await get(stack, '/api/v1/drivers', key)).status, 401);
  assert.equal((await get(stack, '/api/v1/drivers')).status, 401);
}

/* A page that was left open: the server wants the password once more. Ten
 * minutes are not waited for here; what the page does then is the same. */
async function passwordAgain(ann) {
  await visit(ann, 'API keys');
  const late = (route) => (route.request().method() !== 'POST'
    ? route.continue() : route.fulfill({ status: 403,
      contentType: 'application/problem+json',
      body: '{"status":403,"code":"reauthenticate","detail":"again"}' }));
  await ann.route('**/api/v1/keys', late, { times: 2 });
  await ask(ann, 'New key …', { Name: 'of late' });
  const again = ann.getByRole('dialog')
    .filter({ hasText: 'Your password, please' });
  await again.getByRole('button', { name: 'Cancel' }).click();
  const form = ann.getByRole('dialog').filter({ hasText: 'New API key' });
  await form.getByText('Not done: it needs your password.').waitFor();
  await fill(ann, { Name: 'of late' }, form);
  await fill(ann, { Password: 'a wrong one' }, again);
  await again.getByText('The password is not yours').waitFor();
  await fill(ann, { Password: `${PASSWORD} again` }, again);
  assert.match(await toldOnce(ann, 'Key'), /^pbk_/);
  await inLine(ann, 'of late', 'Revoke', 'Revoke');
  await ann.getByText('No API key yet.').waitFor();
}

async function shareLink(ann) {
  await visit(ann, 'Share links');
  await ask(ann, 'New link …', { Driver: 'car1', 'The link works for': '2' });
  const link = await toldOnce(ann, 'Link');
  await beside(async (browser) => {
    const page = await browser.open(link);
    await frames(page);
    assert.ok(!page.url().includes('token'), 'the address keeps the token');
    assert.equal(await page.locator('#menu-button').isVisible(), false);
    await inLine(ann, 'car1', 'Withdraw', 'Withdraw');
    await heading(page, 'This link does not work');
    await page.goto(link);
    await page.reload();
    await heading(page, 'This link does not work');
    assert.deepEqual(page.problems, []);
  });
}

async function secondFactor(ann, other) {
  await visit(ann, 'My account');
  await ann.getByRole('button', { name: /authenticator app/ }).click();
  const secret = await ann.getByLabel('Secret, for typing', { exact: true })
    .textContent();
  const uri = new URL(await readQr(ann));
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal(uri.searchParams.get('secret'), secret);
  await fill(ann, { Code: totp(secret) });
  await ann.getByText('On: a login asks').waitFor();
  await logOut(other);
  await logIn(other, 'ann', `${PASSWORD} again`);
  await fill(other, { Code: '000000' });
  await other.getByText('That code is wrong').waitFor();
  /* A code is good once. */
  await fill(other, { Code: totp(secret, 1) });
  await frames(other);
  await fill(ann, { 'Your password now': `${PASSWORD} again` },
    ann.locator('.totp'));
  await ann.getByText('Off. With it').waitFor();
}

async function devices(ann) {
  await visit(ann, 'Devices');
  await ann.getByRole('row').filter({ hasText: 'car1' })
    .filter({ hasText: 'online' }).first().waitFor();
  await ask(ann, 'New stream key …', { Name: 'obs-1', Driver: 'car9' });
  const address = await toldOnce(ann, 'SRT, server for OBS');
  assert.match(address, /^srt:\/\/.*passphrase=/);
  await hasLine(ann, 'obs-1');
  await inLine(ann, 'obs-1', 'Revoke', 'Revoke');
}

async function auditLog(ann) {
  await visit(ann, 'Audit log');
  await hasLine(ann, 'results board');
  const rows = () => ann.getByRole('row').count();
  const all = await rows();
  await ann.getByLabel('Filter').fill('results board');
  await until('fewer entries', async () => await rows() < all);
}

const dialogOf = (page, name) => page.getByRole('dialog', { name });

/* By the keyboard alone; what the driver has set is not to be changed. */
async function changesPicture(page, panel) {
  await panel.getByText('More', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await panel.getByRole('button', { name: 'Picture …' }).focus();
  await page.keyboard.press('Enter');
  const dialog = dialogOf(page, 'Picture');
  await dialog.waitFor();
  await accessible(page, 'another picture');
  await shot(page, 'agent-picture');
  assert.ok(await dialog.getByLabel('Size').isDisabled());
  await dialog.getByText('The driver has set this.').first().waitFor();
  const encoder = dialog.getByLabel('Encoder');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await dialog.getByText('must be one of auto').waitFor();
  assert.equal(await encoder.inputValue(), 'nonsense');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('x264enc');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await panel.getByText('Done.').waitFor();
}

async function toldTheDriver(page, panel) {
  await panel.getByRole('button', { name: 'Message …' }).focus();
  await page.keyboard.press('Enter');
  const dialog = dialogOf(page, 'Message to the driver');
  await page.keyboard.type(' ');
  await page.keyboard.press('Enter');
  await dialog.getByText('There is no text in it').waitFor();
  await accessible(page, 'a message');
  await page.keyboard.type('Box this lap');
  await shot(page, 'agent-message');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await panel.getByText('Done.').waitFor();
}

async function diagnosed(page, panel) {
  await panel.getByRole('button', { name: 'Log level …' }).click();
  await fill(page, { 'Log level': 'info' },
    dialogOf(page, 'Log of the agent'));
  await panel.getByText('info', { exact: true }).waitFor();
  await shot(page, 'agent-panel');
  await panel.getByRole('button', { name: 'Diagnostics' }).click();
  const dialog = dialogOf(page, /^Diagnostics of /);
  await accessible(page, 'diagnostics');
  await shot(page, 'agent-diagnostics');
  const loading = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const download = await loading;
  assert.match(download.suggestedFilename(),
    /^pitbox-diagnostics-test-rig-\w+\.txt$/);
  const text = await readFile(await download.path(), 'utf8');
  for (const words of ['ok   elements', 'GStreamer', 'set by the driver',
    'message for the driver: Box this lap']) {
    assert.ok(text.includes(words), `no "${words}" in ${text}`);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

/* The driver's agent beside the picture: what it tells, and what is asked. */
async function ordersAgent(page) {
  const panel = page.locator('#agent');
  await panel.getByText('streaming').waitFor();
  await panel.getByText(/picture · .*bit\/s/).waitFor();
  await panel.getByText(/^−?[\d.]+ ± [\d.]+$/).waitFor();
  await accessible(page, 'the agent beside the picture');
  await panel.getByRole('button', { name: 'Key frame' }).click();
  await panel.getByText('Done.').waitFor();
  const kbps = panel.getByLabel('Bit rate of the picture, kbit/s');
  const most = await until('what the encoder makes', async () =>
    Number(await kbps.inputValue()));
  /* Digits choose a driver, but not those that are typed into a field. */
  await kbps.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(String(most + 100));
  await panel.getByRole('button', { name: 'Set kbit/s' }).click();
  await panel.getByText(`The driver allows ${most} kbit/s at most`).waitFor();
  await kbps.fill('1');
  await panel.getByRole('button', { name: 'Set kbit/s' }).click();
  await panel.getByText('it must be 100 or more').waitFor();
  await changesPicture(page, panel);
  await toldTheDriver(page, panel);
  await diagnosed(page, panel);
  await panel.getByRole('button', { name: 'Telemetry only' }).click();
  await panel.getByText(/^telemetry · /).waitFor();
  await panel.getByRole('button', { name: 'Picture on' }).click();
  await panel.getByText(/^picture · /).waitFor();
  await frames(page);
}

/* The same PC once more: asked first, then in place of itself. */
async function pairedAgain(stack, page, agent) {
  const pairing = stack.startPairing('test-rig');
  await visit(page, 'Pair a device');
  await heading(page, 'Pair a device');
  await page.keyboard.insertText(await shownCode(pairing));
  await page.getByText('an agent that sends as car7, online now').waitFor();
  await accessible(page, 'a device that is known asks');
  const driver = page.getByLabel('Driver', { exact: true });
  assert.equal(await driver.inputValue(), 'car7');
  const replace = page.getByRole('dialog');
  await page.keyboard.press('Enter');
  await replace.getByText('Replace test-rig?').waitFor();
  await accessible(page, 'a device is to be replaced');
  /* The focus is on what changes nothing. */
  await page.keyboard.press('Enter');
  await replace.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.name),
    'device');
  await page.keyboard.press('Enter');
  await replace.getByRole('button', { name: 'Replace its keys' }).click();
  await page.getByText('test-rig sends as car7').waitFor();
  assert.equal(await pairing.ended, 0, pairing.text);
  await until('the agent that runs has the new keys', () =>
    agent.text.includes('paired anew: test-rig sends as car7'));
}

/* What stands in the offer, and what the browser says that it has: Firefox
 * without its plugin says no, others promise what they then do not offer. */
const WITHOUT_H264 = {
  'an offer without H.264': () => {
    const { setCodecPreferences } = RTCRtpTransceiver.prototype;
    RTCRtpTransceiver.prototype.setCodecPreferences = function other(codecs) {
      return setCodecPreferences.call(this, codecs.some((c) =>
        /h264/i.test(c.mimeType)) ? RTCRtpReceiver.getCapabilities('video')
          .codecs.filter((c) => /vp8/i.test(c.mimeType)) : codecs);
    };
  },
  'a browser without H.264': () => {
    const { getCapabilities } = RTCRtpReceiver;
    RTCRtpReceiver.getCapabilities = (kind) => {
      const all = getCapabilities.call(RTCRtpReceiver, kind);
      return { ...all,
        codecs: all.codecs.filter((c) => !/h264/i.test(c.mimeType)) };
    };
  },
};

async function seesTelemetryAlone(stack, browser, what, init) {
  const page = await browser.open(`${stack.url}/#driver=car1`, init);
  const tick = () => page.evaluate(() =>
    window.pitbox?.lastFrame?.tick ?? 0).catch(() => 0);
  await page.getByText('This browser cannot decode H.264: telemetry only.')
    .waitFor();
  const from = await until(`${what}: a row`, tick);
  const attempts = () => page.evaluate(() => window.pitbox.stats().attempts);
  const views = await attempts();
  /* The driver list and the stream say again and again that there is a
   * picture. */
  await until(`${what}: rows go on`, async () => await tick() > from + 300);
  assert.equal(await attempts(), views, `${what}: the view is made anew`);
  assert.ok(views <= 2, `${what}: ${views} views`);
  assert.deepEqual(page.problems, []);
  await page.close();
}

const cases = {
  /* Who cannot be shown the picture is told why, and sees the telemetry. */
  async codec(stack, browser) {
    for (const [what, init] of Object.entries(WITHOUT_H264)) {
      await seesTelemetryAlone(stack, browser, what, init);
    }
  },

  /* Everything that the pages are for, once. */
  async walk(stack, browser) {
    const ann = await setUp(stack, browser);
    await frames(ann);
    assert.deepEqual(await offered(ann), ALL);
    await setupIsOver(stack);
    const link = await invite(ann, 'viewer');
    await beside(async (second) => {
      const other = await viewerJoins(second, link);
      await ann.reload();
      await hasLine(ann, 'ben');
      await passwordEndsOtherLogin(ann, other);
      await apiKey(stack, ann);
      await passwordAgain(ann);
      await secondFactor(ann, other);
      assert.deepEqual(other.problems, []);
    });
    await shareLink(ann);
    await devices(ann);
    await auditLog(ann);
    assert.deepEqual(ann.problems, []);
  },

  /* The live view goes on while the access token is lost and renewed, and
   * while other pages stand over it. */
  async live(stack, browser) {
    const page = await setUp(stack, browser);
    await frames(page, 60);
    const attempts = () => page.evaluate(() => window.pitbox.stats().attempts);
    const views = await attempts();
    await browser.context.clearCookies({ name: 'pitbox_access' });
    const renewed = page.waitForResponse((r) =>
      r.url().endsWith('/auth/refresh') && r.status() === 200);
    await renewed;
    await frames(page, 60);
    await visit(page, 'Devices');
    await hasLine(page, 'car1');
    await frames(page, 60);
    await visit(page, 'Live');
    await frames(page, 60);
    await page.waitForURL(/#driver=car1$/);
    assert.equal(await attempts(), views, 'the view was made anew');
    /* Two pages of one browser that miss their token at once: one renewal,
     * both stay in. */
    const second = await browser.open(`${stack.url}/#/people`);
    await hasLine(second, 'ann');
    await browser.context.clearCookies({ name: 'pitbox_access' });
    await Promise.all([visit(page, 'Audit log'), visit(second, 'API keys')]);
    await hasLine(page, 'ann');
    await second.getByText('No API key yet.').waitFor();
    assert.deepEqual([...page.problems, ...second.problems], []);
  },

  /* One person in two teams: what belongs to one is not there in the other. */
  async teams(stack, browser) {
    const page = await setUp(stack, browser);
    await frames(page);
    await stack.command('team', 'add', 'gt3', '--name', 'GT3 squad');
    await stack.command('user', 'role', 'ann', '--role', 'engineer',
      '--team', 'gt3');
    /* The server looks for what a command has changed. */
    await page.waitForFunction(async () =>
      (await (await fetch('/api/v1/auth/me')).json()).teams.length === 2);
    await visit(page, 'My account');
    /* Once it is there: a change of the address would end the reload. */
    await page.getByText('this one').waitFor();
    await page.reload();
    await fill(page, { Team: 'gt3' }, page.locator('form')
      .filter({ hasText: 'Change to this team' }));
    await page.getByText('No driver yet').waitFor();
    assert.deepEqual(await offered(page), ['Live', 'Pair a device', 'Devices',
      'Share links', 'My account']);
    await visit(page, 'Devices');
    await page.getByText('No device yet:').waitFor();
    await page.goto(`${stack.url}/#driver=car1`);
    await page.getByText('“car1” is not known here').waitFor();
    await visit(page, 'My account');
    await fill(page, { Team: 'default' }, page.locator('form')
      .filter({ hasText: 'Change to this team' }));
    await frames(page);
    assert.deepEqual(await offered(page), ALL);
    assert.deepEqual(page.problems, []);
  },

  /* No mouse: log in, and to where one wanted to go. */
  async keys(stack, browser) {
    const first = await setUp(stack, browser);
    await logOut(first);
    const page = await browser.open(`${stack.url}/#/pair`);
    await heading(page, 'Log in');
    await page.keyboard.type('ann');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await heading(page, 'Pair a device');
    await page.keyboard.type('a-b 0');
    await page.getByText('No code has “0” in it').waitFor();
    await page.keyboard.type('c234');
    const code = page.getByLabel('Code', { exact: true });
    assert.equal(await code.inputValue(), 'ABC234');
    await page.getByText('No agent shows this code now.').waitFor();
    /* The code stands selected: the next one replaces it. */
    await page.keyboard.type('x');
    assert.equal(await code.inputValue(), 'X');
    assert.deepEqual(page.problems, []);
  },

  /* A fresh PC, without a mouse: it is let in by the code that it shows,
   * streams, and is thrown out; another one is refused by a pasted link. */
  async pair(stack, browser) {
    const page = await setUp(stack, browser);
    const pairing = stack.startPairing('test-rig');
    const code = await shownCode(pairing);
    assert.equal(readTerminalQr(pairing.text),
      `${stack.url}/#/pair?code=${code}`);
    await visit(page, 'Pair a device');
    await heading(page, 'Pair a device');
    await page.keyboard.type(
      `${code.slice(0, 3)}-${code.slice(3)}`.toLowerCase());
    await page.getByText('test-rig').waitFor();
    await page.getByText('127.0.0.1', { exact: true }).waitFor();
    await accessible(page, 'a device that asks');
    await page.keyboard.type('car7');
    await page.keyboard.press('Enter');
    await page.getByText('test-rig sends as car7').waitFor();
    assert.equal(await pairing.ended, 0, pairing.text);
    /* The focus is on the button for another one. */
    const other = stack.startPairing('other-rig');
    const link = `${stack.url}/#/pair?code=${await shownCode(other)}`;
    await page.keyboard.press('Enter');
    await page.keyboard.insertText(link);
    await page.getByText('other-rig').waitFor();
    for (const key of ['Tab', 'Tab', 'Tab', 'Enter']) {
      await page.keyboard.press(key);
    }
    await page.getByText('Refused').waitFor();
    assert.equal(await other.ended, 1, other.text);
    assert.match(other.text, /refused on the server's page/);
    const agent = stack.startPaired('test-rig');
    await page.goto(`${stack.url}/#driver=car7`);
    await frames(page);
    assert.ok(page.url().endsWith('#driver=car7'), page.url());
    await ordersAgent(page);
    await pairedAgain(stack, page, agent);
    await visit(page, 'Devices');
    await hasLine(page, 'test-rig');
    /* Its agent fetches it: nobody has to carry it. */
    await inLine(page, 'test-rig', 'Rotate', 'Make a new one');
    await page.getByText('test-rig has a new passphrase.').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    await inLine(page, 'test-rig', 'Revoke', 'Revoke');
    await until('the agent says so', () =>
      agent.text.includes('has taken this PC\'s pairing back'));
    assert.deepEqual(page.problems, []);
  },

  /* Over a network without TLS: said in red before the first password; no
   * clipboard and no Web Locks, and both go on without. */
  async lan(stack, browser) {
    const page = await browser.open(`${stack.url}/#/keys`);
    await heading(page, 'Log in');
    await page.getByText('Not encrypted.').waitFor();
    await accessible(page, 'login without TLS');
    await logIn(page, 'admin', stack.options.login.password);
    await heading(page, 'API keys');
    await page.getByText('Not encrypted.').waitFor();
    assert.equal(await page.evaluate(() =>
      Boolean(navigator.locks || navigator.clipboard)), false);
    await ask(page, 'New key …', { Name: 'copied' });
    await page.getByRole('button', { name: 'Copy Key' }).click();
    await page.getByText('copied', { exact: true }).last().waitFor();
    const key = await toldOnce(page, 'Key');
    await fieldTakes(page, key);
    const second = await browser.open(`${stack.url}/#/people`);
    await hasLine(second, 'admin');
    await browser.context.clearCookies({ name: 'pitbox_access' });
    await Promise.all([visit(page, 'Audit log'), visit(second, 'Devices')]);
    await Promise.all([hasLine(page, 'admin'), hasLine(second, 'car1')]);
    assert.deepEqual([...page.problems, ...second.problems], []);
  },

  /* By HTTPS, and through a change of the certificate: picture and control
   * channel go on, and who comes gets the new one. */
  async tls(stack, browser) {
    const page = await browser.open('about:blank');
    const shown = async () => {
      const response = await page.goto(stack.url);
      return response.securityDetails();
    };
    const { protocol, subjectName } = await shown();
    assert.equal(protocol, 'TLS 1.3');
    assert.equal(subjectName, stack.certificates[0].name);
    const sockets = [];
    page.on('websocket', (socket) => sockets.push(socket));
    await logIn(page, 'admin', stack.options.login.password);
    await frames(page);
    await until('the control channel', () => sockets.length === 1);
    assert.ok(sockets[0].url().startsWith('wss://'), sockets[0].url());
    assert.equal(await page.evaluate(() => isSecureContext), true);
    const cookies = await browser.context.cookies();
    assert.deepEqual(cookies.map((c) => c.name).sort(),
      ['__Host-pitbox_access', '__Host-pitbox_refresh']);
    assert.ok(cookies.every((c) => c.secure && c.httpOnly
      && c.sameSite === 'Strict' && c.path === '/'), JSON.stringify(cookies));
    await stack.takeCertificate(stack.certificates[1]);
    await until('the server has the new one', () =>
      stack.children.get('server').text.includes('took the certificate again'));
    /* Neither was begun anew. */
    await frames(page);
    assert.equal(sockets.length, 1);
    assert.equal(sockets[0].isClosed(), false);
    assert.equal((await shown()).subjectName, stack.certificates[1].name);
    await frames(page);
    assert.deepEqual(page.problems, []);
  },

  /* Each page in both sizes: axe-core finds nothing, nothing is wider than
   * the window; pictures for people to look at. */
  async looks(stack, browser, folder) {
    const page = await setUp(stack, browser);
    const open = ['login', 'setup', 'invite', 'share'];
    const names = ['', 'pair', 'people', 'devices', 'keys', 'shares', 'audit',
      'account', ...open];
    if (folder) await mkdir(folder, { recursive: true });
    await listFails(page);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      for (const name of names) {
        await page.evaluate((n) => { location.hash = `#/${n}`; }, name);
        await (name === '' ? frames(page)
          : page.locator(`.page-${name} h1`).waitFor());
        await until('the lists', async () => await page.locator(
          '.list-state:visible', { hasText: 'Asking' }).count() === 0);
        await accessible(page, name || 'live');
        assert.equal(await page.evaluate(() =>
          document.documentElement.scrollWidth > innerWidth), false,
        `${name} is wider than ${width}`);
        if (!folder) continue;
        await page.screenshot({
          path: join(folder, `${name || 'live'}-${width}x${height}.png`),
        });
      }
    }
    await onPhone(page, folder);
    for (const name of names.slice(1)) await pageOnPhone(page, name, folder);
    assert.deepEqual(page.problems, []);
  },
};

/* Nothing beside the window. */
async function pageOnPhone(page, name, folder) {
  await page.evaluate((n) => { location.hash = `#/${n}`; }, name);
  await page.locator(`.page-${name} h1`).waitFor();
  await until('the lists', async () => await page.locator(
    '.list-state:visible', { hasText: 'Asking' }).count() === 0);
  await accessible(page, `${name} on a phone`);
  if (folder) {
    await page.screenshot({
      path: join(folder, `${name}-phone.png`), fullPage: true,
    });
  }
  assert.equal(await page.evaluate(() =>
    document.documentElement.scrollWidth > innerWidth), false,
  `${name} is wider than a phone`);
}

/* The live page in one column: the picture first, as wide as the window, and
 * no panel beside or beyond it. */
async function onPhone(page, folder) {
  await page.setViewportSize(PHONE);
  await page.evaluate(() => { location.hash = '#/'; });
  await frames(page);
  await accessible(page, 'live on a phone');
  const boxes = await page.evaluate(() =>
    [...document.querySelectorAll('#live .panel, .stage, .top > *')]
      .filter((e) => e.checkVisibility()).map((e) => {
        const { left, right, top, height } = e.getBoundingClientRect();
        return { name: e.id || e.className, left, right, top, height };
      }));
  const stage = boxes.find((b) => b.name === 'stage');
  assert.ok(stage.right - stage.left > PHONE.width * 0.9, 'a small picture');
  for (const b of boxes) {
    assert.ok(b.left >= 0 && b.right <= PHONE.width, `${b.name} is cut off`);
  }
  for (const name of ['drivers', 'relative', 'car', 'map', 'laps', 'health']) {
    const panel = boxes.find((b) => b.name === name);
    assert.ok(panel.top > stage.top + stage.height, `${name} is above`);
    assert.ok(panel.height > 60, `${name} is ${panel.height} high`);
  }
  if (folder) await page.screenshot({ path: join(folder, 'live-phone.png') });
}

async function setupIsOver(stack) {
  const response = await fetch(`${stack.url}/api/v1/auth/setup`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token: new URL((await setupLink(stack)).replace('#/', '')).searchParams
        .get('token'),
      login: 'eve', name: 'Eve', password: PASSWORD,
    }),
  });
  assert.ok(response.status >= 400, 'a set-up link works twice');
}

/* The code that an agent shows, without what makes it easier to read. */
function shownCode(agent) {
  return until('a code', () => /▀▀▀▀\n/.test(agent.text)
    && agent.text.match(/Code (\w{3})-(\w{3}),/).slice(1).join(''));
}

/* What was copied is what is pasted. */
async function fieldTakes(page, text) {
  await page.getByRole('button', { name: 'New key …' }).click();
  const name = page.getByRole('dialog').getByLabel('Name', { exact: true });
  await name.focus();
  await page.keyboard.press('Control+V');
  assert.equal(await name.inputValue(), text);
  await page.keyboard.press('Escape');
}

/* A list that is not to be had says so, and comes back on demand. */
async function listFails(page) {
  await page.route('**/api/v1/keys?*', (route) => route.abort());
  await page.evaluate(() => { location.hash = '#/keys'; });
  await page.getByText('The server does not answer.').waitFor();
  await accessible(page, 'a list that is not to be had');
  await page.unroute('**/api/v1/keys?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No API key yet.').waitFor();
}

await run(async () => {
  const [name, folder] = process.argv.slice(2);
  if (!cases[name]) {
    throw new Error(`usage: pages.mjs ${Object.keys(cases).join('|')} [FOLDER]`);
  }
  const stack = await startStack({
    drivers: [{ id: 'car1' }], width: 640, height: 360, fps: 30,
    bitrateKbps: 1000,
    ...(name === 'lan' ? { bind: ownAddress('IPv4') } : {}),
    tls: name === 'tls',
  });
  const browser = await startChromium({
    flags: stack.certificates.length === 0 ? []
      : ['--ignore-certificate-errors-spki-list='
        + stack.certificates.map((c) => c.pin).join(',')],
  });
  let passed = false;
  try {
    await cases[name](stack, browser, folder);
    passed = true;
  } finally {
    await browser.close();
    await stack.stop(!passed);
  }
});

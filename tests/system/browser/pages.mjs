// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person does on the pages: finds things by their names, as a screen
// reader reads them out, and types.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { Skip } from './skip.mjs';
import { until } from './stack.mjs';

const require = createRequire(import.meta.url);

function library(name) {
  try {
    return require(name);
  } catch {
    throw new Skip(`${name} is not here: npm ci in tests/system`);
  }
}

/** Waits for a page's heading. */
export function heading(page, name) {
  return page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
}

/* The list of pages, where it stands beside one, or the button for it. */
async function navigation(page) {
  await page.locator('#menu-button:visible, #pages-nav:visible').first()
    .waitFor();
  await until('the pages one may go to', () => page.evaluate(() =>
    document.querySelectorAll('#pages-nav a').length > 1));
}

/** Goes to a page by its link in the list of pages. */
export async function visit(page, name) {
  await navigation(page);
  const menu = page.locator('#menu-button');
  const behind = await menu.isVisible();
  if (behind) await menu.click();
  await page.locator(behind ? '#menu' : '#pages-nav')
    .getByRole('link', { name }).click();
}

/** The pages that the navigation offers. */
export async function offered(page) {
  await navigation(page);
  return page.evaluate(() =>
    [...document.querySelectorAll('#pages-nav a')].map((a) => a.textContent));
}

/** Fills in the fields of those labels, in order, and sends the form. */
export async function fill(page, values, within = page) {
  let last;
  for (const [label, value] of Object.entries(values)) {
    last = within.getByLabel(label, { exact: true });
    if (await last.evaluate((e) => e.tagName) === 'SELECT') {
      await last.selectOption(value);
    } else await last.fill(value);
  }
  await last.evaluate((e) => e.form.requestSubmit());
}

/** Opens a dialog by its button and fills it in. */
export async function ask(page, button, values) {
  await page.getByRole('button', { name: button }).click();
  await fill(page, values, page.getByRole('dialog'));
}

/** The secret told once under that label; closes the dialog. */
export async function toldOnce(page, label) {
  const dialog = page.getByRole('dialog')
    .filter({ hasText: 'It is not shown again.' });
  const text = await dialog.getByLabel(label, { exact: true }).textContent();
  await dialog.getByRole('button', { name: 'I have it' }).click();
  /* A closed dialog has no role; a moment later it is not there at all. */
  await page.waitForFunction(
    (t) => !document.documentElement.outerHTML.includes(t), text);
  return text;
}

/** Presses a button in the line of a list that has `text`, and confirms. */
export async function inLine(page, text, button, confirm) {
  await page.getByRole('row').filter({ hasText: text })
    .getByRole('button', { name: button }).click();
  if (!confirm) return;
  await page.getByRole('dialog').getByRole('button', { name: confirm })
    .click();
}

export function hasLine(page, text) {
  return page.getByRole('row').filter({ hasText: text }).first().waitFor();
}

export function untilHash(page, hash) {
  return until(`the address ends in ${hash}`, () =>
    page.url().endsWith(hash));
}

const shown = (page) => page.evaluate(() =>
  window.pitbox?.stats().counters.exact ?? 0).catch(() => 0);

/** Waits until `n` more frames with their own telemetry are drawn. */
export async function frames(page, n = 10) {
  const from = await shown(page);
  return until(`${n} frames`, async () => await shown(page) >= from + n);
}

/** Fails on whatever axe-core finds. */
export async function accessible(page, what) {
  await page.evaluate(library('axe-core').source);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    return violations.flatMap((v) => v.nodes.map((n) =>
      `${v.id}: ${v.help}: ${n.target.join(' ')}`));
  });
  assert.deepEqual(found, [], `${what}: not accessible`);
}

/** The text in the QR code of the page, read from its pixels. */
export async function readQr(page) {
  const { data, width, height } = await page.evaluate(() => {
    const c = document.querySelector('canvas.qr');
    const image = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    return { data: [...image.data], width: c.width, height: c.height };
  });
  return library('jsqr')(Uint8ClampedArray.from(data), width, height)?.data;
}

/* Rows of light modules, drawn in half blocks. */
function blockRows(text) {
  const lines = text.split('\n').map((line) => line.replace(/^ {2}/, ''));
  const end = lines.findLastIndex((line) => /^▀+$/.test(line));
  const size = lines[end]?.length ?? 0;
  return lines.slice(Math.max(0, end + 1 - Math.ceil(size / 2)), end + 1)
    .flatMap((line) => ['▀█', '▄█'].map((on) =>
      [...line].map((c) => on.includes(c))))
    .slice(0, size);
}

/** The text in the newest QR code that a program printed. */
export function readTerminalQr(text) {
  const scale = 4;
  const rows = blockRows(text);
  const side = rows.length * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let at = 0; at < side * side; at++) {
    const x = Math.floor(at % side / scale);
    const y = Math.floor(at / side / scale);
    if (!rows[y][x]) pixels.fill(0, at * 4, at * 4 + 3);
  }
  return library('jsqr')(pixels, side, side)?.data;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of an authenticator app (RFC 6238), `steps` of 30 s from now. */
export function totp(secret, steps = 0) {
  const bits = [...secret.toUpperCase()].filter((c) => BASE32.includes(c))
    .map((c) => BASE32.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac.at(-1) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Real Firefox, real processes. Debian's decodes no H.264 that comes by WebRTC, which
// not every version says of itself: its offer is refused at once, the page says in
// words what is missing, and shows the telemetry.
import assert from 'node:assert/strict';
import { startFirefox } from './browser/firefox.mjs';
import { run, Skip } from './browser/skip.mjs';
import { startStack, until } from './browser/stack.mjs';

const WORDS = 'This browser cannot decode H.264: telemetry only.';
const ROWS = 300;

/* What it can do its offer tells. */
async function offersH264() {
  const peer = new RTCPeerConnection();
  peer.addTransceiver('video', { direction: 'recvonly' });
  const { sdp } = await peer.createOffer();
  peer.close();
  return /^a=rtpmap:\d+ H264\/90000/im.test(sdp);
}

/* What the server says to an offer as Firefox makes it, and how soon. */
async function offerVideo() {
  const peer = new RTCPeerConnection();
  peer.addTransceiver('video', { direction: 'recvonly' });
  await peer.setLocalDescription(await peer.createOffer());
  const begin = performance.now();
  const answer = await fetch('/whep/car1', {
    method: 'POST', headers: { 'content-type': 'application/sdp' },
    body: peer.localDescription.sdp,
  });
  const { code, detail } = await answer.json();
  peer.close();
  return { status: answer.status, code, detail, ms: performance.now() - begin };
}

async function test(stack, firefox) {
  console.log(`Firefox ${firefox.version}`);
  await firefox.goto(`${stack.url}/#driver=car1`);
  if (await firefox.evaluate(offersH264)) {
    throw new Skip('this Firefox decodes H.264');
  }
  await until('the page says what is missing', () => firefox.evaluate(
    `() => document.body.innerText.includes(${JSON.stringify(WORDS)})`));
  const tick = () => firefox.evaluate(() => window.pitbox?.lastFrame?.tick ?? 0);
  const from = await until('a row', tick);
  await until('rows go on', async () => await tick() > from + ROWS);
  const refusal = await firefox.evaluate(offerVideo);
  console.log(`refused after ${refusal.ms.toFixed(0)} ms: ${refusal.detail}`);
  assert.equal(refusal.status, 406);
  assert.equal(refusal.code, 'not_acceptable');
  assert.match(refusal.detail, /H\.264/);
}

await run(async () => {
  const firefox = await startFirefox();
  let stack;
  let failed = true;
  try {
    stack = await startStack({ fps: 30, drivers: [{ id: 'car1' }] });
    const index = await stack.fetch('/');
    if (!index.ok) throw new Skip('the dashboard is not built (./run build)');
    await test(stack, firefox);
    failed = false;
  } finally {
    await firefox.close();
    await stack?.stop(failed);
  }
});

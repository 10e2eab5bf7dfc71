// SPDX-License-Identifier: LGPL-2.1-or-later
// A page in Chromium that publishes a canvas by WHIP, and publishes anew when
// its connection has gone, until SIGTERM. For ./run matrix.
//
// Usage: whip-encoder.mjs URL DRIVER KEY SERVER-ADDRESS [REACHED-AT]; the second
// address takes the place of the first in the server's candidates, all others of
// which are left out.
import { startChromium } from './chromium.mjs';

/* Runs in the page; never ends. */
async function keepPublishing({ driver, key, from, to }) {
  const pause = (ms) => new Promise((r) => { setTimeout(r, ms); });
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const g = canvas.getContext('2d');
  let n = 0;
  setInterval(() => {
    n += 1;
    g.fillStyle = `hsl(${n % 360} 80% 40%)`;
    g.fillRect(0, 0, 320, 180);
    g.fillStyle = 'white';
    g.fillRect((n * 7) % 300, 50, 20, 80);
  }, 33);
  const stream = canvas.captureStream(30);
  for (;;) {
    const pc = new RTCPeerConnection();
    try {
      pc.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly',
        streams: [stream], sendEncodings: [{ maxBitrate: 600000 }] });
      await pc.setLocalDescription();
      const answer = await fetch(`/whip/${driver}`, {
        method: 'POST', body: pc.localDescription.sdp,
        signal: AbortSignal.timeout(2000), headers: {
          'content-type': 'application/sdp', authorization: `Bearer ${key}`,
        } });
      if (answer.status !== 201) throw new Error(`status ${answer.status}`);
      /* No other way round the network that is played. */
      const sdp = (await answer.text()).split('\r\n').filter((line) =>
        !line.startsWith('a=candidate:') || line.includes(` ${from} `))
        .join('\r\n').replaceAll(from, to);
      await pc.setRemoteDescription({ type: 'answer', sdp });
      for (let gone = 0; gone < 10; await pause(100)) {
        gone = ['connected', 'connecting', 'new'].includes(pc.connectionState)
          ? 0 : gone + 1;
      }
    } catch { /* it is tried again */ }
    pc.close();
    await pause(500);
  }
}

const [url, driver, key, from, to = from] = process.argv.slice(2);
const browser = await startChromium({ width: 640, height: 360 });
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    await browser.close();
    process.exit(0);
  });
}
const page = await browser.open(`${url}/healthz`);
await page.evaluate(keepPublishing, { driver, key, from, to });

// SPDX-License-Identifier: LGPL-2.1-or-later
// What a page does to publish by WHIP and to watch by WHEP, with nothing but what
// browsers have.

/* Runs in the page: a canvas that changes, a tone, and a connection for both. The
 * test may have the answer pass through its hands (`reroute`). */
export async function publish({ driver, key, sound = true, kbps = 0 }) {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const g = canvas.getContext('2d');
  const state = { moves: true, drawn: 0 };
  setInterval(() => {
    if (!state.moves && state.drawn > 0) return;
    state.drawn += 1;
    g.fillStyle = `hsl(${state.drawn % 360} 80% 40%)`;
    g.fillRect(0, 0, 640, 360);
    g.fillStyle = 'white';
    g.fillRect((state.drawn * 7) % 600, 100, 40, 160);
  }, 33);
  const pc = new RTCPeerConnection();
  const stream = canvas.captureStream(30);
  pc.addTransceiver(stream.getVideoTracks()[0],
    { direction: 'sendonly', streams: [stream],
      sendEncodings: [kbps ? { maxBitrate: kbps * 1000 } : {}] });
  if (sound) {
    const audio = new AudioContext({ sampleRate: 48000 });
    const tone = audio.createOscillator();
    const out = audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const [track] = out.stream.getAudioTracks();
    state.audio = pc.addTransceiver(track,
      { direction: 'sendonly', streams: [stream] });
  }
  await pc.setLocalDescription();
  const answer = await fetch(`/whip/${driver}`, {
    method: 'POST', body: pc.localDescription.sdp,
    headers: { 'content-type': 'application/sdp',
      ...(key ? { authorization: `Bearer ${key}` } : {}) },
  });
  window.whip = { pc, state, location: answer.headers.get('location') };
  if (answer.status === 201) {
    const sdp = await answer.text();
    await pc.setRemoteDescription({ type: 'answer',
      sdp: window.reroute ? await window.reroute(sdp) : sdp });
    return { status: 201, location: window.whip.location };
  }
  pc.close();
  return { status: answer.status, problem: await answer.json() };
}

/* Runs in the page: a viewer of picture and sound. */
export async function watch({ driver }) {
  const pc = new RTCPeerConnection();
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  document.body.append(video);
  pc.addTransceiver('video', { direction: 'recvonly' });
  pc.addTransceiver('audio', { direction: 'recvonly' });
  pc.ontrack = ({ streams }) => { [video.srcObject] = streams; };
  await pc.setLocalDescription();
  const answer = await fetch(`/whep/${driver}`, {
    method: 'POST', body: pc.localDescription.sdp,
    headers: { 'content-type': 'application/sdp' },
  });
  if (answer.status !== 201) return answer.status;
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  window.whep = { pc, video };
  return 201;
}

/* Runs in the page: what has come of both kinds, as the browser counts it. */
export async function received() {
  const seen = { pictures: 0, width: 0, sound: 0 };
  for (const s of (await window.whep.pc.getStats()).values()) {
    if (s.type !== 'inbound-rtp') continue;
    if (s.kind === 'video') {
      seen.pictures = s.framesDecoded ?? 0;
      seen.width = s.frameWidth ?? 0;
    } else {
      seen.sound = s.packetsReceived ?? 0;
    }
  }
  return seen;
}

/* Runs in the page: what has been sent. */
export async function sent() {
  const told = {};
  for (const s of (await window.whip.pc.getStats()).values()) {
    if (s.type === 'outbound-rtp') {
      told[s.kind] = { packets: s.packetsSent, bytes: s.bytesSent,
        frames: s.framesEncoded, keys: s.keyFramesEncoded, plis: s.pliCount,
        nacks: s.nackCount, again: s.retransmittedPacketsSent,
        target: s.targetBitrate };
    } else if (s.type === 'candidate-pair' && s.nominated) {
      told.available = s.availableOutgoingBitrate;
    }
  }
  return told;
}

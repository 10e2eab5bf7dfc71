// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs in the page: reads both strips of every composition from the canvas'
// pixels, with code of its own rather than the product's.

/** Installed before the page's script; fills window.__frames. */
export function collector() {
  const CELLS = 64;
  const crc16 = (bytes) => {
    let crc = 0xffff;
    for (const byte of bytes) {
      crc ^= byte << 8;
      for (let i = 0; i < 8; i++) {
        crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
      }
    }
    return crc;
  };
  const number = (cells) => parseInt(cells.join(''), 2);
  const decode = (cells) => {
    if (cells.slice(0, 8).join('') !== '10101100'
      || cells.slice(56).join('') !== '00110101') return null;
    const bytes = [0, 1, 2, 3].map((i) =>
      number(cells.slice(8 + 8 * i, 16 + 8 * i)));
    return crc16(bytes) === number(cells.slice(40, 56))
      ? number(cells.slice(8, 40)) | 0 : null;
  };
  /* The middle of each cell, in a strip of height h whose foot is at y. */
  const read = (context, x, y, width, h) => {
    const row = context.getImageData(0, Math.floor(y - h / 2),
      context.canvas.width, 1).data;
    return decode(Array.from({ length: CELLS }, (_, i) =>
      (row[4 * Math.floor(x + ((i + 0.5) * width) / CELLS) + 1] > 127 ? 1 : 0)));
  };
  /* What came on the wire, for the report of a frame that is wrong. */
  window.__samples = [];
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function tapped(...args) {
    const channel = create.apply(this, args);
    channel.addEventListener('message', ({ data }) => {
      if (typeof data === 'string' || data.byteLength < 32) return;
      const d = new DataView(data);
      window.__samples.push({
        at: performance.now(), type: d.getUint8(0), flags: d.getUint8(1),
        rows: d.getUint16(2, true), rtp: d.getUint32(4, true),
        sequence: d.getUint32(12, true), tick: d.getInt32(24, true),
        sync: d.getInt32(28, true),
      });
    });
    return channel;
  };
  window.__frames = [];
  const attach = (api) => api.addEventListener('frame', ({ detail: d }) => {
    const frame = {
      lock: d.lock, tick: d.tick, rtp: d.rtpTimestamp, held: d.heldMs,
      sync: d.syncErrorUs, age: d.ageMs, at: d.composedAt,
      sessionTick: d.read('SessionTick'), own: null, picture: null,
    };
    if (d.pictureWidth > 0) {
      const p = d.picture;
      const context = d.canvas.getContext('2d');
      const h = Math.max(8, Math.round(d.pictureWidth / 80))
        * (p.width / d.pictureWidth);
      const foot = p.y + p.height;
      frame.picture = read(context, p.x, foot, p.width, h);
      frame.own = read(context, p.x, foot - h, p.width, h);
    }
    window.__frames.push(frame);
  });
  let api;
  Object.defineProperty(window, 'pitbox', {
    configurable: true,
    get: () => api,
    set: (value) => {
      api = value;
      attach(value);
    },
  });
}

/** Sums up compositions; `wrong` lists exact pairs that are none. */
export function judge(frames) {
  const shown = frames.filter((f) => f.lock !== 'telemetry');
  const exact = shown.filter((f) => f.lock === 'exact');
  const readable = exact.filter((f) => f.picture !== null);
  const wrong = exact.filter((f) => f.own !== f.tick
    || (f.picture !== null && f.picture !== f.own));
  const olderWrong = shown.filter((f) => f.lock === 'older'
    && f.picture !== null && f.tick > f.picture);
  const count = (lock) => shown.filter((f) => f.lock === lock).length;
  return {
    shown: shown.length, exact: exact.length, readable: readable.length,
    wrong: [...wrong, ...olderWrong], older: count('older'),
    bare: count('bare'), timeouts: count('timeout'),
    unlocked: count('unlocked'),
    held: shown.filter((f) => f.held > 0.5).length,
    telemetryOnly: frames.length - shown.length,
    holdMs: quantiles(exact.map((f) => f.held)),
    syncMs: quantiles(exact.map((f) => Math.abs(f.sync) / 1000)),
    ageMs: quantiles(exact.map((f) => f.age).filter((a) => a !== null)),
  };
}

const NO_ROW = 1;
const OLDER_ROW = 4;
/* As the page: a millisecond of 90 kHz. */
const TOLERANCE = 90;

/** What the server said of the pictures it sent. */
export function saidOf(samples) {
  return {
    all: samples.length,
    none: samples.filter((s) => s.flags & NO_ROW).length,
    older: samples.filter((s) => s.flags & OLDER_ROW).length,
  };
}

/** Whether a frame's row had come when it was shown. */
export function hadRow(frame, samples) {
  return samples.some((s) => s.at < frame.at && !(s.flags & NO_ROW)
    && Math.abs((s.rtp - frame.rtp) | 0) <= TOLERANCE);
}

/** p50, p95, p99 and the greatest; null without values. */
export function quantiles(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the browser itself says of the incoming picture, a second at a time. */

export interface ReceiveFigures {
  readonly bitrateKbps: number | null;
  /** Frames decoded a second. */
  readonly fps: number | null;
  /** Packets lost on the last leg, of those sent in the last second. */
  readonly lossPct: number | null;
  /** Mean time a frame waited in the jitter buffer. */
  readonly jitterBufferMs: number | null;
  readonly decodeMs: number | null;
  /** Frames the browser decoded and gave up, in all. */
  readonly framesDropped: number | null;
  readonly freezes: number | null;
  readonly width: number | null;
  readonly height: number | null;
}

type Report = Readonly<Record<string, unknown>>;

function n(report: Report | undefined, key: string): number | null {
  const v = report?.[key];
  return typeof v === 'number' ? v : null;
}

/** The mean of `total` per `count` since the report before. */
function mean(
  now: Report, before: Report | undefined, total: string, count: string,
  factor: number,
): number | null {
  const sum = (n(now, total) ?? NaN) - (n(before, total) ?? 0);
  const times = (n(now, count) ?? NaN) - (n(before, count) ?? 0);
  return times > 0 ? (sum / times) * factor : null;
}

export class ReceiveStats {
  #before: Report | undefined;

  reset(): void {
    this.#before = undefined;
  }

  /** Takes an RTCStatsReport (or anything like it). */
  update(reports: Iterable<Report>): ReceiveFigures | null {
    let now: Report | undefined;
    for (const r of reports) {
      if (r['type'] === 'inbound-rtp' && r['kind'] === 'video') now = r;
    }
    const before = this.#before;
    this.#before = now;
    if (!now) return null;
    const ms = (n(now, 'timestamp') ?? 0) - (n(before, 'timestamp') ?? 0);
    const since = (key: string): number | null =>
      before && ms > 0 ? (n(now, key) ?? 0) - (n(before, key) ?? 0) : null;
    const bytes = since('bytesReceived');
    const frames = since('framesDecoded');
    const lost = since('packetsLost');
    const received = since('packetsReceived');
    return {
      bitrateKbps: bytes === null ? null : (bytes * 8) / ms,
      fps: frames === null ? null : (frames * 1000) / ms,
      lossPct: lost === null || received === null || lost + received <= 0
        ? null : Math.max(0, (100 * lost) / (lost + received)),
      jitterBufferMs: mean(now, before, 'jitterBufferDelay',
        'jitterBufferEmittedCount', 1000),
      decodeMs: mean(now, before, 'totalDecodeTime', 'framesDecoded', 1000),
      framesDropped: n(now, 'framesDropped'),
      freezes: n(now, 'freezeCount'),
      width: n(now, 'frameWidth'),
      height: n(now, 'frameHeight'),
    };
  }
}

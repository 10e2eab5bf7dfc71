/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CarState } from '../src/protocol/car.js';
import { drawHud } from '../src/widgets/hud.js';

interface Written {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/* A canvas that only knows where text is; digits of DejaVu Sans Bold, the widest
 * of the fonts that are asked for, are 0.7 of their size wide. */
function canvas(written: Written[]): CanvasRenderingContext2D {
  const state = { font: '', textAlign: 'left' };
  const px = () => Number(/(\d+)px/.exec(state.font)![1]);
  const width = (s: string) => [...s].reduce((sum, c) => sum
    + ('.:-+ \u2212'.includes(c) ? 0.4 : 0.7), 0) * px();
  return new Proxy(state, {
    get(_, name) {
      if (name in state) return state[name as keyof typeof state];
      if (name === 'measureText') return (s: string) => ({ width: width(s) });
      if (name !== 'fillText') return () => undefined;
      return (text: string, x: number, y: number) => {
        const left = state.textAlign === 'right' ? x - width(text)
          : state.textAlign === 'center' ? x - width(text) / 2 : x;
        written.push({ text, left, right: left + width(text),
          top: y - px() * 0.7, bottom: y });
      };
    },
    set(_, name, value) {
      Object.assign(state, { [name]: value });
      return true;
    },
  }) as unknown as CanvasRenderingContext2D;
}

const car = {
  gear: 4, speedMps: 277 / 3.6, rpm: 12345, throttle: 1, brake: 1,
  steeringRad: -2.5, lap: 23, lapTimeS: 83.45, fuelL: 108.4, warnings: 0,
} as CarState;

test('no instrument is written over another, however narrow the page', () => {
  for (const [width, height] of [[1106, 90], [864, 68], [600, 72], [376, 60],
    [346, 56]]) {
    const written: Written[] = [];
    drawHud(canvas(written), { x: 0, y: 300, width: width!, height: height! },
      { x: 0, y: 0, width: width!, height: 300 + height! }, {
        car, stale: false, deltaS: -12.34, redlineRpm: 9000, shiftRpm: 8000,
        remark: '', over: false,
      });
    assert.ok(written.length > 6);
    for (const a of written) {
      assert.ok(a.left >= 0 && a.right <= width!, `${a.text} at ${width}`);
      for (const b of written) {
        assert.ok(a === b || a.right <= b.left || b.right <= a.left
          || a.bottom <= b.top || b.bottom <= a.top,
        `${a.text} on ${b.text} at ${width} x ${height}`);
      }
    }
  }
});

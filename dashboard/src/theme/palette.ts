/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The colours that canvases draw with; theme.css gives the page the same ones
 * (a test compares them and checks their contrast). */

export const palette = {
  ground: '#0a0d12',
  panel: '#11161e',
  raised: '#1a212c',
  line: '#2a3442',
  text: '#e8edf4',
  dim: '#9aa8ba',
  accent: '#ffb454',
  good: '#4cd98a',
  warn: '#ffd166',
  bad: '#ff6b61',
  speed: '#5cc8ff',
  throttle: '#4cd98a',
  brake: '#ff6b61',
  rpm: '#c3a2ff',
  gear: '#ffd166',
  steering: '#d6dee9',
} as const;

export const fontFamily =
  'Inter, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';

/** Canvas font of `px` pixels. */
export function font(px: number, weight: 400 | 600 | 700 = 400): string {
  return `${weight} ${Math.max(1, Math.round(px))}px ${fontFamily}`;
}

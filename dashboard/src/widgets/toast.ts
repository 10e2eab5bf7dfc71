/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A line in the corner that says what has been done, and goes. */

import { el } from './dom.js';

const SHOWN_MS = 5000;

export function toast(text: string, level: 'good' | 'bad' = 'good'): void {
  const line = el('p', { class: `toast ${level}` }, text);
  document.getElementById('toasts')?.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

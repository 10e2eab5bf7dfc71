/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A button that copies a text. */

import { el, setText } from './dom.js';

const SAID_MS = 2000;

function select(source: HTMLElement): void {
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/* Browsers give pages without TLS no clipboard; the old way still works. */
async function copy(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    select(source);
    return document.execCommand('copy');
  }
}

/** Copies the text of `source`; where that cannot be, selects it. */
export function copyButton(source: HTMLElement, label: string): HTMLElement {
  const button = el('button', {
    type: 'button', class: 'small', 'aria-label': label,
  }, 'Copy');
  const said = el('span', { class: 'said', role: 'status' });
  button.addEventListener('click', () => {
    void copy(source).then((done) => {
      setText(said, done ? 'copied' : 'press Ctrl+C');
      setTimeout(() => setText(said, ''), SAID_MS);
    });
  });
  return el('span', { class: 'copy' }, button, said);
}

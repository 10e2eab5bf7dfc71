/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Questions that must be answered first, and secrets that are told once. */

import { copyButton } from './copy.js';
import { el } from './dom.js';
import { Form, newId, type FormOptions } from './form.js';

function open(
  title: string, kind: string, ...content: (Node | string)[]
): HTMLDialogElement {
  const heading = el('h2', { id: newId('title') }, title);
  const dialog = el('dialog', {
    class: kind, 'aria-labelledby': heading.id,
  }, heading, ...content);
  document.body.append(dialog);
  /* With another page below, what belonged to the old one goes. */
  const away = (): void => dialog.close();
  addEventListener('hashchange', away);
  dialog.addEventListener('close', () => {
    removeEventListener('hashchange', away);
    dialog.remove();
  });
  dialog.showModal();
  return dialog;
}

function button(text: string, kind: string): HTMLButtonElement {
  return el('button', { type: 'button', class: kind }, text);
}

/** Asks before something that cannot be taken back; `yes` says what is done. */
export function confirmed(
  title: string, text: string, yes: string,
): Promise<boolean> {
  const go = button(yes, 'danger');
  const no = button('Cancel', '');
  const dialog = open(title, 'ask', el('p', {}, text),
    el('div', { class: 'buttons' }, go, no));
  no.focus();
  return new Promise((resolve) => {
    let answer = false;
    go.addEventListener('click', () => {
      answer = true;
      dialog.close();
    });
    no.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => resolve(answer));
  });
}

/** A form of its own; it goes when its action has come to its end: true. */
export function formDialog(
  title: string, options: Omit<FormOptions, 'beside'>,
): Promise<boolean> {
  let done = false;
  const no = button('Cancel', '');
  const form = new Form({
    ...options, beside: [no],
    action: async () => {
      await options.action();
      done = true;
      dialog.close();
    },
  });
  const dialog = open(title, 'ask', form.root);
  no.addEventListener('click', () => dialog.close());
  form.focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(done));
  });
}

/** Shows a text and offers it as a file. */
export function textDialog(title: string, text: string, file: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const done = button('Close', '');
  const save = el('a', { class: 'button primary', href: url, download: file },
    'Save as a file');
  const dialog = open(title, 'text',
    el('pre', { tabindex: '0', role: 'region', 'aria-label': title }, text),
    el('div', { class: 'buttons' }, save, done));
  done.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => URL.revokeObjectURL(url));
  save.focus();
}

export interface Secret {
  readonly label: string;
  readonly text: string;
}

/** Shows what the server tells once; only the button closes it. */
export function tellOnce(
  title: string, text: string, secrets: readonly Secret[],
): void {
  const done = button('I have it', 'primary');
  const dialog = open(title, 'once',
    el('p', {}, text),
    ...secrets.map((s) => secretLine(s)),
    el('p', { class: 'warn' }, 'It is not shown again.'),
    el('div', { class: 'buttons' }, done));
  dialog.addEventListener('cancel', (e) => e.preventDefault());
  done.addEventListener('click', () => dialog.close());
}

/** A text to be copied, with its button. */
export function secretLine({ label, text }: Secret): HTMLElement {
  const output = el('output', { id: newId('secret') }, text);
  return el('div', { class: 'secret' },
    el('label', { for: output.id }, label),
    el('div', { class: 'secret-line' }, output,
      copyButton(output, `Copy ${label}`)));
}

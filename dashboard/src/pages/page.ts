/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a page is given, and what all pages are made of. */

import type { Identity } from '../identity/identity.js';
import type { AccountClient } from '../protocol/account.js';
import type { AdminClient } from '../protocol/admin.js';
import { failure } from '../protocol/failure.js';
import type { Me } from '../protocol/identity-model.js';
import type { RestClient } from '../protocol/rest.js';
import { el } from '../widgets/dom.js';
import { newId } from '../widgets/form.js';
import { toast } from '../widgets/toast.js';

export interface PageContext {
  /** Where the page puts itself. */
  readonly root: HTMLElement;
  readonly query: URLSearchParams;
  readonly identity: Identity;
  readonly account: AccountClient;
  readonly admin: AdminClient;
  readonly rest: RestClient;
  /** Aborted when the page is left. */
  readonly left: AbortSignal;
  /** Goes to another page. */
  readonly go: (hash: string) => void;
  /** One has come in as `me`: goes on to `hash` with all that is new. */
  readonly entered: (me: Me, hash: string) => void;
  /** Takes secrets out of the address and out of the way back. */
  readonly hideQuery: () => void;
}

export interface PageModule {
  readonly show: (page: PageContext) => void;
}

/** A card of a page, with a heading and, on its right, what can be done. */
export function section(
  title: string, tools: readonly (Node | string)[],
  ...content: (Node | string)[]
): HTMLElement {
  const heading = el('h2', { id: newId('section') }, title);
  return el('section', {
    class: 'panel card', 'aria-labelledby': heading.id,
  }, el('header', {}, heading, el('div', { class: 'tools' }, ...tools)),
  ...content);
}

/** A heading with a line below it that says what the page is for. */
export function pageTitle(title: string, text: string): HTMLElement {
  return el('header', { class: 'page-title' }, el('h1', {}, title),
    el('p', { class: 'dim' }, text));
}

/** A card in the middle for pages of one form. */
export function lone(
  title: string, text: string, ...content: (Node | string)[]
): HTMLElement {
  return el('div', { class: 'lone' },
    el('section', { class: 'panel card' }, pageTitle(title, text),
      ...content));
}

export function button(
  text: string, action: () => void, kind = 'small',
): HTMLButtonElement {
  const made = el('button', { type: 'button', class: kind }, text);
  made.addEventListener('click', action);
  return made;
}

/** Calls `work` now and every `ms` until the page is left or hidden. */
export function every(ms: number, left: AbortSignal, work: () => void): void {
  work();
  const timer = setInterval(() => { if (!document.hidden) work(); }, ms);
  left.addEventListener('abort', () => clearInterval(timer));
}

/** Does something and says in the corner that it is done, or why not. */
export async function act(
  work: () => Promise<unknown>, done: string,
): Promise<boolean> {
  try {
    await work();
    toast(done);
    return true;
  } catch (e) {
    toast(failure(e).text, 'bad');
    return false;
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands round all pages: the way from one to another, who one is, and
 * the warning that others can read along. */

import type { Identity } from '../identity/identity.js';
import type { Me } from '../protocol/identity-model.js';
import { el, setText } from '../widgets/dom.js';
import { showNav } from '../widgets/nav.js';
import { button } from './page.js';
import { isUnencrypted, pageOf, pagesFor, type Route } from './routes.js';

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

function whoLine(me: Me): string {
  if (me.person) {
    return [me.person.name, me.team?.name, me.role].filter(Boolean).join(' · ');
  }
  if (me.kind === 'local') {
    return 'Nobody has an account: whoever uses this machine is an admin.';
  }
  return me.kind === 'share' ? 'Shared with you' : '';
}

export class Shell {
  readonly #identity: Identity;
  readonly #logOut: () => void;
  #path = '';

  constructor(identity: Identity, logOut: () => void) {
    this.#identity = identity;
    this.#logOut = logOut;
    identity.on('me', () => this.#update());
    const menu = byId('menu');
    addEventListener('hashchange', () => menu.hidePopover?.());
    this.#update();
  }

  /** Another page is shown. */
  at(route: Route): void {
    this.#path = pageOf(route.path) ? route.path : '';
    this.#update();
  }

  #update(): void {
    const { me } = this.#identity;
    byId('insecure').hidden =
      !isUnencrypted(location.protocol, location.hostname, me);
    const pages = pagesFor(me);
    setText(byId('menu-button'), me?.person?.name ?? 'Menu');
    byId('menu-button').hidden = pages.length === 0;
    const items = [{ href: '#/', text: 'Live', current: this.#path === '' },
      ...pages.map((p) => ({
        href: `#/${p.path}`, text: p.title, current: this.#path === p.path,
      }))];
    byId('pages-nav').hidden = pageOf(this.#path)?.needs === 'open';
    for (const id of ['menu', 'pages-nav']) {
      const links = el('div', { class: 'nav' });
      showNav(links, items);
      const who = el('div', { class: 'who' }, el('p', { class: 'dim' },
        me ? whoLine(me) : ''));
      if (me?.kind === 'person') who.append(button('Log out', this.#logOut));
      byId(id).replaceChildren(links, who);
    }
  }
}

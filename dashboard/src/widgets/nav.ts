/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The list of pages. */

import { el } from './dom.js';

export interface NavItem {
  readonly href: string;
  readonly text: string;
  readonly current: boolean;
}

/** Fills a place with links; the page one is on is marked. */
export function showNav(place: HTMLElement, items: readonly NavItem[]): void {
  place.replaceChildren(el('ul', {}, ...items.map((item) => {
    const link = el('a', { href: item.href }, item.text);
    if (item.current) link.setAttribute('aria-current', 'page');
    return el('li', {}, link);
  })));
}

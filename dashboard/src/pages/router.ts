/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Puts the page of the address over the live page, which goes on below it. */

import type { Identity } from '../identity/identity.js';
import { el } from '../widgets/dom.js';
import type { PageContext, PageModule } from './page.js';
import { button, pageTitle } from './page.js';
import { pageOf, parseHash, type PageEntry, type Route } from './routes.js';

/* Loaded when they are gone to: the live page waits for none of them. */
const MODULES: Readonly<Record<string, () => Promise<PageModule>>> = {
  login: () => import('./login-page.js'),
  setup: () => import('./setup-page.js'),
  invite: () => import('./invite-page.js'),
  share: () => import('./share-page.js'),
  pair: () => import('./pair-page.js'),
  people: () => import('./people-page.js'),
  devices: () => import('./devices-page.js'),
  keys: () => import('./keys-page.js'),
  shares: () => import('./shares-page.js'),
  audit: () => import('./audit-page.js'),
  account: () => import('./account-page.js'),
};

type Services = Omit<PageContext, 'root' | 'query' | 'left' | 'hideQuery'>;

export interface RouterPlaces {
  /** What of the document belongs to the live page. */
  readonly live: HTMLElement;
  /** What belongs to the other pages, and where in it they stand. */
  readonly pages: HTMLElement;
  readonly main: HTMLElement;
}

export class Router {
  readonly #services: Services;
  readonly #identity: Identity;
  readonly #places: RouterPlaces;
  readonly #shown: (route: Route) => void;
  #leave: AbortController | undefined;
  #address = '';

  /** `shown` is called with each page gone to, the live page too. */
  constructor(
    services: Services, places: RouterPlaces, shown: (route: Route) => void,
  ) {
    this.#services = services;
    this.#identity = services.identity;
    this.#places = places;
    this.#shown = shown;
  }

  start(): void {
    addEventListener('hashchange', () => this.#follow());
    this.#identity.on('me', () => this.#meChanged());
    this.#follow();
  }

  get live(): boolean {
    return this.#leave === undefined;
  }

  /* A page that was waited with until it is known who one is. */
  #meChanged(): void {
    if (this.#leave && this.#address === '') this.#follow();
  }

  #follow(): void {
    const route = parseHash(location.hash);
    /* Known in full: a hash that only lost its secrets is the same page. */
    if (!this.live && this.#address === location.hash) return;
    this.#leave?.abort();
    const entry = pageOf(route.path);
    const paged = entry !== undefined;
    const { live, pages, main } = this.#places;
    document.body.classList.toggle('paged', paged);
    live.inert = paged;
    pages.hidden = !paged;
    document.title = paged ? `${entry.title} · PitBox Relay` : 'PitBox Relay';
    this.#leave = undefined;
    if (paged) this.#open(entry, route, main);
    this.#shown(route);
  }

  #open(entry: PageEntry, route: Route, main: HTMLElement): void {
    const leave = new AbortController();
    this.#leave = leave;
    this.#address = location.hash;
    const root = el('div', { class: `page page-${entry.path}` });
    main.replaceChildren(root);
    main.scrollTop = 0;
    if (entry.needs !== 'open') {
      if (!this.#identity.me) {
        root.append(el('p', { class: 'dim wait', role: 'status' },
          'Asking the server …'));
        this.#address = '';
        return;
      }
      if (!this.#identity.may(entry.needs)) {
        root.append(forbidden(entry));
        return;
      }
    }
    void this.#load(entry, {
      ...this.#services, root, query: route.query, left: leave.signal,
      hideQuery: () => {
        this.#address = `#/${entry.path}`;
        history.replaceState(null, '', this.#address);
      },
    });
  }

  async #load(entry: PageEntry, page: PageContext): Promise<void> {
    const { root, left } = page;
    try {
      const module = await MODULES[entry.path]!();
      if (left.aborted) return;
      module.show(page);
      /* Read out what is here now, unless the page took the focus itself. */
      if (!root.contains(document.activeElement)) this.#places.main.focus();
    } catch (e) {
      if (left.aborted) return;
      root.replaceChildren(pageTitle(entry.title,
        'This page could not be loaded. The server is away, or a newer '
        + 'version runs there.'),
      button('Load again', () => location.reload(), 'primary'));
      reportError(e);
    }
  }
}

function forbidden(entry: PageEntry): HTMLElement {
  return el('div', {}, pageTitle(entry.title,
    'Your role does not allow this. An admin of your team can change it.'),
  el('a', { href: '#/' }, 'To the live view'));
}

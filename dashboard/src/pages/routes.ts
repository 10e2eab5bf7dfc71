/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The addresses of the pages, behind the #, and who may go there. The live
 * page is the one without a name: #/ or #driver=ID. */

import type { Action, Me } from '../protocol/identity-model.js';

export interface Route {
  /** "" is the live page. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface PageEntry {
  readonly path: string;
  readonly title: string;
  /** What one must be allowed to; open: nobody is asked who he is. */
  readonly needs: Action | 'open';
}

/** In the order of the navigation; pages that are open do not stand in it. */
export const PAGES: readonly PageEntry[] = [
  { path: 'pair', title: 'Pair a device', needs: 'pair' },
  { path: 'devices', title: 'Devices', needs: 'manage_devices' },
  { path: 'shares', title: 'Share links', needs: 'share' },
  { path: 'people', title: 'People', needs: 'manage_people' },
  { path: 'keys', title: 'API keys', needs: 'manage_keys' },
  { path: 'audit', title: 'Audit log', needs: 'see_audit' },
  { path: 'account', title: 'My account', needs: 'own_account' },
  { path: 'login', title: 'Log in', needs: 'open' },
  { path: 'setup', title: 'Set up', needs: 'open' },
  { path: 'invite', title: 'Invitation', needs: 'open' },
  { path: 'share', title: 'Shared with you', needs: 'open' },
];

export function parseHash(hash: string): Route {
  const [, path = '', query = ''] =
    /^#\/([^?]*)(?:\?(.*))?$/.exec(hash) ?? [];
  return { path, query: new URLSearchParams(query) };
}

export function pageOf(path: string): PageEntry | undefined {
  return PAGES.find((p) => p.path === path);
}

/** The pages that this one may go to. */
export function pagesFor(me: Me | null): PageEntry[] {
  return PAGES.filter((p) => p.needs !== 'open' && me?.may.has(p.needs));
}

/** The address of the login page that leads back to `hash`. */
export function loginHash(hash: string): string {
  const { path } = parseHash(hash);
  const back = pageOf(path)?.needs !== 'open' && !/^#?\/?$/.test(hash);
  return back ? `#/login?${new URLSearchParams({ next: hash })}` : '#/login';
}

/**
 * Where to go after a login: only to a page of ours, whatever the address
 * says.
 */
export function nextHash(query: URLSearchParams): string {
  const next = query.get('next') ?? '';
  if (/^#driver=[^/]*$/.test(next)) return next;
  const page = pageOf(parseHash(next).path);
  return page && page.needs !== 'open' ? next : '#/';
}

/** Whether what goes over the network from here can be read by others. */
export function isUnencrypted(
  protocol: string, hostname: string, me: Me | null,
): boolean {
  if (me?.insecureLan) return true;
  return protocol === 'http:'
    && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

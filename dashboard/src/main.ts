/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Starts the page of the address; the live page first of all. */

import 'uplot/dist/uPlot.min.css';
import './theme/theme.css';
import './theme/controls.css';
import './widgets/widgets.css';
import './pages/live-page.css';
import './pages/pages.css';
import { Identity } from './identity/identity.js';
import { handleKey } from './pages/keys.js';
import { LivePage } from './pages/live-page.js';
import { Router } from './pages/router.js';
import { loginHash, pageOf, parseHash, type Route } from './pages/routes.js';
import type { ScriptApi } from './pages/script-api.js';
import { Shell } from './pages/shell.js';
import { AccountClient } from './protocol/account.js';
import { AdminClient } from './protocol/admin.js';
import { Http } from './protocol/http.js';
import type { Me } from './protocol/identity-model.js';
import { RestClient } from './protocol/rest.js';

declare global {
  interface Window {
    /** From the moment the live page is first shown. */
    pitbox: ScriptApi;
  }
}

const proof = new URLSearchParams(location.search).get('proof') === '1';
const http = new Http();
const rest = new RestClient(http);
const account = new AccountClient(http);
const identity = new Identity(http, account);
http.confirm = async () => (await import('./pages/confirm.js'))
  .confirmLogin(account, identity);
let live: LivePage | undefined;
let asked = false;

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/* As if just opened: nothing of another login or team stays, nor what was
 * asked for while the page was on its way. */
function startAnew(hash: string): void {
  history.replaceState(null, '', hash);
  location.reload();
}

function entered(me: Me, hash: string): void {
  identity.entered(me);
  startAnew(hash);
}

async function logOut(): Promise<void> {
  await account.logout().catch(() => {});
  startAnew('#/login');
}

identity.on('ended', (who) => {
  /* Whoever comes in just now is not disturbed. */
  if (pageOf(parseHash(location.hash).path)?.needs === 'open') return;
  startAnew(who?.kind === 'share' ? '#/share' : loginHash(location.hash));
});

/* A link is to a driver, not to his machine. */
function watchAgents(page: LivePage | undefined): void {
  if (identity.me && identity.me.kind !== 'share') page?.watchAgents();
}

identity.on('me', () => watchAgents(live));

function startLive(): LivePage {
  const page = new LivePage(rest, proof);
  window.pitbox = page.api;
  page.start();
  watchAgents(page);
  return page;
}

const shell = new Shell(identity, () => void logOut());

function shown(route: Route): void {
  const page = pageOf(route.path);
  if (!page) {
    live ??= startLive();
    /* Back from another page, unless the address says whom to watch. */
    if (route.path === '' && live.driver !== null
      && !location.hash.startsWith('#driver=')) {
      live.watch(live.driver);
    }
  }
  if (page?.needs !== 'open' && !asked) {
    asked = true;
    void identity.load();
  }
  shell.at(route);
}

const router = new Router({
  identity, account, rest, entered, admin: new AdminClient(http),
  go: (hash) => { location.hash = hash; },
}, {
  live: byId('live'), pages: byId('pages'), main: byId('page'),
}, shown);
router.start();

const help = byId('help') as HTMLDialogElement;
function toggleHelp(): void {
  if (help.open) help.close(); else help.showModal();
}
byId('help-button').addEventListener('click', toggleHelp);
help.querySelector('form')?.addEventListener('submit', (e) => {
  e.preventDefault();
  help.close();
});

document.addEventListener('keydown', (e) => {
  if (!router.live || !live || byId('menu').matches(':popover-open')) return;
  if (help.open && e.key !== '?') return;
  /* What is typed into a field, or done in a dialog, is meant for that. */
  if (e.target instanceof Element
    && e.target.closest('input, select, textarea, dialog:not(#help)')) return;
  const page = live;
  const done = handleKey(e, {
    step: (n) => page.step(n),
    pick: (n) => page.pick(n),
    toggleHud: () => page.toggleHud(),
    toggleFullscreen: () => page.toggleFullscreen(),
    toggleSpan: () => page.toggleSpan(),
    toggleSound: () => page.toggleSound(),
    toggleHelp,
    trim: (frames, ms) => page.trim(frames, ms),
    resetTrim: () => page.resetTrim(),
  });
  if (done) e.preventDefault();
});

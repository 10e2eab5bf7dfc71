/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Starts the live page. */

import 'uplot/dist/uPlot.min.css';
import './theme/theme.css';
import './widgets/widgets.css';
import './pages/live-page.css';
import { handleKey } from './pages/keys.js';
import { LivePage } from './pages/live-page.js';
import type { ScriptApi } from './pages/script-api.js';
import { RestClient } from './protocol/rest.js';

declare global {
  interface Window {
    pitbox: ScriptApi;
  }
}

const proof = new URLSearchParams(location.search).get('proof') === '1';
const page = new LivePage(new RestClient(), proof);
window.pitbox = page.api;
page.start();

const help = document.getElementById('help') as HTMLDialogElement;
function toggleHelp(): void {
  if (help.open) help.close(); else help.showModal();
}
document.getElementById('help-button')?.addEventListener('click', toggleHelp);
help.querySelector('form')?.addEventListener('submit', (e) => {
  e.preventDefault();
  help.close();
});

document.addEventListener('keydown', (e) => {
  if (help.open && e.key !== '?') return;
  const done = handleKey(e, {
    step: (n) => page.step(n),
    pick: (n) => page.pick(n),
    toggleHud: () => page.toggleHud(),
    toggleFullscreen: () => page.toggleFullscreen(),
    toggleHelp,
  });
  if (done) e.preventDefault();
});

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In by a link that shares one driver's live view. */

import { failure } from '../protocol/failure.js';
import { HttpError } from '../protocol/http.js';
import { el } from '../widgets/dom.js';
import { button, lone, type PageContext } from './page.js';

export function show(page: PageContext): void {
  const { account, root, query, entered, hideQuery } = page;
  const token = query.get('token');
  hideQuery();

  function refused(text: string): void {
    root.replaceChildren(lone('This link does not work', text,
      el('p', {}, el('a', { href: '#/login' }, 'Log in with an account'))));
  }

  async function enter(): Promise<void> {
    root.replaceChildren(lone('Shared with you', 'Opening the live view …'));
    try {
      entered(await account.share(token ?? ''), '#/');
    } catch (e) {
      if (page.left.aborted) return;
      if (e instanceof HttpError && e.status < 500 && e.status !== 429) {
        refused('It has expired or was withdrawn. Ask for a new one where '
          + 'you got it.');
      } else {
        root.replaceChildren(lone('Shared with you', failure(e).text,
          button('Try again', () => void enter(), 'primary')));
      }
    }
  }

  if (token === null) {
    refused('It has expired or was withdrawn, or it is not whole. Ask for a '
      + 'new one where you got it.');
  } else void enter();
}

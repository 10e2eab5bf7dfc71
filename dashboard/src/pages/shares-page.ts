/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Links that let anybody watch one driver for a while. */

import type { Share } from '../protocol/identity-model.js';
import { confirmed, formDialog, tellOnce } from '../widgets/dialog.js';
import { el } from '../widgets/dom.js';
import { selection } from '../widgets/form.js';
import { Table } from '../widgets/table.js';
import { when } from '../widgets/when.js';
import { HOURS_CHOICES } from './fields.js';
import {
  act, button, every, pageTitle, section, type PageContext,
} from './page.js';

const EVERY_MS = 15000;

function target(s: Share): string {
  return s.driver !== '' ? `${s.driver}, live` : `recording ${s.session}`;
}

class SharesPage {
  readonly #page: PageContext;
  readonly #shares: Table<Share>;

  constructor(page: PageContext) {
    this.#page = page;
    this.#shares = new Table<Share>({
      caption: 'Share links', key: (s) => s.id,
      empty: 'Nothing is shared by a link.', fetch: () => page.admin.shares(),
      columns: [
        { title: 'Shows', cell: (s) => el('b', {}, target(s)) },
        { title: 'By', cell: (s) => s.createdBy || '–' },
        { title: 'Made', cell: (s) => when(s.createdUtcMs) },
        { title: 'Expires', cell: (s) => when(s.expiresUtcMs) },
        { title: '', kind: 'actions', cell: (s) => button('Withdraw',
          () => void this.#withdraw(s)) },
      ],
    });
    page.root.append(
      pageTitle('Share links', 'Whoever has such a link watches that one '
        + 'driver, without an account, until it expires or is withdrawn.'),
      section('Links', [button('New link …', () => void this.#add())],
        this.#shares.root));
    every(EVERY_MS, page.left, () => void this.#shares.refresh());
  }

  async #add(): Promise<void> {
    const drivers = await this.#page.rest.drivers().catch(() => []);
    if (drivers.length === 0) {
      formDialog('New share link', {
        submit: 'Close', fields: [el('p', {}, 'There is no driver to share '
          + 'yet.')],
        action: () => Promise.resolve(),
      });
      return;
    }
    const driver = selection('Driver', 'driver', drivers.map((d) =>
      ({ value: d.id, text: d.name === d.id ? d.id : `${d.name} (${d.id})` })),
    drivers[0]!.id);
    const hours = selection('The link works for', 'hours', HOURS_CHOICES,
      '24');
    formDialog('New share link', {
      submit: 'Make the link', fields: [driver, hours],
      action: async () => {
        const link = await this.#page.admin.shareDriver(
          driver.value, Number(hours.value));
        tellOnce('Share link', `Whoever opens it watches ${driver.value} live.`,
          [{ label: 'Link', text: link.url }]);
        await this.#shares.refresh();
      },
    });
  }

  async #withdraw(s: Share): Promise<void> {
    if (!await confirmed('Withdraw this link?', `Whoever watches ${target(s)} `
      + 'by it is shut out at once.', 'Withdraw')) return;
    await act(() => this.#page.admin.withdrawShare(s.id),
      'The link is withdrawn.');
    await this.#shares.refresh();
  }
}

export function show(page: PageContext): void {
  new SharesPage(page);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who did what, newest first; older entries on demand. */

import type { AuditEntry } from '../protocol/identity-model.js';
import { el, setText } from '../widgets/dom.js';
import { field } from '../widgets/form.js';
import { counted } from '../widgets/format.js';
import { Table } from '../widgets/table.js';
import { dateTime } from '../widgets/when.js';
import { matches } from './audit-filter.js';
import { button, pageTitle, section, type PageContext } from './page.js';

const PAGE = 100;

interface Numbered extends AuditEntry {
  readonly number: number;
}

class AuditPage {
  readonly #page: PageContext;
  readonly #filter = field({
    label: 'Filter', name: 'filter', optional: true,
    hint: 'Words that an entry must have, in any column: a name, an action, '
      + 'an address.',
  });
  readonly #table: Table<Numbered>;
  readonly #count = el('span', { class: 'dim', role: 'status' });
  readonly #older = button('Older entries', () => {
    this.#wanted += PAGE;
    void this.#table.refresh();
  });
  #entries: Numbered[] = [];
  #next: string | null = null;
  #wanted = PAGE;

  constructor(page: PageContext) {
    this.#page = page;
    this.#table = new Table<Numbered>({
      caption: 'Audit log', key: (e) => String(e.number),
      empty: 'No entry.', fetch: () => this.#fetch(),
      columns: [
        { title: 'When', cell: (e) => dateTime(e.utcMs) },
        { title: 'Who', cell: (e) => el('span', {}, e.who || '–',
          el('span', { class: 'dim' }, e.kind === '' ? '' : ` ${e.kind}`)) },
        { title: 'Action', cell: (e) => el('b', {}, e.action) },
        { title: 'Target', cell: (e) => e.target || '–' },
        { title: 'Address', cell: (e) => e.address || '–' },
        { title: 'Detail', kind: 'grow', cell: (e) => e.detail },
      ],
    });
    this.#older.hidden = true;
    this.#filter.input.addEventListener('input',
      () => void this.#table.refresh());
    page.root.append(
      pageTitle('Audit log', 'What was done to accounts, keys and devices, and '
        + 'by whom. Nobody can take anything out of it; the server forgets the '
        + 'oldest entries in time, and says so here.'),
      section('Entries', [this.#count,
        button('Ask again', () => {
          this.#entries = [];
          this.#wanted = PAGE;
          void this.#table.refresh();
        })], this.#filter.root, this.#table.root,
      el('div', { class: 'buttons' }, this.#older)));
    void this.#table.refresh();
  }

  /* Asks for what is still missing, and shows what of all matches. */
  async #fetch(): Promise<Numbered[]> {
    while (this.#entries.length < this.#wanted
      && (this.#entries.length === 0 || this.#next !== null)) {
      const page = await this.#page.admin.audit(
        this.#entries.length === 0 ? null : this.#next, PAGE);
      const from = this.#entries.length;
      this.#entries.push(...page.items.map((e, i) =>
        ({ ...e, number: from + i })));
      this.#next = page.next;
      if (page.items.length === 0) break;
    }
    this.#older.hidden = this.#next === null;
    const found = this.#entries.filter((e) => matches(e, this.#filter.value));
    setText(this.#count, found.length === this.#entries.length
      ? counted(found.length, 'entry', 'entries')
      : `${found.length} of ${counted(
        this.#entries.length, 'entry', 'entries')}`);
    return found;
  }
}

export function show(page: PageContext): void {
  new AuditPage(page);
}

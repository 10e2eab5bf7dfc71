/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A list of things, one a line, that says when it is being fetched, empty or
 * not to be had. Lines that have not changed are left alone, so that a list
 * asked for again takes nobody's focus away. */

import { failure } from '../protocol/failure.js';
import { el, setAttr, setText } from './dom.js';
import { refreshWhen } from './when.js';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => Node | string;
  /**
   * grow takes the room that is left; wrap may break lines where there is
   * little; actions stands on the right.
   */
  readonly kind?: 'grow' | 'wrap' | 'actions';
}

export interface TableOptions<T> {
  /** What the list is, for those who do not see it. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly key: (item: T) => string;
  /** What stands there when there is nothing. */
  readonly empty: string;
  readonly fetch: () => Promise<readonly T[]>;
}

interface Line {
  readonly row: HTMLTableRowElement;
  shown: string;
}

export class Table<T> {
  readonly root: HTMLElement;
  readonly #options: TableOptions<T>;
  readonly #body = el('tbody');
  readonly #table: HTMLTableElement;
  readonly #note = el('p', { class: 'dim' });
  readonly #again = el('button', { type: 'button', class: 'small' },
    'Try again');
  readonly #state: HTMLElement;
  readonly #lines = new Map<string, Line>();
  #has = false;
  #asked = 0;

  constructor(options: TableOptions<T>) {
    this.#options = options;
    this.#table = el('table', {},
      el('caption', { class: 'unseen' }, options.caption),
      el('thead', {}, el('tr', {}, ...options.columns.map((c) =>
        (c.title === '' ? el('td', { class: c.kind ?? '' })
          : el('th', { scope: 'col', class: c.kind ?? '' }, c.title))))),
      this.#body);
    this.#state = el('div', { class: 'list-state', role: 'status' },
      this.#note, this.#again);
    this.#again.addEventListener('click', () => {
      this.#loading();
      void this.refresh();
    });
    this.root = el('div', { class: 'list' }, this.#table, this.#state);
    /* What is wider than the window is scrolled by keys, too. */
    const fits = new ResizeObserver(() => setAttr(this.root, 'tabindex',
      this.root.scrollWidth > this.root.clientWidth ? '0' : null));
    fits.observe(this.root);
    fits.observe(this.#table);
    this.#loading();
  }

  #loading(): void {
    if (!this.#has) this.#say('Asking the server …', false);
  }

  /** Asks for the list. When it is not to be had, what is there stays. */
  async refresh(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const items = await this.#options.fetch();
      if (asked === this.#asked) this.#update(items);
    } catch (e) {
      if (asked === this.#asked) this.#say(failure(e).text, true);
    }
  }

  #update(items: readonly T[]): void {
    this.#has = true;
    const wanted = new Set(items.map(this.#options.key));
    for (const [key, line] of this.#lines) {
      if (wanted.has(key)) continue;
      line.row.remove();
      this.#lines.delete(key);
    }
    items.forEach((item, i) => this.#show(item, i));
    refreshWhen(this.#body);
    this.#table.hidden = items.length === 0;
    this.#say(items.length === 0 ? this.#options.empty : '', false);
  }

  #show(item: T, place: number): void {
    const key = this.#options.key(item);
    const shown = JSON.stringify(item);
    let line = this.#lines.get(key);
    if (!line) {
      line = { row: el('tr'), shown: '' };
      this.#lines.set(key, line);
    }
    if (line.shown !== shown) {
      line.shown = shown;
      line.row.replaceChildren(...this.#options.columns.map((c) =>
        el('td', { class: c.kind ?? '', 'data-title': c.title },
          c.cell(item))));
    }
    if (this.#body.children[place] !== line.row) {
      this.#body.insertBefore(line.row, this.#body.children[place] ?? null);
    }
  }

  #say(text: string, bad: boolean): void {
    setText(this.#note, text);
    this.#note.className = bad ? 'bad' : 'dim';
    this.#again.hidden = !bad;
    this.#state.hidden = text === '';
    if (!this.#has) this.#table.hidden = true;
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Keys for machines that use the API. */

import {
  SCOPES, type ApiKey, type Scope,
} from '../protocol/identity-model.js';
import { confirmed, formDialog, tellOnce } from '../widgets/dialog.js';
import { el } from '../widgets/dom.js';
import { field, FieldError, selection } from '../widgets/form.js';
import { checks } from '../widgets/checks.js';
import { Table } from '../widgets/table.js';
import { when } from '../widgets/when.js';
import {
  act, button, every, pageTitle, section, type PageContext,
} from './page.js';

const EVERY_MS = 15000;
const DAY_MS = 24 * 60 * 60 * 1000;

const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  read_live: 'drivers, laps, live pictures and telemetry',
  read_recordings: 'sessions and their recordings',
  publish: 'send a driver’s stream',
  admin: 'all that an admin of the team may do',
};

const LIFE = [
  { value: '30', text: '30 days' }, { value: '90', text: '90 days' },
  { value: '365', text: '1 year' }, { value: '', text: 'until it is revoked' },
];

class KeysPage {
  readonly #page: PageContext;
  readonly #keys: Table<ApiKey>;

  constructor(page: PageContext) {
    this.#page = page;
    this.#keys = new Table<ApiKey>({
      caption: 'API keys', key: (k) => k.id, empty: 'No API key yet.',
      fetch: () => page.admin.keys(),
      columns: [
        { title: 'Name', cell: (k) => el('b', {}, k.name) },
        { title: 'Scopes', cell: (k) => k.scopes.join(', ') },
        { title: 'Begins with', cell: (k) => el('code', {}, `pbk_${k.id}_`) },
        { title: 'Made', cell: (k) => when(k.createdUtcMs) },
        { title: 'Expires', cell: (k) => when(k.expiresUtcMs, 'never') },
        { title: 'Last used', cell: (k) => when(k.lastUsedUtcMs, 'never') },
        { title: '', kind: 'actions', cell: (k) => button('Revoke',
          () => void this.#revoke(k)) },
      ],
    });
    page.root.append(
      pageTitle('API keys', 'For programs of yours: each request carries '
        + '“Authorization: Bearer” and the key.'),
      section('Keys', [button('New key …', () => this.#add())],
        this.#keys.root),
      section('Scopes', [], el('dl', { class: 'facts' },
        ...SCOPES.flatMap((s) => [el('dt', {}, el('code', {}, s)),
          el('dd', {}, SCOPE_TEXTS[s])]))));
    every(EVERY_MS, page.left, () => void this.#keys.refresh());
  }

  #add(): void {
    const name = field({
      label: 'Name', name: 'key', hint: 'What uses it, for you to know it by.',
    });
    const scopes = checks('What it may do', SCOPES.map((s) =>
      ({ value: s, text: s, hint: SCOPE_TEXTS[s] })), ['read_live']);
    const life = selection('It works for', 'life', LIFE, '90');
    formDialog('New API key', {
      submit: 'Make the key', fields: [name, scopes.root, life],
      action: async () => {
        const chosen = scopes.values() as Scope[];
        if (chosen.length === 0) {
          throw new FieldError(name, 'Choose at least one scope below.');
        }
        const token = await this.#page.admin.addKey(name.value.trim(), chosen,
          life.value === '' ? null
            : Date.now() + Number(life.value) * DAY_MS);
        tellOnce('API key', `For ${name.value.trim()}. Whoever has it may do `
          + 'what its scopes say.', [{ label: 'Key', text: token }]);
        await this.#keys.refresh();
      },
    });
  }

  async #revoke(k: ApiKey): Promise<void> {
    if (!await confirmed(`Revoke ${k.name}?`, 'What uses it is refused from '
      + 'the next request on.', 'Revoke')) return;
    await act(() => this.#page.admin.removeKey(k.id), `${k.name} is revoked.`);
    await this.#keys.refresh();
  }
}

export function show(page: PageContext): void {
  new KeysPage(page);
}

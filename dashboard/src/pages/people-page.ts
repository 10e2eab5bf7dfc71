/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The team's people, their roles, and invitations that are out. */

import type { Invitation, Person, Role } from '../protocol/identity-model.js';
import { confirmed, formDialog, tellOnce } from '../widgets/dialog.js';
import { el } from '../widgets/dom.js';
import { selection } from '../widgets/form.js';
import { Table } from '../widgets/table.js';
import { when } from '../widgets/when.js';
import { HOURS_CHOICES, ROLE_CHOICES } from './fields.js';
import {
  act, button, every, pageTitle, section, type PageContext,
} from './page.js';

const EVERY_MS = 15000;

class PeoplePage {
  readonly #page: PageContext;
  readonly #people: Table<Person>;
  readonly #invitations: Table<Invitation>;

  constructor(page: PageContext) {
    this.#page = page;
    const { admin } = page;
    this.#people = new Table<Person>({
      caption: 'People of the team', key: (p) => p.id,
      empty: 'Nobody has an account yet: on this machine everybody is an '
        + 'admin. The server printed a set-up link for the first one.',
      fetch: () => admin.people(),
      columns: [
        { title: 'Name', cell: (p) => this.#name(p) },
        { title: 'Login', cell: (p) => p.login },
        { title: 'Role', cell: (p) => this.#role(p) },
        { title: 'Second factor', cell: (p) => (p.totp ? 'code' : '–') },
        { title: 'Last login', cell: (p) => when(p.lastLoginUtcMs, 'never') },
        { title: '', kind: 'actions', cell: (p) => (this.#isMe(p) ? ''
          : button('Remove', () => void this.#remove(p))) },
      ],
    });
    this.#invitations = new Table<Invitation>({
      caption: 'Invitations that nobody has taken yet', key: (i) => i.id,
      empty: 'No invitation is out.', fetch: () => admin.invitations(),
      columns: [
        { title: 'Role', cell: (i) => i.role ?? '–' },
        { title: 'By', cell: (i) => i.createdBy || '–' },
        { title: 'Expires', cell: (i) => when(i.expiresUtcMs) },
        { title: '', kind: 'actions', cell: (i) => button('Withdraw',
          () => void this.#withdraw(i)) },
      ],
    });
    page.root.append(
      pageTitle('People', `Who belongs to ${
        page.identity.me?.team?.name ?? 'the team'} and what they may do.`),
      section('People', [], this.#people.root),
      section('Invitations', [button('Invite …', () => this.#invite())],
        this.#invitations.root));
    every(EVERY_MS, page.left, () => {
      void this.#people.refresh();
      void this.#invitations.refresh();
    });
  }

  #isMe(p: Person): boolean {
    return p.id === this.#page.identity.me?.person?.id;
  }

  #name(p: Person): HTMLElement {
    return el('span', {}, el('b', {}, p.name || p.login),
      ...(this.#isMe(p) ? [el('span', { class: 'dim' }, ' (you)')] : []));
  }

  #role(p: Person): Node | string {
    if (this.#isMe(p)) return p.role ?? '–';
    const choice = el('select', {
      'aria-label': `Role of ${p.name || p.login}`,
    }, ...ROLE_CHOICES.map((c) => el('option', {}, c.value)));
    choice.value = p.role ?? '';
    choice.addEventListener('change', () =>
      void this.#setRole(p, choice.value as Role, choice));
    return choice;
  }

  async #setRole(
    p: Person, role: Role, choice: HTMLSelectElement,
  ): Promise<void> {
    const done = await act(() => this.#page.admin.setRole(p.id, role),
      `${p.name || p.login} is ${role} now.`);
    if (!done) choice.value = p.role ?? '';
    await this.#people.refresh();
  }

  async #remove(p: Person): Promise<void> {
    const name = p.name || p.login;
    if (!await confirmed(`Remove ${name}?`, 'Logins to this team end at once. '
      + 'API keys and share links stay.', 'Remove')) return;
    await act(() => this.#page.admin.removePerson(p.id),
      `${name} is out of the team.`);
    await this.#people.refresh();
  }

  #invite(): void {
    const role = selection('Role', 'role', ROLE_CHOICES, 'viewer');
    const hours = selection('The link works for', 'hours', HOURS_CHOICES, '72',
      'For one person, who chooses login and password.');
    formDialog('Invite', {
      submit: 'Make the link', fields: [role, hours],
      action: async () => {
        const link = await this.#page.admin.invite(
          role.value as Role, Number(hours.value));
        tellOnce('Invitation', 'Whoever opens this link joins the team as '
          + `${role.value}. Send it to that person alone.`,
        [{ label: 'Link', text: link.url }]);
        await this.#invitations.refresh();
      },
    });
  }

  async #withdraw(i: Invitation): Promise<void> {
    await act(() => this.#page.admin.withdrawInvitation(i.id),
      'The invitation is withdrawn.');
    await this.#invitations.refresh();
  }
}

export function show(page: PageContext): void {
  new PeoplePage(page);
}

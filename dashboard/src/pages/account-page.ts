/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One's own password, second factor and logins. */

import type { Login, Me } from '../protocol/identity-model.js';
import { confirmed, secretLine } from '../widgets/dialog.js';
import { el } from '../widgets/dom.js';
import { Form, field, selection } from '../widgets/form.js';
import { qrCanvas } from '../widgets/qr.js';
import { Table } from '../widgets/table.js';
import { toast } from '../widgets/toast.js';
import { when } from '../widgets/when.js';
import { browserName } from './browser-name.js';
import { codeField, digits, newPassword } from './fields.js';
import {
  act, button, every, pageTitle, section, type PageContext,
} from './page.js';

const EVERY_MS = 15000;

function currentPassword(): ReturnType<typeof field> {
  return field({
    label: 'Your password now', name: 'password', type: 'password',
    attributes: { autocomplete: 'current-password' },
  });
}

class AccountPage {
  readonly #page: PageContext;
  readonly #totp = el('div', { class: 'totp' });
  readonly #logins: Table<Login>;

  constructor(page: PageContext, me: Me) {
    this.#page = page;
    const { person } = me;
    this.#logins = new Table<Login>({
      caption: 'Your logins', key: (l) => l.id, empty: 'There is none.',
      fetch: async () => (await page.account.logins()).items,
      columns: [
        { title: 'Browser', cell: (l) => el('span', { title: l.agent },
          el('b', {}, browserName(l.agent)), ...(l.current
            ? [el('span', { class: 'dim' }, ' (this one)')] : [])) },
        { title: 'Address', cell: (l) => l.address || '–' },
        { title: 'Since', cell: (l) => when(l.startedUtcMs) },
        { title: 'Last used', cell: (l) => when(l.lastUtcMs) },
        { title: '', kind: 'actions', cell: (l) => (l.current ? ''
          : button('End', () => void this.#end(l))) },
      ],
    });
    page.root.append(
      pageTitle('My account', person
        ? `${person.name}, login ${person.login}, ${me.role ?? 'no role'}`
          + ` in ${me.team?.name ?? 'no team'}.` : ''),
      el('div', { class: 'columns' },
        section('Password', [], this.#passwordForm().root),
        section('Second factor', [], this.#totp)),
      ...this.#teams(me),
      section('Logins', [], this.#logins.root));
    this.#showTotp(person?.totp ?? false);
    every(EVERY_MS, page.left, () => void this.#logins.refresh());
  }

  #passwordForm(): Form {
    const old = currentPassword();
    const password = newPassword('New password');
    return new Form({
      submit: 'Change the password', fields: [old, ...password.fields],
      action: async () => {
        await this.#page.account.changePassword(old.value, password.value());
        old.value = '';
        password.clear();
        toast('The password is changed; all other logins have ended.');
        await this.#logins.refresh();
      },
    });
  }

  #teams(me: Me): HTMLElement[] {
    if (me.teams.length < 2) return [];
    const team = selection('Team', 'team', me.teams.map((t) => ({
      value: t.id, text: `${t.name} (${t.role ?? 'no role'})`,
    })), me.team?.id ?? '');
    return [section('Team', [], new Form({
      submit: 'Change to this team', fields: [team], quiet: true,
      action: async () => this.#page.entered(
        await this.#page.account.chooseTeam(team.value), '#/'),
    }).root)];
  }

  #showTotp(on: boolean): void {
    if (on) this.#totpOn(); else this.#totpOff();
  }

  #totpOff(): void {
    const form = new Form({
      submit: 'Set up an authenticator app …', fields: [], quiet: true,
      action: () => this.#offerTotp(),
    });
    this.#totp.replaceChildren(el('p', {}, 'Off. With it a login also asks '
      + 'for a code that an app on your phone shows.'), form.root);
  }

  async #offerTotp(): Promise<void> {
    const { secret, uri } = await this.#page.account.offerTotp();
    const code = codeField();
    const form = new Form({
      submit: 'Turn it on', fields: [code],
      action: async () => {
        await this.#page.account.confirmTotp(digits(code));
        toast('A login asks for a code from now on.');
        this.#totpOn();
        void this.#page.identity.load();
      },
      beside: [button('Cancel', () => this.#totpOff(), '')],
    });
    this.#totp.replaceChildren(
      el('p', {}, 'Take a picture of this with your authenticator app, then '
        + 'type the code that it shows.'),
      qrCanvas(uri, 'QR code of the secret below'),
      secretLine({ label: 'Secret, for typing', text: secret }),
      form.root);
    form.focus();
  }

  #totpOn(): void {
    const password = currentPassword();
    const form = new Form({
      submit: 'Turn it off', fields: [password], quiet: true,
      action: async () => {
        await this.#page.account.removeTotp(password.value);
        toast('A login asks for the password alone from now on.');
        this.#totpOff();
        void this.#page.identity.load();
      },
    });
    this.#totp.replaceChildren(el('p', { class: 'good' },
      'On: a login asks for the code of your authenticator app.'), form.root);
  }

  async #end(l: Login): Promise<void> {
    if (!await confirmed('End this login?', `${browserName(l.agent)} at ${
      l.address} must log in again.`, 'End it')) return;
    await act(() => this.#page.account.endLogin(l.id), 'The login has ended.');
    await this.#logins.refresh();
  }
}

export function show(page: PageContext): void {
  const { me } = page.identity;
  if (me) new AccountPage(page, me);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An invitation: into a team with a new account, or with one's own. */

import { el } from '../widgets/dom.js';
import { Form, field } from '../widgets/form.js';
import {
  codeField, digits, isCodeNeeded, newPassword, tokenIn,
} from './fields.js';
import { button, lone, type PageContext } from './page.js';

export function show(page: PageContext): void {
  const { account, root, query, entered, hideQuery } = page;
  const given = query.get('token');
  hideQuery();
  const link = field({ label: 'Invitation link', name: 'token' });
  link.value = given ?? '';
  const linkFields = given === null ? [link] : [];
  const name = field({
    label: 'Your name', name: 'name', attributes: {
      autocomplete: 'name', autocapitalize: 'words',
    },
  });
  const login = field({
    label: 'Login', name: 'username',
    attributes: { autocomplete: 'username' },
  });

  async function accept(password: string, totp?: string): Promise<void> {
    const known = login.value.trim();
    entered(await account.accept({
      token: tokenIn(link.value), login: known,
      name: name.value.trim() || known, password,
      ...(totp === undefined ? {} : { totp }),
    }), '#/');
  }

  function put(text: string, form: Form, other: HTMLElement): void {
    root.replaceChildren(lone('You are invited', text, form.root,
      el('p', { class: 'other' }, other)));
    form.focus();
  }

  function asNew(): void {
    const password = newPassword();
    put('Make an account to join the team.', new Form({
      submit: 'Join', fields: [...linkFields, name, login, ...password.fields],
      action: async () => accept(password.value()),
    }), button('I have an account on this server', asKnown, 'link'));
  }

  function asKnown(): void {
    const password = field({
      label: 'Password', name: 'password', type: 'password',
      attributes: { autocomplete: 'current-password' },
    });
    put('Log in to join the team with your account.', new Form({
      submit: 'Join', fields: [...linkFields, login, password],
      action: () => accept(password.value),
      refused: (e) => {
        if (!isCodeNeeded(e)) return false;
        withCode(password.value);
        return true;
      },
    }), button('I have no account here yet', asNew, 'link'));
  }

  function withCode(password: string): void {
    const code = codeField();
    put('Your account asks for the code of your authenticator app.', new Form({
      submit: 'Join', fields: [code],
      action: () => accept(password, digits(code)),
    }), button('Back', asKnown, 'link'));
  }

  asNew();
}

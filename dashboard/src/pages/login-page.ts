/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Login and password, then a code where the account asks for one. */

import { HttpError } from '../protocol/http.js';
import { Form, field } from '../widgets/form.js';
import { codeField, digits, isCodeNeeded } from './fields.js';
import { button, lone, type PageContext } from './page.js';
import { nextHash } from './routes.js';

export function show(page: PageContext): void {
  const { account, root, query, entered } = page;
  const login = field({
    label: 'Login', name: 'username',
    attributes: { autocomplete: 'username' },
  });
  const password = field({
    label: 'Password', name: 'password', type: 'password',
    attributes: { autocomplete: 'current-password' },
  });

  async function enter(code?: string): Promise<void> {
    entered(await account.login(login.value.trim(), password.value, code),
      nextHash(query));
  }

  function first(): void {
    const form = new Form({
      submit: 'Log in', fields: [login, password], action: () => enter(),
      refused: (e) => {
        if (isCodeNeeded(e)) {
          second();
          return true;
        }
        if (!(e instanceof HttpError) || e.code !== 'wrong_login') return false;
        form.complain('Login or password is wrong. Who has forgotten a password '
          + 'gets a new one from whoever runs the server.');
        password.value = '';
        password.input.focus();
        return true;
      },
    });
    root.replaceChildren(lone('Log in', 'To watch your team’s drivers.',
      form.root));
    form.focus();
  }

  function second(): void {
    const code = codeField();
    const form = new Form({
      submit: 'Log in', fields: [code],
      action: () => enter(digits(code)),
      beside: [button('Back', first, '')],
      refused: (e) => {
        if (!(e instanceof HttpError) || e.code !== 'wrong_login') return false;
        code.value = '';
        form.complain('That code is wrong or too old. Take the one shown now.');
        code.input.focus();
        return true;
      },
    });
    root.replaceChildren(lone('Log in',
      'Your account asks for the code of your authenticator app.',
      form.root));
    form.focus();
  }

  first();
}

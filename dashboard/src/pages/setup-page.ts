/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The first account of a server, by the link that it printed. */

import { Form, field } from '../widgets/form.js';
import { newPassword, tokenIn } from './fields.js';
import { lone, type PageContext } from './page.js';

export function show(page: PageContext): void {
  const { account, root, query, entered, hideQuery } = page;
  const token = query.get('token');
  hideQuery();
  const link = field({
    label: 'Set-up link', name: 'token',
    hint: 'pitbox-server prints it when it starts and nobody has an account.',
  });
  link.value = token ?? '';
  const name = field({
    label: 'Your name', name: 'name', attributes: {
      autocomplete: 'name', autocapitalize: 'words',
    },
  });
  const login = field({
    label: 'Login', name: 'username', hint: 'What you log in with.',
    attributes: { autocomplete: 'username' },
  });
  const password = newPassword();
  const form = new Form({
    submit: 'Create the account',
    fields: [...(token === null ? [link] : []), name, login,
      ...password.fields],
    action: async () => {
      entered(await account.setup({
        token: tokenIn(link.value), login: login.value.trim(),
        name: name.value.trim(), password: password.value(),
      }), '#/');
    },
  });
  root.append(lone('First account',
    'It is an admin’s. From then on everybody needs a login, on this '
    + 'machine too.', form.root));
  form.focus();
}

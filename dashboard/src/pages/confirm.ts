/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The password again, for what the server does not take from a page that was
 * left open. */

import type { Identity } from '../identity/identity.js';
import type { AccountClient } from '../protocol/account.js';
import { formDialog } from '../widgets/dialog.js';
import { el } from '../widgets/dom.js';
import { field } from '../widgets/form.js';
import { codeField, digits } from './fields.js';

let asking: Promise<boolean> | undefined;

function ask(account: AccountClient, identity: Identity): Promise<boolean> {
  const password = field({
    label: 'Password', name: 'password', type: 'password',
    attributes: { autocomplete: 'current-password' },
  });
  const code = identity.me?.person?.totp ? codeField() : null;
  return formDialog('Your password, please', {
    submit: 'Go on',
    fields: [
      el('p', {}, 'Keys, people and second factors are changed only by who has '
        + 'shown the password in the last ten minutes.'),
      password, ...code ? [code] : [],
    ],
    action: () => account.confirm(password.value,
      code ? digits(code) : undefined),
  });
}

/** One dialog, however many requests wait for it; true once it was right. */
export function confirmLogin(
  account: AccountClient, identity: Identity,
): Promise<boolean> {
  asking ??= ask(account, identity).finally(() => { asking = undefined; });
  return asking;
}

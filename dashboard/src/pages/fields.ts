/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fields that more than one page asks for. */

import { HttpError } from '../protocol/http.js';
import type { Role } from '../protocol/identity-model.js';
import { FieldError, field, type Choice, type Field } from '../widgets/form.js';

/** Six digits of an authenticator app. */
export function codeField(): Field<HTMLInputElement> {
  return field({
    label: 'Code', name: 'totp', hint: 'Six digits, new every 30 seconds.',
    attributes: {
      autocomplete: 'one-time-code', inputmode: 'numeric', maxlength: '7',
      class: 'digits',
    },
  });
}

/** The code typed, without the blank that apps show in it. */
export function digits(code: Field): string {
  return code.value.replace(/\s/g, '');
}

/** The password is right, and the account asks for a code as well. */
export function isCodeNeeded(error: unknown): boolean {
  return error instanceof HttpError && error.code === 'totp_needed';
}

/** A password to be set, twice. */
export interface NewPassword {
  readonly fields: readonly Field[];
  /** Throws FieldError when both differ. */
  readonly value: () => string;
  readonly clear: () => void;
}

export function newPassword(label = 'Password'): NewPassword {
  const first = field({
    label, name: 'new-password', type: 'password',
    hint: 'At least 8 characters; a few words are best.',
    attributes: { autocomplete: 'new-password' },
  });
  const again = field({
    label: 'The same again', name: 'new-password-again', type: 'password',
    attributes: { autocomplete: 'new-password' },
  });
  return {
    fields: [first, again],
    value: () => {
      if (first.value !== again.value) {
        throw new FieldError(again, 'This is not the same.');
      }
      return first.value;
    },
    clear: () => { first.value = again.value = ''; },
  };
}

/** The secret in a link that was opened, or pasted whole or in part. */
export function tokenIn(text: string): string {
  const pasted = text.trim();
  return /[?&]token=([^&\s]+)/.exec(pasted)?.[1] ?? pasted;
}

export const ROLE_CHOICES: readonly (Choice & { value: Role })[] = [
  { value: 'viewer', text: 'Viewer: sees drivers live' },
  { value: 'coach', text: 'Coach: also recordings and laps, shares a driver' },
  { value: 'engineer',
    text: 'Engineer: also pairs and manages devices' },
  { value: 'admin', text: 'Admin: also people, keys, audit log' },
];

const HOUR = 1;
const DAY = 24 * HOUR;

/** How long a link works, in hours; the server allows 1 to 720. */
export const HOURS_CHOICES: readonly Choice[] = [
  { value: String(2 * HOUR), text: '2 hours' },
  { value: String(DAY), text: '1 day' },
  { value: String(3 * DAY), text: '3 days' },
  { value: String(7 * DAY), text: '7 days' },
  { value: String(30 * DAY), text: '30 days' },
];

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The code an agent shows: six characters that nobody takes for another; and
 * what makes it show one. */

import { isUnencrypted } from './routes.js';

export const CODE_LENGTH = 6;

const ALPHABET = /[A-HJKMNP-Z2-9]/;

export interface TypedCode {
  /** As it stands in the field: upper case, at most six characters. */
  readonly code: string;
  /** What was typed and is in no code, or "". */
  readonly foreign: string;
}

/** What is typed on the driver's PC, for a page at this address. The agent
 * takes one without TLS of its own machine alone, unless told to. */
export function pairCommand(
  { protocol, hostname, origin }: Pick<URL, 'protocol' | 'hostname' | 'origin'>,
): string {
  return `pitbox-agent pair --server ${origin}`
    + (isUnencrypted(protocol, hostname, null) ? ' --insecure-lan' : '');
}

/** Of what was typed or pasted: the code alone, or a link that holds it. */
export function typedCode(text: string): TypedCode {
  const [, linked] = /[?&]code=([^&\s]+)/.exec(text) ?? [];
  const typed = [...(linked ?? text).toUpperCase()]
    .filter((c) => /[^\s\-_.:·]/.test(c));
  return {
    code: typed.filter((c) => ALPHABET.test(c)).join('').slice(0, CODE_LENGTH),
    foreign: typed.find((c) => !ALPHABET.test(c)) ?? '',
  };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The code an agent shows: six characters that nobody takes for another. */

export const CODE_LENGTH = 6;

const ALPHABET = /[A-HJKMNP-Z2-9]/;

export interface TypedCode {
  /** As it stands in the field: upper case, at most six characters. */
  readonly code: string;
  /** What was typed and is in no code, or "". */
  readonly foreign: string;
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

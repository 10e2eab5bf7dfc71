/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a person is told when something was not to be had. */

/** The server said no, in words for people. */
export class Refusal extends Error {
  override name = 'Refusal';

  constructor(
    message: string,
    /** Seconds until another try makes sense; null: not said. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }
}

export interface Failure {
  readonly text: string;
  /** Seconds until another try makes sense; null: whenever one likes. */
  readonly waitS: number | null;
}

/** What a person is told of an error. */
export function failure(error: unknown): Failure {
  if (error instanceof Refusal) {
    return { text: sentence(error.message), waitS: error.retryAfterS };
  }
  /* fetch() throws what browsers word differently: away, or too slow. */
  return { text: 'The server does not answer.', waitS: null };
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

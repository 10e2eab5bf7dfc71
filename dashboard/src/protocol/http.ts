/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests to /api/v1: time limits, errors in words, and a login whose access
 * token has run out renewed behind the caller's back. */

import { Refusal } from './failure.js';
import { asObject, str, type Json } from './json.js';

/** A server on a team's own network answers in milliseconds; behind this the
 * page says that it does not answer. */
const READ_TIMEOUT_MS = 5000;
/* Passwords are hashed slowly on purpose, one after the other. */
const WRITE_TIMEOUT_MS = 15000;

export class HttpError extends Refusal {
  override name = 'HttpError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** The server's own code word, or "". */
    readonly code: string,
    message: string,
    retryAfterS: number | null = null,
  ) {
    super(message, retryAfterS);
  }
}

/** Turns an answer that is not a success (RFC 9457) into an HttpError in
 * words. */
export async function httpError(response: Response): Promise<HttpError> {
  let problem: Json = {};
  try {
    problem = asObject(await response.json());
  } catch {
    /* A proxy's error page; the status says enough. */
  }
  const wait = Number(response.headers.get('Retry-After') ?? NaN);
  return new HttpError(response.status, str(problem, 'code'),
    str(problem, 'detail') || str(problem, 'title')
      || `${response.status} ${response.statusText}`.trim(),
    Number.isFinite(wait) && wait >= 0 ? wait : null);
}

export interface Renewal {
  /**
   * The access token was refused. True once there is a newer one than at
   * `askedMs` (Date.now()), whoever got it; false when the login has ended.
   */
  readonly renew: (askedMs: number) => Promise<boolean>;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** How long one answer may take; there is a default. */
  readonly limitMs?: number;
  /** A 401 is this request's own answer and says nothing of the login. */
  readonly plain?: boolean;
  /** The answer counts even if the page is left before it is here. */
  readonly keepalive?: boolean;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export class Http {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  /** Set where there are logins. */
  renewal: Renewal | undefined;
  /** Asks for the password again; true once the server has taken it. */
  confirm: (() => Promise<boolean>) | undefined;

  constructor(base = '/api/v1', fetcher: typeof fetch = fetch) {
    this.#base = base;
    this.#fetch = (input, init) => fetcher(input, init);
  }

  get(path: string, options?: RequestOptions): Promise<unknown> {
    return this.request('GET', path, options);
  }

  post(path: string, body: unknown): Promise<unknown> {
    return this.request('POST', path, { body });
  }

  /** The answer's JSON; undefined where it has no body (204). */
  async request(
    method: Method, path: string, options: RequestOptions = {},
  ): Promise<unknown> {
    const askedMs = Date.now();
    let response = await this.#ask(method, path, options);
    if (response.status === 401 && !options.plain
      && await this.renewal?.renew(askedMs)) {
      response = await this.#ask(method, path, options);
    }
    if (response.status === 403 && !options.plain && this.confirm) {
      const error = await httpError(response);
      if (error.code !== 'reauthenticate') throw error;
      if (!await this.confirm()) {
        throw new HttpError(403, error.code,
          'Not done: it needs your password.');
      }
      response = await this.#ask(method, path, options);
    }
    if (!response.ok) throw await httpError(response);
    return response.status === 204 ? undefined : response.json();
  }

  #ask(
    method: Method, path: string,
    { body, keepalive, limitMs }: RequestOptions,
  ): Promise<Response> {
    const usual = method === 'GET' ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS;
    const init: RequestInit = {
      method,
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(limitMs ?? usual),
    };
    if (keepalive) init.keepalive = true;
    if (method !== 'GET') {
      init.headers = {
        ...init.headers, 'Content-Type': 'application/json',
      };
      if (body !== undefined) init.body = JSON.stringify(body);
    }
    return this.#fetch(this.#base + path, init);
  }
}

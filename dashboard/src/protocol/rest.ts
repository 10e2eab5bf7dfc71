/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Client of /api/v1: one method a resource, each with a time limit. */

import { asObject, num, str } from './json.js';
import {
  parseDrivers, parseLaps, parseSessionInfo, parseTrace, parseTrack,
  type DriverInfo, type Laps, type LapTrace, type SessionInfo, type Track,
} from './model.js';
import { Schema } from './schema.js';

/** A server on a team's own network answers in milliseconds; behind this the
 * page says that it does not answer. */
const TIMEOUT_MS = 5000;
/* Asked for again and again: one that hangs must not keep the next one back. */
const LIST_TIMEOUT_MS = 2000;

export class HttpError extends Error {
  override name = 'HttpError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** The server's own code word, or "". */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Turns an answer that is not a success into an HttpError in words. */
export async function httpError(response: Response): Promise<HttpError> {
  let code = '';
  let message = `${response.status} ${response.statusText}`.trim();
  try {
    const error = asObject(asObject(await response.json())['error']);
    code = str(error, 'code');
    message = str(error, 'message') || message;
  } catch {
    /* A proxy's error page; the status says enough. */
  }
  return new HttpError(response.status, code, message);
}

export class RestClient {
  readonly #base: string;
  readonly #fetch: typeof fetch;

  constructor(base = '/api/v1', fetcher: typeof fetch = fetch) {
    this.#base = base;
    this.#fetch = (input, init) => fetcher(input, init);
  }

  async #get(path: string, limitMs = TIMEOUT_MS): Promise<unknown> {
    const response = await this.#fetch(this.#base + path, {
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(limitMs),
    });
    if (!response.ok) throw await httpError(response);
    return response.json();
  }

  #driver(id: string, path: string): Promise<unknown> {
    return this.#get(`/drivers/${encodeURIComponent(id)}${path}`);
  }

  async drivers(): Promise<DriverInfo[]> {
    return parseDrivers(await this.#get('/drivers', LIST_TIMEOUT_MS));
  }

  async schema(driver: string): Promise<Schema> {
    return new Schema(await this.#driver(driver, '/schema'));
  }

  async sessionInfo(driver: string): Promise<SessionInfo> {
    return parseSessionInfo(await this.#driver(driver, '/session-info'));
  }

  async track(driver: string): Promise<Track> {
    return parseTrack(await this.#driver(driver, '/track'));
  }

  async laps(driver: string): Promise<Laps> {
    return parseLaps(await this.#driver(driver, '/laps'));
  }

  async lapTrace(driver: string, lap: number): Promise<LapTrace | null> {
    return parseTrace(await this.#driver(driver, `/laps/${lap}/trace`));
  }

  /** UTC of the server in µs. */
  async timeUs(): Promise<number> {
    const o = asObject(await this.#get('/time'));
    const us = num(o, 'utc_us');
    if (us === null) throw new HttpError(200, 'format', 'no time in answer');
    return us;
  }
}

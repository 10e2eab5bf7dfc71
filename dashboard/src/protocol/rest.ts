/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What /api/v1 tells of drivers: one method a resource. */

import { Http, HttpError } from './http.js';
import { asObject, num } from './json.js';
import {
  parseDrivers, parseLaps, parseSessionInfo, parseSync, parseTrace, parseTrack,
  type DriverInfo, type Laps, type LapTrace, type SessionInfo, type SyncInfo,
  type Track,
} from './model.js';
import { parseRows, type Rows } from './rows.js';
import { Schema } from './schema.js';

export { HttpError, httpError } from './http.js';

/* Asked for again and again: one that hangs must not keep the next one back. */
const LIST_TIMEOUT_MS = 2000;

export class RestClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  #driver(id: string, path: string): Promise<unknown> {
    return this.#http.get(`/drivers/${encodeURIComponent(id)}${path}`);
  }

  async drivers(): Promise<DriverInfo[]> {
    return parseDrivers(await this.#http.get('/drivers',
      { limitMs: LIST_TIMEOUT_MS }));
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

  /** Rows of a time that did not come live; both ends are in it. */
  async followedRows(
    driver: string, fromUtcMs: number, toUtcMs: number,
    fields: readonly string[],
  ): Promise<Rows> {
    return parseRows(await this.#driver(driver, `/rows?${new URLSearchParams({
      from_utc_ms: String(fromUtcMs), to_utc_ms: String(toUtcMs + 1),
      fields: fields.join(), state: 'backfilled',
    })}`), fields);
  }

  /** Sets how much later the pictures of a driver come than their connection
   * says; from the next picture on. */
  async trim(driver: string, offsetMs: number): Promise<SyncInfo> {
    return parseSync(await this.#http.request('PATCH',
      `/drivers/${encodeURIComponent(driver)}/sync`,
      { body: { offset_ms: offsetMs } }));
  }

  /** UTC of the server in µs. */
  async timeUs(): Promise<number> {
    const o = asObject(await this.#http.get('/time'));
    const us = num(o, 'utc_us');
    if (us === null) throw new HttpError(200, 'format', 'no time in answer');
    return us;
  }
}

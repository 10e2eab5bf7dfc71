/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The drivers the server knows, asked for again and again. */

import type { DriverInfo } from '../protocol/model.js';
import type { RestClient } from '../protocol/rest.js';
import { backoffMs } from './backoff.js';
import { Emitter } from './emitter.js';

const EVERY_MS = 2000;
/* While the watched driver is away his return should be noticed at once, and
 * that of a server too. */
const EAGER_MS = 500;

export interface DriverListEvents {
  readonly drivers: readonly DriverInfo[];
  /** null: the server answers; otherwise why it does not. */
  readonly trouble: string | null;
}

export class DriverList extends Emitter<DriverListEvents> {
  readonly #rest: RestClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #drivers: readonly DriverInfo[] | null = null;
  #eager = false;
  #answeredMs: number | null = null;

  constructor(rest: RestClient) {
    super();
    this.#rest = rest;
  }

  /** null before the first answer. */
  get drivers(): readonly DriverInfo[] | null {
    return this.#drivers;
  }

  get reachable(): boolean {
    return this.#failures === 0;
  }

  /** When the server answered last. */
  get answeredMs(): number | null {
    return this.#answeredMs;
  }

  find(id: string | null): DriverInfo | undefined {
    return this.#drivers?.find((d) => d.id === id);
  }

  set eager(eager: boolean) {
    if (eager === this.#eager) return;
    this.#eager = eager;
    if (eager && this.#timer !== undefined) this.#schedule(EAGER_MS);
  }

  start(): void {
    void this.#poll();
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#poll(), ms);
  }

  async #poll(): Promise<void> {
    this.#timer = undefined;
    try {
      this.#drivers = await this.#rest.drivers();
      this.#answeredMs = performance.now();
      const recovered = this.#failures > 0;
      this.#failures = 0;
      if (recovered) this.emit('trouble', null);
      this.emit('drivers', this.#drivers);
    } catch (e) {
      this.#failures++;
      this.emit('trouble', e instanceof Error ? e.message : String(e));
    }
    const wait = this.#eager ? EAGER_MS : EVERY_MS;
    this.#schedule(this.#failures === 0 ? wait
      : Math.min(EVERY_MS, backoffMs(this.#failures, Math.random())));
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Renews the login's access token before it runs out. Each refresh token is
 * good for one use, and a second use ends the login: of all open pages of a
 * browser, one at a time asks, and the others take what it got. */

import { HttpError, type Renewal } from '../protocol/http.js';
import type { Me } from '../protocol/identity-model.js';

/* The server's access tokens live 5 minutes. */
const RENEW_AFTER_MS = 4 * 60 * 1000;
const LOOK_EVERY_MS = 15000;

export interface RenewalPorts {
  /** Asks the server for a new token. */
  readonly refresh: () => Promise<Me>;
  /** Runs `work` while no other page of this browser runs its own. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** When any page of this browser got a token, Date.now(); 0 = not known. */
  readonly memory: { renewedMs: number };
  readonly now: () => number;
  /** This page got a token, and with it news of who one is. */
  readonly renewed: (me: Me) => void;
  /** The login has ended. */
  readonly ended: () => void;
}

export class AccessRenewal implements Renewal {
  readonly #ports: RenewalPorts;
  #running: Promise<boolean> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #over = false;

  constructor(ports: RenewalPorts) {
    this.#ports = ports;
  }

  /** A token has just come with another answer. */
  got(): void {
    this.#ports.memory.renewedMs = this.#ports.now();
  }

  renew(askedMs: number): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    this.#running ??= this.#ports.alone(() => this.#ask(askedMs))
      .finally(() => { this.#running = undefined; });
    return this.#running;
  }

  /** From now on tokens are renewed before anybody misses one. */
  keep(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.look();
  }

  /** Renews if it is time to. */
  look(): void {
    const { memory, now } = this.#ports;
    if (now() - memory.renewedMs < RENEW_AFTER_MS) return;
    /* While the server is away there will be a next time. */
    this.renew(now()).catch(() => {});
  }

  async #ask(askedMs: number): Promise<boolean> {
    const { memory, refresh, renewed, ended } = this.#ports;
    if (memory.renewedMs > askedMs) return true;
    try {
      const me = await refresh();
      this.got();
      renewed(me);
      return true;
    } catch (e) {
      if (!(e instanceof HttpError) || e.status !== 401) throw e;
      this.#over = true;
      clearInterval(this.#timer);
      ended();
      return false;
    }
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who uses this page and what for, kept true as long as it is open. */

import { Emitter } from '../live/emitter.js';
import type { AccountClient } from '../protocol/account.js';
import { HttpError, type Http } from '../protocol/http.js';
import type { Action, Me } from '../protocol/identity-model.js';
import { AccessRenewal } from './renewal.js';
import { alone, memory } from './tabs.js';

/* While the server is away. */
const AGAIN_MS = 3000;

export interface IdentityEvents {
  readonly me: Me;
  /** The login has ended; it was this one's. */
  readonly ended: Me | null;
}

export class Identity extends Emitter<IdentityEvents> {
  readonly #account: AccountClient;
  readonly #renewal: AccessRenewal;
  #me: Me | null = null;

  constructor(http: Http, account: AccountClient) {
    super();
    this.#account = account;
    this.#renewal = new AccessRenewal({
      /* Whoever came by a link has no login that could be renewed; asking for
       * it would take the link's cookie away. */
      refresh: () => (this.#me?.kind === 'share'
        ? account.me({ plain: true }) : account.refresh()),
      alone, memory, now: () => Date.now(),
      renewed: (me) => this.#know(me),
      ended: () => this.emit('ended', this.#me),
    });
    http.renewal = this.#renewal;
  }

  /** null: not known yet. */
  get me(): Me | null {
    return this.#me;
  }

  may(action: Action): boolean {
    return this.#me?.may.has(action) ?? false;
  }

  /** Asks the server, until it answers. */
  async load(): Promise<void> {
    try {
      this.#know(await this.#account.me());
    } catch (e) {
      /* 401: there is no login, and "ended" has said so. 404: a server that
       * knows none. */
      if (e instanceof HttpError && e.status < 500) return;
      setTimeout(() => void this.load(), AGAIN_MS);
    }
  }

  /** The server has just said so, with a new access token. */
  entered(me: Me): void {
    this.#renewal.got();
    this.#know(me);
  }

  #know(me: Me): void {
    this.#me = me;
    this.emit('me', me);
    if (me.kind === 'person') this.#renewal.keep();
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Coming in, and one's own account. */

import type { Http, RequestOptions } from './http.js';
import {
  parseLogin, parseMe, parsePage, type Login, type Me, type Page,
} from './identity-model.js';
import { asObject, str } from './json.js';

export interface NewAccount {
  readonly token: string;
  readonly login: string;
  readonly name: string;
  readonly password: string;
  /** Where an account that is there asks for a code. */
  readonly totp?: string;
}

export interface TotpOffer {
  /** Base32, for typing. */
  readonly secret: string;
  /** otpauth:// as the QR code holds it. */
  readonly uri: string;
}

export class AccountClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async me(options?: RequestOptions): Promise<Me> {
    return parseMe(await this.#http.get('/auth/me', options));
  }

  /** The first account of a server; the token stands in what it printed. */
  setup(account: NewAccount): Promise<Me> {
    return this.#enter('/auth/setup', account);
  }

  /** Without `totp` where no code is asked for: 401 "totp_needed" says so. */
  login(login: string, password: string, totp?: string): Promise<Me> {
    return this.#enter('/auth/login',
      totp === undefined ? { login, password } : { login, password, totp });
  }

  /** An account that is there joins with its login and password. */
  accept(invitation: NewAccount): Promise<Me> {
    return this.#enter('/auth/accept', invitation);
  }

  share(token: string): Promise<Me> {
    return this.#enter('/auth/share', { token });
  }

  async refresh(): Promise<Me> {
    /* The old token is void once the server has answered: the new one must
     * not be lost with the page. */
    return parseMe(await this.#http.request('POST', '/auth/refresh',
      { body: {}, plain: true, keepalive: true }));
  }

  async #enter(path: string, body: unknown): Promise<Me> {
    return parseMe(
      await this.#http.request('POST', path, { body, plain: true }));
  }

  async logout(): Promise<void> {
    await this.#http.request('POST', '/auth/logout', { body: {}, plain: true });
  }

  async chooseTeam(team: string): Promise<Me> {
    return parseMe(await this.#http.post('/auth/team', { team }));
  }

  /** For ten minutes this login may do what needs the password again. */
  async confirm(password: string, totp?: string): Promise<void> {
    await this.#http.request('POST', '/auth/confirm', { plain: true,
      body: totp === undefined ? { password } : { password, totp } });
  }

  async changePassword(old: string, password: string): Promise<void> {
    await this.#http.post('/auth/password', { old, new: password });
  }

  async offerTotp(): Promise<TotpOffer> {
    const o = asObject(await this.#http.post('/auth/totp', {}));
    return { secret: str(o, 'secret'), uri: str(o, 'uri') };
  }

  async confirmTotp(code: string): Promise<void> {
    await this.#http.request('PUT', '/auth/totp', { body: { code } });
  }

  async removeTotp(password: string): Promise<void> {
    await this.#http.request('DELETE', '/auth/totp', { body: { password } });
  }

  async logins(): Promise<Page<Login>> {
    return parsePage(await this.#http.get('/auth/logins?limit=200'),
      parseLogin);
  }

  async endLogin(id: string): Promise<void> {
    await this.#http.request('DELETE',
      `/auth/logins/${encodeURIComponent(id)}`);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a team's people look after: each other, devices, keys, links. */

import type { Http } from './http.js';
import {
  parseApiKey, parseAuditEntry, parseDevice, parseInvitation, parseLink,
  parsePage, parsePairingRequest, parsePassphrase, parsePerson, parseReader,
  parseShare, parseStreamKey, type ApiKey, type AuditEntry, type Device, type Invitation,
  type Link, type Page, type PairingRequest, type Passphrase, type Person,
  type Reader, type Role, type Scope, type Share, type StreamKey,
} from './identity-model.js';
import { asObject, str } from './json.js';

/** What one call may ask for at most. */
const LIMIT = 200;
/* Lists that people look after by hand have tens of lines; this bounds what a
 * page asks for. */
const MAX_PAGES = 20;

export class AdminClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /* All pages of a list. */
  async #all<T>(path: string, item: (v: unknown) => T): Promise<T[]> {
    const all: T[] = [];
    let cursor: string | null = null;
    for (let i = 0; i < MAX_PAGES; i++) {
      const query = new URLSearchParams({ limit: String(LIMIT) });
      if (cursor !== null) query.set('cursor', cursor);
      const page: Page<T> =
        parsePage(await this.#http.get(`${path}?${query}`), item);
      all.push(...page.items);
      cursor = page.next;
      if (cursor === null) break;
    }
    return all;
  }

  async #remove(path: string, id: string): Promise<void> {
    await this.#http.request('DELETE', `${path}/${encodeURIComponent(id)}`);
  }

  people(): Promise<Person[]> {
    return this.#all('/people', parsePerson);
  }

  async setRole(person: string, role: Role): Promise<void> {
    await this.#http.request('PATCH', `/people/${encodeURIComponent(person)}`,
      { body: { role } });
  }

  /** Out of this team. */
  removePerson(id: string): Promise<void> {
    return this.#remove('/people', id);
  }

  invitations(): Promise<Invitation[]> {
    return this.#all('/invitations', parseInvitation);
  }

  async invite(role: Role, hours: number): Promise<Link> {
    return parseLink(await this.#http.post('/invitations', { role, hours }));
  }

  withdrawInvitation(id: string): Promise<void> {
    return this.#remove('/invitations', id);
  }

  keys(): Promise<ApiKey[]> {
    return this.#all('/keys', parseApiKey);
  }

  /** The key itself, told this once. */
  async addKey(
    name: string, scopes: readonly Scope[], expiresUtcMs: number | null,
  ): Promise<string> {
    const o = asObject(await this.#http.post('/keys',
      { name, scopes, expires_utc_ms: expiresUtcMs }));
    return str(o, 'token');
  }

  removeKey(id: string): Promise<void> {
    return this.#remove('/keys', id);
  }

  shares(): Promise<Share[]> {
    return this.#all('/shares', parseShare);
  }

  async shareDriver(driver: string, hours: number): Promise<Link> {
    return parseLink(await this.#http.post('/shares', { driver, hours }));
  }

  withdrawShare(id: string): Promise<void> {
    return this.#remove('/shares', id);
  }

  devices(): Promise<Device[]> {
    return this.#all('/devices', parseDevice);
  }

  async addStreamKey(name: string, driver: string): Promise<StreamKey> {
    return parseStreamKey(
      await this.#http.post('/devices', { name, driver }));
  }

  async setDriver(device: string, driver: string): Promise<void> {
    await this.#http.request('PATCH', `/devices/${encodeURIComponent(device)}`,
      { body: { driver } });
  }

  async rotate(device: string): Promise<StreamKey> {
    return parseStreamKey(await this.#http.post(
      `/devices/${encodeURIComponent(device)}/rotate`, {}));
  }

  revokeDevice(name: string): Promise<void> {
    return this.#remove('/devices', name);
  }

  readers(): Promise<Reader[]> {
    return this.#all('/readers', parseReader);
  }

  async addReader(
    name: string, drivers: readonly string[],
  ): Promise<Passphrase> {
    return parsePassphrase(
      await this.#http.post('/readers', { name, drivers }));
  }

  removeReader(name: string): Promise<void> {
    return this.#remove('/readers', name);
  }

  /** Newest first; `before` is what the page before gave as `next`. */
  async audit(before: string | null, limit: number): Promise<Page<AuditEntry>> {
    const query = new URLSearchParams({ limit: String(limit) });
    if (before !== null) query.set('before', before);
    return parsePage(await this.#http.get(`/audit?${query}`), parseAuditEntry);
  }

  async lookUpPairing(code: string): Promise<PairingRequest> {
    return parsePairingRequest(
      await this.#http.post('/pairing/lookup', { code }));
  }

  /** 409 `exists`: a device has this name; `replace` takes that one back. */
  async approvePairing(
    code: string, driver: string, name: string, replace = false,
  ): Promise<{ device: string; driver: string }> {
    const o = asObject(await this.#http.post('/pairing/approve', {
      code, driver, ...(name === '' ? {} : { name }),
      ...(replace ? { replace } : {}),
    }));
    return { device: str(o, 'device'), driver: str(o, 'driver') };
  }

  async refusePairing(code: string): Promise<void> {
    await this.#http.post('/pairing/refuse', { code });
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may do what, as the server tells it. Times are UTC in ms; null = never
 * or not known. */

import { asArray, asObject, bool, num, str, strings } from './json.js';

export const ROLES = ['viewer', 'coach', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const SCOPES =
  ['read_live', 'read_recordings', 'publish', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export type Action =
  | 'see_live' | 'see_recordings' | 'share' | 'pair' | 'manage_devices'
  | 'control_agents' | 'publish' | 'manage_people' | 'manage_keys'
  | 'see_audit' | 'see_server_metrics' | 'own_account';

export interface Team {
  readonly id: string;
  readonly name: string;
}

export interface Me {
  /** local: the server takes everybody on its own machine for an admin. */
  readonly kind: 'local' | 'person' | 'api_key' | 'share' | 'device';
  readonly person: {
    readonly id: string;
    readonly login: string;
    readonly name: string;
    /** A code from an authenticator app is asked for at login. */
    readonly totp: boolean;
  } | null;
  readonly team: Team | null;
  readonly teams: readonly (Team & { readonly role: Role | null })[];
  readonly role: Role | null;
  readonly may: ReadonlySet<string>;
  readonly open: boolean;
  /** Passwords and pictures go over the network unencrypted. */
  readonly insecureLan: boolean;
  /** Nobody has an account yet. */
  readonly setup: boolean;
}

export interface Login {
  readonly id: string;
  readonly startedUtcMs: number | null;
  readonly lastUtcMs: number | null;
  readonly address: string;
  /** The browser, as it calls itself. */
  readonly agent: string;
  readonly current: boolean;
}

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role | null;
  readonly totp: boolean;
  readonly lastLoginUtcMs: number | null;
}

export interface Invitation {
  readonly id: string;
  readonly role: Role | null;
  readonly createdBy: string;
  readonly expiresUtcMs: number | null;
}

/** What is told once: a link that holds a secret. */
export interface Link {
  readonly url: string;
  readonly expiresUtcMs: number | null;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdUtcMs: number | null;
  readonly expiresUtcMs: number | null;
  readonly lastUsedUtcMs: number | null;
}

export interface Share {
  readonly id: string;
  /** One of both: a driver's live view, or a recording. */
  readonly driver: string;
  readonly session: string;
  readonly createdBy: string;
  readonly createdUtcMs: number | null;
  readonly expiresUtcMs: number | null;
}

export interface Device {
  readonly name: string;
  readonly driver: string;
  readonly createdUtcMs: number | null;
  readonly lastSeenUtcMs: number | null;
  readonly version: string;
  readonly address: string;
  readonly transport: string;
  readonly online: boolean;
  readonly revoked: boolean;
  readonly kind: 'agent' | 'stream_key';
}

/** What a reader is told once. */
export interface Passphrase {
  readonly passphrase: string;
  /** Where it is used. */
  readonly url: string;
}

/** What a sender is told once: each way that it may take. */
export interface StreamKey extends Passphrase {
  readonly name: string;
  /** "" where the server takes none. */
  readonly rtmpUrl: string;
  readonly whipUrl: string;
}

export interface Reader {
  readonly name: string;
  /** Empty: all of the team. */
  readonly drivers: readonly string[];
  readonly createdUtcMs: number | null;
}

export interface AuditEntry {
  readonly utcMs: number | null;
  readonly who: string;
  readonly kind: string;
  readonly action: string;
  readonly target: string;
  readonly address: string;
  readonly detail: string;
}

export interface PairingRequest {
  readonly device: string;
  readonly address: string;
  readonly version: string;
  readonly platform: string;
  readonly expiresUtcMs: number | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null: this was the last one. */
  readonly next: string | null;
}

function oneOf<T extends string>(
  all: readonly T[], text: string, otherwise: T,
): T {
  return all.find((t) => t === text) ?? otherwise;
}

function role(v: unknown): Role | null {
  return ROLES.find((r) => r === v) ?? null;
}

export function parsePage<T>(v: unknown, item: (v: unknown) => T): Page<T> {
  const o = asObject(v);
  return {
    items: asArray(o['items']).map(item),
    next: str(o, 'next') || null,
  };
}

function parseTeam(v: unknown): Team {
  const o = asObject(v);
  return { id: str(o, 'id'), name: str(o, 'name') || str(o, 'id') };
}

export function parseMe(v: unknown): Me {
  const o = asObject(v);
  const person = asObject(o['person']);
  return {
    kind: oneOf(['local', 'person', 'api_key', 'share', 'device'],
      str(o, 'kind'), 'person'),
    person: str(person, 'id') === '' ? null : {
      id: str(person, 'id'), login: str(person, 'login'),
      name: str(person, 'name') || str(person, 'login'),
      totp: bool(person, 'totp'),
    },
    team: o['team'] ? parseTeam(o['team']) : null,
    teams: asArray(o['teams']).map((t) => ({
      ...parseTeam(t), role: role(asObject(t)['role']),
    })),
    role: role(o['role']),
    may: new Set(strings(o['may'])),
    open: bool(o, 'open'),
    insecureLan: bool(o, 'insecure_lan'),
    setup: bool(o, 'setup'),
  };
}

export function parseLogin(v: unknown): Login {
  const o = asObject(v);
  return {
    id: str(o, 'id'), startedUtcMs: num(o, 'started_utc_ms'),
    lastUtcMs: num(o, 'last_utc_ms'), address: str(o, 'address'),
    agent: str(o, 'agent'), current: bool(o, 'current'),
  };
}

export function parsePerson(v: unknown): Person {
  const o = asObject(v);
  return {
    id: str(o, 'id'), login: str(o, 'login'), name: str(o, 'name'),
    role: role(o['role']), totp: bool(o, 'totp'),
    lastLoginUtcMs: num(o, 'last_login_utc_ms'),
  };
}

export function parseInvitation(v: unknown): Invitation {
  const o = asObject(v);
  return {
    id: str(o, 'id'), role: role(o['role']), createdBy: str(o, 'created_by'),
    expiresUtcMs: num(o, 'expires_utc_ms'),
  };
}

export function parseLink(v: unknown): Link {
  const o = asObject(v);
  return { url: str(o, 'url'), expiresUtcMs: num(o, 'expires_utc_ms') };
}

export function parseApiKey(v: unknown): ApiKey {
  const o = asObject(v);
  return {
    id: str(o, 'id'), name: str(o, 'name'), scopes: strings(o['scopes']),
    createdUtcMs: num(o, 'created_utc_ms'),
    expiresUtcMs: num(o, 'expires_utc_ms'),
    lastUsedUtcMs: num(o, 'last_used_utc_ms'),
  };
}

export function parseShare(v: unknown): Share {
  const o = asObject(v);
  return {
    id: str(o, 'id'), driver: str(o, 'driver'), session: str(o, 'session'),
    createdBy: str(o, 'created_by'), createdUtcMs: num(o, 'created_utc_ms'),
    expiresUtcMs: num(o, 'expires_utc_ms'),
  };
}

export function parseDevice(v: unknown): Device {
  const o = asObject(v);
  return {
    name: str(o, 'name'), driver: str(o, 'driver'),
    createdUtcMs: num(o, 'created_utc_ms'),
    lastSeenUtcMs: num(o, 'last_seen_utc_ms'), version: str(o, 'version'),
    address: str(o, 'address'), transport: str(o, 'transport'),
    online: bool(o, 'online'), revoked: bool(o, 'revoked'),
    kind: oneOf(['agent', 'stream_key'], str(o, 'kind'), 'agent'),
  };
}

export function parsePassphrase(v: unknown): Passphrase {
  const o = asObject(v);
  return { passphrase: str(o, 'passphrase'), url: str(o, 'url') };
}

export function parseStreamKey(v: unknown): StreamKey {
  const o = asObject(v);
  return {
    ...parsePassphrase(v), name: str(o, 'name'),
    rtmpUrl: str(o, 'rtmp_url'), whipUrl: str(o, 'whip_url'),
  };
}

export function parseReader(v: unknown): Reader {
  const o = asObject(v);
  return {
    name: str(o, 'name'), drivers: strings(o['drivers']),
    createdUtcMs: num(o, 'created_utc_ms'),
  };
}

export function parseAuditEntry(v: unknown): AuditEntry {
  const o = asObject(v);
  return {
    utcMs: num(o, 'utc_ms'), who: str(o, 'who'), kind: str(o, 'kind'),
    action: str(o, 'action'), target: str(o, 'target'),
    address: str(o, 'address'), detail: str(o, 'detail'),
  };
}

export function parsePairingRequest(v: unknown): PairingRequest {
  const o = asObject(v);
  return {
    device: str(o, 'device'), address: str(o, 'address'),
    version: str(o, 'version'), platform: str(o, 'platform'),
    expiresUtcMs: num(o, 'expires_utc_ms'),
  };
}

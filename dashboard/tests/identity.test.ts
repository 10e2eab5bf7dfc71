/* SPDX-License-Identifier: LGPL-2.1-or-later */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessRenewal, type RenewalPorts } from '../src/identity/renewal.js';
import { matches } from '../src/pages/audit-filter.js';
import { browserName } from '../src/pages/browser-name.js';
import { tokenIn } from '../src/pages/fields.js';
import { pairCommand, typedCode } from '../src/pages/pair-code.js';
import {
  isUnencrypted, loginHash, nextHash, pagesFor, parseHash,
} from '../src/pages/routes.js';
import { readerHint, senderSecrets } from '../src/pages/stream-lines.js';
import { AccountClient } from '../src/protocol/account.js';
import { AdminClient } from '../src/protocol/admin.js';
import { failure } from '../src/protocol/failure.js';
import { Http, HttpError } from '../src/protocol/http.js';
import { parseMe, parsePage } from '../src/protocol/identity-model.js';
import { qrModules } from '../src/widgets/qr.js';
import { dateTime, distance } from '../src/widgets/when.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly type: string | null;
}

/* A server whose answers are given beforehand. */
function serving(
  answer: (asked: Asked, n: number) => [number, unknown?],
): { http: Http; asked: Asked[] } {
  const asked: Asked[] = [];
  const http = new Http('/api/v1', (input, init) => {
    const a = {
      method: init?.method ?? 'GET', path: String(input),
      body: init?.body === undefined ? undefined : JSON.parse(String(init.body)),
      type: new Headers(init?.headers).get('Content-Type'),
    };
    asked.push(a);
    const [status, body] = answer(a, asked.length);
    return Promise.resolve(new Response(
      body === undefined ? null : JSON.stringify(body), { status }));
  });
  return { http, asked };
}

const me = parseMe({
  kind: 'person', person: { id: 'p', login: 'ann', name: 'Ann', totp: true },
  team: { id: 'default', name: 'Default' }, role: 'coach',
  teams: [{ id: 'default', name: 'Default', role: 'coach' }, { id: 'b' }],
  may: ['see_live', 'see_recordings', 'share', 'own_account'],
});

test('who one is reads as told, and nonsense as nobody in particular', () => {
  assert.equal(me.person?.totp, true);
  assert.deepEqual(me.teams.map((t) => [t.name, t.role]),
    [['Default', 'coach'], ['b', null]]);
  const none = parseMe({ kind: 7, person: [], may: 'all', role: 'king' });
  assert.equal(none.person, null);
  assert.equal(none.role, null);
  assert.equal(none.may.size, 0);
  assert.deepEqual(parsePage({ items: [1], next: 17 }, (v) => v),
    { items: [1], next: '17' });
  assert.equal(parsePage({}, (v) => v).next, null);
});

test('the navigation has what one may do', () => {
  assert.deepEqual(pagesFor(me).map((p) => p.path), ['shares', 'account']);
  assert.deepEqual(pagesFor(null), []);
});

test('an address is a page or the live view', () => {
  assert.equal(parseHash('').path, '');
  assert.equal(parseHash('#/').path, '');
  assert.equal(parseHash('#driver=car1').path, '');
  assert.equal(parseHash('#/people').path, 'people');
  const { path, query } = parseHash('#/setup?token=a%2Bb&x=1');
  assert.deepEqual([path, query.get('token')], ['setup', 'a+b']);
});

test('a login leads back to where one was, and nowhere else', () => {
  const back = (hash: string): string =>
    nextHash(parseHash(loginHash(hash)).query);
  assert.equal(back('#/devices'), '#/devices');
  assert.equal(back('#/pair?code=ABC234'), '#/pair?code=ABC234');
  assert.equal(back('#driver=car%201'), '#driver=car%201');
  for (const hash of ['', '#', '#/', '#/login', '#/share?token=x', '#/none']) {
    assert.equal(back(hash), '#/', hash);
  }
  for (const next of ['https://evil.example/', '//evil.example', '/api',
    'javascript:alert(1)', '#/login?next=%23%2Fpeople', '#driver=/x']) {
    assert.equal(nextHash(new URLSearchParams({ next })), '#/', next);
  }
});

test('what goes in the clear beyond this machine is warned of', () => {
  assert.equal(isUnencrypted('http:', '127.0.0.1', null), false);
  assert.equal(isUnencrypted('http:', '[::1]', me), false);
  assert.equal(isUnencrypted('http:', 'localhost', me), false);
  assert.equal(isUnencrypted('http:', '192.168.1.4', null), true);
  assert.equal(isUnencrypted('http:', '127.evil.example', null), true);
  assert.equal(isUnencrypted('https:', '192.168.1.4', me), false);
  assert.equal(isUnencrypted('https:', 'pit.example',
    parseMe({ insecure_lan: true })), true);
});

test('a code is found in what is typed or pasted', () => {
  const rows: [string, string, string][] = [
    ['abc234', 'ABC234', ''],
    [' a b-c 2.3\n4 ', 'ABC234', ''],
    ['ABC2345', 'ABC234', ''],
    ['http://pit:8080/#/pair?code=xyz789', 'XYZ789', ''],
    ['abO', 'AB', 'O'],
    ['1', '', '1'],
    ['äb', 'B', 'Ä'],
    ['', '', ''],
  ];
  for (const [text, code, foreign] of rows) {
    assert.deepEqual(typedCode(text), { code, foreign }, text);
  }
});

test('the page says what pairs a PC with it', () => {
  assert.equal(pairCommand(new URL('https://pit.example:8080/#/pair')),
    'pitbox-agent pair --server https://pit.example:8080');
  assert.equal(pairCommand(new URL('http://127.0.0.1:8080/')),
    'pitbox-agent pair --server http://127.0.0.1:8080');
  assert.equal(pairCommand(new URL('http://192.168.1.4:8080/')),
    'pitbox-agent pair --server http://192.168.1.4:8080 --insecure-lan');
});

test('an address of all drivers says that one must be named', () => {
  const made = { passphrase: 'x', url: 'srt://h?streamid=%23!::r=DRIVER,m=r' };
  assert.match(readerHint(made), /in the place of DRIVER/);
  assert.doesNotMatch(readerHint({ ...made, url: 'srt://h?r=car1,m=r' }),
    /DRIVER/);
});

test('a token is found in a link or stands alone', () => {
  assert.equal(tokenIn('http://h/#/setup?token=abc-_1&x=2'), 'abc-_1');
  assert.equal(tokenIn('  pbi_abc_def\n'), 'pbi_abc_def');
});

test('a browser is called by two words', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, '
    + 'like Gecko) Chrome/142.0.0.0 Safari/537.36';
  assert.equal(browserName(chrome), 'Chrome, Linux');
  assert.equal(browserName(`${chrome.replace('X11; Linux', 'Windows NT')} Edg/1`),
    'Edge, Windows');
  assert.equal(browserName('Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) '
    + 'Version/18 Safari/605'), 'Safari, iPad');
  assert.equal(browserName('curl/8.5.0'), 'curl/8.5.0');
  assert.equal(browserName(''), 'Unknown');
});

test('times are as near as matters', () => {
  const now = 1e12;
  assert.equal(distance(now - 400, now), 'now');
  assert.equal(distance(now - 59_000, now), '59 s ago');
  assert.equal(distance(now - 3600_000, now), '1 h ago');
  assert.equal(distance(now + 3 * 86400_000, now), 'in 3 d');
  assert.equal(distance(now + 3 * 86400_000 - 2000, now), 'in 3 d');
  assert.equal(distance(now + 7200_000 - 900, now), 'in 2 h');
  assert.equal(distance(null, now), '–');
  assert.equal(distance(null, now, 'never'), 'never');
  assert.match(dateTime(now), /^2001-09-\d\d \d\d:\d\d:40$/);
});

test('the audit filter wants each word, in any column and case', () => {
  const e = {
    utcMs: 0, who: 'Ann', kind: 'person', action: 'login', target: 'ann',
    address: '10.0.0.1', detail: 'wrong password',
  };
  assert.ok(matches(e, ''));
  assert.ok(matches(e, 'ANN  10.0.0'));
  assert.ok(!matches(e, 'ann bob'));
});

test('a quote in an address does not end the line for the shell', () => {
  const [, line] = senderSecrets({
    name: 'obs', passphrase: 'x', url: "srt://h?a='; rm", rtmpUrl: '',
    whipUrl: '',
  });
  assert.equal(line!.text.match(/'/g)!.length, 2);
});

test('a sender is told each way that the server has', () => {
  const key = {
    name: 'obs', passphrase: 'secret', url: 'srt://h:9000?streamid=x',
    rtmpUrl: 'rtmp://h/live', whipUrl: 'https://h/whip/car1',
  };
  const all = senderSecrets(key).map((s) => s.text);
  assert.ok(all.includes('rtmp://h/live') && all.includes('obs?key=secret'));
  assert.ok(all.some((t) => t.endsWith("-f flv 'rtmp://h/live/obs?key=secret'")));
  assert.ok(all.includes('https://h/whip/car1') && all.includes('secret'));
  const none = senderSecrets({ ...key, rtmpUrl: '' }).map((s) => s.text);
  assert.ok(none.every((t) => !t.includes('rtmp')));
});

test('a QR code is square and has its three eyes', () => {
  const rows = qrModules('otpauth://totp/PitBox:ann?secret=ABCDEFGHIJKLMNOP');
  const n = rows.length;
  assert.ok(rows.every((r) => r.length === n));
  for (const [x, y] of [[0, 0], [n - 7, 0], [0, n - 7]] as const) {
    assert.ok(rows[y]!.slice(x, x + 7).every(Boolean));
    assert.deepEqual(rows[y + 1]!.slice(x, x + 7),
      [true, false, false, false, false, false, true]);
  }
});

test('writing calls carry JSON, and an answer without a body is none', async () => {
  const { http, asked } = serving(() => [204]);
  assert.equal(await http.post('/a', { b: 1 }), undefined);
  await new AdminClient(http).removeKey('x/y');
  assert.deepEqual(asked, [
    { method: 'POST', path: '/api/v1/a', body: { b: 1 },
      type: 'application/json' },
    { method: 'DELETE', path: '/api/v1/keys/x%2Fy', body: undefined,
      type: 'application/json' },
  ]);
});

test('a list is fetched to its end, and an endless one is given up', async () => {
  const two = serving(({ path }) => [200, path.includes('cursor=b')
    ? { items: [{ id: '2' }], next: null }
    : { items: [{ id: '1' }], next: 'b' }]);
  assert.deepEqual((await new AdminClient(two.http).keys()).map((k) => k.id),
    ['1', '2']);
  const endless = serving(() => [200, { items: [], next: 'b' }]);
  await new AdminClient(endless.http).keys();
  assert.equal(endless.asked.length, 20);
});

test('a person is told why, and when to try again', () => {
  const told = failure(new HttpError(429, 'too_many', 'Too many tries', 12));
  assert.deepEqual(told, { text: 'Too many tries.', waitS: 12 });
  assert.match(failure(new TypeError('fetch')).text, /does not answer/);
});

interface Renewing {
  readonly ports: RenewalPorts;
  readonly did: string[];
  nowMs: number;
}

function renewing(refresh: () => Promise<typeof me>): Renewing {
  const did: string[] = [];
  const r: Renewing = {
    did, nowMs: 1000, ports: {
      refresh: () => {
        did.push('refresh');
        return refresh();
      },
      alone: (work) => work(),
      memory: { renewedMs: 0 },
      now: () => r.nowMs,
      renewed: () => did.push('renewed'),
      ended: () => did.push('ended'),
    },
  };
  return r;
}

const refused = (): Promise<never> =>
  Promise.reject(new HttpError(401, 'unauthorized', 'no'));

test('requests refused together make one renewal, and are asked again', async () => {
  const r = renewing(() => Promise.resolve(me));
  let renewed = false;
  const { http, asked } = serving(() => (renewed ? [200, {}] : [401, {}]));
  const renewal = new AccessRenewal({ ...r.ports, refresh: async () => {
    r.did.push('refresh');
    await Promise.resolve();
    renewed = true;
    return me;
  }, now: () => Date.now() });
  http.renewal = renewal;
  await Promise.all([http.get('/a'), http.get('/b'), http.post('/c', {})]);
  assert.deepEqual(r.did, ['refresh', 'renewed']);
  assert.equal(asked.length, 6);
});

test('what needs the password again is asked for once more, or given up', async () => {
  let shown = false;
  let asks = 0;
  const { http, asked } = serving(() => (shown ? [201, { id: 'k' }]
    : [403, { code: 'reauthenticate', detail: 'again' }]));
  http.confirm = () => {
    shown = ++asks === 2;
    return Promise.resolve(shown);
  };
  await assert.rejects(http.post('/keys', { name: 'k' }),
    { code: 'reauthenticate', message: 'Not done: it needs your password.' });
  assert.deepEqual(await http.post('/keys', { name: 'k' }), { id: 'k' });
  assert.deepEqual(asked.map((a) => a.body), Array(3).fill({ name: 'k' }));
  /* Nobody is asked about what is forbidden for good. */
  const other = serving(() => [403, { code: 'forbidden', detail: 'no' }]);
  other.http.confirm = http.confirm;
  await assert.rejects(other.http.post('/a', {}), { code: 'forbidden' });
  assert.equal(asks, 2);
});

test('what another page of the browser got is taken, not got again', async () => {
  const r = renewing(() => Promise.resolve(me));
  r.ports.memory.renewedMs = 900;
  const renewal = new AccessRenewal(r.ports);
  assert.equal(await renewal.renew(800), true);
  assert.deepEqual(r.did, []);
  assert.equal(await renewal.renew(950), true);
  assert.deepEqual(r.did, ['refresh', 'renewed']);
  assert.equal(r.ports.memory.renewedMs, 1000);
});

test('a refused renewal ends the login, once; a server away does not', async () => {
  const away = renewing(() => Promise.reject(new TypeError('fetch failed')));
  await assert.rejects(new AccessRenewal(away.ports).renew(500), TypeError);
  assert.deepEqual(away.did, ['refresh']);
  const r = renewing(refused);
  const renewal = new AccessRenewal(r.ports);
  assert.equal(await renewal.renew(500), false);
  assert.equal(await renewal.renew(600), false);
  assert.deepEqual(r.did, ['refresh', 'ended']);
});

test('a token is renewed before it runs out', () => {
  const r = renewing(() => Promise.resolve(me));
  const renewal = new AccessRenewal(r.ports);
  r.nowMs = 1e9;
  renewal.got();
  r.nowMs += 4 * 60_000 - 1;
  renewal.look();
  assert.deepEqual(r.did, []);
  r.nowMs += 1;
  renewal.look();
  assert.deepEqual(r.did, ['refresh']);
});

test('a wrong password ends no login and is not asked again', async () => {
  const r = renewing(refused);
  const { http, asked } = serving(() => [401,
    { code: 'wrong_login', detail: 'Wrong' }]);
  http.renewal = new AccessRenewal(r.ports);
  await assert.rejects(new AccountClient(http).login('ann', 'x'),
    (e) => e instanceof HttpError && e.code === 'wrong_login');
  assert.equal(asked.length, 1);
  assert.deepEqual(r.did, []);
});

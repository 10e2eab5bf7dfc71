/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the open pages of one browser share: a lock, and the time of the last
 * renewal. */

const NAME = 'pitbox-renewal';
/* Longer than an answer may take; a page that died holds it no longer. */
const LEASE_MS = 20000;
const LOOK_MS = 100;

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    /* A browser told to keep nothing: then each page is alone. */
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    /* As above. */
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => { setTimeout(resolve, ms); });

/* Without TLS there is no lock manager: a lease in the storage, looked at
 * again after a moment, lest two took it at once. */
async function leased<T>(work: () => Promise<T>): Promise<T> {
  const mine = crypto.getRandomValues(new Uint32Array(2)).join('-');
  for (;;) {
    const [holder, until] = (read(NAME) ?? '').split(' ');
    if (holder === mine) break;
    if (!holder || Number(until) < Date.now()) {
      write(NAME, `${mine} ${Date.now() + LEASE_MS}`);
      if (read(NAME) === null) break;
    }
    await pause(LOOK_MS * (1 + Math.random()));
  }
  try {
    return await work();
  } finally {
    if (read(NAME)?.startsWith(`${mine} `)) write(NAME, null);
  }
}

/** Runs `work` while no other page of this browser does. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks
    ? navigator.locks.request(NAME, work) as Promise<T> : leased(work);
}

/* Where nothing is kept, this page at least knows its own. */
let ownMs = 0;

export const memory = {
  get renewedMs(): number {
    return Math.max(ownMs, Number(read(`${NAME}-time`) ?? 0));
  },
  set renewedMs(ms: number) {
    ownMs = ms;
    write(`${NAME}-time`, String(ms));
  },
};

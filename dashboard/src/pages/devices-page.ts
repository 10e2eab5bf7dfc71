/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What sends to the server and what reads from it: driver's PCs, stream keys
 * for OBS and ffmpeg, readers. */

import type { Device, Reader, StreamKey } from '../protocol/identity-model.js';
import {
  confirmed, formDialog, tellOnce,
} from '../widgets/dialog.js';
import { el } from '../widgets/dom.js';
import { field, suggestion } from '../widgets/form.js';
import { Table } from '../widgets/table.js';
import { when } from '../widgets/when.js';
import {
  readerHint, readerSecrets, SENDER_HINT, senderSecrets,
} from './stream-lines.js';
import {
  act, button, every, pageTitle, section, type PageContext,
} from './page.js';

const EVERY_MS = 3000;

const NAME_HINT = 'Small letters, digits and dashes.';

function state(d: Device): HTMLElement {
  return d.revoked
    ? el('span', { class: 'dot', 'data-level': 'bad' }, 'revoked')
    : d.online ? el('span', { class: 'dot', 'data-level': 'good' }, 'online')
      : el('span', { class: 'dot dim' }, 'offline');
}

class DevicesPage {
  readonly #page: PageContext;
  readonly #devices: Table<Device>;
  readonly #readers: Table<Reader>;

  constructor(page: PageContext) {
    this.#page = page;
    const { admin } = page;
    this.#devices = new Table<Device>({
      caption: 'Devices that may send', key: (d) => d.name,
      empty: 'No device yet: “Pair an agent” lets a driver’s PC in, a stream '
        + 'key OBS or ffmpeg.',
      fetch: () => admin.devices(),
      columns: [
        { title: 'State', cell: state },
        { title: 'Device', kind: 'wrap', cell: (d) => el('b', {}, d.name) },
        { title: 'Kind', cell: (d) =>
          (d.kind === 'agent' ? 'agent' : 'stream key') },
        { title: 'Driver', kind: 'wrap', cell: (d) => d.driver || '–' },
        { title: 'Version', cell: (d) => d.version || '–' },
        { title: 'Transport', cell: (d) => d.transport || '–' },
        { title: 'Address', kind: 'wrap', cell: (d) => d.address || '–' },
        { title: 'Last seen', cell: (d) => (d.online ? 'now'
          : when(d.lastSeenUtcMs, 'never')) },
        { title: '', kind: 'actions', cell: (d) => this.#deviceActions(d) },
      ],
    });
    this.#readers = new Table<Reader>({
      caption: 'Readers', key: (r) => r.name,
      empty: 'No reader yet: one lets OBS, ffmpeg or GStreamer fetch drivers’ '
        + 'streams from here.',
      fetch: () => admin.readers(),
      columns: [
        { title: 'Reader', cell: (r) => el('b', {}, r.name) },
        { title: 'Drivers', cell: (r) => r.drivers.join(', ') || 'all' },
        { title: 'Added', cell: (r) => when(r.createdUtcMs) },
        { title: '', kind: 'actions', cell: (r) => button('Remove',
          () => void this.#removeReader(r)) },
      ],
    });
    page.root.append(
      pageTitle('Devices', 'What sends drivers to this server, and what '
        + 'fetches their streams from it.'),
      section('Devices', [
        ...(page.identity.may('pair')
          ? [el('a', { class: 'small button', href: '#/pair' },
            'Pair an agent …')] : []),
        button('New stream key …', () => void this.#addStreamKey()),
      ], this.#devices.root),
      section('Readers', [
        button('New reader …', () => void this.#addReader()),
      ], this.#readers.root));
    every(EVERY_MS, page.left, () => void this.#devices.refresh());
    void this.#readers.refresh();
  }

  async #drivers(): Promise<string[]> {
    return this.#page.rest.drivers()
      .then((all) => all.map((d) => d.id)).catch(() => []);
  }

  #deviceActions(d: Device): Node | string {
    if (d.revoked) return '';
    return el('span', { class: 'line-actions' },
      button('Driver …', () => void this.#setDriver(d)),
      button('Rotate', () => void this.#rotate(d)),
      button('Revoke', () => void this.#revoke(d)));
  }

  async #setDriver(d: Device): Promise<void> {
    const driver = suggestion({
      label: 'Driver', name: 'driver', value: d.driver, hint: NAME_HINT,
    }, await this.#drivers());
    formDialog(`Whom does ${d.name} show?`, {
      submit: 'Change', fields: [driver],
      action: async () => {
        await this.#page.admin.setDriver(d.name, driver.value.trim());
        await this.#devices.refresh();
      },
    });
  }

  async #rotate(d: Device): Promise<void> {
    if (!await confirmed(`New passphrase for ${d.name}?`,
      `A stream that runs goes on. The next one needs the new passphrase${
        d.kind === 'agent' ? ', which its agent fetches by itself' : ''}.`,
      'Make a new one')) return;
    let made: StreamKey | undefined;
    await act(async () => { made = await this.#page.admin.rotate(d.name); },
      `${d.name} has a new passphrase.`);
    if (d.kind === 'agent') {
      await this.#devices.refresh();
      return;
    }
    if (!made) return;
    tellOnce(`${d.name}: new passphrase`, 'Put it where the old one stands.',
      senderSecrets(made));
    await this.#devices.refresh();
  }

  async #revoke(d: Device): Promise<void> {
    if (!await confirmed(`Revoke ${d.name}?`, 'Its streams end within a '
      + 'second, and it cannot send again. What was recorded stays.',
    'Revoke')) return;
    await act(() => this.#page.admin.revokeDevice(d.name),
      `${d.name} is revoked.`);
    await this.#devices.refresh();
  }

  async #addStreamKey(): Promise<void> {
    const name = field({ label: 'Name', name: 'device', hint: NAME_HINT });
    const driver = suggestion({
      label: 'Driver', name: 'driver',
      hint: 'Whom it shows: one that is known here, or a new name.',
    }, await this.#drivers());
    formDialog('New stream key', {
      submit: 'Make the key', fields: [name, driver],
      action: async () => {
        const made = await this.#page.admin.addStreamKey(
          name.value.trim(), driver.value.trim());
        tellOnce(`Stream key ${name.value.trim()}`,
          SENDER_HINT, senderSecrets(made));
        await this.#devices.refresh();
      },
    });
  }

  async #addReader(): Promise<void> {
    const name = field({ label: 'Name', name: 'reader', hint: NAME_HINT });
    const drivers = suggestion({
      label: 'Drivers', name: 'drivers', optional: true,
      hint: 'Whom it may fetch, with commas between; empty: all of the team.',
    }, await this.#drivers());
    formDialog('New reader', {
      submit: 'Make the reader', fields: [name, drivers],
      action: async () => {
        const made = await this.#page.admin.addReader(name.value.trim(),
          drivers.value.split(/[\s,]+/).filter(Boolean));
        tellOnce(`Reader ${name.value.trim()}`, readerHint(made),
          readerSecrets(made));
        await this.#readers.refresh();
      },
    });
  }


  async #removeReader(r: Reader): Promise<void> {
    if (!await confirmed(`Remove ${r.name}?`, 'Whoever reads with it is cut '
      + 'off within a second.', 'Remove')) return;
    await act(() => this.#page.admin.removeReader(r.name),
      `${r.name} is removed.`);
    await this.#readers.refresh();
  }
}

export function show(page: PageContext): void {
  new DevicesPage(page);
}

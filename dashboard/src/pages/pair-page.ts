/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lets a driver's PC in by the code that its agent shows. */

import { failure } from '../protocol/failure.js';
import { HttpError } from '../protocol/http.js';
import type { Device, PairingRequest } from '../protocol/identity-model.js';
import { confirmed, secretLine } from '../widgets/dialog.js';
import { el, setText } from '../widgets/dom.js';
import {
  Field, FieldError, Form, field, suggestion,
} from '../widgets/form.js';
import { toast } from '../widgets/toast.js';
import { distance } from '../widgets/when.js';
import { CODE_LENGTH, pairCommand, typedCode } from './pair-code.js';
import { button, pageTitle, section, type PageContext } from './page.js';

function codeField(): Field<HTMLInputElement> {
  return new Field(el('input', {
    name: 'code', class: 'code', autocomplete: 'off', spellcheck: 'false',
    autocapitalize: 'characters', inputmode: 'text',
  }), 'Code', 'The agent shows it on the driver’s PC: six letters and '
    + 'digits, good for ten minutes.');
}

function howToBegin(): HTMLElement {
  return section('On the driver’s PC', [],
    secretLine({ label: 'This shows a code', text: pairCommand(location) }),
    secretLine({ label: 'Once it is let in, this sends',
      text: 'pitbox-agent' }));
}

function describe(d: Device): string {
  const seen = d.online ? 'online now'
    : d.lastSeenUtcMs === null ? 'never seen'
      : `last seen ${distance(d.lastSeenUtcMs, Date.now())}`;
  return `${d.kind === 'agent' ? 'an agent' : 'a stream key'} that sends as `
    + `${d.driver || 'nobody'}, ${seen}`;
}

class PairPage {
  readonly #page: PageContext;
  readonly #code = codeField();
  readonly #below = el('div', { class: 'found' });
  readonly #status = el('p', { class: 'dim', role: 'status' });
  #asked = '';

  constructor(page: PageContext) {
    this.#page = page;
    const form = el('form', { class: 'form', novalidate: '' },
      this.#code.root, this.#status);
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      this.#asked = '';
      this.#typed();
    });
    this.#code.input.addEventListener('input', () => this.#typed());
    page.root.append(pageTitle('Pair a device',
      'A driver’s PC shows a code. Whoever types it here lets that PC send.'),
    el('div', { class: 'columns' },
      section('Code of the agent', [], form), this.#below));
    this.#below.append(howToBegin());
    this.#code.value = page.query.get('code') ?? '';
    this.#code.input.focus();
    if (this.#code.value !== '') this.#typed();
  }

  #typed(): void {
    const { code, foreign } = typedCode(this.#code.value);
    if (this.#code.value !== code) this.#code.value = code;
    this.#code.complain(foreign === '' ? ''
      : `No code has “${foreign}” in it: I, L, O, 0 and 1 are left out.`);
    if (code === this.#asked) return;
    this.#asked = '';
    setText(this.#status, '');
    this.#below.replaceChildren(howToBegin());
    if (code.length === CODE_LENGTH) void this.#lookUp(code);
  }

  async #lookUp(code: string): Promise<void> {
    this.#asked = code;
    setText(this.#status, 'Looking for it …');
    try {
      const [request, drivers, devices] = await Promise.all([
        this.#page.admin.lookUpPairing(code),
        this.#page.rest.drivers().catch(() => []),
        this.#page.admin.devices().catch(() => []),
      ]);
      if (this.#asked !== code) return;
      setText(this.#status, '');
      this.#found(code, request, drivers.map((d) => d.id),
        devices.find((d) => d.name === request.device));
    } catch (e) {
      if (this.#asked !== code) return;
      this.#asked = '';
      setText(this.#status, '');
      this.#code.complain(e instanceof HttpError
        && (e.status === 404 || e.status === 410)
        ? 'No agent shows this code now. It may have run out: the agent '
          + 'shows a new one then.'
        : failure(e).text);
      this.#code.input.select();
    }
  }

  #found(
    code: string, request: PairingRequest, drivers: string[],
    known: Device | undefined,
  ): void {
    const left = el('dd');
    const driver = suggestion({
      label: 'Driver', name: 'driver',
      hint: 'Whose car this PC shows: one that is known here, or a new name '
        + 'of small letters, digits and dashes.',
      value: known?.driver ?? '',
    }, drivers);
    const name = field({
      label: 'Name of the device', name: 'device', value: request.device,
      optional: true,
    });
    const form = new Form({
      submit: 'Approve', fields: [driver, name],
      action: async () => {
        const done = await this.#approve(
          code, driver.value.trim(), name, request.device);
        if (done !== null) this.#approved(done);
      },
      beside: [button('Refuse', () => void this.#refuse(code, form),
        'danger')],
    });
    this.#below.replaceChildren(section('This device asks', [],
      el('dl', { class: 'facts' },
        el('dt', {}, 'Device'), el('dd', {}, request.device || '–'),
        el('dt', {}, 'Address'), el('dd', {}, request.address || '–'),
        el('dt', {}, 'Agent'), el('dd', {},
          [request.version, request.platform].filter(Boolean).join(' · ')
            || '–'),
        ...(known === undefined ? [] : [
          el('dt', {}, 'Known here'), el('dd', {},
            `${describe(known)}. Approved under this name, it gets new keys.`),
        ]),
        el('dt', {}, 'Code runs out'), left),
      el('p', { class: 'dim' },
        'Approve it only if the same code stands on that PC now.'),
      form.root));
    const count = (): void =>
      setText(left, distance(request.expiresUtcMs, Date.now()));
    count();
    const timer = setInterval(() => {
      if (left.isConnected) count();
      else clearInterval(timer);
    }, 1000);
    driver.input.focus();
  }

  /* Of a name that is taken by a device of the own team: in its place, if that
   * is what is meant. null: it is not. */
  async #approve(
    code: string, driver: string, field: Field, asked: string,
  ): Promise<{ device: string; driver: string } | null> {
    const { admin } = this.#page;
    const typed = field.value.trim();
    try {
      return await admin.approvePairing(code, driver, typed);
    } catch (e) {
      if (!(e instanceof HttpError) || e.code !== 'exists') throw e;
    }
    const name = typed || asked;
    const there = (await admin.devices()).find((d) => d.name === name);
    if (there === undefined) {
      throw new FieldError(field,
        'A device that you do not see has this name: type another one.');
    }
    if (!await confirmed(`Replace ${name}?`,
      `There is a device ${name}: ${describe(there)}. If this is the same PC, `
      + 'approve it again: it gets new keys, and whatever has the old ones is '
      + 'cut off at once. If it is another PC, give it another name.',
      'Replace its keys')) {
      field.input.focus();
      return null;
    }
    return admin.approvePairing(code, driver, typed, true);
  }

  async #refuse(code: string, form: Form): Promise<void> {
    try {
      await this.#page.admin.refusePairing(code);
      toast('Refused: the agent says so on that PC.');
      this.#again();
    } catch (e) {
      form.complain(failure(e).text);
    }
  }

  #approved({ device, driver }: { device: string; driver: string }): void {
    const again = button('Pair another', () => this.#again(), 'primary');
    this.#code.value = '';
    this.#below.replaceChildren(section('Paired', [],
      el('p', { class: 'good', role: 'status' },
        `${device} sends as ${driver} from now on, whenever pitbox-agent `
        + 'runs there.'),
      el('p', {},
        el('a', { href: `#${new URLSearchParams({ driver })}` },
          `Watch ${driver}`), ' · ',
        el('a', { href: '#/devices' }, 'All devices')),
      el('div', { class: 'buttons' }, again)));
    again.focus();
  }

  #again(): void {
    this.#asked = '';
    this.#code.value = '';
    this.#below.replaceChildren(howToBegin());
    this.#code.input.focus();
  }
}

export function show(page: PageContext): void {
  new PairPage(page);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lets a driver's PC in by the code that its agent shows. */

import { failure } from '../protocol/failure.js';
import { HttpError } from '../protocol/http.js';
import type { PairingRequest } from '../protocol/identity-model.js';
import { el, setText } from '../widgets/dom.js';
import { Field, Form, field, suggestion } from '../widgets/form.js';
import { toast } from '../widgets/toast.js';
import { distance } from '../widgets/when.js';
import { CODE_LENGTH, typedCode } from './pair-code.js';
import { button, pageTitle, section, type PageContext } from './page.js';

function codeField(): Field<HTMLInputElement> {
  return new Field(el('input', {
    name: 'code', class: 'code', autocomplete: 'off', spellcheck: 'false',
    autocapitalize: 'characters', inputmode: 'text',
  }), 'Code', 'The agent shows it on the driver’s PC: six letters and '
    + 'digits, good for ten minutes.');
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
      'A driver’s PC that starts pitbox-agent without a key shows a code. '
      + 'Whoever types it here lets that PC send.'),
    el('div', { class: 'columns' },
      section('Code of the agent', [], form), this.#below));
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
    this.#below.replaceChildren();
    if (code.length === CODE_LENGTH) void this.#lookUp(code);
  }

  async #lookUp(code: string): Promise<void> {
    this.#asked = code;
    setText(this.#status, 'Looking for it …');
    try {
      const [request, drivers] = await Promise.all([
        this.#page.admin.lookUpPairing(code),
        this.#page.rest.drivers().catch(() => []),
      ]);
      if (this.#asked !== code) return;
      setText(this.#status, '');
      this.#found(code, request, drivers.map((d) => d.id));
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

  #found(code: string, request: PairingRequest, drivers: string[]): void {
    const left = el('dd');
    const driver = suggestion({
      label: 'Driver', name: 'driver',
      hint: 'Whose car this PC shows: one that is known here, or a new name '
        + 'of small letters, digits and dashes.',
    }, drivers);
    const name = field({
      label: 'Name of the device', name: 'device', value: request.device,
      optional: true,
    });
    const form = new Form({
      submit: 'Approve', fields: [driver, name],
      action: async () => {
        const done = await this.#page.admin.approvePairing(
          code, driver.value.trim(), name.value.trim());
        this.#approved(done);
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
        `${device} sends as ${driver} from now on.`),
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
    this.#below.replaceChildren();
    this.#code.input.focus();
  }
}

export function show(page: PageContext): void {
  new PairPage(page);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fields with label, hint and error, and forms that say what became of them. */

import { failure } from '../protocol/failure.js';
import { el, setAttr, setText } from './dom.js';

let lastId = 0;

/** An id for a label to point at. */
export function newId(name: string): string {
  return `${name}-${++lastId}`;
}

export interface FieldOptions {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'password' | 'number';
  readonly value?: string;
  readonly hint?: string;
  /** May be left empty. */
  readonly optional?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

type Control = HTMLInputElement | HTMLSelectElement;

export class Field<C extends Control = Control> {
  readonly root: HTMLElement;
  readonly #error = el('p', { class: 'error', id: newId('error') });
  readonly #describedBy: string;

  constructor(
    readonly input: C, label: string, hint = '',
    readonly optional = false,
  ) {
    input.id ||= newId(input.name);
    const hintLine = el('p', { class: 'hint', id: newId('hint') }, hint);
    hintLine.hidden = hint === '';
    this.#error.hidden = true;
    this.#describedBy = hint === '' ? '' : hintLine.id;
    setAttr(input, 'aria-describedby', this.#describedBy || null);
    setAttr(input, 'aria-required', optional ? null : 'true');
    this.root = el('div', { class: 'field' },
      el('label', { for: input.id }, label), input, hintLine, this.#error);
    input.addEventListener('input', () => this.complain(''));
  }

  get value(): string {
    return this.input.value;
  }

  set value(value: string) {
    this.input.value = value;
  }

  /** Says what is wrong with the value; '' nothing is. */
  complain(text: string): void {
    setText(this.#error, text);
    this.#error.hidden = text === '';
    setAttr(this.input, 'aria-invalid', text === '' ? null : 'true');
    setAttr(this.input, 'aria-describedby',
      [this.#describedBy, text === '' ? '' : this.#error.id]
        .filter(Boolean).join(' ') || null);
  }
}

export function field(options: FieldOptions): Field<HTMLInputElement> {
  const input = el('input', {
    name: options.name, type: options.type ?? 'text', spellcheck: 'false',
    autocapitalize: 'none', autocomplete: 'off', ...options.attributes,
  });
  input.value = options.value ?? '';
  return new Field(input, options.label, options.hint, options.optional);
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export function selection(
  label: string, name: string, choices: readonly Choice[], value: string,
  hint = '',
): Field<HTMLSelectElement> {
  const input = el('select', { name },
    ...choices.map((c) => el('option', { value: c.value }, c.text)));
  input.value = value;
  return new Field(input, label, hint);
}

/** A text field that offers what is known and takes anything. */
export function suggestion(
  options: FieldOptions, known: readonly string[],
): Field<HTMLInputElement> {
  const list = el('datalist', { id: newId('known') },
    ...known.map((value) => el('option', { value })));
  const made = field({
    ...options, attributes: { ...options.attributes, list: list.id },
  });
  made.root.append(list);
  return made;
}

export interface FormOptions {
  /** What the button says. */
  readonly submit: string;
  /** Called with all fields filled; what it throws is told below them. */
  readonly action: () => Promise<void>;
  readonly fields: readonly (Field | HTMLElement)[];
  /** Not what the page is mainly for: the button does not stand out. */
  readonly quiet?: boolean;
  /** Beside the button. */
  readonly beside?: readonly HTMLElement[];
  /** Says itself what became of an error; true: it has. */
  readonly refused?: (error: unknown) => boolean;
}

export class Form {
  readonly root: HTMLFormElement;
  readonly #options: FormOptions;
  readonly #fields: readonly Field[];
  readonly #button: HTMLButtonElement;
  readonly #error = el('p', { class: 'error', role: 'alert' });
  #busy = false;
  #waitTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: FormOptions) {
    this.#options = options;
    this.#fields = options.fields.filter((f) => f instanceof Field);
    this.#button = el('button', {
      class: options.quiet ? '' : 'primary', type: 'submit',
    }, options.submit);
    this.root = el('form', { class: 'form', novalidate: '' },
      ...options.fields.map((f) => (f instanceof Field ? f.root : f)),
      this.#error,
      el('div', { class: 'buttons' }, this.#button,
        ...options.beside ?? []));
    this.root.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.submit();
    });
  }

  /** Takes the person to the first field. */
  focus(): void {
    (this.#fields.find((f) => f.value === '') ?? this.#fields[0])
      ?.input.focus();
  }

  /** Says what is wrong with all of it; '' nothing is. */
  complain(text: string): void {
    setText(this.#error, text);
  }

  async submit(): Promise<void> {
    if (this.#busy || this.#waitTimer !== undefined) return;
    const empty = this.#fields.filter((f) => f.value === '' && !f.optional);
    for (const f of empty) f.complain('This is needed.');
    if (empty.length > 0) {
      empty[0]!.input.focus();
      return;
    }
    this.complain('');
    this.#setBusy(true);
    try {
      await this.#options.action();
    } catch (e) {
      if (!this.#options.refused?.(e)) this.#tell(e);
    } finally {
      this.#setBusy(false);
    }
  }

  /* A disabled button would lose the focus. */
  #setBusy(busy: boolean): void {
    this.#busy = busy;
    setAttr(this.#button, 'aria-disabled', busy ? 'true' : null);
    setAttr(this.root, 'aria-busy', busy ? 'true' : null);
  }

  #tell(error: unknown): void {
    if (error instanceof FieldError) {
      error.field.complain(error.message);
      error.field.input.focus();
      return;
    }
    const { text, waitS } = failure(error);
    this.complain(text);
    if (waitS !== null) this.#wait(waitS);
  }

  /* The server takes no more tries for a while. */
  #wait(seconds: number): void {
    const endMs = Date.now() + seconds * 1000;
    const tick = (): void => {
      const left = Math.ceil((endMs - Date.now()) / 1000);
      if (left > 0 && this.root.isConnected) {
        setText(this.#button, `${this.#options.submit} (in ${left} s)`);
        setAttr(this.#button, 'aria-disabled', 'true');
        return;
      }
      clearInterval(this.#waitTimer);
      this.#waitTimer = undefined;
      setText(this.#button, this.#options.submit);
      setAttr(this.#button, 'aria-disabled', null);
      this.complain('');
    };
    clearInterval(this.#waitTimer);
    this.#waitTimer = setInterval(tick, 250);
    queueMicrotask(tick);
  }
}

/** Thrown by a form's action: this field is what is wrong. */
export class FieldError extends Error {
  constructor(readonly field: Field, message: string) {
    super(message);
  }
}

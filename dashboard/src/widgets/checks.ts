/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A group of boxes to tick. */

import { el } from './dom.js';
import { newId, type Choice } from './form.js';

export interface Check extends Choice {
  readonly hint: string;
}

export interface Checks {
  readonly root: HTMLElement;
  readonly values: () => string[];
}

export function checks(
  label: string, choices: readonly Check[], ticked: readonly string[],
): Checks {
  const boxes = choices.map((c) => {
    const box = el('input', {
      type: 'checkbox', id: newId('check'), value: c.value,
    });
    box.checked = ticked.includes(c.value);
    return box;
  });
  return {
    root: el('fieldset', { class: 'checks' }, el('legend', {}, label),
      ...choices.map((c, i) => el('label', { for: boxes[i]!.id },
        boxes[i]!, el('span', {}, el('b', {}, c.text),
          el('span', { class: 'dim' }, ` ${c.hint}`))))),
    values: () => boxes.filter((b) => b.checked).map((b) => b.value),
  };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which entries of the audit log one looks for. */

import type { AuditEntry } from '../protocol/identity-model.js';
import { dateTime } from '../widgets/when.js';

/** Whether the entry has each of the words, anywhere and in any case. */
export function matches(e: AuditEntry, filter: string): boolean {
  const text = [dateTime(e.utcMs), e.who, e.kind, e.action, e.target,
    e.address, e.detail].join('\n').toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((w) => text.includes(w));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one flag of irsdk_Flags that a pit wall must see first. */

export interface Flag {
  readonly kind: 'red' | 'black' | 'yellow' | 'white' | 'blue' | 'green';
  readonly text: string;
}

const ORDER: readonly [number, Flag][] = [
  [0x00000010, { kind: 'red', text: 'RED' }],
  [0x00020000, { kind: 'black', text: 'DISQUALIFIED' }],
  [0x00010000, { kind: 'black', text: 'BLACK' }],
  [0x00100000, { kind: 'black', text: 'REPAIR' }],
  [0x0000c000, { kind: 'yellow', text: 'CAUTION' }],
  [0x00000108, { kind: 'yellow', text: 'YELLOW' }],
  [0x00000001, { kind: 'white', text: 'CHEQUERED' }],
  [0x00000020, { kind: 'blue', text: 'BLUE' }],
  [0x00000002, { kind: 'white', text: 'WHITE: LAST LAP' }],
  [0x80000404, { kind: 'green', text: 'GREEN' }],
];

/* iRacing leaves "one to green" set where no start is to come. */
const ONE_TO_GREEN = 0x200;
const RACING = 4;

/** null: no flag is out. `state` is irsdk_SessionState. */
export function topFlag(flags: number, state: number): Flag | null {
  const flag = ORDER.find(([mask]) => (flags & mask) !== 0)?.[1];
  if (flag) return flag;
  return (flags & ONE_TO_GREEN) !== 0 && state < RACING
    ? { kind: 'yellow', text: 'ONE TO GREEN' } : null;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The keyboard, so that nobody on a pit wall needs a mouse. */

export interface KeyActions {
  readonly step: (step: number) => void;
  readonly pick: (place: number) => void;
  readonly toggleHud: () => void;
  readonly toggleFullscreen: () => void;
  readonly toggleSpan: () => void;
  readonly toggleSound: () => void;
  readonly toggleHelp: () => void;
  /** By so many pictures, and milliseconds. */
  readonly trim: (frames: number, ms: number) => void;
  readonly resetTrim: () => void;
}

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Does what the key is for; false when it is for nothing here. */
export function handleKey(e: Key, actions: KeyActions): boolean {
  if (e.ctrlKey || e.altKey || e.metaKey) return false;
  if (/^[1-9]$/.test(e.key)) actions.pick(Number(e.key) - 1);
  else {
    switch (e.key) {
      case 'ArrowUp': actions.step(-1); break;
      case 'ArrowDown': actions.step(1); break;
      case 'h': case 'H': actions.toggleHud(); break;
      case 'f': case 'F': actions.toggleFullscreen(); break;
      case 't': case 'T': actions.toggleSpan(); break;
      case 'm': case 'M': actions.toggleSound(); break;
      case ',': actions.trim(-1, 0); break;
      case '.': actions.trim(1, 0); break;
      case '<': case ';': actions.trim(0, -1); break;
      case '>': case ':': actions.trim(0, 1); break;
      case '0': actions.resetTrim(); break;
      case '?': actions.toggleHelp(); break;
      default: return false;
    }
  }
  return true;
}

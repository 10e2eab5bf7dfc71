/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The addresses and lines that go into OBS, ffmpeg and GStreamer. */

import type { Passphrase } from '../protocol/identity-model.js';
import type { Secret } from '../widgets/dialog.js';

/* As a POSIX shell and PowerShell both take it. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, '’')}'`;
}

/** For a sender. */
export function senderSecrets(made: Passphrase): Secret[] {
  return [
    { label: 'Address for OBS', text: made.url },
    { label: 'ffmpeg',
      text: 'ffmpeg -re -i FILE -c:v libx264 -tune zerolatency -g 60 '
        + `-f mpegts ${quoted(made.url)}` },
    { label: 'Passphrase alone', text: made.passphrase },
  ];
}

/** What is to be done with the latter's address. */
export function readerHint(made: Passphrase): string {
  return 'OBS: media source, not a local file.'
    + (made.url.includes('r=DRIVER,')
      ? ' Write the name of a driver in the place of DRIVER.' : '');
}

/** For one who fetches. */
export function readerSecrets(made: Passphrase): Secret[] {
  return [
    { label: 'Address', text: made.url },
    { label: 'ffmpeg', text: `ffplay -fflags nobuffer ${quoted(made.url)}` },
    { label: 'Passphrase alone', text: made.passphrase },
  ];
}

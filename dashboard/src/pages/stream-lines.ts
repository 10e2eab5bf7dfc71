/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The addresses and lines that go into OBS, ffmpeg and GStreamer. */

import type { Passphrase, StreamKey } from '../protocol/identity-model.js';
import type { Secret } from '../widgets/dialog.js';

/* As a POSIX shell and PowerShell both take it. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, '’')}'`;
}

/** What is to be done with a sender's. */
export const SENDER_HINT = 'By SRT OBS takes the address as server, with no '
  + 'stream key; WHIP takes a server and a bearer token. ffmpeg takes the '
  + 'whole line.';

function rtmpSecrets(made: StreamKey): Secret[] {
  if (made.rtmpUrl === '') return [];
  const key = `${made.name}?key=${made.passphrase}`;
  return [
    { label: 'RTMP, server for OBS (not encrypted)', text: made.rtmpUrl },
    { label: 'RTMP, stream key', text: key },
    { label: 'RTMP, ffmpeg',
      text: 'ffmpeg -re -i FILE -c:v libx264 -bf 0 -g 60 -c:a aac '
        + `-f flv ${quoted(`${made.rtmpUrl}/${key}`)}` },
  ];
}

/** For a sender. */
export function senderSecrets(made: StreamKey): Secret[] {
  return [
    { label: 'SRT, server for OBS', text: made.url },
    { label: 'SRT, ffmpeg',
      text: 'ffmpeg -re -i FILE -c:v libx264 -tune zerolatency -g 60 '
        + `-f mpegts ${quoted(made.url)}` },
    ...rtmpSecrets(made),
    { label: 'WHIP, server', text: made.whipUrl },
    { label: 'WHIP, bearer token; passphrase of all', text: made.passphrase },
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

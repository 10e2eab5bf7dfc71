// SPDX-License-Identifier: LGPL-2.1-or-later
// The text in a QR code somewhere in a picture.
// Usage: qr.mjs WIDTH HEIGHT < RGBA; 77 where the reader is not installed.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

let read;
try {
  read = createRequire(import.meta.url)('jsqr');
} catch {
  process.exit(77);
}
const [width, height] = process.argv.slice(2).map(Number);
const found = read(Uint8ClampedArray.from(readFileSync(0)), width, height);
if (!found) process.exit(1);
console.log(found.data);

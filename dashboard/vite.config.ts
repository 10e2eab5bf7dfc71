/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Builds dist/: one page, one script, one style sheet, all with hashed names. */

import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
};

/* npm run dev talks to a pitbox-server started by hand. */
const server = process.env['PITBOX_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/whep': server },
  },
});

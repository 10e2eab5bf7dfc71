// SPDX-License-Identifier: LGPL-2.1-or-later
// Bundles tests/*.test.ts for node's own test runner, which on Node 18 reads
// no TypeScript.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';

const outdir = process.env['PITBOX_TEST_OUT'] ?? '.test';
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: readdirSync('tests').filter((f) => f.endsWith('.test.ts'))
    .map((f) => `tests/${f}`),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node18',
  outdir,
  outExtension: { '.js': '.mjs' },
});

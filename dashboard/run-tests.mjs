// SPDX-License-Identifier: LGPL-2.1-or-later
// Bundles tests/*.test.ts, since Node 18 reads no TypeScript, and runs them
// with node's own test runner.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const outdir = mkdtempSync(join(tmpdir(), 'pitbox-dashboard-'));
try {
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
  const files = readdirSync(outdir).map((f) => join(outdir, f));
  const { status } = spawnSync(process.execPath, ['--test', ...files],
    { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends a test that this machine cannot run, and says what is missing.

export class Skip extends Error {}

/** Runs a test; exit codes as Meson reads them: 0 passed, 1 failed, 77 skipped. */
export async function run(test) {
  try {
    await test();
  } catch (error) {
    if (error instanceof Skip) {
      console.log(`SKIP: ${error.message}`);
      process.exit(77);
    }
    console.error(error);
    process.exit(1);
  }
  process.exit(0);
}

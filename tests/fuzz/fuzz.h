/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What each fuzz target defines: one file, one parser. */
#pragma once

#include <glib.h>

/* libFuzzer's entry: must take any bytes and return 0. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/**
 * fuzz_get_seed:
 * @index: 0, 1, …
 *
 * Returns: (transfer full) (nullable): a valid input to start from, the same in
 *   every run; %NULL behind the last one
 */
GBytes *fuzz_get_seed (guint index);

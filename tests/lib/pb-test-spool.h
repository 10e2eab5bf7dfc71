/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A spool's folder, and rows to put into it. */
#pragma once

#include "pb-test-units.h"
#include "spool/pb-spool.h"

typedef struct {
  gchar *folder;
} PbTestSpool;

void pb_test_spool_set_up (PbTestSpool *f, gconstpointer unused);
void pb_test_spool_tear_down (PbTestSpool *f, gconstpointer unused);
guint pb_test_spool_count_files (PbTestSpool *f);

/* Two rows a unit, a key unit each half second. */
void pb_test_spool_set_up_run (
    PbTestUnits *u, guint32 run_id, guint32 sequence);
void pb_test_spool_push_rows (
    PbSpool *spool, PbTestUnits *u, guint from, guint to);
GByteArray *pb_test_spool_make_file (PbTestUnits *u, guint from, guint to);

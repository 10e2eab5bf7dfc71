/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small simulator for tests: variables, rows that show each torn byte, names
 * that no other test uses, files in memory, and real data where there is any. */
#pragma once

#include <glib.h>
#include <irsdk/irsdk-disk.h>
#include <irsdk/irsdk-shm.h>

#define PB_TEST_SIM_VARS 12

/* Bytes of a row; the same variables in each call. @probe: doubles that all
 * hold the tick. */
gint32 pb_test_sim_vars (IrsdkVar vars[PB_TEST_SIM_VARS], guint probe);
void pb_test_sim_fill_row (
    const IrsdkVar vars[PB_TEST_SIM_VARS], gint32 tick, void *row);
/* FALSE if the row is not that of one tick. */
gboolean pb_test_sim_row_is_whole (
    const IrsdkVar vars[PB_TEST_SIM_VARS], gint32 tick, const void *row);

gchar *pb_test_sim_name (void);
IrsdkShmWriter *pb_test_sim_new (
    const gchar *name, guint probe, guint num_buf, gboolean sdk_1_20);
void pb_test_sim_put (IrsdkShmWriter *sim, guint probe, gint32 tick);

GByteArray *pb_test_sim_file (guint rows, gboolean closed);
bool pb_test_sim_write (
    void *array, uint64_t offset, const void *data, size_t size);

/* NULL where PITBOX_TEST_DATA lacks it: the test is skipped then, or, where it
 * is none of GLib's, a note says so. */
gchar *pb_test_data (const gchar *path, gsize *size);

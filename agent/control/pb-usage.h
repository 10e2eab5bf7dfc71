/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process costs the driver's PC, and how that PC is. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbUsage:
 * @cpu_us: CPU time since its start, of all threads
 * @memory_bytes: resident; 0 = the system does not tell
 * @private_bytes: of memory that nobody shares: on Windows what is committed, on
 *   Linux what is resident; 0 = the system does not tell
 */
typedef struct {
  gint64 cpu_us;
  gint64 memory_bytes;
  gint64 private_bytes;
} PbUsage;

/**
 * PbMachine:
 * @busy_us: of all processors together, since some moment
 * @total_us: likewise, busy or not; 0 = the system does not tell
 * @free_memory_bytes: what programs can still have without any being put aside; 0 =
 *   the system does not tell
 */
typedef struct {
  gint64 busy_us;
  gint64 total_us;
  gint64 free_memory_bytes;
} PbMachine;

void pb_usage_get (PbUsage *usage);
void pb_usage_get_machine (PbMachine *machine);
gboolean pb_usage_step_back (void);
void pb_usage_trim (void);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process costs the driver's PC. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbUsage:
 * @cpu_us: CPU time since its start, of all threads
 * @memory_bytes: resident; 0 = the system does not tell
 */
typedef struct {
  gint64 cpu_us;
  gint64 memory_bytes;
} PbUsage;

void pb_usage_get (PbUsage *usage);

G_END_DECLS

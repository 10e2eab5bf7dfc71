/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the operating system says of this process. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbProcessStats:
 *
 * Each is 0 where the system does not tell.
 */
typedef struct {
  gdouble cpu_s;
  guint64 rss_bytes;
  guint open_fds;
  guint threads;
} PbProcessStats;

void pb_process_get_stats (PbProcessStats *stats);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a process costs, from /proc. */
#pragma once

#include <glib.h>

/**
 * PbTestProc:
 * @cpu_s: user and system time so far
 */
typedef struct {
  gdouble cpu_s;
  guint threads;
  guint fds;
  guint rss_kb;
} PbTestProc;

gboolean pb_test_proc_read (gint pid, PbTestProc *proc);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What pitbox-sim asks of the operating system: exact waits, and the wishes of
 * whoever runs it. */
#pragma once

#include <glib.h>
#include <stdio.h>

/* Main thread only, all of them. */
void sim_host_init (void);
gboolean sim_host_wants_quit (void);
gboolean sim_host_wants_pause (void);
void sim_host_wait_until (gint64 monotonic_us);
gboolean sim_host_stderr_is_terminal (void);
gint64 sim_host_get_cpu_us (gint64 pid);
FILE *sim_host_open (const gchar *path);
void sim_host_crash (void) G_GNUC_NORETURN;

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the operating system asks of a service, and what it grants. */
#include "pb-signals.h"

#include <signal.h>
#include <sys/resource.h>

#include <glib-unix.h>

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_signals_quit:
 * @loop: ends on SIGINT and SIGTERM; must live as long as the process
 */
void
pb_signals_quit (GMainLoop *loop)
{
  g_unix_signal_add (SIGINT, quit, loop);
  g_unix_signal_add (SIGTERM, quit, loop);
  /* A full disk or a closed pipe is an error to report, not an end. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

/**
 * pb_signals_raise_file_limit:
 *
 * A WebRTC viewer takes 19 file descriptors (measured), so that the usual soft
 * limit of 1,024 ends at 50 viewers: takes what the hard limit grants.
 */
void
pb_signals_raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0
      || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

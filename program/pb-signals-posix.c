/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a POSIX system ends our programs: by signals. */
#include "pb-signals.h"

#include <signal.h>

#include <glib-unix.h>

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_signals_quit:
 * @loop: runs in the default main context and lives as long as the process
 *
 * What asks the program to end ends @loop: SIGINT and SIGTERM, on Windows
 * Ctrl-C, the closed window and the end of the session. What is only an error
 * of a write (a full disk, a reader of stdout that left) no longer ends the
 * process. Main thread, once.
 */
void
pb_signals_quit (GMainLoop *loop)
{
  g_unix_signal_add (SIGINT, quit, loop);
  g_unix_signal_add (SIGTERM, quit, loop);
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

/**
 * pb_signals_reload:
 * @func: called in the default main context
 * @user_data: for @func; lives as long as the main loop runs
 *
 * What asks the program to read its files again: SIGHUP; on Windows nothing
 * does. Main thread, once.
 */
void
pb_signals_reload (GSourceFunc func, gpointer user_data)
{
  g_unix_signal_add (SIGHUP, func, user_data);
}

/**
 * pb_signals_wake:
 * @func: called in the default main context, returns %G_SOURCE_REMOVE
 * @user_data: for @func; lives as long as the main loop runs
 *
 * What happens when the machine has slept and is awake again; only Windows says
 * so. Main thread, once, before pb_signals_quit().
 */
void
pb_signals_wake (GSourceFunc func, gpointer user_data)
{
}

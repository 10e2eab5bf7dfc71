/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How Windows ends our programs: by console events. */
#include "pb-signals.h"

#include <windows.h>

/* Windows ends the process 5 s after such an event at the latest, and at once
 * when the handler returns. */
#define END_TIMEOUT_MS 5000

static GMainLoop *main_loop;

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* In a thread that Windows makes for it. */
static BOOL WINAPI
on_console_event (DWORD event)
{
  g_idle_add (quit, main_loop);
  /* main() returns meanwhile, and the process with it. */
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
    Sleep (END_TIMEOUT_MS);
  return TRUE;
}

void
pb_signals_quit (GMainLoop *loop)
{
  main_loop = loop;
  SetConsoleCtrlHandler (on_console_event, TRUE);
}

void
pb_signals_reload (GSourceFunc func, gpointer user_data)
{
}

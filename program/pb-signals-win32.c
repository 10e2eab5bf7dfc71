/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How Windows ends our programs: by console events, by messages to a window,
 * by the end of the session. */
#include "pb-signals.h"

#include <windows.h>

/* Windows ends a process 5 s after such an event at the latest, and at once
 * when who handles it returns. */
#define END_TIMEOUT_MS 5000
/* Whoever asks a running program to end finds it by this class; nobody sees
 * the window. A window below HWND_MESSAGE would not hear of the session's end.
 */
#define WINDOW_CLASS L"PitBoxRelayProgram"

static GMainLoop *main_loop;
static HANDLE has_ended; /* main() is on its last lines */

static struct {
  GSourceFunc func;
  gpointer user_data;
} wake;

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* In a thread of its own; what main() has still to do it does meanwhile. */
static void
end_in_time (void)
{
  g_idle_add (quit, main_loop);
  WaitForSingleObject (has_ended, END_TIMEOUT_MS);
}

/* In a thread that Windows makes for it. */
static BOOL WINAPI
on_console_event (DWORD event)
{
  if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT)
    g_idle_add (quit, main_loop);
  else
    end_in_time ();
  return TRUE;
}

static LRESULT CALLBACK
on_message (HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
  switch (message) {
    case WM_CLOSE:
      g_idle_add (quit, main_loop);
      return 0;
    case WM_QUERYENDSESSION:
      return TRUE;
    case WM_ENDSESSION:
      if (wparam)
        end_in_time ();
      return 0;
    case WM_POWERBROADCAST:
      if (wparam == PBT_APMRESUMEAUTOMATIC && wake.func != NULL)
        g_idle_add (wake.func, wake.user_data);
      return TRUE;
    default:
      return DefWindowProcW (window, message, wparam, lparam);
  }
}

/* It sleeps in GetMessage(); the main loop has no window that could block it. */
static gpointer
hear (gpointer data)
{
  const WNDCLASSW about = { .lpfnWndProc = on_message,
    .hInstance = GetModuleHandleW (NULL),
    .lpszClassName = WINDOW_CLASS };
  MSG message;

  RegisterClassW (&about);
  if (CreateWindowExW (WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE, WINDOW_CLASS,
          L"PitBox Relay", WS_POPUP, 0, 0, 0, 0, NULL, NULL, about.hInstance,
          NULL)
      == NULL) {
    g_warning ("no window can be made: the end of the session ends this "
               "program without a good-bye");
    return NULL;
  }
  while (GetMessageW (&message, NULL, 0, 0) > 0)
    DispatchMessageW (&message);
  return NULL;
}

void
pb_signals_quit (GMainLoop *loop)
{
  main_loop = loop;
  has_ended = CreateEventW (NULL, TRUE, FALSE, NULL);
  SetConsoleCtrlHandler (on_console_event, TRUE);
  g_thread_unref (g_thread_new ("session", hear, NULL));
}

void
pb_signals_reload (GSourceFunc func, gpointer user_data)
{
}

void
pb_signals_wake (GSourceFunc func, gpointer user_data)
{
  wake.func = func;
  wake.user_data = user_data;
}

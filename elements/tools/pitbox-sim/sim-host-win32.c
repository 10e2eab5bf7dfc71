/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Console events and exact waits on Windows. */
#include "sim-host.h"

#include <stdlib.h>
#include <windows.h>

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

static volatile LONG quit, paused;
static HANDLE timer;

static BOOL WINAPI
on_console_event (DWORD event)
{
  if (event == CTRL_BREAK_EVENT)
    InterlockedXor (&paused, 1);
  else
    InterlockedExchange (&quit, 1);
  return TRUE;
}

/* Ctrl-C and closing the window end the run, Ctrl-Break pauses it. */
void
sim_host_init (void)
{
  SetConsoleCtrlHandler (on_console_event, TRUE);
  /* Without the flag (before Windows 10 1803) waits are 15 ms coarse. */
  timer = CreateWaitableTimerExW (
      NULL, NULL, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);
  if (timer == NULL)
    timer = CreateWaitableTimerW (NULL, FALSE, NULL);
}

gboolean
sim_host_wants_quit (void)
{
  return quit != 0;
}

gboolean
sim_host_wants_pause (void)
{
  return paused != 0;
}

/* Sleeps until that moment of g_get_monotonic_time(). */
void
sim_host_wait_until (gint64 monotonic_us)
{
  const gint64 left_us = monotonic_us - g_get_monotonic_time ();
  LARGE_INTEGER due;

  if (left_us <= 0)
    return;
  due.QuadPart = -left_us * 10;
  if (timer != NULL && SetWaitableTimer (timer, &due, 0, NULL, NULL, FALSE))
    WaitForSingleObject (timer, INFINITE);
  else
    g_usleep ((gulong) left_us);
}

gboolean
sim_host_stderr_is_terminal (void)
{
  DWORD mode;

  return GetConsoleMode (GetStdHandle (STD_ERROR_HANDLE), &mode);
}

/* CPU time of a process since its start; below 0: there is none such. */
gint64
sim_host_get_cpu_us (gint64 pid)
{
  HANDLE process =
      OpenProcess (PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD) pid);
  FILETIME created, exited, kernel, user;
  gint64 us = -1;

  if (process == NULL)
    return -1;
  if (GetProcessTimes (process, &created, &exited, &kernel, &user)) {
    const ULARGE_INTEGER k = { .LowPart = kernel.dwLowDateTime,
      .HighPart = kernel.dwHighDateTime };
    const ULARGE_INTEGER u = { .LowPart = user.dwLowDateTime,
      .HighPart = user.dwHighDateTime };

    /* They count 100 ns. */
    us = (gint64) ((k.QuadPart + u.QuadPart) / 10);
  }
  CloseHandle (process);
  return us;
}

/* A new file for fwrite() and fclose(); NULL with errno set. What g_fopen()
 * opens belongs to GLib's C library, which is another one. */
FILE *
sim_host_open (const gchar *path)
{
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);

  return wide != NULL ? _wfopen ((const wchar_t *) wide, L"wb") : NULL;
}

/* Ends the process as a crash does: nothing is cleaned up. */
void
sim_host_crash (void)
{
  TerminateProcess (GetCurrentProcess (), 3);
  abort ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Other processes, by Win32. */
#include "platform/pb-process.h"

#include <windows.h>

#include <tlhelp32.h>
#include <wchar.h>

/* What a simulator is called here. */
static const wchar_t *const names[] = { L"iRacingSim64DX11.exe",
  L"pitbox-sim.exe" };

static gint64
to_us (FILETIME time)
{
  const ULARGE_INTEGER ticks = { .LowPart = time.dwLowDateTime,
    .HighPart = time.dwHighDateTime };

  /* They count 100 ns. */
  return (gint64) (ticks.QuadPart / 10);
}

/**
 * pb_process_get_cpu_us:
 * @pid: a process
 *
 * Any thread. Opens it for nothing but to ask this: what guards games against
 * cheats lets everybody.
 *
 * Returns: its CPU time since its start, of all threads; below 0 = the system
 *   does not tell, or there is no such process
 */
gint64
pb_process_get_cpu_us (gint64 pid)
{
  HANDLE process =
      OpenProcess (PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD) pid);
  FILETIME created, exited, kernel, user;
  gint64 us = -1;

  if (process == NULL)
    return -1;
  if (GetProcessTimes (process, &created, &exited, &kernel, &user))
    us = to_us (kernel) + to_us (user);
  CloseHandle (process);
  return us;
}

static gboolean
is_sim (const PROCESSENTRY32W *entry)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (_wcsicmp (entry->szExeFile, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/**
 * pb_process_find_sim:
 *
 * Looks at each process: not for often. Any thread.
 *
 * Returns: the process of the simulator; 0 = there is none, or more than one
 */
gint64
pb_process_find_sim (void)
{
  HANDLE all = CreateToolhelp32Snapshot (TH32CS_SNAPPROCESS, 0);
  PROCESSENTRY32W entry = { .dwSize = sizeof entry };
  gint64 found = 0;
  guint n = 0;

  if (all == INVALID_HANDLE_VALUE)
    return 0;
  for (BOOL more = Process32FirstW (all, &entry); more;
       more = Process32NextW (all, &entry))
    if (is_sim (&entry)) {
      found = entry.th32ProcessID;
      n++;
    }
  CloseHandle (all);
  return n == 1 ? found : 0;
}

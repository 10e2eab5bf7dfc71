/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process costs, by GetProcessTimes() and its memory counters. */
#include "control/pb-usage.h"

#include <windows.h>

#include <psapi.h>

static gint64
to_us (FILETIME time)
{
  ULARGE_INTEGER ticks = { .LowPart = time.dwLowDateTime,
    .HighPart = time.dwHighDateTime };

  /* They count 100 ns. */
  return (gint64) (ticks.QuadPart / 10);
}

/**
 * pb_usage_get:
 * @usage: (out): see #PbUsage
 *
 * Any thread.
 */
void
pb_usage_get (PbUsage *usage)
{
  FILETIME created, exited, kernel, user;
  PROCESS_MEMORY_COUNTERS memory = { .cb = sizeof memory };

  *usage = (PbUsage){ 0 };
  if (GetProcessTimes (GetCurrentProcess (), &created, &exited, &kernel, &user))
    usage->cpu_us = to_us (kernel) + to_us (user);
  if (GetProcessMemoryInfo (GetCurrentProcess (), &memory, sizeof memory))
    usage->memory_bytes = (gint64) memory.WorkingSetSize;
}

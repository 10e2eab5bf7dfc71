/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process costs, and how the machine is, by Win32. */
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
  PROCESS_MEMORY_COUNTERS_EX memory = { .cb = sizeof memory };

  *usage = (PbUsage){ 0 };
  if (GetProcessTimes (GetCurrentProcess (), &created, &exited, &kernel, &user))
    usage->cpu_us = to_us (kernel) + to_us (user);
  if (GetProcessMemoryInfo (GetCurrentProcess (),
          (PROCESS_MEMORY_COUNTERS *) &memory, sizeof memory)) {
    usage->memory_bytes = (gint64) memory.WorkingSetSize;
    usage->private_bytes = (gint64) memory.PrivateUsage;
  }
}

/**
 * pb_usage_get_machine:
 * @machine: (out): see #PbMachine
 *
 * Any thread.
 */
void
pb_usage_get_machine (PbMachine *machine)
{
  MEMORYSTATUSEX memory = { .dwLength = sizeof memory };
  FILETIME idle, kernel, user;

  *machine = (PbMachine){ 0 };
  /* Time in the kernel has the idle time in it. */
  if (GetSystemTimes (&idle, &kernel, &user)) {
    machine->total_us = to_us (kernel) + to_us (user);
    machine->busy_us = machine->total_us - to_us (idle);
  }
  if (GlobalMemoryStatusEx (&memory))
    machine->free_memory_bytes = (gint64) memory.ullAvailPhys;
}

/**
 * pb_usage_step_back:
 *
 * What others want to compute comes first from here on.
 *
 * Returns: %FALSE if the system does not let it
 */
gboolean
pb_usage_step_back (void)
{
  return SetPriorityClass (GetCurrentProcess (), BELOW_NORMAL_PRIORITY_CLASS);
}

/**
 * pb_usage_trim:
 *
 * Memory that was freed goes back to the system, where it would be kept. Any
 * thread.
 */
void
pb_usage_trim (void)
{
  HeapCompact (GetProcessHeap (), 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process costs, and how the machine is, by getrusage() and proc(5). */
#include "control/pb-usage.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static gint64
to_us (struct timeval time)
{
  return time.tv_sec * G_USEC_PER_SEC + time.tv_usec;
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
  g_autofree gchar *text = NULL;
  struct rusage used;
  long pages, shared;

  *usage = (PbUsage){ 0 };
  if (getrusage (RUSAGE_SELF, &used) == 0)
    usage->cpu_us = to_us (used.ru_utime) + to_us (used.ru_stime);
  /* Pages in all, then resident ones, then those of files and shared memory. */
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      && sscanf (text, "%*d %ld %ld", &pages, &shared) == 2) {
    usage->memory_bytes = (gint64) pages * sysconf (_SC_PAGESIZE);
    usage->private_bytes = (gint64) (pages - shared) * sysconf (_SC_PAGESIZE);
  }
}

/* The first line of /proc/stat: user, nice, system, idle, iowait, and what
 * interrupts and other guests took, in ticks. */
static void
get_processors (PbMachine *machine)
{
  const gint64 tick_us = G_USEC_PER_SEC / MAX (sysconf (_SC_CLK_TCK), 1);
  g_autofree gchar *text = NULL;
  gint64 t[8] = { 0 };
  gint64 total = 0;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL)
      || sscanf (text,
             "cpu %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
             " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
             " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
             &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7])
             < 4)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (t); i++)
    total += t[i];
  machine->total_us = total * tick_us;
  machine->busy_us = (total - t[3] - t[4]) * tick_us;
}

static void
get_free_memory (PbMachine *machine)
{
  static const gchar name[] = "MemAvailable:";
  g_autofree gchar *text = NULL;
  const gchar *at;
  gint64 kib;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL)
      && (at = strstr (text, name)) != NULL
      && sscanf (at + strlen (name), "%" G_GINT64_FORMAT, &kib) == 1)
    machine->free_memory_bytes = kib * 1024;
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
  *machine = (PbMachine){ 0 };
  get_processors (machine);
  get_free_memory (machine);
}

/**
 * pb_usage_step_back:
 *
 * What others want to compute comes first from here on. Only the first thread,
 * before it has made others: they inherit it.
 *
 * Returns: %FALSE if the system does not let it
 */
gboolean
pb_usage_step_back (void)
{
  return setpriority (PRIO_PROCESS, 0, 5) == 0;
}

/**
 * pb_usage_trim:
 *
 * Memory that was freed goes back to the system, where it would be kept. Any
 * thread; takes milliseconds.
 */
void
pb_usage_trim (void)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process costs, by getrusage() and proc(5). */
#include "control/pb-usage.h"

#include <stdio.h>
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
  long pages;

  *usage = (PbUsage){ 0 };
  if (getrusage (RUSAGE_SELF, &used) == 0)
    usage->cpu_us = to_us (used.ru_utime) + to_us (used.ru_stime);
  /* Pages in all, then resident ones. */
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      && sscanf (text, "%*d %ld", &pages) == 1)
    usage->memory_bytes = (gint64) pages * sysconf (_SC_PAGESIZE);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the operating system says of this process: proc(5). */
#include "http/pb-process.h"

#include <string.h>
#include <unistd.h>

/**
 * pb_process_get_stats:
 * @stats: (out): see #PbProcessStats
 *
 * Any thread.
 */
void
pb_process_get_stats (PbProcessStats *stats)
{
  g_autofree gchar *text = NULL;
  const gchar *after;
  guint64 user = 0;
  guint64 system = 0;
  guint threads = 0;
  gint64 pages = 0;
  g_autoptr (GDir) dir = NULL;

  *stats = (PbProcessStats){ 0 };
  /* The name in brackets may hold anything; the fields after it are numbers:
   * 12 and 13 are CPU ticks, 18 the threads, 22 the resident pages. */
  if (g_file_get_contents ("/proc/self/stat", &text, NULL, NULL)
      && (after = strrchr (text, ')'))) {
    g_auto (GStrv) fields = g_strsplit (after + 2, " ", -1);

    if (g_strv_length (fields) > 21) {
      user = g_ascii_strtoull (fields[11], NULL, 10);
      system = g_ascii_strtoull (fields[12], NULL, 10);
      threads = g_ascii_strtoull (fields[17], NULL, 10);
      pages = g_ascii_strtoll (fields[21], NULL, 10);
    }
  }
  stats->cpu_s = (gdouble) (user + system) / sysconf (_SC_CLK_TCK);
  stats->rss_bytes = pages * sysconf (_SC_PAGESIZE);
  stats->threads = threads;
  if ((dir = g_dir_open ("/proc/self/fd", 0, NULL))) {
    while (g_dir_read_name (dir))
      stats->open_fds++;
  }
}

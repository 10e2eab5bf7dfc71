/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a process costs, from /proc. */
#include "pb-test-proc-linux.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static guint
count_entries (const gchar *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  g_clear_pointer (&dir, g_dir_close);
  return n;
}

/**
 * pb_test_proc_read:
 * @pid: a process
 * @proc: (out): its state
 *
 * Returns: %FALSE if there is no such process
 */
gboolean
pb_test_proc_read (gint pid, PbTestProc *proc)
{
  g_autofree gchar *stat_path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree gchar *fd_path = g_strdup_printf ("/proc/%d/fd", pid);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) fields = NULL;
  const gchar *end;

  if (!g_file_get_contents (stat_path, &text, NULL, NULL)
      || (end = strrchr (text, ')')) == NULL)
    return FALSE;
  /* Field 3 (state) is fields[0]; see proc(5). */
  fields = g_strsplit (end + 2, " ", -1);
  if (g_strv_length (fields) < 22)
    return FALSE;
  proc->cpu_s =
      (g_ascii_strtod (fields[11], NULL) + g_ascii_strtod (fields[12], NULL))
      / sysconf (_SC_CLK_TCK);
  proc->threads = (guint) strtoul (fields[17], NULL, 10);
  proc->rss_kb = (guint) (strtoul (fields[21], NULL, 10)
                          * (gulong) sysconf (_SC_PAGESIZE) / 1024);
  proc->fds = count_entries (fd_path);
  return TRUE;
}

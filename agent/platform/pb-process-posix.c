/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Other processes, by their CPU clocks and proc(5). */
#include "platform/pb-process.h"

#include <string.h>
#include <time.h>

/* What a simulator is called here; the kernel keeps 15 letters. */
static const gchar *const names[] = { "pitbox-sim", "iRacingSim64DX1" };

/**
 * pb_process_get_cpu_us:
 * @pid: a process
 *
 * Any thread.
 *
 * Returns: its CPU time since its start, of all threads; below 0 = the system
 *   does not tell, or there is no such process
 */
gint64
pb_process_get_cpu_us (gint64 pid)
{
  struct timespec time;
  clockid_t id;

  if (clock_getcpuclockid ((pid_t) pid, &id) != 0
      || clock_gettime (id, &time) != 0)
    return -1;
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gboolean
is_sim (const gchar *pid)
{
  g_autofree gchar *path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree gchar *name = NULL;

  if (!g_ascii_isdigit (pid[0])
      || !g_file_get_contents (path, &name, NULL, NULL))
    return FALSE;
  g_strchomp (name);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/**
 * pb_process_find_sim:
 *
 * Reads a file for each process: not for often. Any thread.
 *
 * Returns: the process of the simulator; 0 = there is none, or more than one
 */
gint64
pb_process_find_sim (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const gchar *pid;
  gint64 found = 0;

  while (dir != NULL && (pid = g_dir_read_name (dir)) != NULL) {
    if (!is_sim (pid))
      continue;
    if (found != 0)
      return 0;
    found = g_ascii_strtoll (pid, NULL, 10);
  }
  return found;
}

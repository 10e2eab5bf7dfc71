/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A report of a process that could not write its own, and how many are kept. */
#include "pb-crash.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEPT_REPORTS 4

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

/**
 * pb_crash_forget_old:
 * @folder: where reports go
 *
 * Of two files each the newest stay; their names sort by time.
 */
void
pb_crash_forget_old (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "crash-"))
      g_ptr_array_add (found, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (found, compare);
  for (guint i = 0; i + 2 * KEPT_REPORTS < found->len; i++)
    g_unlink (g_ptr_array_index (found, i));
}

/**
 * pb_crash_note:
 * @folder: where reports go; made where it is missing
 * @version: of the program
 * @process: its number
 * @text: what became of it; no secret
 *
 * A report, crash-TIME-PID.txt, on behalf of another process.
 */
void
pb_crash_note (const gchar *folder, const gchar *version, guint64 process,
    const gchar *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *short_time = g_date_time_format (now, "%Y%m%dT%H%M%S");
  g_autofree gchar *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree gchar *name = g_strdup_printf (
      "crash-%s-%" G_GUINT64_FORMAT ".txt", short_time, process);
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *report = g_strdup_printf (
      "PitBox Relay %s\r\n\r\n"
      "time      %s\r\nprocess   %" G_GUINT64_FORMAT "\r\nwhat      %s\r\n",
      version, time, process, text);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  pb_crash_forget_old (folder);
  if (!g_file_set_contents (path, report, -1, &error))
    g_warning ("there is no report of that: %s", error->message);
}

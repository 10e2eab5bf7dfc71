/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a program has no console its log is a file. */
#include "keeper/pb-traces.h"

#include "pb-crash.h"
#include "pb-folders.h"
#include "pb-log.h"

#include <string.h>

#define LOG_NAME "agent.log"

/* NULL: none. */
static gchar *
dup_path (const PbConfig *config)
{
  if (strcmp (config->log_file, "off") == 0 || config->log_file[0] == '\0')
    return NULL;
  if (strcmp (config->log_file, "auto") != 0)
    return g_strdup (config->log_file);
#ifdef G_OS_WIN32
  return pb_folders_dup_log (LOG_NAME);
#else
  return NULL;
#endif
}

/* Two processes do not write one file: "agent-keeper.log". */
static gchar *
dup_keeper_path (const gchar *path)
{
  const gsize length = strlen (path);

  return g_str_has_suffix (path, ".log")
             ? g_strdup_printf ("%.*s-keeper.log", (gint) (length - 4), path)
             : g_strconcat (path, "-keeper", NULL);
}

/**
 * pb_traces_begin:
 * @config: settings: `log-file` and `log-size-mb`
 * @is_keeper: this process only starts the agent
 *
 * Main thread, once, before any other thread. A log that cannot be written is
 * told of and costs nothing else.
 */
void
pb_traces_begin (const PbConfig *config, gboolean is_keeper)
{
  const gsize most_bytes = (gsize) config->log_size_mb * 1024 * 1024;
  g_autofree gchar *path = dup_path (config);
  g_autofree gchar *report = pb_folders_dup_log ("");
  g_autoptr (GError) error = NULL;

  pb_crash_init (report, PACKAGE_VERSION);
  if (path != NULL && is_keeper) {
    gchar *own = dup_keeper_path (path);

    g_free (path);
    path = own;
  }
  if (path != NULL && !pb_log_to_file (path, most_bytes, &error))
    g_warning ("there is no log: %s", error->message);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-agent: options only. */
#include "pb-agent.h"
#include "pb-diagnose.h"

#include <gst/gst.h>
#include <locale.h>
#include <signal.h>

#ifdef G_OS_UNIX
#include <glib-unix.h>
#endif

static gboolean
on_quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* One line a message on stderr, with the time; GLib's own format is for
 * developers. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  g_autoptr (GDateTime) now = NULL;
  g_autofree gchar *time = NULL;
  const gchar *text = NULL, *domain = NULL;

  if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) != 0)
    return g_log_writer_default (level, fields, n_fields, user_data);
  for (gsize i = 0; i < n_fields; i++) {
    if (g_strcmp0 (fields[i].key, "MESSAGE") == 0)
      text = fields[i].value;
    else if (g_strcmp0 (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
  }
  now = g_date_time_new_now_local ();
  time = g_date_time_format (now, "%H:%M:%S");
  g_printerr ("%s %s%s%s%s\n", time,
      (level & G_LOG_LEVEL_WARNING) != 0 ? "warning: " : "",
      domain != NULL ? domain : "", domain != NULL ? ": " : "",
      text != NULL ? text : "");
  return G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  g_autoptr (PbConfig) config = NULL;
  g_autoptr (PbAgent) agent = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_set_prgname ("pitbox-agent");
  g_log_set_writer_func (write_log, NULL, NULL);
  config = pb_config_load (&argc, &argv, &error);
  if (config == NULL) {
    g_printerr ("pitbox-agent: %s\nTry pitbox-agent --help\n", error->message);
    return 2;
  }
  if (config->version) {
    g_print ("pitbox-agent %s\n", PACKAGE_VERSION);
    return 0;
  }
  gst_init (NULL, NULL);
  if (config->diagnose)
    return pb_diagnose (config) ? 0 : 1;

  loop = g_main_loop_new (NULL, FALSE);
#ifdef G_OS_UNIX
  g_unix_signal_add (SIGINT, on_quit, loop);
  g_unix_signal_add (SIGTERM, on_quit, loop);
#endif
  agent = pb_agent_new (config);
  pb_agent_start (agent);
  g_main_loop_run (loop);
  g_message ("stopped");
  return 0;
}

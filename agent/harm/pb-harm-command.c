/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An agent as it always is, which measures itself once and ends. */
#include "harm/pb-harm-command.h"

#include "pb-agent.h"
#include "pb-signals.h"

typedef struct {
  GMainLoop *loop;
  gboolean ok;
} Command;

static void
on_measured (gboolean ok, const gchar *line, const gchar *text,
    const gchar *file, gpointer user_data)
{
  Command *self = user_data;

  self->ok = ok;
  g_print ("%s", text);
  if (file != NULL)
    g_print ("All numbers: %s\n", file);
  g_main_loop_quit (self->loop);
}

/**
 * pb_harm_command:
 * @config: settings
 *
 * Main thread only; takes minutes. What is sent, and where to, is what the
 * settings say: an agent that runs beside it would be measured with it.
 *
 * Returns: %TRUE if something could be concluded
 */
gboolean
pb_harm_command (PbConfig *config)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PbAgent) agent = NULL;
  g_autofree gchar *problem = NULL;
  Command self = { loop, FALSE };

  pb_signals_quit (loop);
  agent = pb_agent_new (config);
  pb_agent_start (agent);
  problem = pb_agent_measure (agent, on_measured, &self);
  if (problem != NULL) {
    g_printerr ("pitbox-agent: %s\n", problem);
    return FALSE;
  }
  g_main_loop_run (loop);
  return self.ok;
}

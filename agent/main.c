/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-agent: options only. */
#include "pb-agent.h"
#include "control/pb-bundle.h"
#include "control/pb-usage.h"
#include "flash/pb-flash.h"
#include "harm/pb-harm-command.h"
#include "keeper/pb-keeper.h"
#include "keeper/pb-single.h"
#include "keeper/pb-traces.h"
#include "pairing/pb-pair-command.h"
#include "pb-diagnose.h"
#include "pb-folders.h"
#include "pb-log.h"
#include "pb-picture.h"
#include "pb-signals.h"
#include "second/pb-second.h"
#include "selftest/pb-video-test.h"
#include "tray/pb-tray.h"

#include <gst/gst.h>
#include <locale.h>
#include <string.h>

static gboolean
on_wake (gpointer agent)
{
  pb_agent_wake (agent);
  return G_SOURCE_REMOVE;
}

static int
refuse (const GError *error)
{
  g_printerr ("pitbox-agent: %s\nTry pitbox-agent --help\n", error->message);
  return 2;
}

/* Its usual place on Windows belongs to every program with a GStreamer of its
 * own, and to nobody who clears it away. */
static void
use_own_registry (void)
{
#ifdef G_OS_WIN32
  g_autofree gchar *file = pb_folders_dup_data ("registry.bin");

  g_setenv ("GST_REGISTRY", file, FALSE);
#endif
}

int
main (int argc, char **argv)
{
  const gboolean is_kept = pb_keeper_is_kept ();
  g_auto (GStrv) own_argv = g_strdupv (argv);
  g_autoptr (PbConfig) config = NULL;
  g_autoptr (PbTray) tray = NULL; /* outlives what it shows */
  g_autoptr (PbAgent) agent = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (PbSecond) second = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_set_prgname ("pitbox-agent");
  pb_log_init ();
  pb_log_keep (PB_BUNDLE_LOG_LINES);
  if (argc > 1 && strcmp (argv[1], "pair") == 0)
    return pb_pair_command (argc - 1, argv + 1);
  config = pb_config_load (&argc, &argv, &error);
  if (config == NULL)
    return refuse (error);
  if (config->version) {
    g_print ("pitbox-agent %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (config->show_flash)
    return pb_flash_command (config) ? 0 : 1;
  if (!config->diagnose && !is_kept && !pb_single_claim (config)) {
    g_message ("an agent for this device already runs%s",
        config->selftest != NULL ? ": end it first" : "");
    return config->selftest != NULL ? 1 : 0;
  }
  if (!config->diagnose)
    pb_traces_begin (config, config->supervise && !is_kept);
  if (config->supervise && !config->diagnose && !is_kept)
    return pb_keeper_run (own_argv, config);
  if (strcmp (config->priority, "below-normal") == 0 && !pb_usage_step_back ())
    g_warning ("the priority stays as it is: the system does not let it");
  use_own_registry ();
  gst_init (NULL, NULL);
  if (!pb_picture_check (config->encoder, &error))
    return refuse (error);
  if (config->diagnose)
    return pb_diagnose (config) ? 0 : 1;
  if (config->selftest != NULL && strcmp (config->selftest, "video") == 0)
    return pb_video_test (config) ? 0 : 1;
  if (config->selftest != NULL)
    return pb_harm_command (config) ? 0 : 1;

  loop = g_main_loop_new (NULL, FALSE);
  if (strcmp (config->mode, "picture") == 0) {
    pb_signals_quit (loop);
    if (is_kept)
      pb_keeper_obey (loop);
    second = pb_second_new (config);
    g_main_loop_run (loop);
    return 0;
  }
  agent = pb_agent_new (config);
  pb_signals_wake (on_wake, agent);
  pb_signals_quit (loop);
  if (is_kept)
    pb_keeper_obey (loop);
  if (pb_tray_is_wanted (config)) {
    tray = pb_tray_new (agent, config, loop, &error);
    if (tray == NULL && config->tray)
      return refuse (error);
    if (tray == NULL)
      g_message ("%s", error->message);
  }
  pb_agent_start (agent);
  g_main_loop_run (loop);
  g_message ("stopped");
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTray: shows what the agent does, and has it do what the driver wants. */
#include "tray/pb-tray.h"

#include "control/pb-bundle.h"
#include "json/pb-json.h"
#include "pb-folders.h"
#include "pb-log.h"
#include "tray/pb-tray-pair.h"
#include "tray/pb-tray-shell.h"
#include "tray/pb-tray-start.h"
#include "tray/pb-tray-texts.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define STATUS_DEPTH 8

struct _PbTray {
  PbAgent *agent;
  PbConfig *config;
  GMainLoop *loop;
  PbTrayShell *shell;
  PbTrayPair *pair;
  PbTrayNow *before; /* NULL before the first look */
  PbTrayTold told;
  gchar *paused_file; /* there while the driver lets nothing be sent */
  gchar *said; /* what became of the last request */
};

static PbTrayNow *
look (PbTray *self)
{
  g_autofree gchar *json = pb_agent_dup_status (self->agent);
  g_autoptr (JsonObject) status =
      pb_json_parse_object (json, strlen (json), STATUS_DEPTH, NULL);
  PbTrayOwn own = {
    .is_paused = pb_agent_is_paused (self->agent),
    .is_set_up = self->config->is_set_up,
    .can_picture = pb_config_has_srt (self->config),
    .wanted = pb_config_get_mode (self->config),
    .asked = pb_agent_get_asked_mode (self->agent),
    .preset = self->config->adapt,
    .most_kbps = (guint) self->config->bitrate_kbps,
    .url = self->config->url,
    .said = self->said,
  };

  own.has_autostart = pb_tray_start_get (&own.can_autostart);
  pb_tray_pair_get (self->pair, &own);
  return status != NULL ? pb_tray_now_new (status, &own) : NULL;
}

static void
show (gpointer user_data)
{
  PbTray *self = user_data;
  PbTrayNow *now = look (self);

  if (now == NULL)
    return;
  pb_tray_now_follow (now, self->before);
  g_clear_pointer (&self->before, pb_tray_now_free);
  self->before = pb_tray_now_copy (now);
  pb_tray_model_tell (&self->told, now);
  pb_tray_shell_show (self->shell, now);
}

static void
say (PbTray *self, gchar *words)
{
  g_free (self->said);
  self->said = words;
}

static void
on_paired (const PbPairing *pairing, gpointer user_data)
{
  PbTray *self = user_data;

  pb_agent_take_pairing (self->agent, pairing);
}

/* Over restarts, too: what is paused does not begin again by itself. */
static void
set_paused (PbTray *self, gboolean is_paused)
{
  g_autoptr (GError) error = NULL;

  if (!is_paused)
    g_unlink (self->paused_file);
  else if (!g_file_set_contents (self->paused_file, "", 0, &error))
    g_warning ("the pause does not outlast this run: %s", error->message);
  pb_agent_set_paused (self->agent, is_paused);
}

static void
save_bundle (PbTray *self, const gchar *file)
{
  g_autofree gchar *status = pb_agent_dup_status (self->agent);
  g_auto (GStrv) log = pb_log_dup_kept ();
  g_autofree gchar *text = pb_bundle_make (self->config, status, log);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (file, text, -1, &error))
    say (self, pb_tray_text_fill (PB_TEXT_FIGURES_SAVED, "file", file, NULL));
  else
    say (self, pb_tray_text_fill (
                   PB_TEXT_FIGURES_NOT_SAVED, "words", error->message, NULL));
}

static void
set_autostart (PbTray *self, gboolean on)
{
  g_autoptr (GError) error = NULL;

  if (pb_tray_start_set (on, &error))
    return;
  g_warning ("start with the session: %s", error->message);
  say (self, g_strdup (error->message));
}

/* What becomes of it the agent tells by itself. */
static void
measure (PbTray *self)
{
  g_autofree gchar *problem = pb_agent_measure (self->agent, NULL, NULL);

  if (problem != NULL)
    pb_agent_tell (self->agent, problem);
}

static void
act (PbTrayAction action, const gchar *text, const gchar *more,
    gpointer user_data)
{
  PbTray *self = user_data;

  switch (action) {
    case PB_TRAY_TELEMETRY:
      pb_agent_set_own_mode (self->agent, PB_MODE_TELEMETRY);
      break;
    case PB_TRAY_VIDEO:
      pb_agent_set_own_mode (self->agent, PB_MODE_VIDEO);
      break;
    case PB_TRAY_PRESET_LOW:
      pb_agent_set_own_preset (self->agent, "low");
      break;
    case PB_TRAY_PRESET_MEDIUM:
      pb_agent_set_own_preset (self->agent, "medium");
      break;
    case PB_TRAY_PRESET_HIGH:
      pb_agent_set_own_preset (self->agent, "high");
      break;
    case PB_TRAY_PRESET_OFF:
      pb_agent_set_own_preset (self->agent, "off");
      break;
    case PB_TRAY_PAUSE:
    case PB_TRAY_RESUME:
      set_paused (self, action == PB_TRAY_PAUSE);
      break;
    case PB_TRAY_AUTOSTART_ON:
    case PB_TRAY_AUTOSTART_OFF:
      set_autostart (self, action == PB_TRAY_AUTOSTART_ON);
      break;
    case PB_TRAY_MEASURE:
      measure (self);
      break;
    case PB_TRAY_STOP_MEASURING:
      pb_agent_stop_measuring (self->agent);
      break;
    case PB_TRAY_GET_CODE:
      pb_tray_pair_begin (self->pair, text, more);
      break;
    case PB_TRAY_END_PAIRING:
      pb_tray_pair_end (self->pair);
      break;
    case PB_TRAY_SAVE_BUNDLE:
      save_bundle (self, text);
      break;
    case PB_TRAY_EXIT:
      g_main_loop_quit (self->loop);
      return;
    default:
      return; /* the shell's own */
  }
  show (self);
}

/**
 * pb_tray_is_wanted:
 * @config: settings
 *
 * Returns: whether there is to be an icon
 */
gboolean
pb_tray_is_wanted (const PbConfig *config)
{
  return config->tray || (!config->no_tray && pb_tray_shell_is_default ());
}

/**
 * pb_tray_new:
 * @agent: not begun yet; may be freed first
 * @config: its settings
 * @loop: ends when the driver wants the program to
 * @error: why there is no icon
 *
 * Returns: (transfer full) (nullable): the icon, which shows what the agent does
 */
PbTray *
pb_tray_new (PbAgent *agent, PbConfig *config, GMainLoop *loop, GError **error)
{
  static const PbTrayPairEvents events = { show, on_paired };
  PbTray *self = g_new0 (PbTray, 1);
  g_autofree gchar *pairing = pb_pairing_dup_path ();
  g_autofree gchar *folder = g_path_get_dirname (pairing);

  self->agent = agent;
  self->config = config;
  self->loop = loop;
  self->pair = pb_tray_pair_new (&events, self);
  self->paused_file = pb_folders_dup_config ("paused");
  g_mkdir_with_parents (folder, 0700);
  self->shell = pb_tray_shell_new (act, self, error);
  if (self->shell == NULL) {
    pb_tray_free (self);
    return NULL;
  }
  pb_agent_watch (agent, show, self);
  pb_agent_set_paused (
      agent, g_file_test (self->paused_file, G_FILE_TEST_EXISTS));
  return self;
}

/**
 * pb_tray_free:
 * @tray: (transfer full): a tray; the icon goes
 */
void
pb_tray_free (PbTray *tray)
{
  g_clear_pointer (&tray->shell, pb_tray_shell_free);
  g_clear_pointer (&tray->before, pb_tray_now_free);
  pb_tray_pair_free (tray->pair);
  g_free (tray->paused_file);
  g_free (tray->said);
  g_free (tray);
}

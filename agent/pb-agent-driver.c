/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent and the driver, who changes what is sent at the PC itself: what the
 * driver says counts, whatever was asked for from afar before. */
#include "pb-agent-private.h"

#include <string.h>

/* Also to the server at once: who looks there sees it as it happens. */
static void
report (PbAgent *self)
{
  pb_agent_write_status (self);
  if (self->remote != NULL)
    pb_remote_report (self->remote);
}

/**
 * pb_agent_watch:
 * @agent: an agent
 * @watch: called whenever its status may be another one, and each second
 * @user_data: for @watch
 *
 * From within whatever the agent does then: @watch looks, and does nothing to
 * the agent.
 */
void
pb_agent_watch (PbAgent *agent, PbAgentWatch watch, gpointer user_data)
{
  agent->watch = watch;
  agent->watch_data = user_data;
}

/**
 * pb_agent_dup_status:
 * @agent: an agent
 *
 * Returns: (transfer full): what it does now, JSON
 */
gchar *
pb_agent_dup_status (PbAgent *agent)
{
  const PbStatusNow now = pb_agent_get_now (agent);

  return pb_status_dup_json (agent->status, &now);
}

/**
 * pb_agent_set_own_mode:
 * @agent: an agent
 * @mode: what the driver wants
 *
 * Kept for the next start, too. A mode that was asked for from afar is
 * forgotten.
 */
void
pb_agent_set_own_mode (PbAgent *agent, PbMode mode)
{
  g_autoptr (GError) error = NULL;

  g_message ("the driver wants %s",
      mode == PB_MODE_VIDEO ? "video and telemetry" : "telemetry alone");
  if (!pb_config_change (
          agent->config, "mode", pb_mode_to_string (mode), &error))
    g_warning ("that is not kept for the next start: %s", error->message);
  pb_orders_forget_mode (agent->orders);
  pb_agent_send_mode (agent, mode);
  report (agent);
}

/**
 * pb_agent_set_own_preset:
 * @agent: an agent
 * @preset: of pb_adapt_get_presets(), or "off"
 *
 * Likewise. What the preset needs at most is allowed from now on, also where a
 * lower bitrate was set before.
 */
void
pb_agent_set_own_preset (PbAgent *agent, const gchar *preset)
{
  const PbAdaptBand band = pb_adapt_get_band (preset, G_MAXINT);
  g_autofree gchar *most = g_strdup_printf ("%u", band.high_kbps);
  g_autoptr (GError) error = NULL;
  const PbWishes *wishes = pb_orders_get_wishes (agent->orders);
  gboolean kept;

  g_message ("the driver wants the picture's quality: %s", preset);
  kept = pb_config_change (agent->config, "adapt", preset, &error);
  if (kept && strcmp (preset, "off") != 0
      && (guint) agent->config->bitrate_kbps < band.high_kbps)
    kept = pb_config_change (agent->config, "bitrate-kbps", most, &error);
  if (!kept)
    g_warning ("that is not kept for the next start: %s", error->message);
  pb_rate_renew (agent->rate, pb_wishes_get_bitrate (wishes, agent->config));
  report (agent);
}

/**
 * pb_agent_set_paused:
 * @agent: an agent, begun or not
 * @is_paused: nothing is sent: neither live nor from the disk
 *
 * The control channel stays, and says so.
 */
void
pb_agent_set_paused (PbAgent *agent, gboolean is_paused)
{
  const gboolean has_begun = agent->status_timer != 0;

  if (agent->is_paused == is_paused)
    return;
  pb_agent_stop_measuring (agent);
  agent->is_paused = is_paused;
  if (has_begun && agent->state != PB_AGENT_REVOKED)
    pb_agent_try_now (agent);
  report (agent);
}

/**
 * pb_agent_is_paused:
 * @agent: an agent
 *
 * Returns: %TRUE if the driver lets nothing be sent
 */
gboolean
pb_agent_is_paused (PbAgent *agent)
{
  return agent->is_paused;
}

/**
 * pb_agent_take_pairing:
 * @agent: an agent
 * @pairing: takes the place of whatever said so far where to send, and as whom
 */
void
pb_agent_take_pairing (PbAgent *agent, const PbPairing *pairing)
{
  g_message ("paired: %s sends as %s", pairing->device, pairing->driver);
  pb_agent_stop_stream (agent);
  pb_agent_adopt (agent, pairing);
  g_clear_pointer (&agent->reason, g_free);
  agent->is_refused = FALSE;
  pb_agent_try_now (agent);
  report (agent);
}

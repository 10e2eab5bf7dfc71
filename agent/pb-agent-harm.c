/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent and the measurement of what it costs: its work stops and goes on as
 * that wants it. */
#include "pb-agent-private.h"

static void
set_work (PbHarmWork work, gpointer user_data)
{
  PbAgent *self = user_data;
  const PbMode before = self->mode;

  self->work = work;
  if (self->state == PB_AGENT_REVOKED)
    return;
  self->mode = pb_agent_get_wanted_mode (self);
  if (work == PB_HARM_NOTHING) {
    g_clear_handle_id (&self->timer, g_source_remove);
    pb_agent_stop_stream (self);
    pb_agent_set_state (self, PB_AGENT_WAITING, pb_harm_get_words (self->harm));
  } else if (self->stream != NULL) {
    if (self->mode != before)
      pb_agent_begin_anew (self);
  } else {
    pb_agent_try_now (self);
  }
}

static gboolean
is_at_work (PbHarmWork work, gpointer user_data)
{
  PbAgent *self = user_data;

  if (work == PB_HARM_NOTHING)
    return self->stream == NULL;
  return self->state == PB_AGENT_STREAMING
         && self->mode
                == (work == PB_HARM_ROWS ? PB_MODE_TELEMETRY
                                         : self->measured_mode);
}

static gboolean
is_less (gpointer user_data)
{
  PbAgent *self = user_data;

  return self->stream != NULL
         && (pb_governor_is_thinned (self->governor)
             || (self->mode == PB_MODE_VIDEO
                 && pb_rate_get_step (self->rate) != PB_ADAPT_WHOLE));
}

/**
 * pb_agent_tell:
 * @agent: an agent
 * @text: for the driver, among those that an engineer sends
 */
void
pb_agent_tell (PbAgent *agent, const gchar *text)
{
  g_autofree gchar *problem =
      pb_notices_add (pb_orders_get_notices (agent->orders), text,
          "PitBox Relay", g_get_monotonic_time (), g_get_real_time ());

  if (problem != NULL)
    g_message ("not shown to the driver (%s): %s", problem, text);
  pb_agent_write_status (agent);
}

static void
on_done (gboolean ok, const gchar *line, const gchar *text, const gchar *file,
    gpointer user_data)
{
  PbAgent *self = user_data;

  g_message ("%s%s%s", line, file != NULL ? "; kept in " : "",
      file != NULL ? file : "");
  /* Who has ended it need not be told. */
  if (self->ends_measuring)
    pb_agent_write_status (self);
  else
    pb_agent_tell (self, line);
  if (self->measured != NULL)
    self->measured (ok, line, text, file, self->measured_data);
}

/* Returns: (transfer full): which measures @self when it is asked to. */
PbHarm *
pb_agent_new_harm (PbAgent *self)
{
  static const PbHarmEvents events = { set_work, is_at_work, is_less, on_done };

  return pb_harm_new (self->config, &events, self);
}

/**
 * pb_agent_measure:
 * @agent: an agent that is started
 * @measured: (nullable): called once, from the main loop, if it begins
 * @user_data: for @measured
 *
 * For the driver, by a menu or an option: for some minutes picture and
 * telemetry pause in turns, and then both are as they were. How it goes is in
 * the status and on the control channel, and what came of it among the texts
 * for the driver.
 *
 * Returns: (transfer full) (nullable): why not, in words
 */
gchar *
pb_agent_measure (PbAgent *agent, PbAgentMeasured measured, gpointer user_data)
{
  gchar *problem;

  if (agent->state == PB_AGENT_REVOKED)
    return g_strdup ("This PC's pairing was taken back, so nothing is sent "
                     "that could be measured");
  if (agent->is_paused)
    return g_strdup ("Sending is paused, so there is nothing to measure");
  /* While it is on the mode that is wanted is another one. */
  if (pb_harm_is_on (agent->harm))
    return g_strdup ("It is being measured already");
  agent->measured_mode = pb_agent_get_wanted_mode (agent);
  problem = pb_harm_start (agent->harm, agent->measured_mode == PB_MODE_VIDEO);
  if (problem != NULL)
    return problem;
  agent->measured = measured;
  agent->measured_data = user_data;
  g_message ("%s", pb_harm_get_words (agent->harm));
  return NULL;
}

/**
 * pb_agent_stop_measuring:
 * @agent: an agent; nothing happens if nothing is measured
 */
void
pb_agent_stop_measuring (PbAgent *agent)
{
  agent->ends_measuring = TRUE;
  pb_harm_stop (agent->harm);
  agent->ends_measuring = FALSE;
}

/**
 * pb_agent_is_measuring:
 * @agent: an agent
 *
 * Returns: %TRUE from pb_agent_measure() until its end
 */
gboolean
pb_agent_is_measuring (PbAgent *agent)
{
  return pb_harm_is_on (agent->harm);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The agent's states; what follows a failure is the supervisor's word. */
#include "pb-agent-private.h"

#include "pb-sim.h"
#include "pb-uplink.h"
#include "platform/pb-power.h"

#include <gst/gst.h>
#include <string.h>

/* The simulator leaves for seconds between sessions; a stream that outlives
 * that need not be set up again. */
#define SIM_GRACE_MS 10000

static void try_stream (PbAgent *self);

/* Its word in logs and status. */
static const gchar *
state_to_string (PbAgentState state)
{
  static const gchar *const words[] = { "waiting", "connecting", "streaming",
    "backing-off", "revoked", "paused" };

  return words[state];
}

/* What is asked for, within what the driver has set. Telemetry alone for want of
 * a better network is not asked for: the picture is to come back. */
PbMode
pb_agent_get_asked_mode (PbAgent *self)
{
  return pb_wishes_get_mode (pb_orders_get_wishes (self->orders), self->config);
}

/* And what the network bears, and this PC can spare; less where it is measured
 * what that costs. */
PbMode
pb_agent_get_wanted_mode (PbAgent *self)
{
  return self->work == PB_HARM_WHOLE && pb_rate_allows_picture (self->rate)
             ? pb_agent_get_asked_mode (self)
             : PB_MODE_TELEMETRY;
}

/* Who asked for a picture reads why it is not sent while the driver's own is,
 * until another one is asked for; and why the stream pauses, while it does so on
 * purpose. */
const gchar *
pb_agent_get_reason (PbAgent *self)
{
  if (pb_harm_is_on (self->harm))
    return pb_harm_get_words (self->harm);
  if (self->state == PB_AGENT_PAUSED)
    return "The driver has paused sending";
  if (self->state != PB_AGENT_STREAMING
      && pb_config_advise_setup (self->config) != NULL)
    return pb_config_advise_setup (self->config);
  if (self->reason == NULL && self->stream != NULL
      && pb_stream_get_still (self->stream) != NULL)
    return pb_stream_get_still (self->stream);
  return self->reason != NULL ? self->reason : self->asked_reason;
}

PbStatusNow
pb_agent_get_now (PbAgent *self)
{
  return (PbStatusNow){ state_to_string (self->state),
    pb_mode_to_string (self->mode), pb_agent_get_reason (self), self->stream,
    self->rate, self->governor, pb_orders_get_notices (self->orders),
    self->remote != NULL ? pb_remote_get_words (self->remote) : NULL,
    self->stream != NULL ? pb_transport_to_string (self->transport) : NULL,
    self->stream != NULL ? self->transport_reason : NULL, self->backfill,
    self->harm, self->is_refused };
}

void
pb_agent_write_status (PbAgent *self)
{
  const PbStatusNow now = pb_agent_get_now (self);

  pb_status_write (self->status, &now);
  if (self->watch != NULL)
    self->watch (self->watch_data);
}

void
pb_agent_set_state (PbAgent *self, PbAgentState state, const gchar *detail)
{
  if (self->state == state && detail == NULL)
    return;
  self->state = state;
  g_message ("%s%s%s", state_to_string (state), detail != NULL ? ": " : "",
      detail != NULL ? detail : "");
  pb_agent_write_status (self);
}

void
pb_agent_stop_stream (PbAgent *self)
{
  g_clear_handle_id (&self->sim_timer, g_source_remove);
  pb_rate_end (self->rate);
  pb_governor_end (self->governor);
  g_clear_pointer (&self->stream, pb_stream_free);
  pb_power_set (PB_POWER_IDLE);
}

static gboolean
on_sim_poll (gpointer user_data)
{
  PbAgent *self = user_data;

  if (!pb_sim_is_running (self->config->shm_name))
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  try_stream (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_sim (PbAgent *self)
{
  pb_agent_stop_stream (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  pb_agent_set_state (self, PB_AGENT_WAITING, "for the simulator");
  self->timer = g_timeout_add_seconds (1, on_sim_poll, self);
}

static void
pause_stream (PbAgent *self)
{
  pb_agent_stop_stream (self);
  g_clear_pointer (&self->reason, g_free);
  self->is_refused = FALSE;
  pb_agent_set_state (self, PB_AGENT_PAUSED, "by the driver");
}

static gboolean
on_retry (gpointer user_data)
{
  PbAgent *self = user_data;

  self->timer = 0;
  if (self->is_paused)
    pause_stream (self);
  else if (pb_sim_is_running (self->config->shm_name))
    try_stream (self);
  else
    wait_for_sim (self);
  return G_SOURCE_REMOVE;
}

/* It gave pictures, or else pitboxencodebin had replaced it. */
static void
pass_over_encoder (PbAgent *self)
{
  g_autofree gchar *encoder =
      self->stream != NULL ? pb_stream_dup_encoder (self->stream) : NULL;

  if (encoder == NULL)
    return;
  g_string_append_printf (
      self->refused, "%s%s", self->refused->len > 0 ? "," : "", encoder);
  g_message ("%s failed and is passed over", encoder);
}

static gboolean
is_of_picture (PbAgent *self, PbFailure failure)
{
  return self->mode == PB_MODE_VIDEO
         && (failure == PB_FAILURE_CAPTURE || failure == PB_FAILURE_ENCODER
             || failure == PB_FAILURE_OTHER);
}

static void
handle_failure (PbAgent *self, PbFailure failure, const gchar *reason)
{
  guint64 uptime_ms = (g_get_monotonic_time () - self->started_us) / 1000;
  PbDecision d = pb_supervisor_decide (&self->supervisor, failure, uptime_ms,
      pb_agent_get_wanted_mode (self), g_random_double ());
  g_autofree gchar *text = NULL;

  g_free (self->reason);
  self->reason = g_strdup (reason);
  self->is_refused = failure == PB_FAILURE_REFUSED;
  /* Whose fault it is need not be asked: the driver's own is tried next. */
  if (is_of_picture (self, failure)
      && pb_orders_forget_picture (self->orders)) {
    g_message ("the picture that was asked for has failed and is forgotten");
    g_free (self->asked_reason);
    self->asked_reason = g_strdup_printf (
        "The picture that was asked for has failed and is forgotten: %s",
        reason);
  } else if (d.refuse_encoder) {
    pass_over_encoder (self);
  }
  if (pb_agent_get_asked_mode (self) == PB_MODE_TELEMETRY)
    pb_transport_note_trouble (&self->ways, self->config,
        failure == PB_FAILURE_NETWORK ? PB_TRANSPORT_NO_CONNECTION
                                      : PB_TRANSPORT_REFUSED,
        g_get_monotonic_time ());
  pb_agent_stop_stream (self);
  self->mode = d.mode;
  text = g_strdup_printf ("%s (%s); again in %.1f s%s", reason,
      pb_failure_to_string (failure), d.delay_ms / 1000.0,
      d.mode != pb_agent_get_wanted_mode (self) ? ", without picture" : "");
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (d.delay_ms, on_retry, self);
  pb_agent_set_state (self, PB_AGENT_BACKING_OFF, text);
  if (failure == PB_FAILURE_REFUSED && self->renewal != NULL)
    pb_renewal_ask (self->renewal);
}

static void
on_failed (
    PbStream *stream, PbFailure failure, const gchar *reason, gpointer data)
{
  handle_failure (data, failure, reason);
}

static gboolean
on_sim_gone (gpointer user_data)
{
  PbAgent *self = user_data;

  self->sim_timer = 0;
  wait_for_sim (self);
  return G_SOURCE_REMOVE;
}

static void
on_sim_changed (PbStream *stream, gboolean connected, gpointer user_data)
{
  PbAgent *self = user_data;

  g_clear_handle_id (&self->sim_timer, g_source_remove);
  g_message ("simulator %s", connected ? "connected" : "gone");
  if (!connected)
    self->sim_timer = g_timeout_add (SIM_GRACE_MS, on_sim_gone, self);
}

/* Back with the connection, as it was. */
static void
begin_rate (PbAgent *self)
{
  PbPicture picture;

  pb_wishes_get_picture (
      pb_orders_get_wishes (self->orders), self->config, &picture);
  pb_rate_begin (self->rate, self->stream, &picture);
}

static void
on_waiting (PbStream *stream, PbTransportTrouble trouble, const gchar *reason,
    gpointer user_data)
{
  PbAgent *self = user_data;

  if (self->state != PB_AGENT_BACKING_OFF
      || g_strcmp0 (self->reason, reason) != 0) {
    g_free (self->reason);
    self->reason = g_strdup (reason);
    self->is_refused = trouble == PB_TRANSPORT_REFUSED;
    pb_agent_set_state (self, PB_AGENT_BACKING_OFF, reason);
  }
  /* A connection that is not there bears no picture, but says nothing of what
   * the next one does. */
  pb_rate_end (self->rate);
  if (pb_agent_get_asked_mode (self) == PB_MODE_TELEMETRY
      && pb_transport_note_trouble (
          &self->ways, self->config, trouble, g_get_monotonic_time ()))
    pb_agent_change_transport (self);
}

static void
on_connected (PbStream *stream, gpointer user_data)
{
  PbAgent *self = user_data;
  g_autofree gchar *encoder = pb_stream_dup_encoder (stream);
  g_autofree gchar *text = g_strdup_printf ("%s to %s%s%s%s",
      self->mode == PB_MODE_VIDEO ? "video and telemetry" : "telemetry",
      pb_agent_get_destination (self),
      self->transport == PB_TRANSPORT_WEBSOCKET ? " by WebSocket" : "",
      encoder != NULL ? ", encoder " : "", encoder != NULL ? encoder : "");

  if (self->mode == PB_MODE_VIDEO && !pb_rate_is_begun (self->rate))
    begin_rate (self);
  pb_transport_note_connected (&self->ways, g_get_monotonic_time ());
  if (self->backfill != NULL)
    pb_backfill_note_connected (self->backfill);
  g_clear_pointer (&self->reason, g_free);
  self->is_refused = FALSE;
  pb_agent_set_state (self, PB_AGENT_STREAMING, text);
  /* By its token it is let in whatever has become of the passphrase, which a
   * picture, or SRT, will need. */
  if (self->transport == PB_TRANSPORT_WEBSOCKET && self->renewal != NULL)
    pb_renewal_ask (self->renewal);
}

static void
try_stream (PbAgent *self)
{
  static const PbStreamEvents events = { on_failed, on_sim_changed,
    on_connected, on_waiting };
  g_autoptr (GError) error = NULL;
  PbPicture picture, fitting;

  if (self->work == PB_HARM_NOTHING)
    return;
  pb_wishes_get_picture (
      pb_orders_get_wishes (self->orders), self->config, &picture);
  pb_rate_set_most (self->rate, (guint) picture.bitrate_kbps);
  fitting = picture;
  pb_rate_fit_picture (self->rate, &fitting);
  self->started_us = g_get_monotonic_time ();
  pb_power_set (PB_POWER_LIVE);
  self->transport = pb_transport_choose (&self->ways, self->config,
      pb_agent_get_asked_mode (self), self->started_us,
      &self->transport_reason);
  self->stream = pb_stream_new (self->config, &fitting, self->mode,
      self->transport, self->refused->str, &events, self, &error);
  if (self->stream == NULL) {
    handle_failure (self, PB_FAILURE_OTHER, error->message);
    return;
  }
  pb_agent_set_state (
      self, PB_AGENT_CONNECTING, pb_agent_get_destination (self));
  if (self->spool != NULL)
    pb_stream_set_spool (self->stream, self->spool);
  if (self->transport == PB_TRANSPORT_SRT && pb_agent_get_latency (self) != 0)
    pb_stream_set_latency (self->stream, pb_agent_get_latency (self));
  pb_governor_begin (self->governor, self->stream);
  if (self->mode == PB_MODE_VIDEO)
    pb_rate_begin (self->rate, self->stream, &picture);
  pb_stream_start (self->stream);
}

/* Another mode, another picture are another graph. */
void
pb_agent_begin_anew (gpointer user_data)
{
  PbAgent *self = user_data;

  g_clear_pointer (&self->asked_reason, g_free);
  if (self->stream == NULL)
    return;
  pb_agent_stop_stream (self);
  try_stream (self);
}

/* By the network, or for the game; what is asked for stays as it is. */
static void
on_picture_changed (gpointer user_data)
{
  PbAgent *self = user_data;

  if (pb_agent_get_wanted_mode (self) == self->mode)
    return;
  self->mode = pb_agent_get_wanted_mode (self);
  pb_agent_begin_anew (self);
}

/* Instead of what is waited for. */
void
pb_agent_try_now (PbAgent *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  on_retry (self);
}

static void
on_no_host (const gchar *problem, gpointer user_data)
{
  PbAgent *self = user_data;

  g_warning ("%s", problem);
  if (self->reason == NULL)
    self->reason = g_strdup (problem);
  pb_agent_write_status (self);
}

/* The driver's own latency stays. */
static void
look_at_latency (PbAgent *self)
{
  g_autoptr (GstStructure) link = NULL;
  gdouble rtt_ms;

  if (pb_config_is_given (self->config, "latency-ms"))
    return;
  link = pb_stream_dup_stats (self->stream, "uplink");
  if (link == NULL || !gst_structure_get_double (link, "rtt-ms", &rtt_ms)
      || !pb_latency_look (&self->latency, rtt_ms))
    return;
  g_message ("a round trip takes %.0f ms: the stream begins anew with a "
             "latency of %u ms",
      self->latency.least_rtt_ms, self->latency.wanted_ms);
  pb_agent_begin_anew (self);
}

/* The stream may be another one afterwards. */
static void
look_at_pc (PbAgent *self)
{
  const gboolean has_picture = self->mode == PB_MODE_VIDEO;
  const gboolean was_thinned = pb_governor_is_thinned (self->governor);

  pb_governor_look (self->governor, has_picture, pb_rate_get_step (self->rate),
      self->state == PB_AGENT_STREAMING && !has_picture
          && pb_transport_is_last (self->transport, self->config));
  /* What did not get through before is asked for soon. */
  if (was_thinned && !pb_governor_is_thinned (self->governor)
      && self->backfill != NULL)
    pb_backfill_note_connected (self->backfill);
  pb_rate_set_limit (self->rate, pb_governor_get_step (self->governor));
}

static gboolean
on_status (gpointer user_data)
{
  PbAgent *self = user_data;

  if (!self->config->is_set_up)
    pb_agent_look_for_pairing (self);
  pb_agent_watch_transport (self);
  if (self->backfill != NULL)
    pb_backfill_tick (self->backfill);
  if (self->stream != NULL && self->state == PB_AGENT_STREAMING)
    look_at_latency (self);
  if (self->stream != NULL && self->state == PB_AGENT_STREAMING)
    pb_rate_look_without (self->rate, self->stream);
  look_at_pc (self);
  pb_agent_write_status (self);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_agent_new:
 * @config: settings; must outlive the agent, which adopts what the server
 *   changes of a pairing
 *
 * Main thread only, as every function here.
 *
 * Returns: (transfer full): an agent that does nothing yet
 */
PbAgent *
pb_agent_new (PbConfig *config)
{
  static const PbRateEvents rate_events = { on_picture_changed };
  PbAgent *self = g_new0 (PbAgent, 1);

  self->config = config;
  self->rate = pb_rate_new (config, &rate_events, self);
  self->governor = pb_governor_new (config);
  self->orders = pb_agent_new_orders (self);
  self->harm = pb_agent_new_harm (self);
  self->mode = pb_config_get_mode (config);
  self->refused = g_string_new (NULL);
  self->status = pb_status_new (config);
  self->host_check = g_cancellable_new ();
  if (config->pairing != NULL)
    pb_agent_watch_pairing (self);
  return self;
}

/**
 * pb_agent_start:
 * @agent: an agent
 *
 * From here on the agent works until it is freed.
 */
void
pb_agent_start (PbAgent *agent)
{
  agent->status_timer = g_timeout_add_seconds (1, on_status, agent);
  pb_agent_start_spool (agent);
  pb_agent_watch_cards (agent);
  if (pb_config_advise_setup (agent->config) != NULL)
    g_warning ("%s", pb_config_advise_setup (agent->config));
  pb_uplink_check_host (agent->config, agent->host_check, on_no_host, agent);
  on_retry (agent);
  /* Also what was revoked meanwhile is said before there is a simulator. */
  if (agent->renewal != NULL) {
    pb_renewal_ask (agent->renewal);
    pb_agent_start_remote (agent);
  }
}

/**
 * pb_agent_wake:
 * @agent: an agent that has begun
 *
 * This PC has slept: what is waited for is tried now.
 */
void
pb_agent_wake (PbAgent *agent)
{
  g_message ("this PC is awake again");
  if (agent->timer != 0 && agent->state == PB_AGENT_BACKING_OFF)
    pb_agent_try_now (agent);
}

/**
 * pb_agent_free:
 * @agent: (transfer full): an agent; stops what it does
 */
void
pb_agent_free (PbAgent *agent)
{
  g_cancellable_cancel (agent->host_check);
  g_object_unref (agent->host_check);
  g_clear_pointer (&agent->cards, pb_cards_free);
  g_clear_pointer (&agent->remote, pb_remote_free);
  g_clear_pointer (&agent->renewal, pb_renewal_free);
  pb_harm_free (agent->harm);
  pb_agent_stop_stream (agent);
  pb_agent_stop_spool (agent);
  g_clear_handle_id (&agent->timer, g_source_remove);
  g_clear_handle_id (&agent->status_timer, g_source_remove);
  pb_status_free (agent->status);
  pb_orders_free (agent->orders);
  pb_rate_free (agent->rate);
  pb_governor_free (agent->governor);
  g_string_free (agent->refused, TRUE);
  g_clear_pointer (&agent->probe, pb_api_free);
  g_free (agent->reason);
  g_free (agent->asked_reason);
  g_free (agent);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent and the ways of telemetry alone: one gives place to the other. */
#include "pb-agent-private.h"

/* HTTP's 426: what a WebSocket's address answers to a request that is none. */
#define STATUS_UPGRADE 426

const gchar *
pb_agent_get_destination (PbAgent *self)
{
  return self->transport == PB_TRANSPORT_WEBSOCKET ? self->config->url
                                                   : self->config->server;
}

guint
pb_agent_get_latency (PbAgent *self)
{
  return pb_config_is_given (self->config, "latency-ms")
             ? 0
             : pb_latency_begin (&self->latency);
}

/* Rows are read on: what one way has not sent follows from the spool. */
void
pb_agent_change_transport (PbAgent *self)
{
  self->transport = pb_transport_choose (&self->ways, self->config,
      pb_agent_get_asked_mode (self), g_get_monotonic_time (),
      &self->transport_reason);
  pb_agent_set_state (
      self, PB_AGENT_CONNECTING, pb_agent_get_destination (self));
  pb_stream_change_transport (
      self->stream, self->transport, pb_agent_get_latency (self));
}

/* The address says of itself that it is a WebSocket: to whom may use it. */
static void
on_probed (
    guint status, JsonObject *body, const gchar *words, gpointer user_data)
{
  PbAgent *self = user_data;

  if (status != STATUS_UPGRADE || self->stream == NULL
      || pb_agent_get_asked_mode (self) != PB_MODE_TELEMETRY
      || self->transport != PB_TRANSPORT_SRT)
    return;
  pb_transport_rise (&self->ways);
  pb_agent_change_transport (self);
}

void
pb_agent_watch_transport (PbAgent *self)
{
  const gint64 now_us = g_get_monotonic_time ();

  if (self->stream == NULL
      || pb_agent_get_asked_mode (self) != PB_MODE_TELEMETRY
      || self->state != PB_AGENT_STREAMING)
    return;
  if (self->transport == PB_TRANSPORT_WEBSOCKET) {
    if (pb_transport_note_kept (&self->ways, self->config,
            pb_stream_get_kept_ms (self->stream), now_us))
      pb_agent_change_transport (self);
  } else if (pb_transport_is_due (&self->ways, self->config, now_us)) {
    g_clear_pointer (&self->probe, pb_api_free);
    self->probe = pb_api_new (self->config->url, self->config->certificate);
    pb_transport_put_off (&self->ways, now_us);
    pb_api_get (
        self->probe, "/api/v1/units", self->config->token, on_probed, self);
  }
}

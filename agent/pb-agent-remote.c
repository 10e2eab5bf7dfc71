/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent and the control channel: what it says there, and what it is told. */
#include "json/pb-json.h"
#include "pb-agent-private.h"

/* Of a status on the control channel; protocol/control.schema.json. */
#define REASON_MAX_CHARS 1000

static void
add_status (JsonBuilder *b, gpointer user_data)
{
  PbAgent *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();
  g_autofree gchar *encoder =
      self->stream != NULL ? pb_stream_dup_encoder (self->stream) : NULL;
  g_autoptr (GstStructure) link =
      self->stream != NULL ? pb_stream_dup_stats (self->stream, "uplink")
                           : NULL;
  g_autoptr (GstStructure) source =
      self->stream != NULL ? pb_stream_dup_stats (self->stream, "telemetry")
                           : NULL;
  const gchar *why = pb_agent_get_reason (self);
  g_autofree gchar *reason =
      why != NULL ? g_utf8_substring (
          why, 0, MIN (g_utf8_strlen (why, -1), REASON_MAX_CHARS))
                  : NULL;

  /* An older server knows no pause; the reason says it. */
  pb_json_add_text (b, "state",
      self->state == PB_AGENT_PAUSED ? "waiting"
                                     : pb_agent_get_now (self).state);
  pb_json_add_text (b, "mode", pb_mode_to_string (self->mode));
  pb_orders_add_status (self->orders, b);
  pb_json_add_known_text (b, "reason", reason);
  pb_json_add_known_text (b, "encoder", encoder);
  if (self->stream != NULL && self->mode == PB_MODE_VIDEO)
    pb_json_add_int (b, "bitrate_kbps", pb_stream_get_bitrate (self->stream));
  pb_rate_add_status (self->rate, b);
  pb_governor_add_status (self->governor, b);
  pb_harm_add_status (self->harm, FALSE, b);
  pb_report_add_link (&self->report, b, link, now_us);
  pb_report_add_source (b, source);
}

/* Returns: what is sent from now on. */
PbMode
pb_agent_send_mode (PbAgent *self, PbMode mode)
{
  /* What is measured is another thing from now on. */
  pb_agent_stop_measuring (self);
  if (mode == self->mode)
    return mode;
  if (mode == PB_MODE_VIDEO)
    pb_rate_forget (self->rate);
  /* The network is tried again; the driver's PC is not. */
  if (mode == PB_MODE_VIDEO && !pb_rate_allows_picture (self->rate)) {
    g_autofree gchar *why = pb_governor_dup_reason (self->governor);

    g_free (self->asked_reason);
    self->asked_reason = g_strdup_printf (
        "There is no picture for now, and it comes back by itself: %s", why);
    return self->mode;
  }
  self->mode = mode;
  pb_agent_begin_anew (self);
  return self->mode;
}

static PbMode
set_mode (PbMode mode, gpointer user_data)
{
  return pb_agent_send_mode (user_data, mode);
}

static void
set_bitrate (guint kbps, gpointer user_data)
{
  PbAgent *self = user_data;

  pb_rate_set_most (self->rate, kbps);
  if (self->stream != NULL && pb_rate_is_off (self->rate))
    pb_stream_set_bitrate (self->stream, kbps);
}

static gchar *
measure (gpointer user_data)
{
  return pb_agent_measure (user_data, NULL, NULL);
}

static void
note (gpointer user_data)
{
  pb_agent_write_status (user_data);
}

static gchar *
dup_status (gpointer user_data)
{
  return pb_agent_dup_status (user_data);
}

static void
answer (
    const gchar *id, const gchar *problem, JsonNode *flash, gpointer user_data)
{
  PbAgent *self = user_data;

  if (self->remote != NULL)
    pb_remote_answer (self->remote, id, problem, flash);
  else if (flash != NULL)
    json_node_unref (flash);
}

static gboolean
send_key (gpointer user_data)
{
  PbAgent *self = user_data;

  if (self->stream != NULL)
    pb_stream_request_key (self->stream);
  return self->stream != NULL;
}

static gchar *
obey (const gchar *name, JsonObject *args, const gchar *by,
    PbRemoteReply *reply, gpointer user_data)
{
  PbAgent *self = user_data;

  return pb_orders_obey (self->orders, name, args, by, reply);
}

static void
on_withdrawn (gpointer user_data)
{
  PbAgent *self = user_data;

  if (self->renewal != NULL)
    pb_renewal_ask (self->renewal);
}

void
pb_agent_start_remote (PbAgent *self)
{
  static const PbRemoteEvents events = { add_status, obey, on_withdrawn };
  const PbPairing *pairing = self->config->pairing;
  const PbRemotePeer peer = { pairing->url, pairing->certificate,
    pairing->token, pb_orders_list () };

  g_clear_pointer (&self->remote, pb_remote_free);
  self->remote = pb_remote_new (&peer, &events, self);
}

/* Returns: (transfer full): which do as they are told with @self. */
PbOrders *
pb_agent_new_orders (PbAgent *self)
{
  static const PbOrdersEvents events = { set_mode, set_bitrate,
    pb_agent_begin_anew, send_key, measure, note, dup_status, answer };

  return pb_orders_new (self->config, &events, self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * WebSocket first; SRT while that does not work; and back. */
#include "pb-transport.h"

#include <string.h>

/* A server that restarts is back within as many tries. */
#define MAX_FAILURES 5
/* A connection that held this long was a good one. */
#define GOOD_US (30 * G_USEC_PER_SEC)
/* First and longest time by SRT before WebSocket is tried again. */
#define FIRST_STAY_US (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)
#define MAX_STAY_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* What is kept while a connection is up is old by this much, and grows, for so
 * long: it does not hold the rate. Catching up after an outage shrinks it. */
#define LATE_MS 10000
#define LATE_US (20 * G_USEC_PER_SEC)

static gboolean
is_auto (const PbConfig *config)
{
  return strcmp (config->transport, "auto") == 0;
}

/* Both ways are known. */
static gboolean
may_fall (const PbConfig *config)
{
  return is_auto (config) && config->url[0] != '\0'
         && pb_config_has_srt (config);
}

/**
 * pb_transport_choose:
 * @state: what earlier tries left
 * @config: settings
 * @mode: what is sent
 * @now_us: monotonic
 * @why: (out) (transfer none): in words
 *
 * Returns: by which way the next stream goes
 */
PbTransport
pb_transport_choose (PbTransportState *state, const PbConfig *config,
    PbMode mode, gint64 now_us, const gchar **why)
{
  state->connected_us = state->late_us = 0;
  if (mode == PB_MODE_VIDEO) {
    *why = "a picture goes by SRT";
    return PB_TRANSPORT_SRT;
  }
  if (!is_auto (config)) {
    *why = "as transport says";
    return strcmp (config->transport, "websocket") == 0 ? PB_TRANSPORT_WEBSOCKET
                                                        : PB_TRANSPORT_SRT;
  }
  if (config->url[0] == '\0') {
    *why = "not paired, and server is no URL";
    return PB_TRANSPORT_SRT;
  }
  if (state->is_fallen && now_us >= state->again_us)
    pb_transport_rise (state);
  *why = state->is_fallen ? state->why : "telemetry alone";
  return state->is_fallen ? PB_TRANSPORT_SRT : PB_TRANSPORT_WEBSOCKET;
}

/**
 * pb_transport_put_off:
 * @state: updated
 * @now_us: monotonic
 *
 * WebSocket is not tried for a while, each time twice as long.
 */
void
pb_transport_put_off (PbTransportState *state, gint64 now_us)
{
  state->again_us =
      now_us + MIN (FIRST_STAY_US << MIN (state->falls, 20), MAX_STAY_US);
  state->falls++;
}

/**
 * pb_transport_rise:
 * @state: updated
 *
 * WebSocket works, as far as one can see: the next stream takes it.
 */
void
pb_transport_rise (PbTransportState *state)
{
  state->is_fallen = FALSE;
  state->failures = 0;
}

static void
fall (PbTransportState *state, const gchar *why, gint64 now_us)
{
  state->is_fallen = TRUE;
  state->why = why;
  state->failures = 0;
  pb_transport_put_off (state, now_us);
}

/**
 * pb_transport_note_trouble:
 * @state: updated
 * @config: settings
 * @trouble: what happened to the one that is taken
 * @now_us: monotonic
 *
 * Returns: %TRUE if another one should be taken now
 */
gboolean
pb_transport_note_trouble (PbTransportState *state, const PbConfig *config,
    PbTransportTrouble trouble, gint64 now_us)
{
  if (state->connected_us != 0 && now_us - state->connected_us >= GOOD_US)
    state->failures = state->falls = 0;
  state->connected_us = state->late_us = 0;
  if (!may_fall (config) || trouble == PB_TRANSPORT_REFUSED)
    return FALSE;
  state->failures++;
  if (state->is_fallen) {
    /* Neither works: both are tried in turn. */
    if (state->failures >= MAX_FAILURES)
      state->again_us = now_us;
    return state->failures >= MAX_FAILURES;
  }
  if (trouble == PB_TRANSPORT_NOT_SPOKEN)
    fall (state, "the server takes no telemetry over WebSocket", now_us);
  else if (state->failures >= MAX_FAILURES)
    fall (state, "WebSocket did not come about", now_us);
  return state->is_fallen;
}

/**
 * pb_transport_note_connected:
 * @state: updated
 * @now_us: monotonic
 */
void
pb_transport_note_connected (PbTransportState *state, gint64 now_us)
{
  state->connected_us = now_us;
  state->late_us = 0;
}

/**
 * pb_transport_note_kept:
 * @state: updated
 * @config: settings
 * @kept_ms: age of the oldest row that the server has not acknowledged
 * @now_us: monotonic
 *
 * About once a second while a WebSocket is connected.
 *
 * Returns: %TRUE if SRT should be taken now: the rate is not held
 */
gboolean
pb_transport_note_kept (PbTransportState *state, const PbConfig *config,
    guint kept_ms, gint64 now_us)
{
  if (!may_fall (config) || state->is_fallen || state->connected_us == 0)
    return FALSE;
  if (kept_ms < LATE_MS || state->late_us == 0 || kept_ms < state->late_ms) {
    state->late_us = kept_ms < LATE_MS ? 0 : now_us;
    state->late_ms = kept_ms;
    return FALSE;
  }
  if (now_us - state->late_us < LATE_US)
    return FALSE;
  fall (state, "WebSocket did not hold the rate", now_us);
  return TRUE;
}

/**
 * pb_transport_is_due:
 * @state: what earlier tries left
 * @config: settings
 * @now_us: monotonic
 *
 * Returns: %TRUE if SRT has stood in for long enough: WebSocket should be tried
 *   again
 */
gboolean
pb_transport_is_due (
    const PbTransportState *state, const PbConfig *config, gint64 now_us)
{
  return may_fall (config) && state->is_fallen && now_us >= state->again_us;
}

/**
 * pb_transport_is_last:
 * @transport: the one that is taken
 * @config: settings
 *
 * Pure. Rows that one way does not take go by the other before any of them is
 * left out.
 *
 * Returns: %TRUE if there is no other for rows that it does not take
 */
gboolean
pb_transport_is_last (PbTransport transport, const PbConfig *config)
{
  return transport == PB_TRANSPORT_SRT
         || strcmp (config->transport, "websocket") == 0
         || !pb_config_has_srt (config);
}

/**
 * pb_transport_to_string:
 * @transport: one
 *
 * Returns: (transfer none): its word in settings, status and logs
 */
const gchar *
pb_transport_to_string (PbTransport transport)
{
  return transport == PB_TRANSPORT_SRT ? "srt" : "websocket";
}

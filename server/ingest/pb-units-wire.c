/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Bounds are set before anything is read. */
#include "ingest/pb-units-wire.h"

#include <gstpitbox/gstpitbox.h>

#include "pb-bucket.h"

/* A close frame has 125 bytes, two of them the code. */
#define REASON_MAX_BYTES 123

/**
 * pb_units_wire_bound:
 * @connection: that has just been opened
 *
 * A message has a head and a unit at most; who is silent is pinged.
 */
void
pb_units_wire_bound (SoupWebsocketConnection *connection)
{
  soup_websocket_connection_set_max_incoming_payload_size (
      connection, GST_PITBOX_UNITS_HEAD_BYTES + GST_PITBOX_MAX_UNIT_BYTES);
  soup_websocket_connection_set_keepalive_interval (
      connection, PB_UNITS_PING_S);
}

/**
 * pb_units_wire_keeps_to_rate:
 * @full_us: when %PB_UNITS_BURST may come again; 0 at first; updated
 * @n_units: that came
 * @now_us: on the same clock
 *
 * Returns: %FALSE if more than %PB_UNITS_PER_S came for long
 */
gboolean
pb_units_wire_keeps_to_rate (gint64 *full_us, guint n_units, gint64 now_us)
{
  const gint64 each_us = G_USEC_PER_SEC / PB_UNITS_PER_S;

  return pb_bucket_take (
      full_us, n_units * each_us, PB_UNITS_BURST * each_us, now_us);
}

/**
 * pb_units_wire_keeps_to_rows:
 * @full_us: when %PB_UNITS_ROWS_BURST may come again; 0 at first; updated
 * @n_rows: that came, in however many units
 * @now_us: on the same clock
 *
 * Returns: %FALSE if more than %PB_UNITS_ROWS_PER_S came for long
 */
gboolean
pb_units_wire_keeps_to_rows (gint64 *full_us, guint n_rows, gint64 now_us)
{
  const gint64 each_us = G_USEC_PER_SEC / PB_UNITS_ROWS_PER_S;

  return pb_bucket_take (
      full_us, n_rows * each_us, PB_UNITS_ROWS_BURST * each_us, now_us);
}

/**
 * pb_units_wire_is_silent:
 * @heard_us: when a message or a pong came
 * @now_us: on the same clock
 *
 * Returns: whether nobody is there any more
 */
gboolean
pb_units_wire_is_silent (gint64 heard_us, gint64 now_us)
{
  return now_us - heard_us > PB_UNITS_SILENT_S * G_USEC_PER_SEC;
}

/**
 * pb_units_wire_close:
 * @connection: whatever became of it
 * @code: #GstPitboxUnitsClose or one of RFC 6455
 * @reason: in words; of what is longer than 123 bytes the beginning is sent
 */
void
pb_units_wire_close (
    SoupWebsocketConnection *connection, gushort code, const gchar *reason)
{
  g_autofree gchar *words = g_strndup (reason, REASON_MAX_BYTES);
  const gchar *end;

  /* Not within a letter. */
  if (!g_utf8_validate (words, -1, &end))
    words[end - words] = '\0';
  if (soup_websocket_connection_get_state (connection)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (connection, code, words);
}

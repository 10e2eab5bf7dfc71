/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What comes is bounded in size and number before it is looked at, and
 * acknowledged once a killed process would leave it behind. */
#include "ingest/pb-units-socket.h"

#include <gstpitbox/gstpitbox.h>

#include "ingest/pb-units-wire.h"

/* What is acknowledged once so many bytes of the session are settled. */
typedef struct {
  guint64 bytes;
  PbUnitsPlace place;
} Mark;

struct _PbUnitsSocket {
  SoupWebsocketConnection *connection;
  PbPrincipal *principal;
  PbDoor *door;
  gchar *driver;
  gchar *device;
  gchar *peer;
  PbUnitsSocketClosed closed;
  gpointer user_data;
  PbUnits *units;
  PbUnitsPlace taken; /* by the session */
  PbSession *session; /* NULL = not begun, or over */
  GByteArray *ts;
  guint64 pushed_bytes;
  GArray *marks; /* of Mark, oldest first */
  guint ack_timer;
  gint64 heard_us; /* monotonic, as all here */
  gint64 units_full_us; /* when PB_UNITS_BURST may come again */
  gboolean is_closing;
  gboolean sent_too_much;
};

static void
answer (PbUnitsSocket *self, const PbUnitsPlace *place, gboolean is_welcome)
{
  const GstPitboxUnitsAnswer words = { is_welcome, place->is_known,
    place->run_id, place->next };
  guint8 bytes[GST_PITBOX_UNITS_ANSWER_BYTES];

  if (self->is_closing
      || soup_websocket_connection_get_state (self->connection)
             != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  gst_pitbox_units_answer_write (&words, bytes);
  soup_websocket_connection_send_binary (self->connection, bytes, sizeof bytes);
}

/* The newest that is settled stands for those before it. */
static gboolean
on_ack (gpointer user_data)
{
  PbUnitsSocket *self = user_data;
  const guint64 settled =
      self->session ? pb_session_get_settled_bytes (self->session) : 0;
  guint n = 0;

  while (n < self->marks->len
         && g_array_index (self->marks, Mark, n).bytes <= settled)
    n++;
  if (n > 0) {
    answer (self, &g_array_index (self->marks, Mark, n - 1).place, FALSE);
    g_array_remove_range (self->marks, 0, n);
  }
  if (self->marks->len > 0 && !self->is_closing)
    return G_SOURCE_CONTINUE;
  self->ack_timer = 0;
  return G_SOURCE_REMOVE;
}

/* At most one mark a timer's turn is of use, but each is small. */
static void
acknowledge_later (PbUnitsSocket *self)
{
  const Mark mark = { self->pushed_bytes, self->taken };

  g_array_append_val (self->marks, mark);
  if (self->ack_timer == 0)
    self->ack_timer = g_timeout_add (PB_UNITS_ACK_MS, on_ack, self);
}

static void
end_session (PbUnitsSocket *self, const gchar *reason)
{
  if (self->session)
    pb_door_close (
        self->door, self->driver, g_steal_pointer (&self->session), reason);
}

/**
 * pb_units_socket_end:
 * @code: #GstPitboxUnitsClose or one of RFC 6455
 * @reason: in words; of what is longer than 123 bytes the beginning is sent
 *
 * Ends the session; from here on nothing that comes is looked at.
 */
void
pb_units_socket_end (PbUnitsSocket *self, gushort code, const gchar *reason)
{
  end_session (self, reason);
  if (self->is_closing)
    return;
  self->is_closing = TRUE;
  g_clear_handle_id (&self->ack_timer, g_source_remove);
  pb_units_wire_close (self->connection, code, reason);
}

/* Another sender has the driver's place, or the session ended by itself. */
static void
follow_session (PbUnitsSocket *self)
{
  g_autofree gchar *reason = pb_session_dup_end_reason (self->session);

  if (reason)
    pb_units_socket_end (self,
        g_str_has_prefix (reason, "a new connection")
            ? GST_PITBOX_UNITS_CLOSE_REPLACED
            : GST_PITBOX_UNITS_CLOSE_ENDED,
        reason);
}

static void
push (PbUnitsSocket *self, guint64 time_ns, const guint8 *klv, gsize klv_size)
{
  const gsize size = self->ts->len;
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (self->ts->data, size);

  GST_BUFFER_PTS (buffer) = time_ns;
  if (self->pushed_bytes == 0)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (pb_session_push_units (self->session, buffer, klv, klv_size)
      != GST_FLOW_OK) {
    self->sent_too_much = pb_session_sent_too_much (self->session);
    follow_session (self);
    return;
  }
  self->pushed_bytes += size;
  self->taken = *pb_units_get_place (self->units);
  acknowledge_later (self);
}

static void
take (PbUnitsSocket *self, const guint8 *message, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *reason = NULL;
  guint64 time_ns;
  guint n_units;
  PbUnitsResult result;

  g_byte_array_set_size (self->ts, 0);
  result = pb_units_take (self->units, message, size,
      pb_door_get_running_time (self->door), self->ts, &time_ns, &n_units,
      &error);
  if (result == PB_UNITS_BAD) {
    reason =
        g_strdup_printf ("a message of units is not valid: %s", error->message);
    pb_units_socket_end (self, GST_PITBOX_UNITS_CLOSE_BAD, reason);
  } else if (!pb_units_wire_keeps_to_rate (
                 &self->units_full_us, n_units, self->heard_us)) {
    self->sent_too_much = TRUE;
    pb_units_socket_end (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
        "more than 1000 telemetry units a second came for long. Send each row "
        "once, as it is made");
  } else if (result == PB_UNITS_TAKEN) {
    push (self, time_ns, message + GST_PITBOX_UNITS_HEAD_BYTES,
        size - GST_PITBOX_UNITS_HEAD_BYTES);
  } else {
    acknowledge_later (self);
  }
}

static void
on_message (SoupWebsocketConnection *connection, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PbUnitsSocket *self = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (self->is_closing || !self->session)
    return;
  self->heard_us = g_get_monotonic_time ();
  if (kind != SOUP_WEBSOCKET_DATA_BINARY)
    pb_units_socket_end (self, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA,
        "messages are binary: units behind a head");
  else
    take (self, data, size);
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *bytes, gpointer user_data)
{
  PbUnitsSocket *self = user_data;

  self->heard_us = g_get_monotonic_time ();
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer user_data)
{
  PbUnitsSocket *self = user_data;

  self->is_closing = TRUE;
  g_clear_handle_id (&self->ack_timer, g_source_remove);
  end_session (self, "the device has left");
  self->closed (self, self->user_data);
}

/**
 * pb_units_socket_new:
 * @connection: a connection that has just been opened
 * @principal: (transfer full): whose it is
 * @door: lets it in; outlives the socket
 * @guest: who it is
 * @place: up to where the driver's rows have come
 * @closed: what to call at the end
 * @user_data: for @closed
 *
 * Returns: (transfer full): the socket, until pb_units_socket_free()
 */
PbUnitsSocket *
pb_units_socket_new (SoupWebsocketConnection *connection,
    PbPrincipal *principal, PbDoor *door, const PbDoorGuest *guest,
    const PbUnitsPlace *place, PbUnitsSocketClosed closed, gpointer user_data)
{
  PbUnitsSocket *self = g_new0 (PbUnitsSocket, 1);

  self->connection = g_object_ref (connection);
  self->principal = principal;
  self->door = door;
  self->driver = g_strdup (guest->driver);
  self->device = g_strdup (guest->device);
  self->peer = g_strdup (guest->peer);
  self->closed = closed;
  self->user_data = user_data;
  self->units = pb_units_new (place);
  self->taken = *place;
  self->ts = g_byte_array_new ();
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  self->heard_us = g_get_monotonic_time ();
  pb_units_wire_bound (connection);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  return self;
}

/**
 * pb_units_socket_start:
 *
 * Opens the session, and tells the sender from where on rows are wanted.
 *
 * Returns: %FALSE with @error set; it is closed then, and the closed function
 *   is called later
 */
gboolean
pb_units_socket_start (PbUnitsSocket *self, GError **error)
{
  const PbDoorGuest guest = { self->driver, self->device, self->peer,
    "websocket", TRUE, TRUE, PB_PART_TELEMETRY };

  self->session = pb_door_open (self->door, &guest, error);
  if (!self->session) {
    pb_units_socket_end (
        self, SOUP_WEBSOCKET_CLOSE_SERVER_ERROR, (*error)->message);
    return FALSE;
  }
  answer (self, &self->taken, TRUE);
  return TRUE;
}

/**
 * pb_units_socket_free:
 *
 * Nobody is called any more; what was not closed is cut off.
 */
void
pb_units_socket_free (PbUnitsSocket *self)
{
  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_handle_id (&self->ack_timer, g_source_remove);
  end_session (self, "the server stops");
  pb_units_wire_close (
      self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the server stops");
  g_object_unref (self->connection);
  pb_principal_free (self->principal);
  pb_units_free (self->units);
  g_byte_array_unref (self->ts);
  g_array_unref (self->marks);
  g_free (self->driver);
  g_free (self->device);
  g_free (self->peer);
  g_free (self);
}

/**
 * pb_units_socket_sent_too_much:
 *
 * Returns: whether it was closed because more came than may
 */
gboolean
pb_units_socket_sent_too_much (PbUnitsSocket *self)
{
  return self->sent_too_much;
}

/**
 * pb_units_socket_tick:
 * @now_us: monotonic
 *
 * Once a second: closes what is not heard of any more, or has lost its place.
 */
void
pb_units_socket_tick (PbUnitsSocket *self, gint64 now_us)
{
  if (self->session)
    follow_session (self);
  if (pb_units_wire_is_silent (self->heard_us, now_us))
    pb_units_socket_end (
        self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "nothing came for 15 s");
}

/**
 * pb_units_socket_get_principal:
 *
 * Returns: (transfer none): whose it is
 */
PbPrincipal *
pb_units_socket_get_principal (PbUnitsSocket *self)
{
  return self->principal;
}

const gchar *
pb_units_socket_get_driver (PbUnitsSocket *self)
{
  return self->driver;
}

/**
 * pb_units_socket_get_place:
 *
 * Returns: (transfer none): up to where the driver's rows were taken
 */
const PbUnitsPlace *
pb_units_socket_get_place (PbUnitsSocket *self)
{
  return &self->taken;
}

/**
 * pb_units_socket_get_stats:
 *
 * Returns: (transfer none): what it brought
 */
const PbUnitsStats *
pb_units_socket_get_stats (PbUnitsSocket *self)
{
  return pb_units_get_stats (self->units);
}

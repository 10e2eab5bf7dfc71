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
  gatomicrefcount refs;
  PbPrincipal *principal;
  PbDoor *door;
  PbUnitsLoop *loop;
  gchar *driver;
  gchar *device;
  gchar *peer;

  /* The main thread. */
  PbUnitsSocketClosed closed; /* NULL = freed */
  gpointer user_data;

  /* The loop's thread. */
  GIOStream *stream; /* until there is a connection */
  GUri *uri;
  SoupWebsocketConnection *connection;
  GByteArray *ts;
  guint64 pushed_bytes;
  GArray *marks; /* of Mark, oldest first */
  GSource *ack_timer;
  gint64 units_full_us; /* when PB_UNITS_BURST may come again */
  gint64 rows_full_us; /* likewise PB_UNITS_ROWS_BURST */

  GMutex lock; /* protects the rest; not held while something is sent */
  PbUnits *units;
  PbUnitsPlace taken; /* by the session */
  PbSession *session; /* NULL = not begun, or over */
  gint64 heard_us; /* monotonic, as all here */
  gboolean is_closing;
  gboolean sent_too_much;
};

typedef struct {
  PbUnitsSocket *socket;
  gushort code;
  gchar *reason;
} Farewell;

static PbUnitsSocket *
socket_ref (PbUnitsSocket *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
socket_unref (gpointer data)
{
  PbUnitsSocket *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->stream);
  g_clear_object (&self->connection);
  g_uri_unref (self->uri);
  pb_principal_free (self->principal);
  g_clear_pointer (&self->units, pb_units_free);
  g_byte_array_unref (self->ts);
  g_array_unref (self->marks);
  g_mutex_clear (&self->lock);
  g_free (self->driver);
  g_free (self->device);
  g_free (self->peer);
  g_free (self);
}

static void
farewell_free (gpointer data)
{
  Farewell *farewell = data;

  socket_unref (farewell->socket);
  g_free (farewell->reason);
  g_free (farewell);
}

/* The loop's thread, without the lock. */
static void
answer (PbUnitsSocket *self, const PbUnitsPlace *place, gboolean is_welcome)
{
  const GstPitboxUnitsAnswer words = { is_welcome, place->is_known,
    place->run_id, place->next };
  guint8 bytes[GST_PITBOX_UNITS_ANSWER_BYTES];

  if (!self->connection
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
  guint64 settled;
  gboolean is_closing;
  guint n = 0;

  g_mutex_lock (&self->lock);
  settled = self->session ? pb_session_get_settled_bytes (self->session) : 0;
  is_closing = self->is_closing;
  g_mutex_unlock (&self->lock);
  while (n < self->marks->len
         && g_array_index (self->marks, Mark, n).bytes <= settled)
    n++;
  if (n > 0 && !is_closing)
    answer (self, &g_array_index (self->marks, Mark, n - 1).place, FALSE);
  if (n > 0)
    g_array_remove_range (self->marks, 0, n);
  if (self->marks->len > 0 && !is_closing)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->ack_timer, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* At most one mark a timer's turn is of use, but each is small. */
static void
acknowledge_later (PbUnitsSocket *self)
{
  const Mark mark = { self->pushed_bytes, self->taken };

  g_array_append_val (self->marks, mark);
  if (self->ack_timer)
    return;
  self->ack_timer = g_timeout_source_new (PB_UNITS_ACK_MS);
  g_source_set_callback (self->ack_timer, on_ack, self, NULL);
  g_source_attach (self->ack_timer, pb_units_loop_get_context (self->loop));
}

/* The lock is held, as in each function named …_locked. */
static void
end_session_locked (PbUnitsSocket *self, const gchar *reason)
{
  if (self->session)
    pb_door_close (
        self->door, self->driver, g_steal_pointer (&self->session), reason);
}

static gboolean
say_farewell (gpointer user_data)
{
  Farewell *farewell = user_data;

  if (farewell->socket->connection)
    pb_units_wire_close (
        farewell->socket->connection, farewell->code, farewell->reason);
  return G_SOURCE_REMOVE;
}

static void
end_locked (PbUnitsSocket *self, gushort code, const gchar *reason)
{
  Farewell *farewell;

  end_session_locked (self, reason);
  if (self->is_closing)
    return;
  self->is_closing = TRUE;
  farewell = g_new0 (Farewell, 1);
  farewell->socket = socket_ref (self);
  farewell->code = code;
  farewell->reason = g_strdup (reason);
  pb_units_loop_post (self->loop, say_farewell, farewell, farewell_free);
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
  g_mutex_lock (&self->lock);
  end_locked (self, code, reason);
  g_mutex_unlock (&self->lock);
}

/* Another sender has the driver's place, or the session ended by itself. */
static void
follow_session_locked (PbUnitsSocket *self)
{
  g_autofree gchar *reason = pb_session_dup_end_reason (self->session);

  if (reason)
    end_locked (self,
        g_str_equal (reason, PB_DOOR_TAKEN_OVER)
            ? GST_PITBOX_UNITS_CLOSE_REPLACED
            : GST_PITBOX_UNITS_CLOSE_ENDED,
        reason);
}

static void
push_locked (
    PbUnitsSocket *self, guint64 time_ns, const guint8 *klv, gsize klv_size)
{
  const gsize size = self->ts->len;
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (self->ts->data, size);

  GST_BUFFER_PTS (buffer) = time_ns;
  if (self->pushed_bytes == 0)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (pb_session_push_units (self->session, buffer, klv, klv_size)
      != GST_FLOW_OK) {
    self->sent_too_much = pb_session_sent_too_much (self->session);
    follow_session_locked (self);
    return;
  }
  self->pushed_bytes += size;
  self->taken = *pb_units_get_place (self->units);
  acknowledge_later (self);
}

static void
take_locked (PbUnitsSocket *self, const guint8 *message, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *reason = NULL;
  guint64 time_ns;
  guint n_units, n_rows;
  PbUnitsResult result;
  const guint64 rows_before = pb_units_get_stats (self->units)->rows;

  g_byte_array_set_size (self->ts, 0);
  result = pb_units_take (self->units, message, size,
      pb_door_get_running_time (self->door), self->ts, &time_ns, &n_units,
      &error);
  n_rows = (guint) (pb_units_get_stats (self->units)->rows - rows_before);
  if (result == PB_UNITS_BAD) {
    reason =
        g_strdup_printf ("a message of units is not valid: %s", error->message);
    end_locked (self, GST_PITBOX_UNITS_CLOSE_BAD, reason);
  } else if (!pb_units_wire_keeps_to_rate (
                 &self->units_full_us, n_units, self->heard_us)) {
    self->sent_too_much = TRUE;
    end_locked (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
        "more than 1000 telemetry units a second came for long. Send each row "
        "once, as it is made");
  } else if (!pb_units_wire_keeps_to_rows (
                 &self->rows_full_us, n_rows, self->heard_us)) {
    self->sent_too_much = TRUE;
    end_locked (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
        "more than 1000 rows a second came for long. Send each row once, as it "
        "is made");
  } else if (result == PB_UNITS_TAKEN) {
    push_locked (self, time_ns, message + GST_PITBOX_UNITS_HEAD_BYTES,
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

  g_mutex_lock (&self->lock);
  self->heard_us = g_get_monotonic_time ();
  if (self->is_closing || !self->session)
    ;
  else if (kind != SOUP_WEBSOCKET_DATA_BINARY)
    end_locked (self, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA,
        "messages are binary: units behind a head");
  else
    take_locked (self, data, size);
  g_mutex_unlock (&self->lock);
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *bytes, gpointer user_data)
{
  PbUnitsSocket *self = user_data;

  g_mutex_lock (&self->lock);
  self->heard_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

static gboolean
tell_closed (gpointer user_data)
{
  PbUnitsSocket *self = user_data;

  if (self->closed)
    self->closed (self, self->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer user_data)
{
  PbUnitsSocket *self = user_data;

  g_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  end_session_locked (self, "the device has left");
  g_mutex_unlock (&self->lock);
  g_idle_add_full (
      G_PRIORITY_DEFAULT, tell_closed, socket_ref (self), socket_unref);
}

static gboolean
begin (gpointer user_data)
{
  PbUnitsSocket *self = user_data;
  gboolean is_closing;

  self->connection = soup_websocket_connection_new (self->stream, self->uri,
      SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, GST_PITBOX_UNITS_PROTOCOL, NULL);
  g_clear_object (&self->stream);
  pb_units_wire_bound (self->connection);
  g_signal_connect (self->connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
  g_mutex_lock (&self->lock);
  is_closing = self->is_closing;
  g_mutex_unlock (&self->lock);
  /* Nothing has come yet: it is as it was found. */
  if (!is_closing)
    answer (self, &self->taken, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
leave (gpointer user_data)
{
  PbUnitsSocket *self = user_data;

  if (self->ack_timer)
    g_source_destroy (self->ack_timer);
  g_clear_pointer (&self->ack_timer, g_source_unref);
  g_signal_handlers_disconnect_by_data (self->connection, self);
  pb_units_wire_close (
      self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the server stops");
  g_clear_object (&self->connection);
  pb_units_loop_leave (self->loop);
  return G_SOURCE_REMOVE;
}

/**
 * pb_units_socket_new:
 * @stream: (transfer none): of a client, which has just become a WebSocket's;
 *   nobody else reads or writes it any more
 * @uri: that was asked for
 * @principal: (transfer full): whose it is
 * @door: lets it in; outlives the socket
 * @loop: on whose thread it is; outlives the socket
 * @guest: who it is
 * @closed: what to call at the end
 * @user_data: for @closed
 *
 * Returns: (transfer full): the socket, until pb_units_socket_free(); it waits
 *   for pb_units_socket_start()
 */
PbUnitsSocket *
pb_units_socket_new (GIOStream *stream, GUri *uri, PbPrincipal *principal,
    PbDoor *door, PbUnitsLoop *loop, const PbDoorGuest *guest,
    PbUnitsSocketClosed closed, gpointer user_data)
{
  PbUnitsSocket *self = g_new0 (PbUnitsSocket, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->stream = g_object_ref (stream);
  self->uri = g_uri_ref (uri);
  self->principal = principal;
  self->door = door;
  self->loop = loop;
  self->driver = g_strdup (guest->driver);
  self->device = g_strdup (guest->device);
  self->peer = g_strdup (guest->peer);
  self->closed = closed;
  self->user_data = user_data;
  self->ts = g_byte_array_new ();
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  self->heard_us = g_get_monotonic_time ();
  return self;
}

/**
 * pb_units_socket_open:
 *
 * Opens the session: from here on whoever had the driver's place takes nothing.
 * Then call pb_units_socket_start().
 *
 * Returns: %FALSE with @error set; it is closed once it starts, and the closed
 *   function is called later
 */
gboolean
pb_units_socket_open (PbUnitsSocket *self, GError **error)
{
  const PbDoorGuest guest = { self->driver, self->device, self->peer,
    "websocket", TRUE, TRUE, PB_PART_TELEMETRY };

  self->session = pb_door_open (self->door, &guest, error);
  return self->session != NULL;
}

/**
 * pb_units_socket_start:
 * @place: up to where the driver's rows have come
 * @failure: (nullable): why it has no session
 *
 * Tells the sender from where on rows are wanted, and takes them.
 */
void
pb_units_socket_start (
    PbUnitsSocket *self, const PbUnitsPlace *place, const gchar *failure)
{
  self->units = pb_units_new (place);
  self->taken = *place;
  pb_units_loop_enter (self->loop);
  pb_units_loop_post (self->loop, begin, socket_ref (self), socket_unref);
  if (failure)
    pb_units_socket_end (self, SOUP_WEBSOCKET_CLOSE_SERVER_ERROR, failure);
}

/**
 * pb_units_socket_free:
 *
 * Nobody is called any more; what was not closed is cut off.
 */
void
pb_units_socket_free (PbUnitsSocket *self)
{
  self->closed = NULL;
  g_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  end_session_locked (self, "the server stops");
  g_mutex_unlock (&self->lock);
  pb_units_loop_post (self->loop, leave, socket_ref (self), socket_unref);
  socket_unref (self);
}

/**
 * pb_units_socket_sent_too_much:
 *
 * Returns: whether it was closed because more came than may
 */
gboolean
pb_units_socket_sent_too_much (PbUnitsSocket *self)
{
  gboolean value;

  g_mutex_lock (&self->lock);
  value = self->sent_too_much;
  g_mutex_unlock (&self->lock);
  return value;
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
  g_mutex_lock (&self->lock);
  if (self->session)
    follow_session_locked (self);
  if (pb_units_wire_is_silent (self->heard_us, now_us))
    end_locked (
        self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "nothing came for 15 s");
  g_mutex_unlock (&self->lock);
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
 * @place: (out): up to where the driver's rows were taken
 */
void
pb_units_socket_get_place (PbUnitsSocket *self, PbUnitsPlace *place)
{
  g_mutex_lock (&self->lock);
  *place = self->taken;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_units_socket_get_stats:
 * @stats: (out): what it brought
 */
void
pb_units_socket_get_stats (PbUnitsSocket *self, PbUnitsStats *stats)
{
  g_mutex_lock (&self->lock);
  *stats = *pb_units_get_stats (self->units);
  g_mutex_unlock (&self->lock);
}

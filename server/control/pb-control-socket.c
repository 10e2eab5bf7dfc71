/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlSocket: what comes is bounded in size, depth and number, and held
 * against the schema, before anybody sees it. */
#include "control/pb-control-socket.h"

#include <string.h>

#include "json/pb-json.h"
#include "pb-bucket.h"

/* A close frame has 125 bytes, two of them the code. */
#define REASON_MAX_BYTES 123

struct _PbControlSocket {
  SoupWebsocketConnection *connection;
  PbPrincipal *principal;
  PbControlSocketEvents events;
  gpointer user_data;
  gint64 opened_us; /* monotonic, as all here */
  gint64 heard_us;
  gint64 tokens_full_us; /* when PB_CONTROL_BURST may come again */
  gsize unanswered; /* bytes sent before the last answer but one … */
  gsize fresh; /* … and since the last */
  gboolean has_hello;
  gboolean is_closing;
};

static gboolean
take_token (PbControlSocket *self, gint64 now_us)
{
  const gint64 each_us = G_USEC_PER_SEC / PB_CONTROL_PER_S;

  return pb_bucket_take (
      &self->tokens_full_us, each_us, PB_CONTROL_BURST * each_us, now_us);
}

static void
refuse_version (PbControlSocket *self, PbControlFit fit)
{
  const gboolean old = fit == PB_CONTROL_TOO_OLD;
  const gchar *words =
      old ? "This program speaks an older version of the protocol than this "
            "server: update it (agent: install the newest pitbox-agent; page: "
            "load it anew)"
          : "This program speaks a newer version of the protocol than this "
            "server: update pitbox-server, or take an older program";
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "error");
  pb_json_add_text (b, "code", old ? "too_old" : "too_new");
  pb_json_add_text (b, "message", words);
  pb_json_add_text (b, "about", "hello");
  pb_json_add_bool (b, "fatal", TRUE);
  json_builder_end_object (b);
  pb_control_socket_send (self, b);
  pb_control_socket_close (self,
      old ? PB_CONTROL_CLOSE_TOO_OLD : PB_CONTROL_CLOSE_TOO_NEW,
      old ? "too old: update this program" : "too new: update pitbox-server");
}

/* Whether the message is for those who listen. */
static gboolean
check_hello (PbControlSocket *self, const gchar *type, JsonObject *message)
{
  const gboolean is_hello = g_str_equal (type, "hello");
  PbControlFit fit;
  gint64 version;

  if (is_hello == self->has_hello) {
    pb_control_socket_send_error (self, "unexpected", type,
        is_hello ? "There is one hello a connection"
                 : "The first message must be a hello");
    return FALSE;
  }
  if (!is_hello)
    return TRUE;
  fit = pb_control_fit (json_object_get_int_member (message, "protocol_min"),
      json_object_get_int_member (message, "protocol_max"), &version);
  if (fit != PB_CONTROL_FITS) {
    refuse_version (self, fit);
    return FALSE;
  }
  self->has_hello = TRUE;
  return TRUE;
}

static void
on_message (SoupWebsocketConnection *connection, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PbControlSocket *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) message = NULL;
  const gchar *type;

  if (self->is_closing)
    return;
  self->heard_us = g_get_monotonic_time ();
  if (kind != SOUP_WEBSOCKET_DATA_TEXT) {
    pb_control_socket_close (self, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA,
        "messages are texts: JSON objects");
    return;
  }
  if (!take_token (self, self->heard_us)) {
    pb_control_socket_close (
        self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "too many messages");
    return;
  }
  message = pb_control_message_parse (
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  if (!message) {
    pb_control_socket_send_error (
        self, pb_control_error_to_code (error), NULL, error->message);
    return;
  }
  type = pb_json_get_text (message, "type");
  if (check_hello (self, type, message))
    self->events.message (self, type, message, self->user_data);
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *bytes, gpointer user_data)
{
  PbControlSocket *self = user_data;

  self->heard_us = g_get_monotonic_time ();
  self->unanswered = self->fresh;
  self->fresh = 0;
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer user_data)
{
  PbControlSocket *self = user_data;

  self->is_closing = TRUE;
  self->events.closed (self, self->user_data);
}

/**
 * pb_control_socket_new:
 * @connection: a connection that has just been opened
 * @principal: (transfer full): whose it is
 * @events: what to call
 * @user_data: for @events
 *
 * Returns: (transfer full): the socket, until pb_control_socket_free()
 */
PbControlSocket *
pb_control_socket_new (SoupWebsocketConnection *connection,
    PbPrincipal *principal, const PbControlSocketEvents *events,
    gpointer user_data)
{
  PbControlSocket *self = g_new0 (PbControlSocket, 1);

  self->connection = g_object_ref (connection);
  self->principal = principal;
  self->events = *events;
  self->user_data = user_data;
  self->opened_us = self->heard_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (
      connection, PB_CONTROL_MAX_BYTES);
  soup_websocket_connection_set_keepalive_interval (
      connection, PB_CONTROL_PING_S);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  return self;
}

/**
 * pb_control_socket_free:
 *
 * Nobody is called any more; what was not closed is cut off.
 */
void
pb_control_socket_free (PbControlSocket *self)
{
  g_signal_handlers_disconnect_by_data (self->connection, self);
  if (soup_websocket_connection_get_state (self->connection)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (
        self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_object_unref (self->connection);
  pb_principal_free (self->principal);
  g_free (self);
}

/**
 * pb_control_socket_get_principal:
 *
 * Returns: (transfer none): whose it is
 */
PbPrincipal *
pb_control_socket_get_principal (PbControlSocket *self)
{
  return self->principal;
}

/**
 * pb_control_socket_has_hello:
 *
 * Returns: %TRUE once it has said hello in a version that is spoken here, and
 *   while it is not being closed
 */
gboolean
pb_control_socket_has_hello (PbControlSocket *self)
{
  return self->has_hello && !self->is_closing;
}

/**
 * pb_control_socket_send_text:
 * @text: a whole message
 *
 * Never waits. A peer that does not read is closed once it has
 * %PB_CONTROL_UNANSWERED_BYTES to read.
 */
void
pb_control_socket_send_text (PbControlSocket *self, const gchar *text)
{
  const gsize size = strlen (text);

  if (self->is_closing
      || soup_websocket_connection_get_state (self->connection)
             != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  if (self->unanswered + self->fresh + size > PB_CONTROL_UNANSWERED_BYTES) {
    pb_control_socket_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
        "it does not read what is sent");
    return;
  }
  self->fresh += size;
  soup_websocket_connection_send_text (self->connection, text);
}

/**
 * pb_control_socket_send:
 * @builder: a whole message
 */
void
pb_control_socket_send (PbControlSocket *self, JsonBuilder *builder)
{
  g_autofree gchar *text = pb_control_message_to_text (builder);

  pb_control_socket_send_text (self, text);
}

/**
 * pb_control_socket_send_error:
 * @code: for programs
 * @about: (nullable): type of the message that it answers
 * @message: for people
 */
void
pb_control_socket_send_error (PbControlSocket *self, const gchar *code,
    const gchar *about, const gchar *message)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "error");
  pb_json_add_text (b, "code", code);
  pb_json_add_text (b, "message", message);
  if (about)
    pb_json_add_text (b, "about", about);
  json_builder_end_object (b);
  pb_control_socket_send (self, b);
}

/**
 * pb_control_socket_close:
 * @code: #PbControlClose or one of RFC 6455
 * @reason: in words, at most 123 bytes
 *
 * From here on nothing that comes is looked at. A peer that does not answer is
 * cut off after some seconds.
 */
void
pb_control_socket_close (
    PbControlSocket *self, gushort code, const gchar *reason)
{
  g_return_if_fail (strlen (reason) <= REASON_MAX_BYTES);
  if (self->is_closing)
    return;
  self->is_closing = TRUE;
  if (soup_websocket_connection_get_state (self->connection)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->connection, code, reason);
}

/**
 * pb_control_socket_tick:
 * @now_us: monotonic
 *
 * Once a second: closes who has not said hello, or is not heard of any more.
 */
void
pb_control_socket_tick (PbControlSocket *self, gint64 now_us)
{
  if (!self->has_hello
      && now_us - self->opened_us > PB_CONTROL_HELLO_S * G_USEC_PER_SEC)
    pb_control_socket_close (
        self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "no hello came");
  else if (now_us - self->heard_us > PB_CONTROL_SILENT_S * G_USEC_PER_SEC)
    pb_control_socket_close (
        self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "nothing came for 15 s");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRemoteLine: a WebSocket to the server that comes back by itself. All of it
 * in the main loop: the streaming threads do not know that it is there. */
#include "control/pb-remote-line.h"

#include "json/pb-json.h"
#include "pb-control-message.h"

#include <gstpitbox/gstpitbox.h>
#include <gstpitbox/gstpitboxfingerprint.h>
#include <libsoup/soup.h>

#define PATH "/api/v1/control"
#define CONNECT_TIMEOUT_S 15
/* First and longest wait for the next try. */
#define FIRST_DELAY_MS 500
#define MAX_DELAY_MS 30000
/* What does not heal by itself within seconds. */
#define REFUSED_DELAY_MS 20000
/* The server pings each 5 s and speaks to whoever asks for its clock. */
#define PING_S 5
#define SILENT_US (15 * G_USEC_PER_SEC)
/* Close codes of the server; protocol/README.md. */
#define CLOSE_REPLACED 4001
#define CLOSE_WITHDRAWN 4003
#define CLOSE_TOO_OLD 4010
#define CLOSE_TOO_NEW 4011

struct _PbRemoteLine {
  gchar *url;
  gchar *certificate;
  gchar *token;
  PbRemoteLineEvents events;
  gpointer user_data;
  SoupSession *session;
  GCancellable *cancellable; /* of the try that goes on */
  SoupMessage *message; /* likewise */
  SoupWebsocketConnection *socket; /* NULL = not connected */
  gint64 heard_us;
  guint failures; /* in a row */
  guint timer; /* the next try */
  gchar *said; /* last, so that it is said once */
  gboolean was_told; /* why this connection ends */
};

static void try_connect (PbRemoteLine *self);

static void
say (PbRemoteLine *self, const gchar *words)
{
  if (g_strcmp0 (words, self->said) == 0)
    return;
  g_free (self->said);
  self->said = g_strdup (words);
  g_message ("control: %s", words);
}

static gboolean
on_retry (gpointer user_data)
{
  PbRemoteLine *self = user_data;

  self->timer = 0;
  try_connect (self);
  return G_SOURCE_REMOVE;
}

static void
drop_socket (PbRemoteLine *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->socket, self);
  if (soup_websocket_connection_get_state (self->socket)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (
        self->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_clear_object (&self->socket);
}

static void
wait_to_retry (PbRemoteLine *self, guint first_ms)
{
  drop_socket (self);
  self->events.closed (self->user_data);
  self->timer = g_timeout_add (gst_pitbox_backoff_ms (++self->failures,
                                   first_ms, MAX_DELAY_MS, g_random_double ()),
      on_retry, self);
}

/**
 * pb_remote_line_send_text:
 * @text: JSON
 *
 * Nothing where the connection is being closed.
 */
void
pb_remote_line_send_text (PbRemoteLine *self, const gchar *text)
{
  if (self->socket != NULL
      && soup_websocket_connection_get_state (self->socket)
             == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->socket, text);
}

/**
 * pb_remote_line_begin:
 *
 * Returns: (transfer full): an object with its type, for pb_remote_line_send()
 */
JsonBuilder *
pb_remote_line_begin (const gchar *type)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", type);
  return b;
}

/**
 * pb_remote_line_send:
 * @b: ends its object
 */
void
pb_remote_line_send (PbRemoteLine *self, JsonBuilder *b)
{
  g_autofree gchar *text = NULL;

  json_builder_end_object (b);
  text = pb_control_message_to_text (b);
  pb_remote_line_send_text (self, text);
}

/* Returns: (nullable): what was said last, so how it stands */
const gchar *
pb_remote_line_get_words (PbRemoteLine *self)
{
  return self->said;
}

/**
 * pb_remote_line_welcome:
 *
 * The server goes on with us: the next try after this one comes soon.
 */
void
pb_remote_line_welcome (PbRemoteLine *self)
{
  g_autofree gchar *words = g_strdup_printf ("connected to %s", self->url);

  self->failures = 0;
  say (self, words);
}

/**
 * pb_remote_line_check:
 *
 * Ends a connection that nothing has come by for too long.
 *
 * Returns: %FALSE if it did
 */
gboolean
pb_remote_line_check (PbRemoteLine *self)
{
  if (g_get_monotonic_time () - self->heard_us <= SILENT_US)
    return TRUE;
  say (self, "nothing comes from the server any more");
  wait_to_retry (self, FIRST_DELAY_MS);
  return FALSE;
}

static void
on_message (SoupWebsocketConnection *socket, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PbRemoteLine *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) message = NULL;

  self->heard_us = g_get_monotonic_time ();
  if (kind != SOUP_WEBSOCKET_DATA_TEXT)
    return;
  message = pb_control_message_parse (
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  if (message == NULL) {
    g_autoptr (JsonBuilder) b = pb_remote_line_begin ("error");

    pb_json_add_text (b, "code", pb_control_error_to_code (error));
    pb_json_add_text (b, "message", error->message);
    pb_remote_line_send (self, b);
    return;
  }
  if (g_str_equal (pb_json_get_text (message, "type"), "error")) {
    say (self, pb_json_get_text (message, "message"));
    self->was_told =
        json_object_get_boolean_member_with_default (message, "fatal", FALSE);
  } else {
    self->events.message (message, self->user_data);
  }
}

static void
on_pong (SoupWebsocketConnection *socket, GBytes *bytes, gpointer user_data)
{
  ((PbRemoteLine *) user_data)->heard_us = g_get_monotonic_time ();
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  PbRemoteLine *self = user_data;
  const gushort code = soup_websocket_connection_get_close_code (socket);
  const gchar *reason = soup_websocket_connection_get_close_data (socket);
  g_autofree gchar *words =
      g_strdup_printf ("the server has ended the connection%s%s",
          reason != NULL && reason[0] != '\0' ? ": " : "",
          reason != NULL ? reason : "");

  /* Not the same in other words again and again: it is tried for ever. */
  if (!self->was_told)
    say (self, words);
  wait_to_retry (self,
      code == CLOSE_REPLACED || code == CLOSE_TOO_OLD || code == CLOSE_TOO_NEW
          ? REFUSED_DELAY_MS
          : FIRST_DELAY_MS);
  if (code == CLOSE_WITHDRAWN)
    self->events.withdrawn (self->user_data);
}

static gboolean
accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags problems, gpointer user_data)
{
  PbRemoteLine *self = user_data;

  return gst_pitbox_fingerprint_fits (self->certificate, certificate);
}

/* What an answer that is no WebSocket means to the driver. */
static gchar *
explain (PbRemoteLine *self, guint status, const GError *error)
{
  switch (status) {
    case SOUP_STATUS_UNAUTHORIZED:
      return g_strdup ("the server does not take this PC's pairing any more: "
                       "pair it again");
    case SOUP_STATUS_BAD_REQUEST:
      return g_strdup ("the server speaks another version of the control "
                       "channel (this one " PB_CONTROL_SUBPROTOCOL
                       "): update whichever of the two is older");
    case SOUP_STATUS_NOT_FOUND:
      return g_strdup ("the server has no control channel: update it");
    case SOUP_STATUS_NONE:
      return g_strdup_printf ("%s: %s", self->url, error->message);
    default:
      return g_strdup_printf (
          "%s answers with HTTP status %u", self->url, status);
  }
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
      soup_session_websocket_connect_finish (
          SOUP_SESSION (session), result, &error);
  g_autofree gchar *words = NULL;
  PbRemoteLine *self = user_data;
  guint status;

  /* Nobody is there any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  status = soup_message_get_status (self->message);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  if (socket == NULL) {
    words = explain (self, status, error);
    say (self, words);
    wait_to_retry (self,
        status >= 400 && status < 500 ? REFUSED_DELAY_MS : FIRST_DELAY_MS);
    if (status == SOUP_STATUS_UNAUTHORIZED)
      self->events.withdrawn (self->user_data);
    return;
  }
  self->socket = g_steal_pointer (&socket);
  self->was_told = FALSE;
  self->heard_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (
      self->socket, PB_CONTROL_MAX_BYTES);
  soup_websocket_connection_set_keepalive_interval (self->socket, PING_S);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->socket, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  self->events.opened (self->user_data);
}

static void
try_connect (PbRemoteLine *self)
{
  static gchar *protocols[] = { (gchar *) PB_CONTROL_SUBPROTOCOL, NULL };
  g_autofree gchar *address = g_strconcat (self->url, PATH, NULL);
  gchar *header = g_strconcat ("Bearer ", self->token, NULL);

  self->message = soup_message_new ("GET", address);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (
      soup_message_get_request_headers (self->message), "Authorization",
      header);
  g_free (header);
  g_signal_connect (self->message, "accept-certificate",
      G_CALLBACK (accept_certificate), self);
  soup_session_websocket_connect_async (self->session, self->message, NULL,
      protocols, G_PRIORITY_DEFAULT, self->cancellable, on_connected, self);
}

/**
 * pb_remote_line_new:
 * @peer: the server and who one is there
 * @events: what to call, from the main loop alone
 * @user_data: for @events
 *
 * Tries to connect from the next turn of the main loop on, until it is freed.
 *
 * Returns: (transfer full): a connection that comes back
 */
PbRemoteLine *
pb_remote_line_new (const PbRemotePeer *peer, const PbRemoteLineEvents *events,
    gpointer user_data)
{
  PbRemoteLine *self = g_new0 (PbRemoteLine, 1);

  self->url = g_strdup (peer->url);
  self->certificate = g_strdup (peer->certificate);
  self->token = g_strdup (peer->token);
  self->events = *events;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  /* No proxy: what finds one out costs more memory than all of this. */
  self->session = soup_session_new_with_options ("proxy-resolver", NULL,
      "timeout", CONNECT_TIMEOUT_S, "user-agent",
      "pitbox-agent/" PACKAGE_VERSION, NULL);
  soup_session_remove_feature_by_type (
      self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->timer = g_idle_add (on_retry, self);
  return self;
}

/**
 * pb_remote_line_free:
 *
 * Leaves; calls nobody any more.
 */
void
pb_remote_line_free (PbRemoteLine *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  drop_socket (self);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_object_unref (self->session);
  g_free (self->url);
  g_free (self->certificate);
  g_free (self->token);
  g_free (self->said);
  g_free (self);
}

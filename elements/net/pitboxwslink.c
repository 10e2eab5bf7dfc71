/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libsoup shakes hands and frames messages; nothing here has a thread. */
#include "pitboxwslink.h"

#include <gio/gnetworking.h>
#include <gstpitbox/gstpitboxfingerprint.h>
#include <libsoup/soup.h>
#include <string.h>

#include "pitboxwsreject.h"

/* Where pitbox-server takes units. */
#define PATH "/api/v1/units"
/* A server that is there answers in one round trip. One that is not there any
 * more, or not yet, never does, and the network may be back by now. */
#define CONNECT_TIMEOUT_MS 1500
/* For TLS and the handshake after that. */
#define OPEN_TIMEOUT_MS 8000
/* What is left to be written when a connection ends. */
#define CLOSE_TIMEOUT_MS 200

struct _PitboxWsLink {
  GMainContext *context;
  gchar *url;
  gchar *token;
  gchar *certificate;
  PitboxWsLinkEvents events;
  gpointer user_data;
  SoupMessage *message; /* while it is opened */
  SoupWebsocketConnection *socket;
  GCancellable *attempt;
  GError *error; /* why it could not be opened */
  gboolean is_there; /* the first packet was answered */
  gboolean is_answered; /* the handshake is over, well or not */
};

/* An address of the server's page is enough: @location's scheme may be that of
 * a page, and its path may be missing. */
gchar *
pitbox_ws_link_parse_location (const gchar *location, GError **error)
{
  g_autoptr (GUri) uri =
      location != NULL ? g_uri_parse (
          location, G_URI_FLAGS_SCHEME_NORMALIZE | G_URI_FLAGS_ENCODED, NULL)
                       : NULL;
  const gchar *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const gboolean is_plain =
      strcmp (scheme, "ws") == 0 || strcmp (scheme, "http") == 0;
  const gchar *path;

  if ((!is_plain && strcmp (scheme, "wss") != 0
          && strcmp (scheme, "https") != 0)
      || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0'
      || g_uri_get_userinfo (uri) != NULL) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "the location must be ws://HOST:PORT or wss://HOST:PORT, without a "
        "secret in it");
    return NULL;
  }
  path = g_uri_get_path (uri);
  return g_uri_join (G_URI_FLAGS_ENCODED, is_plain ? "http" : "https", NULL,
      g_uri_get_host (uri), g_uri_get_port (uri),
      strlen (path) < 2 ? PATH : path, g_uri_get_query (uri), NULL);
}

/* @location: of pitbox_ws_link_parse_location(); opens nothing yet. */
PitboxWsLink *
pitbox_ws_link_new (GMainContext *context, const gchar *location,
    const gchar *token, const gchar *certificate,
    const PitboxWsLinkEvents *events, gpointer user_data)
{
  PitboxWsLink *link = g_new0 (PitboxWsLink, 1);

  link->context = g_main_context_ref (context);
  link->url = g_strdup (location);
  link->token = g_strdup (token);
  link->certificate = g_strdup (certificate);
  link->events = *events;
  link->user_data = user_data;
  link->attempt = g_cancellable_new ();
  return link;
}

static gboolean
on_timeout (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static GSource *
add_timeout (PitboxWsLink *link, guint ms, gboolean *is_over)
{
  GSource *source = g_timeout_source_new (ms);

  *is_over = FALSE;
  g_source_set_callback (source, on_timeout, is_over, NULL);
  g_source_attach (source, link->context);
  return source;
}

static void
remove_source (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* libsoup closes in turns of the context: those that are left are taken here,
 * or the socket would stay open. */
static void
close_socket (PitboxWsLink *link)
{
  SoupWebsocketConnection *socket = link->socket;
  gboolean is_over;
  GSource *timeout;

  if (socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (socket, link);
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  if (soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (
        socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  timeout = add_timeout (link, CLOSE_TIMEOUT_MS, &is_over);
  while (!is_over
         && soup_websocket_connection_get_state (socket)
                != SOUP_WEBSOCKET_STATE_CLOSED)
    g_main_context_iteration (link->context, TRUE);
  g_clear_object (&link->socket);
  while (!is_over && socket != NULL)
    g_main_context_iteration (link->context, TRUE);
  if (socket != NULL)
    g_object_remove_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  remove_source (timeout);
}

/* By whoever has the turn, with the context as its thread's default. */
void
pitbox_ws_link_free (PitboxWsLink *link)
{
  close_socket (link);
  g_main_context_unref (link->context);
  g_object_unref (link->attempt);
  g_clear_error (&link->error);
  g_free (link->url);
  if (link->token != NULL)
    memset (link->token, 0, strlen (link->token));
  g_free (link->token);
  g_free (link->certificate);
  g_free (link);
}

static gboolean
accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags problems, gpointer user_data)
{
  PitboxWsLink *link = user_data;

  return gst_pitbox_fingerprint_fits (link->certificate, certificate);
}

/* A row leaves when it is there, and not with the next one. */
static void
on_network (SoupMessage *message, GSocketClientEvent event,
    GIOStream *connection, gpointer user_data)
{
  PitboxWsLink *link = user_data;

  if (event != G_SOCKET_CLIENT_CONNECTED
      || !G_IS_SOCKET_CONNECTION (connection))
    return;
  link->is_there = TRUE;
  g_socket_set_option (
      g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)),
      IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

static void
on_message (SoupWebsocketConnection *socket, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PitboxWsLink *link = user_data;
  GstPitboxUnitsAnswer answer;

  if (kind == SOUP_WEBSOCKET_DATA_BINARY
      && gst_pitbox_units_answer_parse (
          g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &answer))
    link->events.answer (&answer, link->user_data);
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  PitboxWsLink *link = user_data;

  link->events.closed (soup_websocket_connection_get_close_code (socket),
      soup_websocket_connection_get_close_data (socket), link->user_data);
}

static void
on_opened (GObject *session, GAsyncResult *result, gpointer user_data)
{
  PitboxWsLink *link = user_data;

  link->is_answered = TRUE;
  link->socket = soup_session_websocket_connect_finish (
      SOUP_SESSION (session), result, &link->error);
  if (link->socket == NULL)
    return;
  soup_websocket_connection_set_max_incoming_payload_size (link->socket, 1024);
  g_signal_connect (link->socket, "message", G_CALLBACK (on_message), link);
  g_signal_connect (link->socket, "closed", G_CALLBACK (on_closed), link);
}

static SoupMessage *
new_message (PitboxWsLink *link)
{
  SoupMessage *message = soup_message_new ("GET", link->url);
  gchar *header;

  /* A secret goes to nobody else than to whom it was meant for. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (link->token != NULL && link->token[0] != '\0') {
    header = g_strconcat ("Bearer ", link->token, NULL);
    soup_message_headers_replace (
        soup_message_get_request_headers (message), "Authorization", header);
    memset (header, 0, strlen (header));
    g_free (header);
  }
  g_signal_connect (
      message, "accept-certificate", G_CALLBACK (accept_certificate), link);
  g_signal_connect (message, "network-event", G_CALLBACK (on_network), link);
  return message;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  PitboxWsLink *link = user_data;

  g_cancellable_cancel (link->attempt);
}

/* Iterates until the handshake is over or takes too long. */
static void
wait_answered (PitboxWsLink *link)
{
  gboolean is_late, is_over;
  GSource *connect = add_timeout (link, CONNECT_TIMEOUT_MS, &is_late);
  GSource *open = add_timeout (link, OPEN_TIMEOUT_MS, &is_over);

  while (!link->is_answered) {
    if (is_over || (is_late && !link->is_there))
      g_cancellable_cancel (link->attempt);
    g_main_context_iteration (link->context, TRUE);
  }
  remove_source (connect);
  remove_source (open);
}

static void
set_error (
    PitboxWsLink *link, GCancellable *cancellable, guint *code, GError **error)
{
  *code = soup_message_get_status (link->message);
  /* A proxy's or page's answer to what should have been a WebSocket. */
  if (*code == SOUP_STATUS_OK)
    *code = SOUP_STATUS_NOT_FOUND;
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
  else if (*code != SOUP_STATUS_NONE)
    g_propagate_error (error, pitbox_ws_reject_error (*code, link->url, NULL));
  else if (g_cancellable_is_cancelled (link->attempt))
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
        "%s: no answer", link->url);
  else
    g_set_error (error,
        link->error->domain == G_RESOLVER_ERROR ? G_RESOLVER_ERROR
                                                : GST_RESOURCE_ERROR,
        link->error->domain == G_RESOLVER_ERROR
            ? link->error->code
            : (gint) GST_RESOURCE_ERROR_OPEN_WRITE,
        "%s: %s", link->url, link->error->message);
}

/* Once; returns when it is open, was refused, or did not come about. Only from
 * @cancellable's thread or one that waits for this. */
gboolean
pitbox_ws_link_open (
    PitboxWsLink *link, GCancellable *cancellable, guint *code, GError **error)
{
  static gchar *protocols[] = { (gchar *) GST_PITBOX_UNITS_PROTOCOL, NULL };
  SoupSession *session = soup_session_new_with_options ("proxy-resolver", NULL,
      "user-agent", "pitboxwssink/" PACKAGE_VERSION, NULL);
  gulong handler = g_cancellable_connect (
      cancellable, G_CALLBACK (on_cancelled), link, NULL);

  /* Units are as small as they get already. */
  soup_session_remove_feature_by_type (
      session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  link->message = new_message (link);
  soup_session_websocket_connect_async (session, link->message, NULL, protocols,
      G_PRIORITY_DEFAULT, link->attempt, on_opened, link);
  wait_answered (link);
  g_cancellable_disconnect (cancellable, handler);
  if (link->socket == NULL)
    set_error (link, cancellable, code, error);
  g_signal_handlers_disconnect_by_data (link->message, link);
  g_clear_object (&link->message);
  soup_session_abort (session);
  g_object_unref (session);
  return link->socket != NULL;
}

/* Queues a message; turns of the context write it. */
void
pitbox_ws_link_send (
    PitboxWsLink *link, const GstPitboxUnitsHead *head, GBytes *units)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (units, &size);
  guint8 *out;
  g_autoptr (GBytes) bytes = NULL;

  if (soup_websocket_connection_get_state (link->socket)
      != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  out = g_malloc (GST_PITBOX_UNITS_HEAD_BYTES + size);
  gst_pitbox_units_head_write (head, out);
  memcpy (out + GST_PITBOX_UNITS_HEAD_BYTES, data, size);
  bytes = g_bytes_new_take (out, GST_PITBOX_UNITS_HEAD_BYTES + size);
  soup_websocket_connection_send_message (
      link->socket, SOUP_WEBSOCKET_DATA_BINARY, bytes);
}

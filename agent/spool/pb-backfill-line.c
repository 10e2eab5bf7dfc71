/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libsoup shakes hands and frames messages. */
#include "spool/pb-backfill-line.h"

#include <gstpitbox/gstpitboxfingerprint.h>
#include <libsoup/soup.h>
#include <string.h>

#define PATH "/api/v1/units"
#define TIMEOUT_S 15
/* A server that is not heard of is not there: it acknowledges, and answers
 * pings. */
#define PING_S 5
#define ANSWER_MAX_BYTES (8 + 8 * GST_PITBOX_BACKFILL_MAX_RANGES)

struct _PbBackfillLine {
  PbBackfillLineEvents events;
  gpointer user_data;
  gchar *certificate;
  SoupSession *session;
  SoupMessage *message;
  GCancellable *cancellable;
  SoupWebsocketConnection *socket; /* NULL before it is open */
};

static gboolean
accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags problems, gpointer user_data)
{
  PbBackfillLine *self = user_data;

  return gst_pitbox_fingerprint_fits (self->certificate, certificate);
}

static void
on_message (SoupWebsocketConnection *socket, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PbBackfillLine *self = user_data;
  GstPitboxUnitsAnswer answer;
  guint32 run_id;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GArray) ranges = NULL;

  if (kind != SOUP_WEBSOCKET_DATA_BINARY)
    return;
  ranges = gst_pitbox_ranges_parse (data, size, &run_id);
  if (ranges != NULL)
    self->events.ranges (run_id, ranges, self->user_data);
  else if (gst_pitbox_units_answer_parse (data, size, &answer)
           && !answer.is_welcome)
    self->events.acknowledged (answer.next, self->user_data);
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  PbBackfillLine *self = user_data;
  const gchar *words = soup_websocket_connection_get_close_data (socket);

  self->events.closed (soup_websocket_connection_get_close_code (socket),
      words != NULL ? words : "the connection broke", self->user_data);
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  PbBackfillLine *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
      soup_session_websocket_connect_finish (
          SOUP_SESSION (session), result, &error);

  /* The line is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (socket == NULL) {
    self->events.closed (soup_message_get_status (self->message),
        error->message, self->user_data);
    return;
  }
  self->socket = g_steal_pointer (&socket);
  soup_websocket_connection_set_max_incoming_payload_size (
      self->socket, ANSWER_MAX_BYTES);
  soup_websocket_connection_set_keepalive_interval (self->socket, PING_S);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  self->events.opened (self->user_data);
}

/**
 * pb_backfill_line_new:
 * @url: "https://host:port"
 * @query: (nullable): "?driver=ID" for an API key
 * @token: a device's, or an API key
 * @certificate: SHA-256 of one that is trusted though nobody vouches for it; or
 *   empty
 * @events: whom to tell
 * @user_data: for @events
 *
 * Returns: (transfer full): a connection that is being opened
 */
PbBackfillLine *
pb_backfill_line_new (const gchar *url, const gchar *query, const gchar *token,
    const gchar *certificate, const PbBackfillLineEvents *events,
    gpointer user_data)
{
  gchar *protocols[] = { (gchar *) GST_PITBOX_BACKFILL_PROTOCOL, NULL };
  PbBackfillLine *self = g_new0 (PbBackfillLine, 1);
  g_autofree gchar *address =
      g_strconcat (url, PATH, query != NULL ? query : "", NULL);
  gchar *header = g_strconcat ("Bearer ", token, NULL);

  self->events = *events;
  self->user_data = user_data;
  self->certificate = g_strdup (certificate);
  self->cancellable = g_cancellable_new ();
  self->session =
      soup_session_new_with_options ("proxy-resolver", NULL, "timeout",
          TIMEOUT_S, "user-agent", "pitbox-agent/" PACKAGE_VERSION, NULL);
  /* Units are as small as they get already. */
  soup_session_remove_feature_by_type (
      self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->message = soup_message_new ("GET", address);
  /* A secret goes to nobody else than to whom it was meant for. */
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (
      soup_message_get_request_headers (self->message), "Authorization",
      header);
  memset (header, 0, strlen (header));
  g_free (header);
  g_signal_connect (self->message, "accept-certificate",
      G_CALLBACK (accept_certificate), self);
  soup_session_websocket_connect_async (self->session, self->message, NULL,
      protocols, G_PRIORITY_LOW, self->cancellable, on_connected, self);
  return self;
}

/**
 * pb_backfill_line_free:
 * @line: (transfer full): a line; nobody is told of it any more
 */
void
pb_backfill_line_free (PbBackfillLine *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_signal_handlers_disconnect_by_data (self->message, self);
  if (self->socket != NULL) {
    g_signal_handlers_disconnect_by_data (self->socket, self);
    if (soup_websocket_connection_get_state (self->socket)
        == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close (
          self->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    g_object_unref (self->socket);
  }
  g_object_unref (self->message);
  g_object_unref (self->session);
  g_free (self->certificate);
  g_free (self);
}

static void
send (PbBackfillLine *self, GBytes *message)
{
  if (self->socket != NULL
      && soup_websocket_connection_get_state (self->socket)
             == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_message (
        self->socket, SOUP_WEBSOCKET_DATA_BINARY, message);
}

/**
 * pb_backfill_line_ask:
 * @line: that was opened
 * @run_id: of the rows
 * @ranges: (element-type GstPitboxRowRange): that we have, ascending, at most
 *   %GST_PITBOX_BACKFILL_MAX_RANGES
 */
void
pb_backfill_line_ask (
    PbBackfillLine *self, guint32 run_id, const GArray *ranges)
{
  g_autoptr (GBytes) message = gst_pitbox_ranges_write (
      run_id, (const GstPitboxRowRange *) ranges->data, ranges->len);

  send (self, message);
}

/**
 * pb_backfill_line_send:
 * @line: that was opened
 * @head: of @units
 * @units: whole units
 */
void
pb_backfill_line_send (
    PbBackfillLine *self, const GstPitboxUnitsHead *head, GBytes *units)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (units, &size);
  guint8 *out = g_malloc (GST_PITBOX_UNITS_HEAD_BYTES + size);
  g_autoptr (GBytes) message = NULL;

  gst_pitbox_units_head_write (head, out);
  memcpy (out + GST_PITBOX_UNITS_HEAD_BYTES, data, size);
  message = g_bytes_new_take (out, GST_PITBOX_UNITS_HEAD_BYTES + size);
  send (self, message);
}

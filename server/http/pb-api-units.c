/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/units: requests that become WebSockets that bring telemetry. */
#include <gstpitbox/gstpitbox.h>

#include "http/pb-client.h"
#include "http/pb-gate.h"
#include "http/pb-http-port.h"
#include "http/pb-http-stream.h"
#include "http/pb-request.h"
#include "ingest/pb-backfill-port.h"
#include "ingest/pb-units-port.h"
#include "problem/pb-problem.h"

/* Whatever it is: units are 16 kB a second, and what waited at a sender while
 * the network was away comes at once. */
#define BURST_BYTES (64 * 1024 * 1024)
#define BYTES_PER_S (1024 * 1024)
/* A sender with too many connections does not lose them at once. */
#define RETRY_S 5

typedef struct {
  PbUnitsPort *units;
  PbBackfillPort *backfill; /* for rows that did not come live, or NULL */
  PbHttpPort *port;
  PbPrincipal *principal;
  gchar *driver;
  gchar *peer;
} Upgrade;

static void
upgrade_free (gpointer data, GClosure *closure)
{
  Upgrade *upgrade = data;

  g_clear_pointer (&upgrade->principal, pb_principal_free);
  g_free (upgrade->driver);
  g_free (upgrade->peer);
  g_free (upgrade);
}

/* A device's own, or the one that is asked for; %NULL was answered. */
static const gchar *
find_driver (PbRequest *request)
{
  const PbPrincipal *principal = request->principal;
  const gchar *asked =
      request->query ? g_hash_table_lookup (request->query, "driver") : NULL;
  const gchar *driver = asked;
  g_autoptr (PbDriver) known = NULL;

  if (principal->kind == PB_PRINCIPAL_DEVICE && !asked)
    driver = principal->driver;
  if (!driver) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "driver_needed",
        "Say whose telemetry it is: ?driver=ID");
    return NULL;
  }
  known = pb_registry_find (request->config->registry, driver);
  if (known
      && pb_principal_sees_driver (principal, driver,
          pb_directory_get_driver_team (
              pb_guard_get_directory (request->config->guard), driver)))
    return driver;
  pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "unknown_driver",
      "There is no driver of that name that you may send for");
  return NULL;
}

static gboolean
asks_for (PbRequest *request, const gchar *protocol)
{
  const gchar *protocols = soup_message_headers_get_list (
      soup_server_message_get_request_headers (request->message),
      "Sec-WebSocket-Protocol");

  return protocols && soup_header_contains (protocols, protocol);
}

static gboolean
is_backfill (PbRequest *request)
{
  return asks_for (request, GST_PITBOX_BACKFILL_PROTOCOL)
         && !asks_for (request, GST_PITBOX_UNITS_PROTOCOL);
}

static gboolean
is_handshake (PbRequest *request)
{
  SoupServerMessage *message = request->message;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);

  if (!soup_message_headers_header_contains (in, "Upgrade", "websocket")) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "Upgrade",
        "websocket");
    pb_reply_error (message, PB_STATUS_UPGRADE_REQUIRED, "upgrade_needed",
        "This address is a WebSocket of subprotocol " GST_PITBOX_UNITS_PROTOCOL
        " or " GST_PITBOX_BACKFILL_PROTOCOL);
    return FALSE;
  }
  if (!pb_gate_check_origin (message))
    return FALSE;
  if (asks_for (request, GST_PITBOX_UNITS_PROTOCOL) || is_backfill (request))
    return TRUE;
  pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "wrong_protocol",
      "This server speaks the subprotocols " GST_PITBOX_UNITS_PROTOCOL
      " and " GST_PITBOX_BACKFILL_PROTOCOL
      ": update whichever of server and agent is older");
  return FALSE;
}

/* The page names who else wants to be this driver. */
static void
note_contest (PbRequest *request, const gchar *driver)
{
  g_autoptr (PbDriver) found =
      pb_registry_find (request->config->registry, driver);

  if (found)
    pb_driver_note_contest (found,
        request->principal->id ? request->principal->id : "local",
        pb_client_get_address (request->message));
}

static gboolean
has_place (PbRequest *request, const gchar *driver)
{
  PbUnitsPort *units = request->config->units;
  guint hold_s = pb_units_port_get_hold_s (units, request->principal);

  if (is_backfill (request))
    hold_s = MAX (hold_s, pb_backfill_port_get_hold_s (
                              request->config->backfill, request->principal));
  if (hold_s > 0) {
    g_autofree gchar *wait = g_strdup_printf ("%u", hold_s);

    soup_message_headers_replace (
        soup_server_message_get_response_headers (request->message),
        "Retry-After", wait);
    pb_reply_error (request->message, PB_STATUS_TOO_MANY_REQUESTS, "held",
        "More came than a sender may send; it may come back in %u s", hold_s);
    return FALSE;
  }
  if (!pb_units_port_has_room (units, request->principal)
      || (is_backfill (request)
          && !pb_backfill_port_has_room (request->config->backfill))) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (request->message),
        "Retry-After", G_STRINGIFY (RETRY_S));
    pb_reply_error (request->message, SOUP_STATUS_SERVICE_UNAVAILABLE,
        "too_many_sockets",
        "There are too many senders, with this token or all together");
    return FALSE;
  }
  if (is_backfill (request) || pb_units_port_may_enter (units, driver))
    return TRUE;
  note_contest (request, driver);
  pb_reply_error (request->message, SOUP_STATUS_CONFLICT, "contested",
      "Another sender publishes for this driver; it keeps the place until it "
      "stops");
  return FALSE;
}

/* The head of the answer has been written: from here on it is a WebSocket. */
static void
take_connection (SoupServerMessage *message, gpointer user_data)
{
  Upgrade *upgrade = user_data;
  g_autoptr (GIOStream) metered = pb_http_port_detach (upgrade->port, message);
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  if (!metered || !stream || !upgrade->principal)
    return;
  pb_http_stream_become_websocket (metered, BURST_BYTES, BYTES_PER_S);
  if (!upgrade->backfill) {
    pb_units_port_add (upgrade->units, stream,
        soup_server_message_get_uri (message),
        g_steal_pointer (&upgrade->principal), upgrade->driver, upgrade->peer);
    return;
  }
  connection = soup_websocket_connection_new (stream,
      soup_server_message_get_uri (message), SOUP_WEBSOCKET_CONNECTION_SERVER,
      NULL, GST_PITBOX_BACKFILL_PROTOCOL, NULL);
  pb_backfill_port_add (upgrade->backfill, connection,
      g_steal_pointer (&upgrade->principal), upgrade->driver);
}

static void
get_units (PbRequest *request)
{
  gchar *protocols[] = { (gchar *) (is_backfill (request)
                                        ? GST_PITBOX_BACKFILL_PROTOCOL
                                        : GST_PITBOX_UNITS_PROTOCOL),
    NULL };
  SoupServerMessage *message = request->message;
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);
  const gchar *driver;
  Upgrade *upgrade;

  if (!is_handshake (request) || !(driver = find_driver (request))
      || !has_place (request, driver))
    return;
  /* No extension is taken: units are as small as they get already. */
  soup_message_headers_remove (out, "Connection");
  if (!soup_websocket_server_process_handshake (
          message, NULL, protocols, NULL, NULL)) {
    soup_message_headers_replace (out, "Connection", "close");
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_handshake",
        "This is no WebSocket handshake as RFC 6455 has it");
    return;
  }
  upgrade = g_new0 (Upgrade, 1);
  upgrade->units = request->config->units;
  if (is_backfill (request))
    upgrade->backfill = request->config->backfill;
  upgrade->port = request->port;
  upgrade->principal = pb_principal_copy (request->principal);
  upgrade->driver = g_strdup (driver);
  upgrade->peer = g_strdup (pb_client_get_address (message));
  g_signal_connect_data (message, "wrote-informational",
      G_CALLBACK (take_connection), upgrade, upgrade_free, 0);
}

const PbRoute pb_units_routes[] = {
  { "GET", "/api/v1/units", PB_MAY_PUBLISH, get_units },
  { NULL },
};

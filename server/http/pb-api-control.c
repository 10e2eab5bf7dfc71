/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/control: requests that become WebSockets of the control channel. */
#include "control/pb-control.h"
#include "http/pb-gate.h"
#include "http/pb-http-port.h"
#include "http/pb-http-stream.h"
#include "http/pb-request.h"
#include "pb-control-message.h"
#include "problem/pb-problem.h"

/* What a peer may send, whatever it is: messages, pings, pieces of messages
 * that never end. An agent sends 1 kB a second. */
#define BURST_BYTES (4 * PB_CONTROL_MAX_BYTES)
#define BYTES_PER_S (2 * PB_CONTROL_MAX_BYTES)

/* A client with too many connections does not lose them at once. */
#define RETRY_S 5

typedef struct {
  PbControl *control;
  PbHttpPort *port;
  PbPrincipal *principal;
} Upgrade;

static void
upgrade_free (gpointer data, GClosure *closure)
{
  Upgrade *upgrade = data;

  g_clear_pointer (&upgrade->principal, pb_principal_free);
  g_free (upgrade);
}

/* A link shows one driver driving, not the driver's machine. */
static gboolean
may_connect (const PbPrincipal *principal)
{
  if (principal->kind == PB_PRINCIPAL_DEVICE)
    return pb_principal_may (principal, PB_MAY_PUBLISH);
  return principal->kind != PB_PRINCIPAL_SHARE
         && pb_principal_may (principal, PB_MAY_SEE_LIVE);
}

static gboolean
offers_protocol (SoupServerMessage *message)
{
  const gchar *list = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message),
      "Sec-WebSocket-Protocol");

  return list && soup_header_contains (list, PB_CONTROL_SUBPROTOCOL);
}

static gboolean
check (PbRequest *request)
{
  SoupServerMessage *message = request->message;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);

  if (!may_connect (request->principal)) {
    pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "forbidden",
        "You may not do this (%s); an admin of your team can let you",
        pb_action_to_string (PB_MAY_SEE_LIVE));
    return FALSE;
  }
  if (!g_str_equal (soup_server_message_get_method (message), "GET")
      || !soup_message_headers_header_contains (in, "Upgrade", "websocket")) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "Upgrade",
        "websocket");
    pb_reply_error (message, PB_STATUS_UPGRADE_REQUIRED, "upgrade_needed",
        "This address is a WebSocket of subprotocol " PB_CONTROL_SUBPROTOCOL);
    return FALSE;
  }
  if (!pb_gate_check_origin (message))
    return FALSE;
  if (!offers_protocol (message)) {
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "wrong_protocol",
        "This server speaks the subprotocol " PB_CONTROL_SUBPROTOCOL
        " alone: update whichever of server, agent and page is older");
    return FALSE;
  }
  if (!pb_control_has_room (request->config->control, request->principal)) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "Retry-After",
        G_STRINGIFY (RETRY_S));
    pb_reply_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE,
        "too_many_sockets",
        "There are too many control connections, yours or all together; close "
        "some pages");
    return FALSE;
  }
  return TRUE;
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
  connection = soup_websocket_connection_new (stream,
      soup_server_message_get_uri (message), SOUP_WEBSOCKET_CONNECTION_SERVER,
      NULL, PB_CONTROL_SUBPROTOCOL, NULL);
  pb_control_add (
      upgrade->control, connection, g_steal_pointer (&upgrade->principal));
}

static void
get_control (PbRequest *request)
{
  static gchar *protocols[] = { (gchar *) PB_CONTROL_SUBPROTOCOL, NULL };
  SoupServerMessage *message = request->message;
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);
  Upgrade *upgrade;

  if (!check (request))
    return;
  /* No extension is taken: compressed messages would be bounded too late. */
  soup_message_headers_remove (out, "Connection");
  if (!soup_websocket_server_process_handshake (
          message, NULL, protocols, NULL, NULL)) {
    soup_message_headers_replace (out, "Connection", "close");
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_handshake",
        "This is no WebSocket handshake as RFC 6455 has it");
    return;
  }
  upgrade = g_new0 (Upgrade, 1);
  upgrade->control = request->config->control;
  upgrade->port = request->port;
  upgrade->principal = pb_principal_copy (request->principal);
  g_signal_connect_data (message, "wrote-informational",
      G_CALLBACK (take_connection), upgrade, upgrade_free, 0);
}

const PbRoute pb_control_routes[] = {
  { "GET", "/api/v1/control", PB_ROUTE_ANYBODY, get_control },
  { NULL },
};

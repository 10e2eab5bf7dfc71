/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether a request may go on; who may not is told why. */
#include "http/pb-gate.h"

#include "http/pb-client.h"
#include "http/pb-reply.h"
#include "http/pb-request.h"
#include "http/pb-throttle.h"

static void
reply_unknown (PbGuard *guard, SoupServerMessage *message)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "WWW-Authenticate",
      "Bearer realm=\"PitBox Relay\"");
  if (!pb_client_get_authorization (message))
    pb_reply_error (message, SOUP_STATUS_UNAUTHORIZED, "login_needed",
        "Log in first, or send a key: Authorization: Bearer …");
  else if (pb_throttle_bearer (guard, message))
    pb_reply_error (message, SOUP_STATUS_UNAUTHORIZED, "bad_token",
        "This key or token is unknown, over or withdrawn");
}

/**
 * pb_gate_check:
 * @principal: who asks
 * @action: #PbAction, %PB_ROUTE_OPEN or %PB_ROUTE_ANYBODY
 *
 * Returns: %TRUE if @principal may; else 401, 403 or 429 was answered
 */
gboolean
pb_gate_check (PbGuard *guard, SoupServerMessage *message,
    const PbPrincipal *principal, guint action)
{
  if (action == PB_ROUTE_OPEN)
    return TRUE;
  if (principal->kind == PB_PRINCIPAL_NOBODY) {
    reply_unknown (guard, message);
    return FALSE;
  }
  if (!pb_throttle_principal (guard, message, principal))
    return FALSE;
  if (action == PB_ROUTE_ANYBODY || pb_principal_may (principal, action))
    return TRUE;
  pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "forbidden",
      "You may not do this (%s); an admin of your team can let you",
      pb_action_to_string (action));
  return FALSE;
}

/**
 * pb_gate_check_origin:
 * @message: a request that changes something, or a WebSocket's
 *
 * A page of another site can send what a browser adds by itself: cookies, and
 * in open mode being on this machine. It cannot hide whose page it is.
 *
 * Returns: %TRUE if it comes from our own page or from no page; else 403 was
 *   answered
 */
gboolean
pb_gate_check_origin (SoupServerMessage *message)
{
  if (pb_client_is_own_page (message))
    return TRUE;
  pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "wrong_origin",
      "This comes from another site's page. A program that sends cookies must "
      "send Origin, too");
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /whip/{driver}: publishers by WebRTC (RFC 9725). */
#include <string.h>

#include "http/pb-client.h"
#include "http/pb-gate.h"
#include "http/pb-request.h"
#include "ingest/pb-whip.h"
#include "problem/pb-problem.h"

#define BEARER "Bearer "
/* A publisher with too many connections does not lose them at once. */
#define RETRY_S "5"

/* Who asks: a device by its stream key, or somebody who may publish. */
typedef struct {
  gchar *device;
  const PbPrincipal *principal; /* NULL: it is the device's own key */
} Asker;

static void
asker_clear (Asker *asker)
{
  g_free (asker->device);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asker, asker_clear)

static const PbDevice *
find_by_key (PbRequest *request)
{
  const gchar *header = pb_client_get_authorization (request->message);

  if (!header || g_ascii_strncasecmp (header, BEARER, strlen (BEARER)) != 0)
    return NULL;
  return pb_ingest_find_key (
      request->config->ingest, request->args[0], header + strlen (BEARER));
}

/* Returns: %FALSE if that was answered */
static gboolean
find_asker (PbRequest *request, Asker *asker)
{
  const PbDevice *device = find_by_key (request);
  g_autoptr (PbDriver) driver = NULL;

  if (device) {
    asker->device = g_strdup (device->name);
    return TRUE;
  }
  if (!pb_gate_check (request->config->guard, request->message,
          request->principal, PB_MAY_PUBLISH))
    return FALSE;
  driver = pb_request_find_driver (request);
  if (!driver)
    return FALSE;
  asker->principal = request->principal;
  asker->device = pb_principal_dup_device (request->principal);
  return TRUE;
}

static gboolean
read_offer (PbRequest *request, PbOffer *offer)
{
  SoupServerMessage *message = request->message;
  g_autoptr (GBytes) body = pb_request_dup_body (request, "application/sdp");
  g_autoptr (GError) error = NULL;
  const gchar *text;
  gsize size;

  if (!body)
    return FALSE;
  text = g_bytes_get_data (body, &size);
  if (pb_offer_parse_publisher (offer, text ? text : "", size, &error))
    return TRUE;
  if (g_error_matches (error, PB_OFFER_ERROR, PB_OFFER_ERROR_TOO_LARGE))
    pb_reply_error (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too_large",
        "%s", error->message);
  else if (g_error_matches (error, PB_OFFER_ERROR, PB_OFFER_ERROR_INVALID))
    pb_reply_error (
        message, SOUP_STATUS_BAD_REQUEST, "bad_sdp", "%s", error->message);
  else
    pb_reply_error (message, SOUP_STATUS_NOT_ACCEPTABLE, "not_acceptable", "%s",
        error->message);
  return FALSE;
}

static void
set_header (PbRequest *request, const gchar *name, const gchar *value)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (request->message), name, value);
}

static void
reply_answer (PbRequest *request, const gchar *id, gchar *sdp)
{
  g_autofree gchar *location =
      g_strdup_printf ("/whip/%s/%s", request->args[0], id);

  soup_server_message_set_status (request->message, SOUP_STATUS_CREATED, NULL);
  set_header (request, "Location", location);
  soup_server_message_set_response (
      request->message, "application/sdp", SOUP_MEMORY_TAKE, sdp, strlen (sdp));
}

/* The page names who else wants to be this driver. */
static void
note_contest (PbRequest *request, const Asker *asker)
{
  g_autoptr (PbDriver) driver =
      pb_registry_find (request->config->registry, request->args[0]);

  if (driver)
    pb_driver_note_contest (
        driver, asker->device, pb_client_get_address (request->message));
}

static void
reply_refusal (PbRequest *request, const Asker *asker, PbWhipVerdict verdict,
    const GError *error)
{
  const gchar *why = error ? error->message : "it cannot be taken";

  g_message ("a publisher by WHIP from %s (device %s) is refused: %s",
      pb_client_get_address (request->message), asker->device,
      verdict == PB_WHIP_HELD   ? "it sent too much"
      : verdict == PB_WHIP_FULL ? "there are too many"
                                : why);
  switch (verdict) {
    case PB_WHIP_HELD:
      set_header (request, "Retry-After", G_STRINGIFY (PB_DOOR_HOLD_S));
      pb_reply_error (request->message, PB_STATUS_TOO_MANY_REQUESTS, "held",
          "More came than a sender may send; it may come back in half a "
          "minute");
      break;
    case PB_WHIP_FULL:
      set_header (request, "Retry-After", RETRY_S);
      pb_reply_error (request->message, SOUP_STATUS_SERVICE_UNAVAILABLE,
          "too_many_publishers", "There are too many publishers");
      break;
    case PB_WHIP_CONTESTED:
      note_contest (request, asker);
      pb_reply_error (
          request->message, SOUP_STATUS_CONFLICT, "contested", "%s", why);
      break;
    case PB_WHIP_FAILED:
    case PB_WHIP_TAKEN:
      pb_reply_error (request->message, SOUP_STATUS_SERVICE_UNAVAILABLE,
          "not_taken", "%s", why);
      break;
  }
}

static void
post_whip (PbRequest *request)
{
  g_auto (Asker) asker = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *id = NULL;
  gchar *answer = NULL;
  PbWhipVerdict verdict;
  PbOffer offer;

  if (!find_asker (request, &asker) || !read_offer (request, &offer))
    return;
  {
    const PbWhipGuest guest = {
      .driver = request->args[0],
      .device = asker.device,
      .address = pb_client_get_address (request->message),
      .principal = asker.principal,
    };

    verdict = pb_whip_take (
        request->config->whip, &guest, &offer, &id, &answer, &error);
  }
  if (verdict == PB_WHIP_TAKEN)
    reply_answer (request, id, answer);
  else
    reply_refusal (request, &asker, verdict, error);
}

static void
delete_whip (PbRequest *request)
{
  PbWhip *whip = request->config->whip;
  g_auto (Asker) asker = { NULL };

  if (!find_asker (request, &asker))
    return;
  if (!pb_whip_is_of (whip, request->args[1], request->args[0], asker.device)) {
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "not_found",
        "There is no such publisher of yours");
    return;
  }
  pb_whip_end (whip, request->args[1], "the publisher has left");
  soup_server_message_set_status (request->message, SOUP_STATUS_OK, NULL);
}

static void
options_whip (PbRequest *request)
{
  g_auto (Asker) asker = { NULL };

  if (!find_asker (request, &asker))
    return;
  if (request->args[1]) {
    set_header (request, "Allow", "DELETE, OPTIONS");
  } else {
    set_header (request, "Allow", "POST, OPTIONS");
    set_header (request, "Accept-Post", "application/sdp");
  }
  soup_server_message_set_status (
      request->message, SOUP_STATUS_NO_CONTENT, NULL);
}

/* A stream key is nobody's who has an account: each asks for itself. */
const PbRoute pb_whip_routes[] = {
  { "POST", "/whip/{}", PB_ROUTE_OPEN, post_whip, TRUE },
  { "OPTIONS", "/whip/{}", PB_ROUTE_OPEN, options_whip, TRUE },
  { "DELETE", "/whip/{}/{}", PB_ROUTE_OPEN, delete_whip, TRUE },
  { "OPTIONS", "/whip/{}/{}", PB_ROUTE_OPEN, options_whip, TRUE },
  { NULL },
};

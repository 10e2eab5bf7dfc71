/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/ingest/rtmp: an nginx asks who may publish at it by RTMP. */
#include "http/pb-client.h"
#include "http/pb-request.h"
#include "http/pb-throttle.h"
#include "ingest/pb-rtmp.h"
#include "problem/pb-problem.h"

static gboolean
is_front (PbRequest *request)
{
  PbRtmp *rtmp = request->config->rtmp;
  const gchar *key =
      request->query ? g_hash_table_lookup (request->query, "front_key") : NULL;

  if (!rtmp) {
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "rtmp_off",
        "This server takes no RTMP: it was started without --rtmp-front");
    return FALSE;
  }
  /* A proxy on nginx's machine has nginx's address, whoever is behind it. */
  if (!pb_rtmp_has_key (rtmp) && pb_client_is_forwarded (request->message)) {
    pb_reply_error (request->message, SOUP_STATUS_FORBIDDEN, "front_key_needed",
        "This came through a proxy, behind which everybody would be the nginx "
        "of --rtmp-front: start pitbox-server with --rtmp-front-key-file, and "
        "put ?front_key=… behind the addresses in nginx-rtmp.conf");
    return FALSE;
  }
  if (pb_rtmp_is_front (rtmp, pb_client_get_address (request->message), key))
    return TRUE;
  if (pb_throttle_stream_key (
          request, pb_client_get_address (request->message)))
    pb_reply_error (request->message, SOUP_STATUS_FORBIDDEN, "not_the_front",
        "Only the nginx of --rtmp-front asks here, with the front_key of "
        "--rtmp-front-key-file where there is one");
  return FALSE;
}

static gboolean
read_call (PbRequest *request, PbRtmpCall *call)
{
  /* nginx's, with "notify_method post". */
  g_autoptr (GBytes) body =
      pb_request_dup_body (request, "application/x-www-form-urlencoded");
  g_autoptr (GError) error = NULL;
  const gchar *form;
  gsize size;

  if (!body)
    return FALSE;
  form = g_bytes_get_data (body, &size);
  if (pb_rtmp_call_parse (call, form ? form : "", size, &error))
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
      "This is nothing that nginx asks: %s", error->message);
  return FALSE;
}

/* nginx tells the publisher nothing but no: why stands in the log. A name that
 * no device has does not: it may be a key that was put in its place. */
static void
refuse (PbRequest *request, const PbRtmpCall *call, guint status,
    const gchar *code, const gchar *reason)
{
  const PbDevice *device =
      pb_ingest_find_device (request->config->ingest, call->name);
  g_autoptr (GInetAddress) address =
      call->address ? g_inet_address_new_from_string (call->address) : NULL;

  g_message ("a publisher by RTMP from %s (device %s) is refused: %s",
      address ? call->address : "unknown", device ? device->name : "unknown",
      reason);
  pb_reply_error (request->message, status, code, "%s", reason);
}

static void
refuse_key (PbRequest *request, const PbRtmpCall *call)
{
  if (pb_throttle_stream_key (request, call->address))
    refuse (request, call, SOUP_STATUS_FORBIDDEN, "wrong_key",
        "there is no device of that name with that key. The stream key is "
        "DEVICE?key=PASSPHRASE");
}

/* nginx calls the stream what Location says, and the publisher notices
 * nothing. */
static void
reply_name (PbRequest *request, const gchar *name)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (request->message), "Location",
      name);
  soup_server_message_set_status (request->message, SOUP_STATUS_FOUND, NULL);
}

static void
reply_verdict (PbRequest *request, const PbRtmpCall *call,
    PbRtmpVerdict verdict, const gchar *name, const GError *error)
{
  const gchar *why = error ? error->message : "it cannot be pulled";

  switch (verdict) {
    case PB_RTMP_TAKEN:
      reply_name (request, name);
      break;
    case PB_RTMP_GOES_ON:
      pb_reply_nothing (request->message);
      break;
    case PB_RTMP_WRONG_KEY:
      refuse_key (request, call);
      break;
    case PB_RTMP_HELD:
      refuse (request, call, PB_STATUS_TOO_MANY_REQUESTS, "held",
          "more came than a sender may send; it may come back in half a "
          "minute");
      break;
    case PB_RTMP_FULL:
      refuse (request, call, SOUP_STATUS_SERVICE_UNAVAILABLE,
          "too_many_publishers", "there are too many publishers");
      break;
    case PB_RTMP_CONTESTED:
      refuse (request, call, SOUP_STATUS_CONFLICT, "contested", why);
      break;
    case PB_RTMP_FAILED:
      refuse (
          request, call, SOUP_STATUS_SERVICE_UNAVAILABLE, "not_pulled", why);
      break;
    case PB_RTMP_OVER:
      /* That is how nginx comes to end its connection. */
      pb_reply_error (request->message, SOUP_STATUS_FORBIDDEN, "over",
          "This stream is over: publish again");
      break;
  }
}

static void
post_rtmp (PbRequest *request)
{
  g_auto (PbRtmpCall) call = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *name = NULL;
  PbRtmpVerdict verdict;

  if (!is_front (request) || !read_call (request, &call))
    return;
  verdict = pb_rtmp_take (request->config->rtmp, &call, &name, &error);
  reply_verdict (request, &call, verdict, name, error);
}

/* For everybody, as far as it goes: nginx has no account, the publisher's key
 * counts. */
const PbRoute pb_rtmp_routes[] = {
  { "POST", "/api/v1/ingest/rtmp", PB_ROUTE_OPEN, post_rtmp, TRUE },
  { NULL },
};

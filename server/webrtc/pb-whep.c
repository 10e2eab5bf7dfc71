/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The WHEP endpoint: HTTP on one side, viewers on the other, all on the main
 * loop. */
#include "webrtc/pb-whep.h"

#include <string.h>

#include "problem/pb-problem.h"
#include "webrtc/pb-viewers.h"

#define DEFAULT_MAX_VIEWERS 100

struct _PbWhep {
  PbViewers *viewers;
  guint64 accepted, refused;
};

/**
 * pb_whep_new:
 * @options: (nullable): limits and addresses, copied
 * @error: why there is no port or no certificate
 *
 * Main thread. Everything runs on the thread-default context of the caller.
 *
 * Returns: (transfer full) (nullable): the endpoint
 */
PbWhep *
pb_whep_new (const PbWhepOptions *options, GError **error)
{
  const PbWhepOptions none = { 0 };
  const PbWhepOptions *o = options != NULL ? options : &none;
  const PbPortOptions port = { o->loopback, o->public_address, o->port };
  PbViewers *viewers = pb_viewers_new (&port,
      o->max_viewers != 0 ? o->max_viewers : DEFAULT_MAX_VIEWERS, o->is_same,
      error);
  PbWhep *whep;

  if (viewers == NULL)
    return NULL;
  whep = g_new0 (PbWhep, 1);
  whep->viewers = viewers;
  return whep;
}

/**
 * pb_whep_free:
 * @whep: (transfer full): the endpoint
 *
 * Main thread. Every viewer is closed when it returns.
 */
void
pb_whep_free (PbWhep *whep)
{
  pb_viewers_free (whep->viewers);
  g_free (whep);
}

/**
 * pb_whep_get_port:
 *
 * Main thread.
 *
 * Returns: (transfer none): where viewers connect; publishers do so, too
 */
PbPort *
pb_whep_get_port (PbWhep *whep)
{
  return pb_viewers_get_port (whep->viewers);
}

/**
 * pb_whep_get_identity:
 *
 * Main thread.
 *
 * Returns: (transfer none): what the server shows to who connects
 */
PbDtlsIdentity *
pb_whep_get_identity (PbWhep *whep)
{
  return pb_viewers_get_identity (whep->viewers);
}

static void
refuse (PbWhep *whep, SoupServerMessage *message, guint status,
    const gchar *code, const gchar *text)
{
  whep->refused++;
  pb_problem_reply (message, status, code, text);
}

static void
refuse_busy (PbWhep *whep, SoupServerMessage *message, const gchar *text)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Retry-After", "1");
  refuse (
      whep, message, SOUP_STATUS_SERVICE_UNAVAILABLE, "too_many_viewers", text);
}

static gboolean
read_offer (PbWhep *whep, SoupServerMessage *message, PbOffer *offer)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  g_autoptr (GError) error = NULL;
  const gchar *type = soup_message_headers_get_content_type (
      soup_server_message_get_request_headers (message), NULL);
  gsize size;
  const gchar *text = g_bytes_get_data (body, &size);

  if (g_strcmp0 (type, "application/sdp") != 0) {
    refuse (whep, message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type", "The body must be application/sdp");
    return FALSE;
  }
  if (pb_offer_parse (offer, text != NULL ? text : "", size, &error))
    return TRUE;
  if (g_error_matches (error, PB_OFFER_ERROR, PB_OFFER_ERROR_TOO_LARGE))
    refuse (whep, message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too_large",
        error->message);
  else if (g_error_matches (error, PB_OFFER_ERROR, PB_OFFER_ERROR_NO_H264)
           || g_error_matches (error, PB_OFFER_ERROR, PB_OFFER_ERROR_NOTHING))
    refuse (whep, message, SOUP_STATUS_NOT_ACCEPTABLE, "not_acceptable",
        error->message);
  else
    refuse (whep, message, SOUP_STATUS_BAD_REQUEST, "bad_sdp", error->message);
  return FALSE;
}

static gboolean
check_live (PbWhep *whep, SoupServerMessage *message, PbLive *live,
    const PbOffer *offer)
{
  PbLiveMode mode = pb_live_get_mode (live);

  if (mode == PB_LIVE_OFFLINE) {
    refuse (whep, message, SOUP_STATUS_CONFLICT, "not_live",
        "This driver is not live");
    return FALSE;
  }
  if (offer->has_video && mode != PB_LIVE_VIDEO) {
    refuse (whep, message, SOUP_STATUS_CONFLICT, "no_video",
        "This driver sends telemetry only: offer a data channel alone");
    return FALSE;
  }
  return TRUE;
}

static void
reply_answer (
    SoupServerMessage *message, PbLive *live, const gchar *id, gchar *sdp)
{
  g_autofree gchar *location =
      g_strdup_printf ("/whep/%s/%s", pb_live_get_driver_id (live), id);

  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Location", location);
  soup_server_message_set_response (
      message, "application/sdp", SOUP_MEMORY_TAKE, sdp, strlen (sdp));
}

/* Returns: (nullable): the new viewer; %NULL if the offer was refused */
static const gchar *
handle_post (
    PbWhep *whep, SoupServerMessage *message, PbLive *live, gconstpointer owner)
{
  g_autoptr (GError) error = NULL;
  const gchar *id;
  gchar *answer;
  PbOffer offer;

  if (!read_offer (whep, message, &offer)
      || !check_live (whep, message, live, &offer))
    return NULL;
  if (!pb_viewers_has_room (whep->viewers, owner)) {
    refuse_busy (
        whep, message, "There are too many viewers, yours or all together");
    return NULL;
  }
  id = pb_viewers_add (whep->viewers, live, &offer, &answer, &error);
  if (id == NULL) {
    refuse_busy (whep, message, error->message);
    return NULL;
  }
  reply_answer (message, live, id, answer);
  whep->accepted++;
  return id;
}

static void
handle_delete (PbWhep *whep, SoupServerMessage *message, PbLive *live,
    const gchar *viewer_id)
{
  if (pb_viewers_remove (whep->viewers, viewer_id, live))
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  else
    pb_problem_reply (
        message, SOUP_STATUS_NOT_FOUND, "not_found", "There is no such viewer");
}

/**
 * pb_whep_handle:
 * @whep: the endpoint
 * @message: a request for /whep/{driver} or /whep/{driver}/{viewer}, its body
 *   received whole
 * @live: the driver
 * @viewer_id: (nullable): the second part of the path
 * @owner: (transfer full) (nullable): whose the viewer will be, for
 *   pb_whep_revise()
 * @free_owner: (nullable): for @owner
 *
 * Main thread. Answers at once. See server/webrtc/README.md for the status codes.
 */
void
pb_whep_handle (PbWhep *whep, SoupServerMessage *message, PbLive *live,
    const gchar *viewer_id, gpointer owner, GDestroyNotify free_owner)
{
  const gchar *id = NULL;
  const gchar *method = soup_server_message_get_method (message);
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);
  const gchar *allow = viewer_id == NULL ? "POST, OPTIONS" : "DELETE, OPTIONS";

  /* SoupServer 3.2 never closes a kept connection that its client has closed:
   * each viewer would leave a socket behind. */
  soup_message_headers_replace (headers, "Connection", "close");
  if (viewer_id == NULL && g_str_equal (method, "POST")) {
    id = handle_post (whep, message, live, owner);
  } else if (viewer_id != NULL && g_str_equal (method, "DELETE")) {
    handle_delete (whep, message, live, viewer_id);
  } else if (g_str_equal (method, "OPTIONS")) {
    soup_message_headers_replace (headers, "Allow", allow);
    if (viewer_id == NULL)
      soup_message_headers_replace (headers, "Accept-Post", "application/sdp");
    soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  } else {
    soup_message_headers_replace (headers, "Allow", allow);
    pb_problem_reply (message, SOUP_STATUS_METHOD_NOT_ALLOWED,
        "method_not_allowed", "This address does not take the method");
  }
  if (id && owner)
    pb_viewers_set_owner (whep->viewers, id, owner, free_owner);
  else if (owner)
    free_owner (owner);
}

/**
 * pb_whep_revise:
 * @keep: asked for the owner of each viewer that has one
 * @user_data: for @keep
 *
 * Main thread. Who may not stay is closed when it returns.
 */
void
pb_whep_revise (PbWhep *whep, PbWhepKeep keep, gpointer user_data)
{
  pb_viewers_revise (whep->viewers, keep, user_data);
}

/**
 * pb_whep_get_stats:
 * @whep: the endpoint
 * @stats: (out): counters
 *
 * Main thread.
 */
void
pb_whep_get_stats (PbWhep *whep, PbWhepStats *stats)
{
  PbViewersStats viewers;

  pb_viewers_get_stats (whep->viewers, &viewers);
  *stats = (PbWhepStats){
    .viewers = viewers.viewers,
    .accepted = whep->accepted,
    .refused = whep->refused,
    .reaped = viewers.reaped,
    .frames_dropped = viewers.frames_dropped,
    .samples_dropped = viewers.samples_dropped,
    .resent = viewers.resent,
  };
}

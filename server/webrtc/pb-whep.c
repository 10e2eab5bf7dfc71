/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The WHEP endpoint: HTTP on one side, peers on the other, all on the main
 * loop. */
#include "webrtc/pb-whep.h"

#include <gio/gio.h>
#include <sodium.h>
#include <string.h>

#include "problem/pb-problem.h"
#include "webrtc/pb-offer.h"
#include "webrtc/pb-port.h"

#define DEFAULT_MAX_VIEWERS 100
/* A person, key or link, however many it connects, has one of so many parts of
 * the places. */
#define SHARE 2

/* From the answer to the DTLS handshake's end; ICE gives up after 30 s. */
#define CONNECT_LIMIT_US (15 * G_USEC_PER_SEC)
/* A viewer that connects does so within a fraction of a second: after this it
 * makes room where there is none. Offers are cheap, and those of one client that
 * never connects would keep everybody out. */
#define CONNECT_GRACE_US (G_USEC_PER_SEC)
/* A viewer reports (RTCP) at least every 5 s, usually every second. */
#define SILENCE_LIMIT_MS 8000
/* Who is silent for this long is sent something to acknowledge. */
#define WAKE_AFTER_MS 2500

typedef struct {
  PbWhep *whep;
  gchar *id;
  PbPeer *peer;
  PbLive *live;
  gint64 created_us;
  gpointer owner; /* NULL = nobody's */
  GDestroyNotify free_owner;
} Viewer;

struct _PbWhep {
  GMainContext *context;
  guint max_viewers;
  PbWhepSame is_same; /* NULL = every owner is another one */
  PbDtlsIdentity *identity;
  PbPort *port;
  GSource *timer;
  /* id -> Viewer */
  GHashTable *viewers;
  /* PbPeer -> Viewer: what a peer says after its viewer is gone is nobody's. */
  GHashTable *by_peer;
  PbWhepStats totals;
};

/* A peer's event on its way from the port's thread to the main loop. */
typedef struct {
  PbWhep *whep;
  PbPeer *peer;
  const gchar *why;
} Event;

static void
viewer_free (Viewer *viewer)
{
  g_hash_table_remove (viewer->whep->by_peer, viewer->peer);
  pb_peer_close (viewer->peer);
  pb_peer_unref (viewer->peer);
  pb_live_unref (viewer->live);
  if (viewer->owner)
    viewer->free_owner (viewer->owner);
  g_free (viewer->id);
  g_free (viewer);
}

static void
remove_viewer (Viewer *viewer, const gchar *why)
{
  PbPeerStats stats;
  PbWhep *whep = viewer->whep;

  pb_peer_get_stats (viewer->peer, &stats);
  whep->totals.frames_dropped += stats.frames_dropped;
  whep->totals.samples_dropped += stats.samples_dropped;
  whep->totals.resent += stats.resent;
  g_debug ("viewer %s: %s", viewer->id, why);
  g_hash_table_remove (whep->viewers, viewer->id);
}

static void
reply_answer (Viewer *viewer, SoupServerMessage *message)
{
  g_autofree gchar *location = g_strdup_printf (
      "/whep/%s/%s", pb_live_get_driver_id (viewer->live), viewer->id);
  gchar *sdp = pb_peer_get_answer (viewer->peer);

  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Location", location);
  soup_server_message_set_response (
      message, "application/sdp", SOUP_MEMORY_TAKE, sdp, strlen (sdp));
  viewer->whep->totals.accepted++;
}

static gboolean
dispatch_event (gpointer data)
{
  Event *event = data;
  Viewer *viewer = g_hash_table_lookup (event->whep->by_peer, event->peer);

  if (viewer != NULL)
    remove_viewer (viewer, event->why);
  return G_SOURCE_REMOVE;
}

static void
event_free (gpointer data)
{
  Event *event = data;

  pb_peer_unref (event->peer);
  g_free (event);
}

/* Any thread. */
static void
on_peer_closed (PbPeer *peer, const gchar *why, gpointer user_data)
{
  PbWhep *whep = user_data;
  Event *event = g_new (Event, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  *event = (Event){ whep, pb_peer_ref (peer), why };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, dispatch_event, event, event_free);
  g_source_attach (source, whep->context);
}

static void
check_viewer (Viewer *viewer, gint64 now_us)
{
  gint64 age_us = now_us - viewer->created_us;
  PbPeerStats stats;

  pb_peer_get_stats (viewer->peer, &stats);
  if (!stats.connected && age_us > CONNECT_LIMIT_US) {
    viewer->whep->totals.reaped++;
    remove_viewer (viewer, "not connected in time");
  } else if (stats.silent_ms > SILENCE_LIMIT_MS) {
    viewer->whep->totals.reaped++;
    remove_viewer (viewer, "silent");
  } else if (stats.silent_ms > WAKE_AFTER_MS) {
    pb_peer_wake (viewer->peer);
  }
}

static gboolean
on_timer (gpointer data)
{
  PbWhep *whep = data;
  g_autoptr (GList) viewers = g_hash_table_get_values (whep->viewers);
  gint64 now_us = g_get_monotonic_time ();

  for (GList *l = viewers; l != NULL; l = l->next)
    check_viewer (l->data, now_us);
  return G_SOURCE_CONTINUE;
}

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
  PbPortOptions port;
  PbWhep *whep;

  if (options == NULL)
    options = &none;
  port = (PbPortOptions){ options->loopback, options->public_address,
    options->port };
  whep = g_new0 (PbWhep, 1);
  whep->identity = pb_dtls_identity_new (error);
  if (whep->identity != NULL)
    whep->port = pb_port_new (&port, error);
  if (whep->port == NULL) {
    g_clear_pointer (&whep->identity, pb_dtls_identity_free);
    g_free (whep);
    return NULL;
  }
  whep->context = g_main_context_ref_thread_default ();
  whep->max_viewers =
      options->max_viewers != 0 ? options->max_viewers : DEFAULT_MAX_VIEWERS;
  whep->is_same = options->is_same;
  whep->viewers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) viewer_free);
  whep->by_peer = g_hash_table_new (NULL, NULL);
  whep->timer = g_timeout_source_new_seconds (1);
  g_source_set_callback (whep->timer, on_timer, whep, NULL);
  g_source_attach (whep->timer, whep->context);
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
  g_autoptr (GList) viewers = g_hash_table_get_values (whep->viewers);

  for (GList *l = viewers; l != NULL; l = l->next)
    remove_viewer (l->data, "the server stops");
  g_source_destroy (whep->timer);
  g_source_unref (whep->timer);
  /* Events on their way find no viewer, but must not find no endpoint. */
  while (g_main_context_iteration (whep->context, FALSE))
    continue;
  g_hash_table_unref (whep->viewers);
  g_hash_table_unref (whep->by_peer);
  pb_port_free (whep->port);
  pb_dtls_identity_free (whep->identity);
  g_main_context_unref (whep->context);
  g_free (whep);
}

/* Who knows it can end the viewer: not to be guessed from others' ids, as the
 * numbers of g_random_int() can be from 156 of them. */
static gchar *
make_id (void)
{
  guint8 bytes[16];
  gchar *id = g_malloc (2 * sizeof bytes + 1);

  randombytes_buf (bytes, sizeof bytes);
  return sodium_bin2hex (id, 2 * sizeof bytes + 1, bytes, sizeof bytes);
}

static void
refuse (PbWhep *whep, SoupServerMessage *message, guint status,
    const gchar *code, const gchar *text)
{
  whep->totals.refused++;
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

static Viewer *
start_viewer (PbWhep *whep, SoupServerMessage *message, PbLive *live,
    const PbOffer *offer)
{
  g_autoptr (GError) error = NULL;
  PbPeer *peer = pb_peer_new (
      whep->port, whep->identity, live, offer, on_peer_closed, whep, &error);
  Viewer *viewer;

  if (peer == NULL) {
    refuse_busy (whep, message, error->message);
    return NULL;
  }
  viewer = g_new0 (Viewer, 1);
  viewer->whep = whep;
  viewer->id = make_id ();
  viewer->peer = peer;
  viewer->live = pb_live_ref (live);
  viewer->created_us = g_get_monotonic_time ();
  g_hash_table_insert (whep->viewers, viewer->id, viewer);
  g_hash_table_insert (whep->by_peer, peer, viewer);
  reply_answer (viewer, message);
  return viewer;
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

static gboolean
is_of (PbWhep *whep, const Viewer *viewer, gconstpointer owner)
{
  return whep->is_same && owner && viewer->owner
         && whep->is_same (viewer->owner, owner);
}

static guint
count_of (PbWhep *whep, gconstpointer owner)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, whep->viewers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += is_of (whep, value, owner);
  return n;
}

/* The one that has been connecting for longest, of @owner if not NULL. */
static void
make_room (PbWhep *whep, gconstpointer owner)
{
  Viewer *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, whep->viewers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Viewer *viewer = value;
    PbPeerStats stats;

    pb_peer_get_stats (viewer->peer, &stats);
    if (!stats.connected && (!owner || is_of (whep, viewer, owner))
        && (oldest == NULL || viewer->created_us < oldest->created_us))
      oldest = viewer;
  }
  if (oldest == NULL
      || g_get_monotonic_time () - oldest->created_us < CONNECT_GRACE_US)
    return;
  whep->totals.reaped++;
  remove_viewer (oldest, "not connected, and others wait");
}

static gboolean
has_room (PbWhep *whep, gconstpointer owner)
{
  const guint share = MAX (whep->max_viewers / SHARE, 1);

  if (count_of (whep, owner) >= share)
    make_room (whep, owner);
  if (g_hash_table_size (whep->viewers) >= whep->max_viewers)
    make_room (whep, NULL);
  return count_of (whep, owner) < share
         && g_hash_table_size (whep->viewers) < whep->max_viewers;
}

/* Returns: (nullable): the new viewer; %NULL if the offer was refused */
static Viewer *
handle_post (
    PbWhep *whep, SoupServerMessage *message, PbLive *live, gconstpointer owner)
{
  PbOffer offer;

  if (!read_offer (whep, message, &offer)
      || !check_live (whep, message, live, &offer))
    return NULL;
  if (!has_room (whep, owner)) {
    refuse_busy (
        whep, message, "There are too many viewers, yours or all together");
    return NULL;
  }
  return start_viewer (whep, message, live, &offer);
}

static void
handle_delete (PbWhep *whep, SoupServerMessage *message, PbLive *live,
    const gchar *viewer_id)
{
  Viewer *viewer = g_hash_table_lookup (whep->viewers, viewer_id);

  if (viewer == NULL || viewer->live != live) {
    pb_problem_reply (
        message, SOUP_STATUS_NOT_FOUND, "not_found", "There is no such viewer");
    return;
  }
  remove_viewer (viewer, "deleted by the client");
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
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
  Viewer *viewer = NULL;
  const gchar *method = soup_server_message_get_method (message);
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);
  const gchar *allow = viewer_id == NULL ? "POST, OPTIONS" : "DELETE, OPTIONS";

  /* SoupServer 3.2 never closes a kept connection that its client has closed:
   * each viewer would leave a socket behind. */
  soup_message_headers_replace (headers, "Connection", "close");
  if (viewer_id == NULL && g_str_equal (method, "POST")) {
    viewer = handle_post (whep, message, live, owner);
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
  if (viewer) {
    viewer->owner = owner;
    viewer->free_owner = free_owner;
  } else if (owner) {
    free_owner (owner);
  }
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
  g_autoptr (GList) viewers = g_hash_table_get_values (whep->viewers);

  for (GList *l = viewers; l != NULL; l = l->next) {
    Viewer *viewer = l->data;

    if (viewer->owner != NULL && !keep (viewer->owner, user_data))
      remove_viewer (viewer, "its login, key or link is over");
  }
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
  GHashTableIter iter;
  gpointer value;

  *stats = whep->totals;
  stats->viewers = g_hash_table_size (whep->viewers);
  g_hash_table_iter_init (&iter, whep->viewers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Viewer *viewer = value;
    PbPeerStats peer;

    pb_peer_get_stats (viewer->peer, &peer);
    stats->frames_dropped += peer.frames_dropped;
    stats->samples_dropped += peer.samples_dropped;
    stats->resent += peer.resent;
  }
}

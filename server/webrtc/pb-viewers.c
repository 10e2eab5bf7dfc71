/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbViewers: who watches by WebRTC: how many, how long without a word, and whose
 * they are. */
#include "webrtc/pb-viewers.h"

#include <sodium.h>

#include "webrtc/pb-dtls.h"
#include "webrtc/pb-peer.h"

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
  PbViewers *viewers;
  gchar *id;
  PbPeer *peer;
  PbLive *live;
  gint64 created_us;
  gpointer owner; /* NULL = nobody's */
  GDestroyNotify free_owner;
} Viewer;

struct _PbViewers {
  GMainContext *context;
  guint max;
  PbViewersSame is_same; /* NULL = every owner is another one */
  PbDtlsIdentity *identity;
  PbPort *port;
  GSource *timer;
  /* id -> Viewer */
  GHashTable *viewers;
  /* PbPeer -> Viewer: what a peer says after its viewer is gone is nobody's. */
  GHashTable *by_peer;
  PbViewersStats totals; /* of those that have gone */
};

/* A peer's event on its way from the port's thread to the main loop. */
typedef struct {
  PbViewers *viewers;
  PbPeer *peer;
  const gchar *why;
} Event;

static void
viewer_free (Viewer *viewer)
{
  g_hash_table_remove (viewer->viewers->by_peer, viewer->peer);
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
  PbViewers *self = viewer->viewers;

  pb_peer_get_stats (viewer->peer, &stats);
  self->totals.frames_dropped += stats.frames_dropped;
  self->totals.samples_dropped += stats.samples_dropped;
  self->totals.resent += stats.resent;
  g_debug ("viewer %s: %s", viewer->id, why);
  g_hash_table_remove (self->viewers, viewer->id);
}

static gboolean
dispatch_event (gpointer data)
{
  Event *event = data;
  Viewer *viewer = g_hash_table_lookup (event->viewers->by_peer, event->peer);

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
  PbViewers *self = user_data;
  Event *event = g_new (Event, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  *event = (Event){ self, pb_peer_ref (peer), why };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, dispatch_event, event, event_free);
  g_source_attach (source, self->context);
}

static void
check_viewer (Viewer *viewer, gint64 now_us)
{
  gint64 age_us = now_us - viewer->created_us;
  PbPeerStats stats;

  pb_peer_get_stats (viewer->peer, &stats);
  if (!stats.connected && age_us > CONNECT_LIMIT_US) {
    viewer->viewers->totals.reaped++;
    remove_viewer (viewer, "not connected in time");
  } else if (stats.silent_ms > SILENCE_LIMIT_MS) {
    viewer->viewers->totals.reaped++;
    remove_viewer (viewer, "silent");
  } else if (stats.silent_ms > WAKE_AFTER_MS) {
    pb_peer_wake (viewer->peer);
  }
}

static gboolean
on_timer (gpointer data)
{
  PbViewers *self = data;
  g_autoptr (GList) viewers = g_hash_table_get_values (self->viewers);
  gint64 now_us = g_get_monotonic_time ();

  for (GList *l = viewers; l != NULL; l = l->next)
    check_viewer (l->data, now_us);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_viewers_new:
 * @port: where all of them connect
 * @max: at a time
 * @is_same: (nullable): tells owners apart, none of whom gets more than half of
 *   the places
 *
 * Returns: (transfer full): none yet; %NULL with @error set if there is no port
 *   or no certificate
 */
PbViewers *
pb_viewers_new (
    const PbPortOptions *port, guint max, PbViewersSame is_same, GError **error)
{
  PbViewers *self = g_new0 (PbViewers, 1);

  self->identity = pb_dtls_identity_new (error);
  if (self->identity != NULL)
    self->port = pb_port_new (port, error);
  if (self->port == NULL) {
    g_clear_pointer (&self->identity, pb_dtls_identity_free);
    g_free (self);
    return NULL;
  }
  self->context = g_main_context_ref_thread_default ();
  self->max = max;
  self->is_same = is_same;
  self->viewers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) viewer_free);
  self->by_peer = g_hash_table_new (NULL, NULL);
  self->timer = g_timeout_source_new_seconds (1);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, self->context);
  return self;
}

/**
 * pb_viewers_free:
 *
 * Every viewer is closed when it returns.
 */
void
pb_viewers_free (PbViewers *self)
{
  g_autoptr (GList) viewers = g_hash_table_get_values (self->viewers);

  for (GList *l = viewers; l != NULL; l = l->next)
    remove_viewer (l->data, "the server stops");
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  /* What is being said just now is an event, too. */
  pb_port_settle (self->port);
  /* Events on their way find no viewer, but must not find no endpoint. */
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_hash_table_unref (self->viewers);
  g_hash_table_unref (self->by_peer);
  pb_port_free (self->port);
  pb_dtls_identity_free (self->identity);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * pb_viewers_get_port:
 *
 * Returns: (transfer none): where they connect; publishers do so, too
 */
PbPort *
pb_viewers_get_port (PbViewers *self)
{
  return self->port;
}

/**
 * pb_viewers_get_identity:
 *
 * Returns: (transfer none): what the server shows them
 */
PbDtlsIdentity *
pb_viewers_get_identity (PbViewers *self)
{
  return self->identity;
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

static gboolean
is_of (PbViewers *self, const Viewer *viewer, gconstpointer owner)
{
  return self->is_same && owner && viewer->owner
         && self->is_same (viewer->owner, owner);
}

static guint
count_of (PbViewers *self, gconstpointer owner)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->viewers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += is_of (self, value, owner);
  return n;
}

/* The one that has been connecting for longest, of @owner if not NULL. */
static void
make_room (PbViewers *self, gconstpointer owner)
{
  Viewer *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->viewers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Viewer *viewer = value;
    PbPeerStats stats;

    pb_peer_get_stats (viewer->peer, &stats);
    if (!stats.connected && (!owner || is_of (self, viewer, owner))
        && (oldest == NULL || viewer->created_us < oldest->created_us))
      oldest = viewer;
  }
  if (oldest == NULL
      || g_get_monotonic_time () - oldest->created_us < CONNECT_GRACE_US)
    return;
  self->totals.reaped++;
  remove_viewer (oldest, "not connected, and others wait");
}

/**
 * pb_viewers_has_room:
 * @owner: (nullable): of another one
 *
 * Makes room by those that have not connected yet, if it must.
 *
 * Returns: %FALSE if it would be one too many, of @owner or of all
 */
gboolean
pb_viewers_has_room (PbViewers *self, gconstpointer owner)
{
  const guint share = MAX (self->max / SHARE, 1);

  if (count_of (self, owner) >= share)
    make_room (self, owner);
  if (g_hash_table_size (self->viewers) >= self->max)
    make_room (self, NULL);
  return count_of (self, owner) < share
         && g_hash_table_size (self->viewers) < self->max;
}

/**
 * pb_viewers_add:
 * @live: what is watched
 * @offer: the browser's
 * @answer: (out) (transfer full): for it, SDP
 *
 * Returns: (transfer none): the new viewer's id, %NULL with @error set
 */
const gchar *
pb_viewers_add (PbViewers *self, PbLive *live, const PbOffer *offer,
    gchar **answer, GError **error)
{
  PbPeer *peer = pb_peer_new (
      self->port, self->identity, live, offer, on_peer_closed, self, error);
  Viewer *viewer;

  if (peer == NULL)
    return NULL;
  viewer = g_new0 (Viewer, 1);
  viewer->viewers = self;
  viewer->id = make_id ();
  viewer->peer = peer;
  viewer->live = pb_live_ref (live);
  viewer->created_us = g_get_monotonic_time ();
  g_hash_table_insert (self->viewers, viewer->id, viewer);
  g_hash_table_insert (self->by_peer, peer, viewer);
  *answer = pb_peer_get_answer (peer);
  return viewer->id;
}

/**
 * pb_viewers_set_owner:
 * @id: of one that has just been added
 * @owner: (transfer full): whose it is, for pb_viewers_revise()
 * @free_owner: for @owner
 */
void
pb_viewers_set_owner (
    PbViewers *self, const gchar *id, gpointer owner, GDestroyNotify free_owner)
{
  Viewer *viewer = g_hash_table_lookup (self->viewers, id);

  viewer->owner = owner;
  viewer->free_owner = free_owner;
}

/**
 * pb_viewers_remove:
 * @live: what it watches
 *
 * Returns: %FALSE if there is no such viewer
 */
gboolean
pb_viewers_remove (PbViewers *self, const gchar *id, const PbLive *live)
{
  Viewer *viewer = g_hash_table_lookup (self->viewers, id);

  if (viewer == NULL || viewer->live != live)
    return FALSE;
  remove_viewer (viewer, "deleted by the client");
  return TRUE;
}

/**
 * pb_viewers_revise:
 * @keep: asked for the owner of each viewer that has one
 * @user_data: for @keep
 *
 * Who may not stay is closed when it returns.
 */
void
pb_viewers_revise (PbViewers *self, PbViewersKeep keep, gpointer user_data)
{
  g_autoptr (GList) viewers = g_hash_table_get_values (self->viewers);

  for (GList *l = viewers; l != NULL; l = l->next) {
    Viewer *viewer = l->data;

    if (viewer->owner != NULL && !keep (viewer->owner, user_data))
      remove_viewer (viewer, "its login, key or link is over");
  }
}

/**
 * pb_viewers_get_stats:
 * @stats: (out): counters
 */
void
pb_viewers_get_stats (PbViewers *self, PbViewersStats *stats)
{
  GHashTableIter iter;
  gpointer value;

  *stats = self->totals;
  stats->viewers = g_hash_table_size (self->viewers);
  g_hash_table_iter_init (&iter, self->viewers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Viewer *viewer = value;
    PbPeerStats peer;

    pb_peer_get_stats (viewer->peer, &peer);
    stats->frames_dropped += peer.frames_dropped;
    stats->samples_dropped += peer.samples_dropped;
    stats->resent += peer.resent;
  }
}

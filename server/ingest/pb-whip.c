/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A publisher is a session (PbPublishers) and a connection (PbPeer); what ends one
 * of them ends the other. */
#include "ingest/pb-whip.h"

#include "auth/pb-token.h"
#include "ingest/pb-whip-graph.h"
#include "webrtc/pb-port.h"

#define TICK_MS 1000
/* From the answer to the DTLS handshake's end; a browser gives up after 30 s. */
#define CONNECT_LIMIT_US (15 * G_USEC_PER_SEC)
/* A browser checks its connection each 2.5 s, also where nothing moves. */
#define SILENCE_LIMIT_MS 8000

typedef struct {
  gchar *id;
  gchar *driver;
  gchar *device;
  PbWhipGraph *graph;
  PbPeer *peer;
  gint64 created_us;
} Cast;

struct _PbWhip {
  PbIngest *ingest;
  PbPort *port;
  PbDtlsIdentity *identity;
  PbPublishers *publishers;
  GHashTable *casts; /* id → Cast */
  guint tick;
};

/* What a connection says on its way from the port's thread to the main loop. */
typedef struct {
  PbWhip *whip;
  PbPeer *peer;
  const gchar *why;
} Event;

static void
cast_free (Cast *cast)
{
  PbIntakeStats stats;

  if (cast->peer) {
    pb_peer_get_intake_stats (cast->peer, &stats);
    g_message ("a publisher by WHIP (device %s) has gone: %" G_GUINT64_FORMAT
               " packets, %" G_GUINT64_FORMAT " asked for again, "
               "%" G_GUINT64_FORMAT " losses of the picture, "
               "%" G_GUINT64_FORMAT " of the sound, %" G_GUINT64_FORMAT
               " key frames asked for",
        cast->device, stats.packets, stats.asked, stats.lost, stats.lost_sound,
        stats.keys);
    pb_peer_close (cast->peer);
    pb_peer_unref (cast->peer);
  }
  pb_whip_graph_free (cast->graph);
  g_free (cast->id);
  g_free (cast->driver);
  g_free (cast->device);
  g_free (cast);
}

static void
on_media (PbIntakeKind kind, GBytes *packet, gint64 time_us, gboolean lost,
    gpointer user_data)
{
  pb_whip_graph_push (user_data, kind, packet, time_us, lost);
}

static gboolean
dispatch_event (gpointer data)
{
  Event *event = data;
  g_autoptr (GList) casts = g_hash_table_get_values (event->whip->casts);

  for (GList *l = casts; l != NULL; l = l->next) {
    Cast *cast = l->data;

    if (cast->peer == event->peer) {
      pb_whip_end (event->whip, cast->id, event->why);
      break;
    }
  }
  return G_SOURCE_REMOVE;
}

static void
event_free (gpointer data)
{
  Event *event = data;

  pb_peer_unref (event->peer);
  g_free (event);
}

/* From the port's thread. What a connection says after its publisher has gone is
 * nobody's. */
static void
on_closed (PbPeer *peer, const gchar *why, gpointer user_data)
{
  Event *event = g_new (Event, 1);

  *event = (Event){ user_data, pb_peer_ref (peer), why };
  g_idle_add_full (G_PRIORITY_DEFAULT, dispatch_event, event, event_free);
}

/* A receiver does not learn the round trip. */
static void
tell_link (PbWhip *self, Cast *cast)
{
  PbPublisher *publisher = pb_publishers_find (self->publishers, cast->id);
  g_autoptr (GstStructure) link = NULL;
  PbIntakeStats stats;

  if (!publisher)
    return;
  pb_peer_get_intake_stats (cast->peer, &stats);
  link = gst_structure_new ("link", "packets-received", G_TYPE_UINT64,
      stats.received + stats.again, "packets-lost", G_TYPE_UINT64,
      stats.missing, "packets-retransmitted", G_TYPE_UINT64, stats.again, NULL);
  pb_publisher_set_link (publisher, link);
}

static void
check (PbWhip *self, Cast *cast)
{
  PbPeerStats stats;

  pb_peer_get_stats (cast->peer, &stats);
  if (!stats.connected
      && g_get_monotonic_time () - cast->created_us > CONNECT_LIMIT_US)
    pb_whip_end (self, cast->id, "the publisher did not connect in time");
  else if (stats.silent_ms > SILENCE_LIMIT_MS)
    pb_whip_end (self, cast->id, "nothing came from the publisher for 8 s");
  else
    tell_link (self, cast);
}

static gboolean
tick (gpointer user_data)
{
  PbWhip *self = user_data;
  g_autoptr (GList) casts = g_hash_table_get_values (self->casts);

  for (GList *l = casts; l != NULL; l = l->next)
    check (self, l->data);
  return G_SOURCE_CONTINUE;
}

static void
on_over (const gchar *id, gpointer user_data)
{
  g_hash_table_remove (((PbWhip *) user_data)->casts, id);
}

/**
 * pb_whip_new:
 * @ingest: lets publishers in; outlives this
 * @port: where they connect; outlives this
 * @identity: the server's; outlives this
 *
 * Returns: (transfer full): what nobody publishes by yet
 */
PbWhip *
pb_whip_new (PbIngest *ingest, PbPort *port, PbDtlsIdentity *identity)
{
  PbWhip *self = g_new0 (PbWhip, 1);

  self->ingest = ingest;
  self->port = port;
  self->identity = identity;
  self->casts = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) cast_free);
  self->publishers = pb_publishers_new (ingest, PB_WHIP_MAX_PUBLISHERS);
  pb_publishers_set_over (self->publishers, on_over, self);
  /* A picture that stands still sends nothing; the connection tells. */
  pb_publishers_set_patient (self->publishers);
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return self;
}

/**
 * pb_whip_free:
 *
 * Ends all that is published.
 */
void
pb_whip_free (PbWhip *self)
{
  g_source_remove (self->tick);
  g_hash_table_remove_all (self->casts);
  /* What is being said just now is an event, too. */
  pb_port_settle (self->port);
  /* Events on their way find no publisher, but must not find nothing. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_pointer (&self->publishers, pb_publishers_free);
  g_clear_pointer (&self->casts, g_hash_table_unref);
  g_free (self);
}

static Cast *
make_cast (PbWhip *self, const PbWhipGuest *guest, GError **error)
{
  PbWhipGraph *graph = pb_whip_graph_new (error);
  Cast *cast;

  if (!graph)
    return NULL;
  cast = g_new0 (Cast, 1);
  cast->id = pb_id_new_secret ();
  cast->driver = g_strdup (guest->driver);
  cast->device = g_strdup (guest->device);
  cast->graph = graph;
  cast->created_us = g_get_monotonic_time ();
  return cast;
}

static PbWhipVerdict
begin (PbWhip *self, const PbWhipGuest *guest, const PbOffer *offer,
    Cast **begun, GError **error)
{
  Cast *cast = make_cast (self, guest, error);
  const PbDoorGuest at_door = {
    .driver = guest->driver,
    .device = guest->device,
    .peer = guest->address,
    .transport = "whip",
  };

  if (!cast)
    return PB_WHIP_FAILED;
  if (!pb_publishers_add (self->publishers, cast->id, &at_door,
          guest->principal, pb_whip_graph_get_pipeline (cast->graph), error)) {
    cast_free (cast);
    return g_error_matches (*error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS)
               ? PB_WHIP_CONTESTED
               : PB_WHIP_FAILED;
  }
  cast->peer = pb_peer_new_publisher (self->port, self->identity, offer,
      on_media, cast->graph, on_closed, self);
  g_hash_table_insert (self->casts, cast->id, cast);
  *begun = cast;
  return PB_WHIP_TAKEN;
}

/**
 * pb_whip_take:
 * @guest: who it is, and may
 * @offer: from pb_offer_parse_publisher()
 * @id: (out): with %PB_WHIP_TAKEN, of the publisher, not to be guessed
 * @answer: (out): with %PB_WHIP_TAKEN, SDP
 * @error: with %PB_WHIP_CONTESTED and %PB_WHIP_FAILED, why
 *
 * Waits for nobody. What the driver's picture came from before goes on until the
 * first one of this publisher is there.
 *
 * Returns: what to answer
 */
PbWhipVerdict
pb_whip_take (PbWhip *self, const PbWhipGuest *guest, const PbOffer *offer,
    gchar **id, gchar **answer, GError **error)
{
  PbWhipVerdict verdict;
  Cast *cast;

  if (pb_publishers_get_hold_s (self->publishers, guest->device) > 0)
    return PB_WHIP_HELD;
  if (!pb_publishers_has_room (self->publishers, guest->device))
    return PB_WHIP_FULL;
  verdict = begin (self, guest, offer, &cast, error);
  if (verdict == PB_WHIP_TAKEN) {
    *id = g_strdup (cast->id);
    *answer = pb_peer_get_answer (cast->peer);
  }
  return verdict;
}

/**
 * pb_whip_is_of:
 * @device: (nullable): what asks; %NULL = whoever may publish for @driver
 *
 * Returns: whether there is such a publisher, of @driver
 */
gboolean
pb_whip_is_of (
    PbWhip *self, const gchar *id, const gchar *driver, const gchar *device)
{
  const Cast *cast = g_hash_table_lookup (self->casts, id);

  return cast && g_str_equal (cast->driver, driver)
         && (!device || g_str_equal (cast->device, device));
}

/**
 * pb_whip_end:
 * @id: may be nobody's
 * @reason: in words
 */
void
pb_whip_end (PbWhip *self, const gchar *id, const gchar *reason)
{
  g_autofree gchar *copy = g_strdup (id);

  if (g_hash_table_contains (self->casts, copy))
    pb_publishers_end (self->publishers, copy, reason);
}

/**
 * pb_whip_get_publishers:
 *
 * Returns: (transfer none): who publishes
 */
PbPublishers *
pb_whip_get_publishers (PbWhip *self)
{
  return self->publishers;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Keeps a few peers ready. Making one takes tens of milliseconds of CPU, and
 * taking one down waits for its threads: neither belongs on the main loop. */
#include "webrtc/pb-peer-pool.h"

#include <gst/gst.h>

/* The first negotiation of a process loads plugins, makes the DTLS certificate
 * and fills caches: half a second, at start instead of at the first viewer. */
#define WARM_UP_LIMIT_US (5 * G_USEC_PER_SEC)

/* After a peer was taken, answering it matters more than making the next. An
 * empty pool is filled at once. */
#define REFILL_DELAY_US (500 * 1000)

/* Taking down webrtcbin 1.22 can hang in rare cases (closing before any data
 * was sent). It then costs a thread; the others go on. */
#define MAX_CLOSING 8

struct _PbPeerPool {
  PbPeerConfig config;
  GThread *thread;
  GThreadPool *closers;
  /* Protects what follows. */
  GMutex lock;
  GCond cond;
  GQueue ready;
  guint size;
  gint64 taken_us;
  gboolean stopping;
};

static void
close_peer (gpointer data, gpointer user_data)
{
  PbPeer *peer = data;

  pb_peer_close (peer);
  pb_peer_unref (peer);
}

static gboolean
wait_for_work (PbPeerPool *pool)
{
  while (!pool->stopping) {
    gint64 due_us = pool->taken_us + REFILL_DELAY_US;

    if (pool->ready.length >= pool->size)
      g_cond_wait (&pool->cond, &pool->lock);
    else if (pool->ready.length == 0 || g_get_monotonic_time () >= due_us)
      return TRUE;
    else
      g_cond_wait_until (&pool->cond, &pool->lock, due_us);
  }
  return FALSE;
}

static gpointer
refill (gpointer data)
{
  PbPeerPool *pool = data;

  g_mutex_lock (&pool->lock);
  while (wait_for_work (pool)) {
    g_autoptr (GError) error = NULL;
    PbPeer *peer;

    g_mutex_unlock (&pool->lock);
    peer = pb_peer_new (&pool->config, &error);
    g_mutex_lock (&pool->lock);
    if (peer != NULL) {
      g_queue_push_tail (&pool->ready, peer);
    } else {
      g_warning ("Cannot make a viewer ready: %s", error->message);
      /* Say, no file descriptors left: tries again later. */
      pool->taken_us = g_get_monotonic_time () + G_USEC_PER_SEC;
      g_cond_wait_until (&pool->cond, &pool->lock, pool->taken_us);
    }
  }
  g_mutex_unlock (&pool->lock);
  return NULL;
}

typedef struct {
  GMutex lock;
  GCond cond;
  gboolean done;
} WarmUp;

static void
on_warm (PbPeer *peer, PbPeerEvent event, const gchar *text, gpointer user_data)
{
  WarmUp *warm_up = user_data;

  g_mutex_lock (&warm_up->lock);
  warm_up->done = TRUE;
  g_cond_signal (&warm_up->cond);
  g_mutex_unlock (&warm_up->lock);
}

/* An offer nobody made, for a driver nobody is, up to its answer. */
static void
warm_up_with (PbPeer *peer)
{
  WarmUp warm_up = { 0 };
  g_autoptr (PbLive) live = pb_live_new ("warm-up", NULL);
  PbOffer offer = {
    .media = { { PB_OFFER_VIDEO, "video", "0" },
        { PB_OFFER_DATA, "application", "1" } },
    .n_media = 2,
    .ice_ufrag = "warm",
    .ice_pwd = "warmwarmwarmwarmwarmwarm",
    .pt = 96,
    .rtx_pt = 97,
    .profile_level_id = "42e01f",
    .has_video = TRUE,
    .has_data = TRUE,
    .sctp_port = 5000,
    .max_message_bytes = 262144,
  };
  gint64 limit_us = g_get_monotonic_time () + WARM_UP_LIMIT_US;
  gchar *at = g_stpcpy (offer.fingerprint, "sha-256 00");

  for (guint i = 1; i < 32; i++)
    at = g_stpcpy (at, ":00");
  g_mutex_init (&warm_up.lock);
  g_cond_init (&warm_up.cond);
  if (pb_peer_start (peer, live, &offer, on_warm, &warm_up, NULL)) {
    g_mutex_lock (&warm_up.lock);
    while (!warm_up.done
           && g_cond_wait_until (&warm_up.cond, &warm_up.lock, limit_us))
      continue;
    g_mutex_unlock (&warm_up.lock);
  }
  pb_peer_close (peer);
  g_mutex_clear (&warm_up.lock);
  g_cond_clear (&warm_up.cond);
}

/**
 * pb_peer_pool_new:
 * @config: of each peer, copied
 * @size: peers to keep ready
 * @error: what is missing
 *
 * Negotiates once for nobody before it returns, about half a second.
 *
 * Returns: (transfer full) (nullable): a pool that fills itself
 */
PbPeerPool *
pb_peer_pool_new (const PbPeerConfig *config, guint size, GError **error)
{
  PbPeer *warm = pb_peer_new (config, error);
  PbPeer *first;
  PbPeerPool *pool;

  if (warm == NULL)
    return NULL;
  first = pb_peer_new (config, error);
  warm_up_with (warm);
  pb_peer_unref (warm);
  if (first == NULL)
    return NULL;
  pool = g_new0 (PbPeerPool, 1);
  pool->config = *config;
  pool->config.public_address = g_strdup (config->public_address);
  pool->size = size;
  g_mutex_init (&pool->lock);
  g_cond_init (&pool->cond);
  g_queue_init (&pool->ready);
  g_queue_push_tail (&pool->ready, first);
  pool->closers =
      g_thread_pool_new (close_peer, NULL, MAX_CLOSING, FALSE, NULL);
  pool->thread = g_thread_new ("pb-peer-pool", refill, pool);
  return pool;
}

/**
 * pb_peer_pool_free:
 * @pool: (transfer full): a pool
 *
 * Waits until every peer is taken down.
 */
void
pb_peer_pool_free (PbPeerPool *pool)
{
  PbPeer *peer;

  g_mutex_lock (&pool->lock);
  pool->stopping = TRUE;
  g_cond_signal (&pool->cond);
  g_mutex_unlock (&pool->lock);
  g_thread_join (pool->thread);
  while ((peer = g_queue_pop_head (&pool->ready)) != NULL)
    pb_peer_pool_dispose (pool, peer);
  g_thread_pool_free (pool->closers, FALSE, TRUE);
  g_free (pool->config.public_address);
  g_mutex_clear (&pool->lock);
  g_cond_clear (&pool->cond);
  g_free (pool);
}

/**
 * pb_peer_pool_take:
 * @pool: a pool
 *
 * Any thread. Makes one if none is ready, which takes a few milliseconds.
 *
 * Returns: (transfer full) (nullable): a peer for pb_peer_start(), to be given
 *   back with pb_peer_pool_dispose(); %NULL if none can be made
 */
PbPeer *
pb_peer_pool_take (PbPeerPool *pool)
{
  PbPeer *peer;

  g_mutex_lock (&pool->lock);
  peer = g_queue_pop_head (&pool->ready);
  if (peer != NULL)
    pool->taken_us = g_get_monotonic_time ();
  g_cond_signal (&pool->cond);
  g_mutex_unlock (&pool->lock);
  /* More at one moment than were ready: 3 ms of waiting beat a refusal. */
  if (peer == NULL)
    peer = pb_peer_new (&pool->config, NULL);
  return peer;
}

/**
 * pb_peer_pool_dispose:
 * @pool: a pool
 * @peer: (transfer full): a peer
 *
 * Any thread. Takes it down in a thread of the pool.
 */
void
pb_peer_pool_dispose (PbPeerPool *pool, PbPeer *peer)
{
  g_thread_pool_push (pool->closers, peer, NULL);
}

/**
 * pb_peer_pool_get_ready:
 * @pool: a pool
 *
 * Any thread.
 *
 * Returns: peers ready
 */
guint
pb_peer_pool_get_ready (PbPeerPool *pool)
{
  guint n;

  g_mutex_lock (&pool->lock);
  n = pool->ready.length;
  g_mutex_unlock (&pool->lock);
  return n;
}

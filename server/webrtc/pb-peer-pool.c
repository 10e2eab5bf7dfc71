/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Keeps a few peers ready. Making one takes tens of milliseconds of CPU, and
 * taking one down waits for its threads: neither belongs on the main loop. */
#include "webrtc/pb-peer-pool.h"

#include <gst/gst.h>

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
  /* Never taken: keeps plugins loaded and the DTLS certificate made. */
  PbPeer *first;

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

/**
 * pb_peer_pool_new:
 * @config: of each peer, copied
 * @size: peers to keep ready
 * @error: what is missing
 *
 * Makes one peer before it returns, which loads the plugins and makes the DTLS
 * certificate: 0.5 s, at start and never again.
 *
 * Returns: (transfer full) (nullable): a pool that fills itself
 */
PbPeerPool *
pb_peer_pool_new (const PbPeerConfig *config, guint size, GError **error)
{
  PbPeer *first = pb_peer_new (config, error);
  PbPeerPool *pool;

  if (first == NULL)
    return NULL;
  pool = g_new0 (PbPeerPool, 1);
  pool->config = *config;
  pool->config.public_address = g_strdup (config->public_address);
  pool->size = size;
  pool->first = first;
  g_mutex_init (&pool->lock);
  g_cond_init (&pool->cond);
  g_queue_init (&pool->ready);
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
  pb_peer_pool_dispose (pool, pool->first);
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
 * Any thread; waits for nothing.
 *
 * Returns: (transfer full) (nullable): a peer for pb_peer_start(), to be given
 *   back with pb_peer_pool_dispose(); %NULL if none is ready
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

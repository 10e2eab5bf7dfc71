/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who a datagram is for: by the ufrag of a connectivity check, and from then
 * on by the address it comes from. */
#include "webrtc/pb-paths.h"

#include <string.h>

#include "webrtc/pb-peer-private.h"

/* Addresses of one viewer: some interfaces with two families, and changes. */
#define MAX_PATHS 32
/* An address that its viewer was heard on within this is not another's: who
 * knows a password of his own and forges senders could take others' away. A
 * viewer that is there reports each second. */
#define PATH_HELD_MS 3000

struct _PbPaths {
  /* Protects what follows. */
  GMutex lock;
  /* ufrag -> PbPeer */
  GHashTable *peers;
  /* PbPathKey of a PbPath -> the PbPath */
  GHashTable *paths;
};

static void
drop_path (gpointer data)
{
  PbPath *path = data;

  pb_peer_unref (path->peer);
  pb_path_unref (path);
}

/**
 * pb_paths_new:
 *
 * Returns: (transfer full): a table of no viewers
 */
PbPaths *
pb_paths_new (void)
{
  PbPaths *paths = g_new0 (PbPaths, 1);

  g_mutex_init (&paths->lock);
  paths->peers = g_hash_table_new (g_str_hash, g_str_equal);
  paths->paths = g_hash_table_new_full (
      pb_path_key_hash, pb_path_key_equal, NULL, drop_path);
  return paths;
}

/**
 * pb_paths_free:
 * @paths: (transfer full): a table whose viewers are removed
 */
void
pb_paths_free (PbPaths *paths)
{
  g_hash_table_unref (paths->paths);
  g_hash_table_unref (paths->peers);
  g_mutex_clear (&paths->lock);
  g_free (paths);
}

/**
 * pb_paths_add:
 * @paths: a table
 * @peer: a viewer, found by its ufrag from now on
 *
 * Any thread.
 */
void
pb_paths_add (PbPaths *paths, PbPeer *peer)
{
  g_mutex_lock (&paths->lock);
  g_hash_table_insert (paths->peers, peer->ice_ufrag, peer);
  g_mutex_unlock (&paths->lock);
}

static gboolean
is_of_peer (gpointer key, gpointer value, gpointer peer)
{
  return ((PbPath *) value)->peer == peer;
}

/**
 * pb_paths_remove:
 * @paths: a table
 * @peer: a viewer
 *
 * Any thread. It may still be given a datagram once afterwards.
 */
void
pb_paths_remove (PbPaths *paths, PbPeer *peer)
{
  g_mutex_lock (&paths->lock);
  if (g_hash_table_lookup (paths->peers, peer->ice_ufrag) == peer)
    g_hash_table_remove (paths->peers, peer->ice_ufrag);
  g_hash_table_foreach_remove (paths->paths, is_of_peer, peer);
  g_mutex_unlock (&paths->lock);
}

/**
 * pb_paths_list:
 * @paths: a table
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbPeer): its viewers
 */
GPtrArray *
pb_paths_list (PbPaths *paths)
{
  GPtrArray *peers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_peer_unref);
  GHashTableIter iter;
  gpointer peer;

  g_mutex_lock (&paths->lock);
  g_hash_table_iter_init (&iter, paths->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    g_ptr_array_add (peers, pb_peer_ref (peer));
  g_mutex_unlock (&paths->lock);
  return peers;
}

/* Both references are the caller's. */
static PbPath *
find_path (PbPaths *paths, const PbPathKey *key, PbPeer **peer)
{
  PbPath *path;

  g_mutex_lock (&paths->lock);
  path = g_hash_table_lookup (paths->paths, key);
  if (path != NULL) {
    pb_path_ref (path);
    *peer = pb_peer_ref (path->peer);
  }
  g_mutex_unlock (&paths->lock);
  return path;
}

static PbPeer *
find_peer (PbPaths *paths, const gchar *ufrag)
{
  PbPeer *peer;

  g_mutex_lock (&paths->lock);
  peer = g_hash_table_lookup (paths->peers, ufrag);
  if (peer != NULL)
    pb_peer_ref (peer);
  g_mutex_unlock (&paths->lock);
  return peer;
}

static gint
silent_ms (PbPath *path, gint now_ms)
{
  return (gint) ((guint) now_ms - (guint) g_atomic_int_get (&path->heard_ms));
}

/* A viewer on the move has always one more address. */
static void
drop_oldest_locked (PbPaths *paths, PbPeer *peer, gint now_ms)
{
  PbPath *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, paths->paths);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PbPath *path = value;

    if (path->peer == peer
        && (oldest == NULL
            || silent_ms (path, now_ms) > silent_ms (oldest, now_ms)))
      oldest = path;
  }
  if (oldest != NULL && g_hash_table_remove (paths->paths, &oldest->key))
    peer->n_paths--;
}

/* A NAT may have given an address away anew; one that has answered nothing may
 * have been forged by who knows another password. */
static gboolean
is_held (PbPath *path, gint now_ms)
{
  return g_atomic_int_get (&path->has_answered)
         && silent_ms (path, now_ms) < PATH_HELD_MS;
}

static PbPath *
claim_locked (PbPaths *paths, const PbPathKey *key, PbPeer *peer)
{
  PbPath *path = g_hash_table_lookup (paths->paths, key);
  gint now_ms = pb_peer_clock_ms ();

  if (path != NULL && path->peer == peer)
    return pb_path_ref (path);
  if (path != NULL && is_held (path, now_ms))
    return NULL;
  if (path != NULL) {
    path->peer->n_paths--;
    g_hash_table_remove (paths->paths, key);
  }
  if (peer->n_paths >= MAX_PATHS)
    drop_oldest_locked (paths, peer, now_ms);
  path = pb_path_new (key);
  path->heard_ms = now_ms;
  path->peer = pb_peer_ref (peer);
  peer->n_paths++;
  g_hash_table_insert (paths->paths, &path->key, path);
  return pb_path_ref (path);
}

static void
receive_check (
    PbPaths *paths, const PbPathKey *from, const guint8 *data, gsize size)
{
  PbStunRequest request;
  PbPath *path = NULL;
  PbPeer *peer;

  if (!pb_stun_parse (&request, data, size)
      || (peer = find_peer (paths, request.username)) == NULL)
    return;
  if (pb_stun_check (&request, peer->ice_pwd)) {
    g_mutex_lock (&paths->lock);
    /* It may have been removed in the meantime. */
    if (g_hash_table_lookup (paths->peers, peer->ice_ufrag) == peer)
      path = claim_locked (paths, from, peer);
    g_mutex_unlock (&paths->lock);
  }
  if (path != NULL) {
    pb_peer_receive_check (peer, path, &request);
    pb_path_unref (path);
  }
  pb_peer_unref (peer);
}

/**
 * pb_paths_receive:
 * @paths: a table
 * @from: where a datagram came from
 * @data: any bytes, changed in place
 * @size: how many
 *
 * Any thread. What is for nobody is left out.
 */
void
pb_paths_receive (
    PbPaths *paths, const PbPathKey *from, guint8 *data, gsize size)
{
  PbPath *path;
  PbPeer *peer;

  if (size == 0)
    return;
  if (pb_stun_is_request (data, size)) {
    receive_check (paths, from, data, size);
    return;
  }
  path = find_path (paths, from, &peer);
  if (path == NULL)
    return;
  pb_peer_receive (peer, path, data, size);
  pb_peer_unref (peer);
  pb_path_unref (path);
}

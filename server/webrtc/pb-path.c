/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An address of a viewer: comparing, and sending there. */
#include "webrtc/pb-path.h"

#include <string.h>

/* How long a full socket may hold up a lane. On a machine's own network it is
 * empty within a millisecond. */
#define SEND_LIMIT_US (5 * 1000)

/**
 * pb_path_key_init:
 * @key: (out): what a table finds a path by
 * @socket: where a datagram came in
 * @address: where it came from
 *
 * Returns: %FALSE if no path can be there
 */
gboolean
pb_path_key_init (PbPathKey *key, GSocket *socket, GSocketAddress *address)
{
  gssize size = g_socket_address_get_native_size (address);

  key->socket = socket;
  key->address = address;
  if (!G_IS_INET_SOCKET_ADDRESS (address) || size <= 0
      || size > (gssize) sizeof key->bytes
      || !g_socket_address_to_native (
          address, key->bytes, sizeof key->bytes, NULL))
    return FALSE;
  key->size = (gsize) size;
  return TRUE;
}

guint
pb_path_key_hash (gconstpointer data)
{
  const PbPathKey *key = data;
  guint hash = 5381;

  for (gsize i = 0; i < key->size; i++)
    hash = hash * 33 + key->bytes[i];
  return hash ^ g_direct_hash (key->socket);
}

gboolean
pb_path_key_equal (gconstpointer a, gconstpointer b)
{
  const PbPathKey *x = a, *y = b;

  return x->socket == y->socket && x->size == y->size
         && memcmp (x->bytes, y->bytes, x->size) == 0;
}

/**
 * pb_path_new:
 * @key: where it leads, copied
 *
 * Returns: (transfer full): an address that has answered nothing yet
 */
PbPath *
pb_path_new (const PbPathKey *key)
{
  PbPath *path = g_new0 (PbPath, 1);

  path->key = *key;
  g_object_ref (path->key.socket);
  g_object_ref (path->key.address);
  g_atomic_ref_count_init (&path->ref_count);
  return path;
}

/**
 * pb_path_ref:
 * @path: a path
 *
 * Any thread.
 *
 * Returns: (transfer full): @path
 */
PbPath *
pb_path_ref (PbPath *path)
{
  g_atomic_ref_count_inc (&path->ref_count);
  return path;
}

/**
 * pb_path_unref:
 * @path: (transfer full): a path
 *
 * Any thread.
 */
void
pb_path_unref (PbPath *path)
{
  if (!g_atomic_ref_count_dec (&path->ref_count))
    return;
  g_object_unref (path->key.socket);
  g_object_unref (path->key.address);
  g_free (path);
}

/**
 * pb_path_send:
 * @path: where to
 * @datagrams: one vector each
 * @n: how many, at most %PB_PATH_MAX_BATCH
 *
 * Any thread; one system call. Waits a few milliseconds where the socket is
 * full.
 *
 * Returns: how many were sent
 */
guint
pb_path_send (PbPath *path, GOutputVector *datagrams, guint n)
{
  GOutputMessage messages[PB_PATH_MAX_BATCH];
  guint sent = 0;

  for (guint i = 0; i < n; i++)
    messages[i] =
        (GOutputMessage){ path->key.address, &datagrams[i], 1, 0, NULL, 0 };
  while (sent < n) {
    g_autoptr (GError) error = NULL;
    gint more = g_socket_send_messages (
        path->key.socket, messages + sent, n - sent, 0, NULL, &error);

    if (more > 0) {
      sent += (guint) more;
      continue;
    }
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
        || !g_socket_condition_timed_wait (
            path->key.socket, G_IO_OUT, SEND_LIMIT_US, NULL, NULL))
      break;
  }
  return sent;
}

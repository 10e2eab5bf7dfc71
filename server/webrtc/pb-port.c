/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who a datagram is for: by the ufrag of a connectivity check, and from then
 * on by the address it comes from. */
#include "webrtc/pb-port.h"

#include <gio/gnetworking.h>
#include <string.h>

#include "webrtc/pb-addresses-posix.h"
#include "webrtc/pb-peer-private.h"
#include "webrtc/pb-stun.h"

/* Timers of all viewers: a wake-up is dear, and none of them is finer. */
#define TICK_MS 50
/* Datagrams that are read in one go. */
#define BATCH 16
#define MAX_DATAGRAM 2048
/* Asked for; the kernel grants what it may. */
#define SOCKET_BUFFER_BYTES (4 * 1024 * 1024)
/* How long a full socket may hold up a lane. On a machine's own network it is
 * empty within a millisecond. */
#define SEND_LIMIT_US (5 * 1000)
/* Addresses of one viewer: some interfaces with two families, and changes. */
#define MAX_PATHS 32
/* An address that its viewer was heard on within this is not another's: who
 * knows a password of his own and forges senders could take others' away. A
 * viewer that is there reports each second. */
#define PATH_HELD_US (3 * G_USEC_PER_SEC)

struct _PbPath {
  gatomicrefcount ref_count;
  GSocket *socket;
  GSocketAddress *address;
  /* The address in the system's form. */
  guint8 key[64];
  gsize key_size;
  /* Held by the table. */
  PbPeer *peer;
  /* The newest datagram from there; under the port's lock. */
  gint64 heard_us;
};

struct _PbPort {
  GPtrArray *sockets;
  GPtrArray *sources;
  GSource *tick;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  gchar *public_address;
  guint16 number;

  /* Protects what follows. */
  GMutex lock;
  /* ufrag -> PbPeer */
  GHashTable *peers;
  /* PbPath -> itself */
  GHashTable *paths;
};

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
  g_object_unref (path->socket);
  g_object_unref (path->address);
  g_free (path);
}

static void
drop_path (gpointer data)
{
  PbPath *path = data;

  pb_peer_unref (path->peer);
  pb_path_unref (path);
}

static guint
hash_path (gconstpointer data)
{
  const PbPath *path = data;
  guint hash = 5381;

  for (gsize i = 0; i < path->key_size; i++)
    hash = hash * 33 + path->key[i];
  return hash ^ g_direct_hash (path->socket);
}

static gboolean
equal_paths (gconstpointer a, gconstpointer b)
{
  const PbPath *x = a, *y = b;

  return x->socket == y->socket && x->key_size == y->key_size
         && memcmp (x->key, y->key, x->key_size) == 0;
}

static void
set_key (PbPath *path, GSocket *socket, GSocketAddress *address)
{
  gssize size = g_socket_address_get_native_size (address);

  path->socket = socket;
  path->address = address;
  path->key_size = 0;
  if (size > 0 && size <= (gssize) sizeof path->key
      && g_socket_address_to_native (
          address, path->key, sizeof path->key, NULL))
    path->key_size = (gsize) size;
}

/**
 * pb_path_send:
 * @path: where to
 * @datagrams: one vector each
 * @n: how many, at most %PB_PORT_MAX_BATCH
 *
 * Any thread; one system call. Waits a few milliseconds where the socket is
 * full.
 *
 * Returns: how many were sent
 */
guint
pb_path_send (PbPath *path, GOutputVector *datagrams, guint n)
{
  GOutputMessage messages[PB_PORT_MAX_BATCH];
  guint sent = 0;

  for (guint i = 0; i < n; i++)
    messages[i] =
        (GOutputMessage){ path->address, &datagrams[i], 1, 0, NULL, 0 };
  while (sent < n) {
    g_autoptr (GError) error = NULL;
    gint more = g_socket_send_messages (
        path->socket, messages + sent, n - sent, 0, NULL, &error);

    if (more > 0) {
      sent += (guint) more;
      continue;
    }
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
        || !g_socket_condition_timed_wait (
            path->socket, G_IO_OUT, SEND_LIMIT_US, NULL, NULL))
      break;
  }
  return sent;
}

/* The peer's reference is the caller's. */
static PbPeer *
find_by_path (PbPort *port, const PbPath *key)
{
  PbPath *path;
  PbPeer *peer = NULL;

  g_mutex_lock (&port->lock);
  path = g_hash_table_lookup (port->paths, key);
  if (path != NULL) {
    path->heard_us = key->heard_us;
    peer = pb_peer_ref (path->peer);
  }
  g_mutex_unlock (&port->lock);
  return peer;
}

static PbPeer *
find_by_ufrag (PbPort *port, const gchar *ufrag)
{
  PbPeer *peer;

  g_mutex_lock (&port->lock);
  peer = g_hash_table_lookup (port->peers, ufrag);
  if (peer != NULL)
    pb_peer_ref (peer);
  g_mutex_unlock (&port->lock);
  return peer;
}

/* A viewer on the move has always one more address. */
static void
drop_oldest_path_locked (PbPort *port, PbPeer *peer)
{
  PbPath *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, port->paths);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PbPath *path = value;

    if (path->peer == peer
        && (oldest == NULL || path->heard_us < oldest->heard_us))
      oldest = path;
  }
  if (oldest != NULL && g_hash_table_remove (port->paths, oldest))
    peer->n_paths--;
}

static PbPath *
add_path_locked (PbPort *port, const PbPath *key, PbPeer *peer)
{
  PbPath *path = g_hash_table_lookup (port->paths, key);

  if (path != NULL && path->peer == peer) {
    path->heard_us = key->heard_us;
    return pb_path_ref (path);
  }
  /* Someone else's address before: a NAT may have given it away anew. */
  if (path != NULL && key->heard_us - path->heard_us < PATH_HELD_US)
    return NULL;
  if (path != NULL)
    path->peer->n_paths--;
  if (peer->n_paths >= MAX_PATHS)
    drop_oldest_path_locked (port, peer);
  path = g_new (PbPath, 1);
  *path = *key;
  g_atomic_ref_count_init (&path->ref_count);
  g_object_ref (path->socket);
  g_object_ref (path->address);
  path->peer = pb_peer_ref (peer);
  peer->n_paths++;
  g_hash_table_replace (port->paths, path, path);
  return pb_path_ref (path);
}

static void
on_check (PbPort *port, const PbPath *from, const guint8 *data, gsize size)
{
  PbStunRequest request;
  guint8 response[PB_STUN_MAX_RESPONSE];
  GOutputVector vector = { response, 0 };
  PbPath *path = NULL;
  PbPeer *peer;

  if (!pb_stun_parse (&request, data, size)
      || !G_IS_INET_SOCKET_ADDRESS (from->address)
      || (peer = find_by_ufrag (port, request.username)) == NULL)
    return;
  if (pb_stun_check (&request, peer->ice_pwd)) {
    g_mutex_lock (&port->lock);
    /* It may have been removed in the meantime. */
    if (g_hash_table_lookup (port->peers, peer->ice_ufrag) == peer)
      path = add_path_locked (port, from, peer);
    g_mutex_unlock (&port->lock);
  }
  if (path != NULL) {
    vector.size = pb_stun_write_response (&request, peer->ice_pwd,
        G_INET_SOCKET_ADDRESS (from->address), response);
    pb_path_send (path, &vector, 1);
    pb_peer_heard (peer, path, request.use_candidate);
    pb_path_unref (path);
  }
  pb_peer_unref (peer);
}

/* RFC 7983: the first byte says what it is. */
static void
on_datagram (PbPort *port, const PbPath *from, guint8 *data, gsize size)
{
  PbPeer *peer;

  if (size == 0)
    return;
  if (data[0] < 4) {
    on_check (port, from, data, size);
    return;
  }
  peer = find_by_path (port, from);
  if (peer == NULL)
    return;
  pb_peer_receive (peer, data, size);
  pb_peer_unref (peer);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  PbPort *port = user_data;
  guint8 data[BATCH][MAX_DATAGRAM];
  GInputVector vectors[BATCH];
  GInputMessage messages[BATCH];
  GSocketAddress *from[BATCH] = { NULL };
  gint64 now_us;
  gint n;

  memset (messages, 0, sizeof messages);
  for (guint i = 0; i < BATCH; i++) {
    vectors[i] = (GInputVector){ data[i], sizeof data[i] };
    messages[i].address = &from[i];
    messages[i].vectors = &vectors[i];
    messages[i].num_vectors = 1;
  }
  n = g_socket_receive_messages (socket, messages, BATCH, 0, NULL, NULL);
  now_us = g_get_monotonic_time ();
  for (gint i = 0; i < n; i++) {
    PbPath key = { .heard_us = now_us };

    if (from[i] == NULL)
      continue;
    set_key (&key, socket, from[i]);
    if (key.key_size > 0)
      on_datagram (port, &key, data[i], messages[i].bytes_received);
  }
  for (guint i = 0; i < BATCH; i++)
    g_clear_object (&from[i]);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer user_data)
{
  PbPort *port = user_data;
  g_autoptr (GPtrArray) peers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_peer_unref);
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer peer;

  g_mutex_lock (&port->lock);
  g_hash_table_iter_init (&iter, port->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    g_ptr_array_add (peers, pb_peer_ref (peer));
  /* Nobody is there: sleeps until the next one comes. */
  g_source_set_ready_time (
      port->tick, peers->len > 0 ? now_us + TICK_MS * 1000 : -1);
  g_mutex_unlock (&port->lock);
  for (guint i = 0; i < peers->len; i++)
    pb_peer_tick (g_ptr_array_index (peers, i), now_us);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_tick (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs tick_funcs = { .dispatch = dispatch_tick };

static gpointer
run (gpointer data)
{
  PbPort *port = data;

  g_main_context_push_thread_default (port->context);
  g_main_loop_run (port->loop);
  g_main_context_pop_thread_default (port->context);
  return NULL;
}

static GSocket *
make_socket (GInetAddress *address, guint16 number, GError **error)
{
  g_autoptr (GSocketAddress) local =
      g_inet_socket_address_new (address, number);
  g_autoptr (GSocket) socket =
      g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_DATAGRAM,
          G_SOCKET_PROTOCOL_UDP, error);

  if (socket == NULL || !g_socket_bind (socket, local, FALSE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (
      socket, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER_BYTES, NULL);
  g_socket_set_option (
      socket, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER_BYTES, NULL);
  return g_steal_pointer (&socket);
}

static gboolean
add_socket (PbPort *port, GInetAddress *address, GError **error)
{
  GSocket *socket = make_socket (address, port->number, error);
  GSource *source;

  if (socket == NULL)
    return FALSE;
  if (port->number == 0) {
    g_autoptr (GSocketAddress) local =
        g_socket_get_local_address (socket, NULL);

    port->number =
        g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  }
  source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (
      source, (GSourceFunc) (void (*) (void)) on_readable, port, NULL);
  g_source_attach (source, port->context);
  g_ptr_array_add (port->sources, source);
  g_ptr_array_add (port->sockets, socket);
  return TRUE;
}

static gboolean
add_sockets (PbPort *port, gboolean loopback, GError **error)
{
  g_autoptr (GPtrArray) addresses = NULL;
  g_autoptr (GError) first = NULL;

  if (loopback) {
    addresses = g_ptr_array_new_with_free_func (g_object_unref);
    g_ptr_array_add (
        addresses, g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4));
  } else {
    addresses = pb_addresses_list ();
  }
  for (guint i = 0; i < addresses->len; i++) {
    g_autoptr (GError) why = NULL;

    if (add_socket (port, g_ptr_array_index (addresses, i), &why))
      continue;
    if (first == NULL)
      first = g_steal_pointer (&why);
  }
  if (port->sockets->len > 0)
    return TRUE;
  if (first != NULL)
    g_propagate_prefixed_error (
        error, g_steal_pointer (&first), "No UDP port for viewers: ");
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "No UDP port for viewers: this machine has no network address");
  return FALSE;
}

/**
 * pb_port_new:
 * @options: which addresses, which port
 * @error: why there is no port
 *
 * Returns: (transfer full) (nullable): a port with no viewer
 */
PbPort *
pb_port_new (const PbPortOptions *options, GError **error)
{
  g_autoptr (PbPort) port = g_new0 (PbPort, 1);

  g_mutex_init (&port->lock);
  port->number = options->port;
  port->public_address = g_strdup (options->public_address);
  port->context = g_main_context_new ();
  port->loop = g_main_loop_new (port->context, FALSE);
  port->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  port->sources =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
  port->peers = g_hash_table_new (g_str_hash, g_str_equal);
  port->paths = g_hash_table_new_full (hash_path, equal_paths, NULL, drop_path);
  port->tick = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_callback (port->tick, on_tick, port, NULL);
  g_source_attach (port->tick, port->context);
  if (!add_sockets (port, options->loopback, error))
    return NULL;
  port->thread = g_thread_new ("pb-port", run, port);
  return g_steal_pointer (&port);
}

static gboolean
quit_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/**
 * pb_port_free:
 * @port: (transfer full): a port whose viewers are removed
 */
void
pb_port_free (PbPort *port)
{
  if (port->thread != NULL) {
    g_autoptr (GSource) quit = g_idle_source_new ();

    /* From within: quitting a loop that has not begun would be forgotten. */
    g_source_set_callback (quit, quit_loop, port->loop, NULL);
    g_source_attach (quit, port->context);
    g_thread_join (port->thread);
  }
  for (guint i = 0; i < port->sources->len; i++)
    g_source_destroy (g_ptr_array_index (port->sources, i));
  g_source_destroy (port->tick);
  g_source_unref (port->tick);
  g_ptr_array_unref (port->sources);
  g_hash_table_unref (port->paths);
  g_hash_table_unref (port->peers);
  g_ptr_array_unref (port->sockets);
  g_main_loop_unref (port->loop);
  g_main_context_unref (port->context);
  g_mutex_clear (&port->lock);
  g_free (port->public_address);
  g_free (port);
}

/**
 * pb_port_get_number:
 * @port: a port
 *
 * Any thread.
 *
 * Returns: its UDP port
 */
guint16
pb_port_get_number (const PbPort *port)
{
  return port->number;
}

static void
append_candidate (GString *out, guint index, const gchar *address, guint port)
{
  /* RFC 8445, 5.1.2.1: type host, the first ones preferred. */
  guint priority = (126u << 24) | ((65535 - index) << 8) | 255;

  g_string_append_printf (out,
      "a=candidate:%u 1 udp %u %s %u typ host generation 0\r\n", index + 1,
      priority, address, port);
}

/**
 * pb_port_get_candidates:
 * @port: a port
 *
 * Any thread.
 *
 * Returns: (transfer full): lines of an answer
 */
gchar *
pb_port_get_candidates (const PbPort *port)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < port->sockets->len; i++) {
    g_autoptr (GSocketAddress) local =
        g_socket_get_local_address (g_ptr_array_index (port->sockets, i), NULL);
    g_autofree gchar *text = g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));

    append_candidate (out, i, text, port->number);
  }
  if (port->public_address != NULL)
    append_candidate (
        out, port->sockets->len, port->public_address, port->number);
  return g_string_free (out, FALSE);
}

/**
 * pb_port_add:
 * @port: a port
 * @peer: a viewer, found by its ufrag from now on
 *
 * Any thread.
 */
void
pb_port_add (PbPort *port, PbPeer *peer)
{
  g_mutex_lock (&port->lock);
  g_hash_table_insert (port->peers, peer->ice_ufrag, peer);
  if (g_hash_table_size (port->peers) == 1)
    g_source_set_ready_time (port->tick, 0);
  g_mutex_unlock (&port->lock);
}

static gboolean
is_of_peer (gpointer key, gpointer value, gpointer peer)
{
  return ((PbPath *) value)->peer == peer;
}

/**
 * pb_port_remove:
 * @port: a port
 * @peer: a viewer
 *
 * Any thread. It may still be called back once afterwards.
 */
void
pb_port_remove (PbPort *port, PbPeer *peer)
{
  g_mutex_lock (&port->lock);
  if (g_hash_table_lookup (port->peers, peer->ice_ufrag) == peer)
    g_hash_table_remove (port->peers, peer->ice_ufrag);
  g_hash_table_foreach_remove (port->paths, is_of_peer, peer);
  g_mutex_unlock (&port->lock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sockets, and the thread that reads them and does the viewers' timers. */
#include "webrtc/pb-port.h"

#include <gio/gnetworking.h>
#include <string.h>

#include "webrtc/pb-addresses-posix.h"
#include "webrtc/pb-peer-private.h"

/* Timers of all viewers: a wake-up is dear, and none of them is finer. */
#define TICK_MS 50
/* Datagrams that are read in one go. */
#define BATCH 16
#define MAX_DATAGRAM 2048
/* Asked for; the kernel grants what it may. */
#define SOCKET_BUFFER_BYTES (4 * 1024 * 1024)

struct _PbPort {
  PbPaths *paths;
  GPtrArray *ears;
  GSource *tick;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  gchar *public_address;
  guint16 number;
};

/* One socket, and whom it hears. */
typedef struct {
  PbPort *port;
  GSocket *socket;
  GSource *source;
  GInetAddress *only; /* (nullable): nobody but this address */
} Ear;

static void
ear_free (gpointer data)
{
  Ear *ear = data;

  g_source_destroy (ear->source);
  g_source_unref (ear->source);
  g_object_unref (ear->socket);
  g_clear_object (&ear->only);
  g_free (ear);
}

static gboolean
hears (const Ear *ear, GSocketAddress *from)
{
  return ear->only == NULL
         || (G_IS_INET_SOCKET_ADDRESS (from)
             && g_inet_address_equal (
                 ear->only, g_inet_socket_address_get_address (
                                G_INET_SOCKET_ADDRESS (from))));
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  const Ear *ear = user_data;
  PbPort *port = ear->port;
  guint8 data[BATCH][MAX_DATAGRAM];
  GInputVector vectors[BATCH];
  GInputMessage messages[BATCH];
  GSocketAddress *from[BATCH] = { NULL };
  gint n;

  memset (messages, 0, sizeof messages);
  for (guint i = 0; i < BATCH; i++) {
    vectors[i] = (GInputVector){ data[i], sizeof data[i] };
    messages[i].address = &from[i];
    messages[i].vectors = &vectors[i];
    messages[i].num_vectors = 1;
  }
  n = g_socket_receive_messages (socket, messages, BATCH, 0, NULL, NULL);
  for (gint i = 0; i < n; i++) {
    PbPathKey key;

    if (from[i] != NULL && hears (ear, from[i])
        && pb_path_key_init (&key, socket, from[i]))
      pb_paths_receive (port->paths, &key, data[i], messages[i].bytes_received);
  }
  for (guint i = 0; i < BATCH; i++)
    g_clear_object (&from[i]);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer user_data)
{
  PbPort *port = user_data;
  g_autoptr (GPtrArray) peers = NULL;
  gint64 now_us = g_get_monotonic_time ();

  /* Nobody is there: sleeps until the next one comes. Set before looking: a
   * viewer that is added meanwhile sets it to now. */
  g_source_set_ready_time (port->tick, -1);
  peers = pb_paths_list (port->paths);
  if (peers->len > 0)
    g_source_set_ready_time (port->tick, now_us + TICK_MS * 1000);
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
add_socket (
    PbPort *port, GInetAddress *address, gboolean only_itself, GError **error)
{
  GSocket *socket = make_socket (address, port->number, error);
  Ear *ear;

  if (socket == NULL)
    return FALSE;
  if (port->number == 0) {
    g_autoptr (GSocketAddress) local =
        g_socket_get_local_address (socket, NULL);

    port->number =
        g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  }
  ear = g_new0 (Ear, 1);
  ear->port = port;
  ear->socket = socket;
  ear->only = only_itself ? g_object_ref (address) : NULL;
  ear->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (
      ear->source, (GSourceFunc) (void (*) (void)) on_readable, ear, NULL);
  g_source_attach (ear->source, port->context);
  g_ptr_array_add (port->ears, ear);
  return TRUE;
}

/* Firefox has no candidate on loopback, and takes none there: whoever is on this
 * machine may come by its other addresses, and nobody else by them. Datagrams that
 * claim to come from an address of the machine and do not are dropped by the
 * kernel. */
static gboolean
add_loopback (PbPort *port, const gchar *loopback, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (loopback);
  g_autoptr (GPtrArray) others = pb_addresses_list ();

  if (!add_socket (port, address, FALSE, error)) {
    g_prefix_error (error,
        "WebRTC on %s port %u (choose another --webrtc-port, 0 takes any): ",
        loopback, port->number);
    return FALSE;
  }
  for (guint i = 0; i < others->len; i++) {
    g_autoptr (GError) why = NULL;

    if (!add_socket (port, g_ptr_array_index (others, i), TRUE, &why))
      g_debug ("not by another address of this machine: %s", why->message);
  }
  return TRUE;
}

static gboolean
add_all (PbPort *port, GError **error)
{
  g_autoptr (GPtrArray) addresses = pb_addresses_list ();
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < addresses->len; i++) {
    GInetAddress *address = g_ptr_array_index (addresses, i);
    g_autofree gchar *text = g_inet_address_to_string (address);
    g_autoptr (GError) why = NULL;

    if (add_socket (port, address, FALSE, &why) || first != NULL)
      continue;
    g_propagate_prefixed_error (&first, g_steal_pointer (&why),
        "WebRTC on %s port %u (choose another --webrtc-port, 0 takes any): ",
        text, port->number);
  }
  if (first == NULL && port->ears->len == 0)
    g_set_error_literal (&first, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "No UDP port for viewers: this machine has no network address");
  if (port->ears->len == 0) {
    g_propagate_error (error, g_steal_pointer (&first));
    return FALSE;
  }
  /* The others are there: viewers that come by this one see no picture. */
  if (first != NULL)
    g_warning ("%s", first->message);
  return TRUE;
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

  port->paths = pb_paths_new ();
  port->number = options->port;
  port->public_address = g_strdup (options->public_address);
  port->context = g_main_context_new ();
  port->loop = g_main_loop_new (port->context, FALSE);
  port->ears = g_ptr_array_new_with_free_func (ear_free);
  port->tick = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_callback (port->tick, on_tick, port, NULL);
  g_source_attach (port->tick, port->context);
  if (options->loopback != NULL ? !add_loopback (port, options->loopback, error)
                                : !add_all (port, error))
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
  g_ptr_array_unref (port->ears);
  g_source_destroy (port->tick);
  g_source_unref (port->tick);
  pb_paths_free (port->paths);
  g_main_loop_unref (port->loop);
  g_main_context_unref (port->context);
  g_free (port->public_address);
  g_free (port);
}

typedef struct {
  GMutex lock; /* protects: */
  GCond cond;
  gboolean is_done;
} Settling;

static gboolean
note_settled (gpointer user_data)
{
  Settling *settling = user_data;

  g_mutex_lock (&settling->lock);
  settling->is_done = TRUE;
  g_cond_signal (&settling->cond);
  g_mutex_unlock (&settling->lock);
  return G_SOURCE_REMOVE;
}

/**
 * pb_port_settle:
 * @port: a port, some of whose viewers were closed
 *
 * Waits until nobody is called any more who belongs to these. Not from the
 * port's thread, nor from a function that it calls.
 */
void
pb_port_settle (PbPort *port)
{
  Settling settling = { .is_done = FALSE };
  g_autoptr (GSource) source = g_idle_source_new ();

  g_mutex_init (&settling.lock);
  g_cond_init (&settling.cond);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, note_settled, &settling, NULL);
  g_source_attach (source, port->context);
  g_mutex_lock (&settling.lock);
  while (!settling.is_done)
    g_cond_wait (&settling.cond, &settling.lock);
  g_mutex_unlock (&settling.lock);
  g_mutex_clear (&settling.lock);
  g_cond_clear (&settling.cond);
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

  for (guint i = 0; i < port->ears->len; i++) {
    const Ear *ear = g_ptr_array_index (port->ears, i);
    g_autoptr (GSocketAddress) local =
        g_socket_get_local_address (ear->socket, NULL);
    g_autofree gchar *text = g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));

    append_candidate (out, i, text, port->number);
  }
  if (port->public_address != NULL)
    append_candidate (out, port->ears->len, port->public_address, port->number);
  return g_string_free (out, FALSE);
}

/**
 * pb_port_get_paths:
 * @port: a port
 *
 * Any thread.
 *
 * Returns: (transfer none): who its datagrams are for
 */
PbPaths *
pb_port_get_paths (PbPort *port)
{
  return port->paths;
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
  pb_paths_add (port->paths, peer);
  g_source_set_ready_time (port->tick, 0);
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
  pb_paths_remove (port->paths, peer);
}

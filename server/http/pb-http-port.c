/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttpPort: accepts for SoupServer, which knows no limits of its own: a
 * client that never ends its request would keep a descriptor for good, and
 * recordings and drivers need them too. */
#include "http/pb-http-port.h"

#include <string.h>

#include "http/pb-http-stream.h"
#include "http/pb-leavers.h"
#include "http/pb-listener.h"
#include "http/pb-tls-stream.h"

#define SWEEP_S 1

typedef struct {
  PbHttpPort *port;
  gchar *key; /* of its address; NULL = a proxy, which stands for many */
  GSocketConnection *connection;
  GIOStream *stream; /* the connection itself, or TLS over it */
  GIOStream *http; /* what SoupServer reads; NULL = it does not yet */
  GSource *handshake; /* NULL = over, or there is none */
  GSocketAddress *remote; /* the object that the caller's messages have */
  gint64 deadline;
  gint64 handshake_deadline;
  gint64 refused_deadline; /* 0 = not refused */
} Caller;

struct _PbHttpPort {
  PbHttpPortConfig config; /* but its texts */
  gchar *head_reply;
  gchar *plain_reply;
  PbListener *listener;
  GQueue callers; /* of Caller, oldest first */
  PbLeavers *leavers;
  guint sweep_source;
};

static void
stop_handshake (Caller *caller)
{
  if (caller->handshake)
    g_source_destroy (caller->handshake);
  g_clear_pointer (&caller->handshake, g_source_unref);
}

static void
caller_free (gpointer data)
{
  Caller *caller = data;

  stop_handshake (caller);
  g_clear_object (&caller->http);
  g_object_unref (caller->stream);
  g_object_unref (caller->connection);
  g_clear_object (&caller->remote);
  g_free (caller->key);
  g_free (caller);
}

/* SoupServer notices by itself: shutting down is an end of its stream. */
static void
shut (Caller *caller)
{
  GSocket *socket = g_socket_connection_get_socket (caller->connection);

  g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

/* Fits the empty buffer of a socket nothing was written to. */
static void
write_reply (GIOStream *stream, const gchar *reply)
{
  g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)), reply,
      strlen (reply), NULL, NULL);
}

/* SoupServer has let it go. */
static void
refuse_head (GIOStream *stream, gpointer user_data)
{
  PbHttpPort *self = user_data;

  write_reply (stream, self->head_reply);
  pb_leavers_add (self->leavers, pb_tls_stream_get_connection (stream));
}

static void
drop_oldest (PbHttpPort *self)
{
  Caller *caller = g_queue_pop_head (&self->callers);

  shut (caller);
  caller_free (caller);
}

static void
forget_closed (PbHttpPort *self)
{
  GList *next;

  for (GList *l = self->callers.head; l; l = next) {
    Caller *caller = l->data;
    const gint64 now = g_get_monotonic_time ();

    next = l->next;
    if ((caller->refused_deadline != 0 && caller->refused_deadline <= now)
        || (caller->handshake && caller->handshake_deadline <= now))
      shut (caller);
    else if (!g_io_stream_is_closed (G_IO_STREAM (caller->connection)))
      continue;
    caller_free (caller);
    g_queue_delete_link (&self->callers, l);
  }
}

static void
forget (PbHttpPort *self, Caller *caller)
{
  g_queue_remove (&self->callers, caller);
  caller_free (caller);
}

/* From here on SoupServer reads: a request that is there at once. */
static void
hand_over (PbHttpPort *self, Caller *caller)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) local =
      g_socket_connection_get_local_address (caller->connection, NULL);
  g_autoptr (GIOStream) stream = pb_http_stream_new (
      caller->stream, PB_HTTP_PORT_HEAD_BYTES, refuse_head, self);

  /* It was reset before it was taken. */
  if (!local || !caller->remote) {
    forget (self, caller);
    return;
  }
  caller->http = g_object_ref (stream);
  if (soup_server_accept_iostream (
          self->config.server, stream, local, caller->remote, &error))
    return;
  g_warning ("HTTP: a connection was not taken: %s", error->message);
  forget (self, caller);
}

static gboolean shake_hands (
    GSocket *socket, GIOCondition condition, gpointer user_data);

static void
await_handshake (Caller *caller, GIOCondition want)
{
  stop_handshake (caller);
  caller->handshake = g_socket_create_source (
      g_socket_connection_get_socket (caller->connection), want, NULL);
  g_source_set_callback (caller->handshake,
      (GSourceFunc) (void (*) (void)) shake_hands, caller, NULL);
  g_source_attach (caller->handshake, NULL);
}

static gboolean
shake_hands (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Caller *caller = user_data;
  PbHttpPort *self = caller->port;
  GIOCondition want = G_IO_IN;

  switch (pb_tls_stream_handshake (caller->stream, &want)) {
    case PB_TLS_AGAIN:
      await_handshake (caller, want);
      break;
    case PB_TLS_DONE:
      stop_handshake (caller);
      hand_over (self, caller);
      break;
    case PB_TLS_PLAIN:
      write_reply (G_IO_STREAM (caller->connection), self->plain_reply);
      pb_leavers_add (self->leavers, caller->connection);
      forget (self, caller);
      break;
    case PB_TLS_FAILED:
      /* The alert that says why shall be read. */
      pb_leavers_add (self->leavers, caller->connection);
      forget (self, caller);
      break;
  }
  return G_SOURCE_REMOVE;
}

static gchar *
dup_key (PbHttpPort *self, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote =
      g_socket_connection_get_remote_address (connection, NULL);
  g_autofree gchar *address =
      remote ? g_inet_address_to_string (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)))
             : g_strdup ("");

  return pb_proxies_trust (
             pb_guard_get_config (self->config.guard)->proxies, address)
             ? NULL
             : pb_buckets_dup_address_key (address);
}

/* Whoever holds many does not take the others' places. */
static void
keep_share (PbHttpPort *self, const gchar *key)
{
  Caller *oldest = NULL;
  guint n = 0;

  for (GList *l = self->callers.tail; l && key; l = l->prev) {
    Caller *caller = l->data;

    if (g_strcmp0 (caller->key, key) != 0)
      continue;
    oldest = caller;
    n++;
  }
  if (n < MAX (self->config.max / PB_HTTP_PORT_SHARE, 1))
    return;
  shut (oldest);
  g_queue_remove (&self->callers, oldest);
  caller_free (oldest);
}

/* A handshake costs us more than who begins it. */
static gboolean
may_shake_hands (PbHttpPort *self, const gchar *key)
{
  return !self->config.tls || !key
         || pb_buckets_take (pb_guard_get_buckets (self->config.guard),
             PB_BUCKET_TLS_ADDRESS, key, 1, g_get_monotonic_time (), NULL);
}

static Caller *
caller_new (PbHttpPort *self, GSocketConnection *connection)
{
  SSL *ssl = self->config.tls ? pb_tls_new_ssl (self->config.tls) : NULL;
  Caller *caller;

  if (self->config.tls && !ssl)
    return NULL;
  caller = g_new0 (Caller, 1);
  caller->port = self;
  caller->connection = g_object_ref (connection);
  caller->stream = ssl ? pb_tls_stream_new (connection, ssl)
                       : g_object_ref (G_IO_STREAM (connection));
  caller->remote = g_socket_connection_get_remote_address (connection, NULL);
  caller->deadline =
      g_get_monotonic_time () + PB_HTTP_PORT_TOTAL_S * G_USEC_PER_SEC;
  caller->handshake_deadline =
      g_get_monotonic_time () + PB_HTTP_PORT_HANDSHAKE_S * G_USEC_PER_SEC;
  return caller;
}

static void
take (GSocketConnection *connection, gpointer user_data)
{
  PbHttpPort *self = user_data;
  g_autofree gchar *key = dup_key (self, connection);
  Caller *caller;

  if (!may_shake_hands (self, key))
    return;
  if (self->callers.length >= self->config.max / PB_HTTP_PORT_SHARE)
    forget_closed (self);
  keep_share (self, key);
  if (self->callers.length >= self->config.max)
    drop_oldest (self);
  /* Also wakes SoupServer's own waiting, with an error. */
  g_socket_set_timeout (
      g_socket_connection_get_socket (connection), PB_HTTP_PORT_IDLE_S);
  caller = caller_new (self, connection);
  if (!caller)
    return;
  caller->key = g_steal_pointer (&key);
  g_queue_push_tail (&self->callers, caller);
  if (self->config.tls)
    await_handshake (caller, G_IO_IN);
  else
    hand_over (self, caller);
}

static void
make_room (gpointer user_data)
{
  PbHttpPort *self = user_data;

  if (self->callers.length > 0)
    drop_oldest (self);
}

static gboolean
sweep (gpointer user_data)
{
  PbHttpPort *self = user_data;
  const gint64 now = g_get_monotonic_time ();
  Caller *oldest;

  forget_closed (self);
  pb_leavers_drop (self->leavers, now);
  while (
      (oldest = g_queue_peek_head (&self->callers)) && oldest->deadline <= now)
    drop_oldest (self);
  pb_listener_go_on (self->listener);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_http_port_limit:
 * @n_files: descriptors that the process may have; 0 = as many as it likes
 *
 * Drivers' sessions, recordings and the database need the others.
 *
 * Returns: connections at a time, at most %PB_HTTP_PORT_MAX
 */
guint
pb_http_port_limit (guint n_files)
{
  return n_files == 0 ? PB_HTTP_PORT_MAX
                      : CLAMP (n_files / 4, 8, PB_HTTP_PORT_MAX);
}

/**
 * pb_http_port_new:
 * @config: see #PbHttpPortConfig
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): the open port, or %NULL with @error set
 */
PbHttpPort *
pb_http_port_new (const PbHttpPortConfig *config, GError **error)
{
  PbHttpPort *self = g_new0 (PbHttpPort, 1);

  self->listener = pb_listener_new (
      config->bind, config->port, take, make_room, self, error);
  if (!self->listener) {
    g_free (self);
    return NULL;
  }
  self->config = *config;
  self->head_reply = g_strdup (config->head_reply);
  self->plain_reply = g_strdup (config->plain_reply);
  self->leavers = pb_leavers_new (config->max);
  self->sweep_source = g_timeout_add_seconds (SWEEP_S, sweep, self);
  return self;
}

/**
 * pb_http_port_free:
 *
 * Closes the port and ends its connections.
 */
void
pb_http_port_free (PbHttpPort *self)
{
  g_source_remove (self->sweep_source);
  pb_listener_free (self->listener);
  while (self->callers.length > 0)
    drop_oldest (self);
  pb_leavers_free (self->leavers);
  g_free (self->head_reply);
  g_free (self->plain_reply);
  g_free (self);
}

/**
 * pb_http_port_refuse:
 * @message: of a client whose head has been read and nothing been answered to
 * @reply: a whole HTTP reply, at most some hundred bytes
 *
 * Answers at once, where SoupServer would read the body first, and writes
 * nothing more to that client.
 */
void
pb_http_port_refuse (
    PbHttpPort *self, SoupServerMessage *message, const gchar *reply)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  for (GList *l = self->callers.head; l; l = l->next) {
    Caller *caller = l->data;
    GSocket *socket;

    if (caller->remote != remote)
      continue;
    socket = g_socket_connection_get_socket (caller->connection);
    write_reply (caller->stream, reply);
    g_socket_shutdown (socket, FALSE, TRUE, NULL);
    caller->refused_deadline =
        g_get_monotonic_time () + PB_LEAVERS_S * G_USEC_PER_SEC;
  }
}

/**
 * pb_http_port_detach:
 * @message: of a client whose connection goes on as something else
 *
 * Its times do not count any more, nor does it as one of the connections.
 *
 * Returns: (transfer full) (nullable): its connection, as
 *   pb_http_stream_new() made it; %NULL if it is not there any more
 */
GIOStream *
pb_http_port_detach (PbHttpPort *self, SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  for (GList *l = self->callers.head; l; l = l->next) {
    Caller *caller = l->data;
    GIOStream *http;

    if (caller->remote != remote || !caller->http)
      continue;
    http = g_steal_pointer (&caller->http);
    g_socket_set_timeout (
        g_socket_connection_get_socket (caller->connection), 0);
    caller_free (caller);
    g_queue_delete_link (&self->callers, l);
    return http;
  }
  return NULL;
}

/**
 * pb_http_port_cut:
 * @message: of a client that shall not be read from any further
 */
void
pb_http_port_cut (PbHttpPort *self, SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  for (GList *l = self->callers.head; l; l = l->next) {
    Caller *caller = l->data;

    if (caller->remote == remote)
      shut (caller);
  }
}

/**
 * pb_http_port_get_port:
 *
 * Returns: the TCP port it listens on
 */
guint16
pb_http_port_get_port (PbHttpPort *self)
{
  return pb_listener_get_port (self->listener);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttpPort: accepts for SoupServer, which knows no limits of its own: a
 * client that never ends its request would keep a descriptor for good, and
 * recordings and drivers need them too. */
#include "http/pb-http-port.h"

#include <string.h>

#include "http/pb-http-stream.h"
#include "http/pb-tls-stream.h"

#define SWEEP_S 1
/* A log that tells of each try would fill the disk of a server in trouble. */
#define COMPLAIN_S 60
/* GIO's 10 makes the eleventh of a crowd wait a second for its next try. */
#define BACKLOG 1024

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

/* A client that has sent too much and is told so. Closed with bytes of its own
 * unread its connection would be reset, and the reply lost with it. */
typedef struct {
  GSocketConnection *connection;
  GSource *source;
  gint64 deadline;
  gsize left;
} Leaver;

struct _PbHttpPort {
  SoupServer *server;
  PbGuard *guard;
  PbTls *tls; /* NULL = none */
  GSocket *listener;
  GSource *pending; /* NULL = resting: there was no descriptor left */
  gint64 complain_after;
  guint max;
  GQueue callers; /* of Caller, oldest first */
  GQueue leavers; /* of Leaver, oldest first */
  gchar *head_reply;
  gchar *plain_reply;
  guint sweep_source;
  guint16 port;
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

static void
leaver_free (gpointer data)
{
  Leaver *leaver = data;

  g_source_destroy (leaver->source);
  g_source_unref (leaver->source);
  g_io_stream_close (G_IO_STREAM (leaver->connection), NULL, NULL);
  g_object_unref (leaver->connection);
  g_free (leaver);
}

static gboolean
read_away (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Leaver *leaver = user_data;
  gchar bytes[16384];
  gssize n = g_socket_receive_with_blocking (
      socket, bytes, sizeof bytes, FALSE, NULL, NULL);

  if (n > 0 && (gsize) n < leaver->left) {
    leaver->left -= (gsize) n;
    return G_SOURCE_CONTINUE;
  }
  /* sweep() takes it away. */
  leaver->deadline = 0;
  return G_SOURCE_REMOVE;
}

/* Fits the empty buffer of a socket nothing was written to. */
static void
write_reply (GIOStream *stream, const gchar *reply)
{
  g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)), reply,
      strlen (reply), NULL, NULL);
}

/* Nothing more is written to it. */
static void
let_leave (PbHttpPort *self, GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  Leaver *leaver = g_new0 (Leaver, 1);

  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  leaver->connection = g_object_ref (connection);
  leaver->deadline =
      g_get_monotonic_time () + PB_HTTP_PORT_REFUSED_S * G_USEC_PER_SEC;
  leaver->left = PB_HTTP_PORT_REFUSED_BYTES;
  leaver->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (
      leaver->source, (GSourceFunc) (void (*) (void)) read_away, leaver, NULL);
  g_source_attach (leaver->source, NULL);
  g_queue_push_tail (&self->leavers, leaver);
  if (self->leavers.length > self->max)
    leaver_free (g_queue_pop_head (&self->leavers));
}

/* SoupServer has let it go. */
static void
refuse_head (GIOStream *stream, gpointer user_data)
{
  write_reply (stream, ((PbHttpPort *) user_data)->head_reply);
  let_leave (user_data, pb_tls_stream_get_connection (stream));
}

static void
drop_left (PbHttpPort *self, gint64 now)
{
  GList *next;

  for (GList *l = self->leavers.head; l; l = next) {
    next = l->next;
    if (((Leaver *) l->data)->deadline > now)
      continue;
    leaver_free (l->data);
    g_queue_delete_link (&self->leavers, l);
  }
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

  caller->http = g_object_ref (stream);
  if (soup_server_accept_iostream (
          self->server, stream, local, caller->remote, &error))
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
      let_leave (self, caller->connection);
      forget (self, caller);
      break;
    case PB_TLS_FAILED:
      /* The alert that says why shall be read. */
      let_leave (self, caller->connection);
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

  return pb_proxies_trust (pb_guard_get_config (self->guard)->proxies, address)
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
  if (n < MAX (self->max / PB_HTTP_PORT_SHARE, 1))
    return;
  shut (oldest);
  g_queue_remove (&self->callers, oldest);
  caller_free (oldest);
}

/* A handshake costs us more than who begins it. */
static gboolean
may_shake_hands (PbHttpPort *self, const gchar *key)
{
  return !self->tls || !key
         || pb_buckets_take (pb_guard_get_buckets (self->guard),
             PB_BUCKET_TLS_ADDRESS, key, 1, g_get_monotonic_time (), NULL);
}

static Caller *
caller_new (PbHttpPort *self, GSocketConnection *connection)
{
  SSL *ssl = self->tls ? pb_tls_new_ssl (self->tls) : NULL;
  Caller *caller;

  if (self->tls && !ssl)
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
take (PbHttpPort *self, GSocketConnection *connection)
{
  g_autofree gchar *key = dup_key (self, connection);
  Caller *caller;

  if (!may_shake_hands (self, key))
    return;
  if (self->callers.length >= self->max / PB_HTTP_PORT_SHARE)
    forget_closed (self);
  keep_share (self, key);
  if (self->callers.length >= self->max)
    drop_oldest (self);
  /* Also wakes SoupServer's own waiting, with an error. */
  g_socket_set_timeout (
      g_socket_connection_get_socket (connection), PB_HTTP_PORT_IDLE_S);
  caller = caller_new (self, connection);
  if (!caller)
    return;
  caller->key = g_steal_pointer (&key);
  g_queue_push_tail (&self->callers, caller);
  if (self->tls)
    await_handshake (caller, G_IO_IN);
  else
    hand_over (self, caller);
}

/* Who waits stays in the kernel's queue, and would wake us up all the time:
 * sweep() goes on. */
static void
rest (PbHttpPort *self, const GError *why)
{
  const gint64 now = g_get_monotonic_time ();

  g_source_destroy (self->pending);
  g_clear_pointer (&self->pending, g_source_unref);
  if (self->callers.length > 0)
    drop_oldest (self);
  if (now < self->complain_after)
    return;
  self->complain_after = now + COMPLAIN_S * G_USEC_PER_SEC;
  g_warning ("HTTP: no connection can be taken, trying again each second: %s",
      why->message);
}

static gboolean
accept_one (GSocket *listener, GIOCondition condition, gpointer user_data)
{
  PbHttpPort *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);
  g_autoptr (GSocketConnection) connection =
      socket ? g_socket_connection_factory_create_connection (socket) : NULL;

  if (connection)
    take (self, connection);
  /* One that has left while it waited is none. */
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
           && !g_error_matches (
               error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    rest (self, error);
  return G_SOURCE_CONTINUE;
}

static void
go_on (PbHttpPort *self)
{
  self->pending = g_socket_create_source (self->listener, G_IO_IN, NULL);
  g_source_set_callback (
      self->pending, (GSourceFunc) (void (*) (void)) accept_one, self, NULL);
  g_source_attach (self->pending, NULL);
}

static gboolean
sweep (gpointer user_data)
{
  PbHttpPort *self = user_data;
  const gint64 now = g_get_monotonic_time ();
  Caller *oldest;

  forget_closed (self);
  drop_left (self, now);
  while (
      (oldest = g_queue_peek_head (&self->callers)) && oldest->deadline <= now)
    drop_oldest (self);
  if (!self->pending)
    go_on (self);
  return G_SOURCE_CONTINUE;
}

static GSocket *
listen_at (const gchar *bind, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (bind, port);
  g_autoptr (GSocket) socket = NULL;

  if (!address) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "%s is no address", bind);
    return NULL;
  }
  socket = g_socket_new (g_socket_address_get_family (address),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (!socket || !g_socket_bind (socket, address, TRUE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  return g_socket_listen (socket, error) ? g_steal_pointer (&socket) : NULL;
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
 * @server: what answers; outlives the port
 * @bind: an IPv4 or IPv6 address
 * @port: 0 takes any
 * @max: connections at a time, see pb_http_port_limit()
 * @tls: (nullable): its certificate; outlives the port
 * @head_reply: a whole HTTP reply, at most some hundred bytes, for a head of
 *   more than %PB_HTTP_PORT_HEAD_BYTES
 * @plain_reply: likewise, for who speaks without TLS
 * @guard: knows the proxies and counts handshakes; outlives the port
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): the open port, or %NULL with @error set
 */
PbHttpPort *
pb_http_port_new (SoupServer *server, const gchar *bind, guint16 port,
    guint max, PbTls *tls, const gchar *head_reply, const gchar *plain_reply,
    PbGuard *guard, GError **error)
{
  g_autoptr (GSocket) listener = listen_at (bind, port, error);
  g_autoptr (GSocketAddress) effective =
      listener ? g_socket_get_local_address (listener, error) : NULL;
  PbHttpPort *self;

  if (!effective)
    return NULL;
  self = g_new0 (PbHttpPort, 1);
  self->server = server;
  self->guard = guard;
  self->max = max;
  self->tls = tls;
  self->head_reply = g_strdup (head_reply);
  self->plain_reply = g_strdup (plain_reply);
  self->listener = g_steal_pointer (&listener);
  self->port =
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  go_on (self);
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
  if (self->pending) {
    g_source_destroy (self->pending);
    g_source_unref (self->pending);
  }
  g_socket_close (self->listener, NULL);
  g_object_unref (self->listener);
  while (self->callers.length > 0)
    drop_oldest (self);
  g_queue_clear_full (&self->leavers, leaver_free);
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
        g_get_monotonic_time () + PB_HTTP_PORT_REFUSED_S * G_USEC_PER_SEC;
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
  return self->port;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A TCP relay that delays, stalls, throttles and is pulled out. Both ends see
 * kernels that answer, so what a network does to TCP is played by what it does
 * to its bytes: a lost segment holds up all behind it for a retransmission. */
#include "pb-tcp-relay.h"

#include <gio/gio.h>
#include <string.h>

#define READ_BYTES 16384
/* What one way holds: about a socket buffer; behind it the sender waits. */
#define MAX_HELD_BYTES (256 * 1024)
/* Of Ethernet; a loss hits one of so many bytes. */
#define SEGMENT_BYTES 1448
#define HEADER_BYTES 52
/* Linux's least retransmission time-out; a round trip comes to it. */
#define RTO_US 200000

typedef struct {
  gint64 due_us;
  gsize size;
  gsize sent;
  guint8 data[];
} Chunk;

typedef struct _Pair Pair;

/* One way of a connection. */
typedef struct {
  Pair *pair;
  GSocket *from;
  GSocket *to;
  GSource *in;
  GSource *out; /* while the receiver takes nothing */
  GQueue chunks;
  gsize held;
  gint64 last_due_us;
  gboolean is_up; /* towards the server: the rate is this way's */
  gboolean ended;
  gboolean shut;
} Lane;

struct _Pair {
  PbTcpRelay *relay;
  GSocket *client;
  GSocket *server;
  Lane lanes[2];
  gboolean failed;
};

struct _PbTcpRelay {
  PbLossProxyConfig config;
  GSocketAddress *to;
  GSocket *listener;
  guint port;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;

  /* Relay thread only. */
  GPtrArray *pairs;
  GQueue waiting; /* of GSocket: called while the cable was out */
  GSource *timer;
  GRand *rand;
  gint64 link_free_us;

  /* Protects the rest. */
  GMutex lock;
  gdouble loss_pct;
  guint rate_kbps;
  gboolean is_rate_new;
  gboolean is_cut;
  guint64 bytes;
  guint64 stalls;
};

static void update (PbTcpRelay *relay);

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
pair_free (Pair *pair)
{
  for (guint i = 0; i < 2; i++) {
    drop_source (&pair->lanes[i].in);
    drop_source (&pair->lanes[i].out);
    g_queue_clear_full (&pair->lanes[i].chunks, g_free);
  }
  g_socket_close (pair->client, NULL);
  g_socket_close (pair->server, NULL);
  g_object_unref (pair->client);
  g_object_unref (pair->server);
  g_free (pair);
}

/* When bytes that came now arrive: behind those before them. */
static gint64
arrival_of (Lane *lane, gsize size, gint64 now)
{
  PbTcpRelay *relay = lane->pair->relay;
  const gint64 delay_us = (gint64) relay->config.delay_ms * 1000;
  const gsize segments = (size + SEGMENT_BYTES - 1) / SEGMENT_BYTES;
  gint64 due = now;

  g_mutex_lock (&relay->lock);
  if (lane->is_up && relay->rate_kbps > 0) {
    relay->link_free_us =
        MAX (relay->link_free_us, now)
        + (gint64) (size + segments * HEADER_BYTES) * 8000 / relay->rate_kbps;
    due = relay->link_free_us;
  }
  due = MAX (due + delay_us, lane->last_due_us);
  for (gsize i = 0; i < segments; i++) {
    if (g_rand_double (relay->rand) * 100.0 >= relay->loss_pct)
      continue;
    due += RTO_US + 2 * delay_us;
    relay->stalls++;
  }
  g_mutex_unlock (&relay->lock);
  lane->last_due_us = due;
  return due;
}

/* Bytes that are read together arrive together: with the last of them. */
static gsize
get_share (PbTcpRelay *relay)
{
  gsize share;

  g_mutex_lock (&relay->lock);
  share = relay->rate_kbps > 0 ? SEGMENT_BYTES : READ_BYTES;
  g_mutex_unlock (&relay->lock);
  return share;
}

static gboolean
can_read (GSocket *socket, GIOCondition condition, gpointer data)
{
  Lane *lane = data;
  g_autofree Chunk *chunk = g_malloc (sizeof *chunk + READ_BYTES);
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (lane->from, (gchar *) chunk->data,
      get_share (lane->pair->relay), NULL, &error);

  if (n > 0) {
    chunk->size = (gsize) n;
    chunk->sent = 0;
    chunk->due_us = arrival_of (lane, chunk->size, g_get_monotonic_time ());
    lane->held += chunk->size;
    g_queue_push_tail (&lane->chunks, g_steal_pointer (&chunk));
  } else if (n == 0) {
    lane->ended = TRUE;
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    lane->pair->failed = TRUE;
  }
  update (lane->pair->relay);
  return G_SOURCE_CONTINUE;
}

static gboolean
can_write (GSocket *socket, GIOCondition condition, gpointer data)
{
  Lane *lane = data;

  drop_source (&lane->out);
  update (lane->pair->relay);
  return G_SOURCE_REMOVE;
}

static GSource *
watch (Lane *lane, GSocket *socket, GIOCondition condition, GSocketSourceFunc f)
{
  GSource *source = g_socket_create_source (socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (f), lane, NULL);
  g_source_attach (source, lane->pair->relay->context);
  return source;
}

/* Hands on what is due. */
static void
flush_lane (Lane *lane, gint64 now)
{
  PbTcpRelay *relay = lane->pair->relay;
  Chunk *chunk;

  while (lane->out == NULL && !lane->pair->failed
         && (chunk = g_queue_peek_head (&lane->chunks)) != NULL
         && chunk->due_us <= now) {
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_send (lane->to, (gchar *) chunk->data + chunk->sent,
        chunk->size - chunk->sent, NULL, &error);

    if (n < 0) {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        lane->out = watch (lane, lane->to, G_IO_OUT, can_write);
      else
        lane->pair->failed = TRUE;
      return;
    }
    chunk->sent += (gsize) n;
    lane->held -= (gsize) n;
    g_mutex_lock (&relay->lock);
    relay->bytes += (guint64) n;
    g_mutex_unlock (&relay->lock);
    if (chunk->sent == chunk->size)
      g_free (g_queue_pop_head (&lane->chunks));
  }
  if (lane->ended && !lane->shut && g_queue_is_empty (&lane->chunks)) {
    g_socket_shutdown (lane->to, FALSE, TRUE, NULL);
    lane->shut = TRUE;
  }
}

static void
update_lane (Lane *lane, gboolean is_cut, gint64 now, gint64 *due_us)
{
  Chunk *head;

  if (!is_cut)
    flush_lane (lane, now);
  /* Behind the flush: where all has gone on nothing else wakes the lane. */
  if (is_cut || lane->ended || lane->held >= MAX_HELD_BYTES)
    drop_source (&lane->in);
  else if (lane->in == NULL)
    lane->in = watch (lane, lane->from, G_IO_IN, can_read);
  head = g_queue_peek_head (&lane->chunks);
  if (head != NULL && lane->out == NULL && !is_cut)
    *due_us = MIN (*due_us, head->due_us);
}

static void
connect_pair (PbTcpRelay *relay, GSocket *client)
{
  GSocket *server = g_socket_new (g_socket_address_get_family (relay->to),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  Pair *pair;

  /* Within this machine: answered at once, or refused. */
  if (server == NULL || !g_socket_connect (server, relay->to, NULL, NULL)) {
    g_socket_close (client, NULL);
    g_object_unref (client);
    g_clear_object (&server);
    return;
  }
  g_socket_set_blocking (server, FALSE);
  g_socket_set_option (
      server, 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, 1, NULL);
  g_socket_set_option (client, 6, 1, 1, NULL);
  pair = g_new0 (Pair, 1);
  pair->relay = relay;
  pair->client = client;
  pair->server = server;
  pair->lanes[0] =
      (Lane){ .pair = pair, .from = client, .to = server, .is_up = TRUE };
  pair->lanes[1] = (Lane){ .pair = pair, .from = server, .to = client };
  g_ptr_array_add (relay->pairs, pair);
}

/* What waited for the old rate waits for the new one. */
static void
take_rate (PbTcpRelay *relay, guint rate_kbps, gint64 now)
{
  relay->link_free_us = now;
  for (guint i = 0; i < relay->pairs->len; i++) {
    Pair *pair = g_ptr_array_index (relay->pairs, i);
    Lane *lane = &pair->lanes[0];

    for (GList *l = lane->chunks.head; l != NULL; l = l->next) {
      Chunk *chunk = l->data;

      if (rate_kbps > 0)
        relay->link_free_us += (gint64) chunk->size * 8000 / rate_kbps;
      lane->last_due_us =
          relay->link_free_us + (gint64) relay->config.delay_ms * 1000;
      chunk->due_us = lane->last_due_us;
    }
  }
}

/* After anything that happened: what is due goes on, who is done is closed. */
static void
update (PbTcpRelay *relay)
{
  const gint64 now = g_get_monotonic_time ();
  gint64 due_us = G_MAXINT64;
  gboolean is_cut, is_rate_new;
  guint rate_kbps;

  g_mutex_lock (&relay->lock);
  is_cut = relay->is_cut;
  is_rate_new = relay->is_rate_new;
  relay->is_rate_new = FALSE;
  rate_kbps = relay->rate_kbps;
  g_mutex_unlock (&relay->lock);
  if (is_rate_new)
    take_rate (relay, rate_kbps, now);
  while (!is_cut && !g_queue_is_empty (&relay->waiting))
    connect_pair (relay, g_queue_pop_head (&relay->waiting));
  for (guint i = relay->pairs->len; i-- > 0;) {
    Pair *pair = g_ptr_array_index (relay->pairs, i);

    for (guint k = 0; k < 2; k++)
      update_lane (&pair->lanes[k], is_cut, now, &due_us);
    if (pair->failed || (pair->lanes[0].shut && pair->lanes[1].shut))
      g_ptr_array_remove_index_fast (relay->pairs, i);
  }
  g_source_set_ready_time (relay->timer, due_us == G_MAXINT64 ? -1 : due_us);
}

static gboolean
update_cb (gpointer relay)
{
  update (relay);
  return G_SOURCE_CONTINUE;
}

static gboolean
update_once (gpointer relay)
{
  update (relay);
  return G_SOURCE_REMOVE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static gboolean
on_call (GSocket *listener, GIOCondition condition, gpointer data)
{
  PbTcpRelay *relay = data;
  GSocket *client = g_socket_accept (listener, NULL, NULL);

  if (client != NULL) {
    g_socket_set_blocking (client, FALSE);
    g_queue_push_tail (&relay->waiting, client);
    update (relay);
  }
  return G_SOURCE_CONTINUE;
}

static gpointer
run (gpointer data)
{
  PbTcpRelay *relay = data;
  g_autoptr (GSource) source =
      g_socket_create_source (relay->listener, G_IO_IN, NULL);

  g_main_context_push_thread_default (relay->context);
  g_source_set_callback (source, G_SOURCE_FUNC (on_call), relay, NULL);
  g_source_attach (source, relay->context);
  g_main_loop_run (relay->loop);
  g_source_destroy (source);
  g_main_context_pop_thread_default (relay->context);
  return NULL;
}

static GSocket *
listen_at (const PbLossProxyConfig *config, guint *bound, GError **error)
{
  const gchar *host =
      config->listen_host != NULL ? config->listen_host : "127.0.0.1";
  g_autoptr (GSocketAddress) local =
      g_inet_socket_address_new_from_string (host, config->listen_port);
  g_autoptr (GSocketAddress) actual = NULL;
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (local == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "'%s' is no address", host);
    return NULL;
  }
  if (socket == NULL || !g_socket_bind (socket, local, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  actual = g_socket_get_local_address (socket, error);
  if (actual == NULL)
    return NULL;
  *bound = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (actual));
  g_socket_set_blocking (socket, FALSE);
  return g_steal_pointer (&socket);
}

/* Relays until freed, in a thread of its own. A loss is a stall of a
 * retransmission's time. Of @config->queue_ms nothing is used: TCP waits. */
PbTcpRelay *
pb_tcp_relay_new (const PbLossProxyConfig *config, GError **error)
{
  static GSourceFuncs timer_funcs = { NULL, NULL, timer_dispatch, NULL };
  g_autoptr (GSocketAddress) to =
      g_inet_socket_address_new_from_string (config->host, config->port);
  guint port = 0;
  GSocket *listener;
  PbTcpRelay *relay;

  if (to == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "'%s' is no address", config->host);
    return NULL;
  }
  listener = listen_at (config, &port, error);
  if (listener == NULL)
    return NULL;
  relay = g_new0 (PbTcpRelay, 1);
  relay->config = *config;
  relay->to = g_steal_pointer (&to);
  relay->listener = listener;
  relay->port = port;
  relay->loss_pct = config->loss_pct;
  relay->rate_kbps = config->rate_kbps;
  relay->rand = g_rand_new_with_seed (config->seed);
  relay->pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) pair_free);
  g_queue_init (&relay->waiting);
  g_mutex_init (&relay->lock);
  relay->context = g_main_context_new ();
  relay->loop = g_main_loop_new (relay->context, FALSE);
  relay->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (relay->timer, update_cb, relay, NULL);
  g_source_attach (relay->timer, relay->context);
  relay->thread = g_thread_new ("tcp-relay", run, relay);
  return relay;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
pb_tcp_relay_free (PbTcpRelay *relay)
{
  /* By the loop itself, so that one that is not running yet stops too. */
  g_main_context_invoke (relay->context, quit, relay->loop);
  g_thread_join (relay->thread);
  g_ptr_array_unref (relay->pairs);
  g_queue_clear_full (&relay->waiting, g_object_unref);
  drop_source (&relay->timer);
  g_main_loop_unref (relay->loop);
  g_main_context_unref (relay->context);
  g_rand_free (relay->rand);
  g_object_unref (relay->listener);
  g_object_unref (relay->to);
  g_mutex_clear (&relay->lock);
  g_free (relay);
}

guint
pb_tcp_relay_get_port (PbTcpRelay *relay)
{
  return relay->port;
}

/* Percent of the segments, each way. Any thread. */
void
pb_tcp_relay_set_loss (PbTcpRelay *relay, gdouble loss_pct)
{
  g_mutex_lock (&relay->lock);
  relay->loss_pct = loss_pct;
  g_mutex_unlock (&relay->lock);
}

/* Of the way in, from now on. Any thread. */
void
pb_tcp_relay_set_rate (PbTcpRelay *relay, guint rate_kbps)
{
  g_mutex_lock (&relay->lock);
  relay->rate_kbps = rate_kbps;
  relay->is_rate_new = TRUE;
  g_mutex_unlock (&relay->lock);
  g_main_context_invoke (relay->context, update_once, relay);
}

/* While the cable is out nothing moves, and who calls waits; nobody is told.
 * Any thread. */
void
pb_tcp_relay_set_cut (PbTcpRelay *relay, gboolean is_cut)
{
  g_mutex_lock (&relay->lock);
  relay->is_cut = is_cut;
  g_mutex_unlock (&relay->lock);
  g_main_context_invoke (relay->context, update_once, relay);
}

static gboolean
forget (gpointer data)
{
  PbTcpRelay *relay = data;

  for (guint i = 0; i < relay->pairs->len; i++)
    ((Pair *) g_ptr_array_index (relay->pairs, i))->failed = TRUE;
  update (relay);
  return G_SOURCE_REMOVE;
}

/* What a router does that forgets its connections: they end at both ends, and
 * what was on its way is lost. Any thread. */
void
pb_tcp_relay_rebind (PbTcpRelay *relay)
{
  g_main_context_invoke (relay->context, forget, relay);
}

/* Bytes handed on, both ways, and losses played. Any thread. */
void
pb_tcp_relay_get_counts (PbTcpRelay *relay, guint64 *bytes, guint64 *stalls)
{
  g_mutex_lock (&relay->lock);
  *bytes = relay->bytes;
  *stalls = relay->stalls;
  g_mutex_unlock (&relay->lock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A UDP relay that loses, delays and throttles. */
#include "pb-loss-proxy.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_DATAGRAM 2048
/* A test has a few clients; more is a mistake. */
#define MAX_CLIENTS 64
/* Bounds the memory of the delay lines. */
#define MAX_QUEUED 65536
#define IP_UDP_HEADER_BYTES 28
/* Of delays, a bin a ms; longer ones count as the longest. */
#define MAX_DELAY_MS 2000

typedef struct {
  PbLossProxy *proxy;
  GSocketAddress *address;
  GSocket *up;
  GSource *source;
} Client;

typedef struct {
  gint64 due_us;
  Client *client;
  gboolean back;
  gsize size;
  guint8 data[];
} Datagram;

struct _PbLossProxy {
  PbLossProxyConfig config;
  GSocketAddress *to;
  GSocket *down;
  guint port;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;

  /* Proxy thread only. */
  GPtrArray *clients;
  GQueue lines[2];
  GSource *timer;
  GRand *rand;
  gint64 link_free_us;

  /* Protects the rest. */
  GMutex lock;
  gdouble loss[2];
  guint rate_kbps;
  gboolean is_cut;
  gint64 full_until_us; /* as link_free_us */
  guint delays[MAX_DELAY_MS + 1]; /* datagrams that waited so long, ms */
  guint64 forwarded;
  guint64 lost;
};

static void
client_free (Client *client)
{
  g_source_destroy (client->source);
  g_source_unref (client->source);
  g_object_unref (client->address);
  g_object_unref (client->up);
  g_free (client);
}

static void
count (PbLossProxy *proxy, guint64 *counter)
{
  g_mutex_lock (&proxy->lock);
  (*counter)++;
  g_mutex_unlock (&proxy->lock);
}

static void
deliver (PbLossProxy *proxy, Datagram *d)
{
  if (d->back)
    g_socket_send_to (proxy->down, d->client->address, (gchar *) d->data,
        d->size, NULL, NULL);
  else
    g_socket_send (d->client->up, (gchar *) d->data, d->size, NULL, NULL);
  count (proxy, &proxy->forwarded);
  g_free (d);
}

static void
arm (PbLossProxy *proxy)
{
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < 2; i++) {
    Datagram *d = g_queue_peek_head (&proxy->lines[i]);

    if (d != NULL)
      due = MIN (due, d->due_us);
  }
  g_source_set_ready_time (proxy->timer, due == G_MAXINT64 ? -1 : due);
}

static gboolean
timer_fired (gpointer data)
{
  PbLossProxy *proxy = data;
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < 2; i++) {
    Datagram *d;

    while (
        (d = g_queue_peek_head (&proxy->lines[i])) != NULL && d->due_us <= now)
      deliver (proxy, g_queue_pop_head (&proxy->lines[i]));
  }
  arm (proxy);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

/* When a datagram of the way in leaves the throttled link; -1 if the link's
 * queue is full. */
static gint64
leaves_link (PbLossProxy *proxy, gsize size, gint64 now)
{
  const PbLossProxyConfig *c = &proxy->config;
  guint queue_ms = c->queue_ms > 0 ? c->queue_ms : 300;
  gint64 waits_us;
  guint rate_kbps;

  g_mutex_lock (&proxy->lock);
  rate_kbps = proxy->rate_kbps;
  g_mutex_unlock (&proxy->lock);
  if (rate_kbps == 0)
    return now;
  proxy->link_free_us = MAX (proxy->link_free_us, now);
  waits_us = proxy->link_free_us - now;
  if (waits_us > (gint64) queue_ms * 1000)
    return -1;
  proxy->link_free_us +=
      (gint64) (size + IP_UDP_HEADER_BYTES) * 8 * 1000 / rate_kbps;
  g_mutex_lock (&proxy->lock);
  proxy->delays[MIN (waits_us / 1000, MAX_DELAY_MS)]++;
  proxy->full_until_us = proxy->link_free_us;
  g_mutex_unlock (&proxy->lock);
  return proxy->link_free_us;
}

static void
take (PbLossProxy *proxy, Client *client, gboolean back, const guint8 *data,
    gsize size)
{
  gint64 now = g_get_monotonic_time (), due = now;
  gdouble roll = g_rand_double (proxy->rand) * 100.0;
  gdouble loss;
  Datagram *d;

  g_mutex_lock (&proxy->lock);
  loss = proxy->is_cut ? 100 : proxy->loss[back ? 1 : 0];
  g_mutex_unlock (&proxy->lock);
  if (!back)
    due = leaves_link (proxy, size, now);
  if (roll < loss || due < 0
      || proxy->lines[back ? 1 : 0].length >= MAX_QUEUED) {
    count (proxy, &proxy->lost);
    return;
  }
  d = g_malloc (sizeof *d + size);
  d->due_us = due + (gint64) proxy->config.delay_ms * 1000;
  d->client = client;
  d->back = back;
  d->size = size;
  memcpy (d->data, data, size);
  if (d->due_us <= now && proxy->lines[back ? 1 : 0].length == 0)
    deliver (proxy, d);
  else
    g_queue_push_tail (&proxy->lines[back ? 1 : 0], d);
}

static gboolean
from_server (GSocket *socket, GIOCondition condition, gpointer data)
{
  Client *client = data;
  guint8 buf[MAX_DATAGRAM];
  gssize n;

  while ((n = g_socket_receive (socket, (gchar *) buf, sizeof buf, NULL, NULL))
         > 0)
    take (client->proxy, client, TRUE, buf, (gsize) n);
  arm (client->proxy);
  return G_SOURCE_CONTINUE;
}

static gboolean
same_address (GSocketAddress *a, GSocketAddress *b)
{
  GInetSocketAddress *x = G_INET_SOCKET_ADDRESS (a);
  GInetSocketAddress *y = G_INET_SOCKET_ADDRESS (b);

  return g_inet_socket_address_get_port (x)
             == g_inet_socket_address_get_port (y)
         && g_inet_address_equal (g_inet_socket_address_get_address (x),
             g_inet_socket_address_get_address (y));
}

/* Towards the server, from a port of its own. */
static GSocket *
open_up (PbLossProxy *proxy)
{
  GSocket *up = g_socket_new (g_socket_address_get_family (proxy->to),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  if (up == NULL)
    return NULL;
  g_socket_set_blocking (up, FALSE);
  g_socket_connect (up, proxy->to, NULL, NULL);
  return up;
}

static void
watch_up (Client *client, GSocket *up)
{
  client->up = up;
  client->source = g_socket_create_source (up, G_IO_IN, NULL);
  g_source_set_callback (
      client->source, G_SOURCE_FUNC (from_server), client, NULL);
  g_source_attach (client->source, client->proxy->context);
}

static Client *
find_client (PbLossProxy *proxy, GSocketAddress *address)
{
  Client *client;
  GSocket *up;

  for (guint i = 0; i < proxy->clients->len; i++) {
    client = g_ptr_array_index (proxy->clients, i);
    if (same_address (client->address, address))
      return client;
  }
  if (proxy->clients->len >= MAX_CLIENTS)
    return NULL;
  up = open_up (proxy);
  if (up == NULL)
    return NULL;
  client = g_new0 (Client, 1);
  client->proxy = proxy;
  client->address = g_object_ref (address);
  watch_up (client, up);
  g_ptr_array_add (proxy->clients, client);
  return client;
}

static gboolean
from_client (GSocket *socket, GIOCondition condition, gpointer data)
{
  PbLossProxy *proxy = data;

  for (;;) {
    g_autoptr (GSocketAddress) address = NULL;
    guint8 buf[MAX_DATAGRAM];
    gssize n = g_socket_receive_from (
        socket, &address, (gchar *) buf, sizeof buf, NULL, NULL);
    gboolean is_cut;
    Client *client;

    if (n <= 0)
      break;
    /* Who calls again and again while the cable is out has a port each time. */
    g_mutex_lock (&proxy->lock);
    is_cut = proxy->is_cut;
    g_mutex_unlock (&proxy->lock);
    client = is_cut ? NULL : find_client (proxy, address);
    if (client != NULL)
      take (proxy, client, FALSE, buf, (gsize) n);
  }
  arm (proxy);
  return G_SOURCE_CONTINUE;
}

static gpointer
run (gpointer data)
{
  PbLossProxy *proxy = data;
  g_autoptr (GSource) source =
      g_socket_create_source (proxy->down, G_IO_IN, NULL);

  g_main_context_push_thread_default (proxy->context);
  g_source_set_callback (source, G_SOURCE_FUNC (from_client), proxy, NULL);
  g_source_attach (source, proxy->context);
  g_main_loop_run (proxy->loop);
  g_source_destroy (source);
  g_main_context_pop_thread_default (proxy->context);
  return NULL;
}

static GSocket *
bind_down (const PbLossProxyConfig *config, guint *bound, GError **error)
{
  const gchar *host =
      config->listen_host != NULL ? config->listen_host : "127.0.0.1";
  g_autoptr (GSocketAddress) local =
      g_inet_socket_address_new_from_string (host, config->listen_port);
  g_autoptr (GSocketAddress) actual = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

  if (local == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "'%s' is no address", host);
    return NULL;
  }
  if (socket == NULL || !g_socket_bind (socket, local, FALSE, error))
    return NULL;
  actual = g_socket_get_local_address (socket, error);
  if (actual == NULL)
    return NULL;
  *bound = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (actual));
  g_socket_set_blocking (socket, FALSE);
  return g_steal_pointer (&socket);
}

/* Relays until freed, in a thread of its own. */
PbLossProxy *
pb_loss_proxy_new (const PbLossProxyConfig *config, GError **error)
{
  static GSourceFuncs timer_funcs = { NULL, NULL, timer_dispatch, NULL };
  g_autoptr (GSocketAddress) to =
      g_inet_socket_address_new_from_string (config->host, config->port);
  PbLossProxy *proxy;
  GSocket *down;
  guint port = 0;

  if (to == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "'%s' is no address", config->host);
    return NULL;
  }
  down = bind_down (config, &port, error);
  if (down == NULL)
    return NULL;
  proxy = g_new0 (PbLossProxy, 1);
  proxy->config = *config;
  proxy->to = g_steal_pointer (&to);
  proxy->down = down;
  proxy->port = port;
  proxy->loss[0] = config->loss_pct;
  proxy->loss[1] = config->loss_back_pct;
  proxy->rate_kbps = config->rate_kbps;
  proxy->rand = g_rand_new_with_seed (config->seed);
  proxy->clients =
      g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_mutex_init (&proxy->lock);
  proxy->context = g_main_context_new ();
  proxy->loop = g_main_loop_new (proxy->context, FALSE);
  proxy->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (proxy->timer, timer_fired, proxy, NULL);
  g_source_attach (proxy->timer, proxy->context);
  proxy->thread = g_thread_new ("loss-proxy", run, proxy);
  return proxy;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
pb_loss_proxy_free (PbLossProxy *proxy)
{
  /* By the loop itself, so that one that is not running yet stops too. */
  g_main_context_invoke (proxy->context, quit, proxy->loop);
  g_thread_join (proxy->thread);
  g_ptr_array_unref (proxy->clients);
  g_source_destroy (proxy->timer);
  g_source_unref (proxy->timer);
  for (guint i = 0; i < 2; i++)
    g_queue_clear_full (&proxy->lines[i], g_free);
  g_main_loop_unref (proxy->loop);
  g_main_context_unref (proxy->context);
  g_rand_free (proxy->rand);
  g_object_unref (proxy->down);
  g_object_unref (proxy->to);
  g_mutex_clear (&proxy->lock);
  g_free (proxy);
}

guint
pb_loss_proxy_get_port (PbLossProxy *proxy)
{
  return proxy->port;
}

/* 100 and 100 is a cable that was pulled. Any thread. */
void
pb_loss_proxy_set_loss (
    PbLossProxy *proxy, gdouble loss_pct, gdouble loss_back_pct)
{
  g_mutex_lock (&proxy->lock);
  proxy->loss[0] = loss_pct;
  proxy->loss[1] = loss_back_pct;
  g_mutex_unlock (&proxy->lock);
}

/* A cable that was pulled, both ways, and put back. Any thread. */
void
pb_loss_proxy_set_cut (PbLossProxy *proxy, gboolean is_cut)
{
  g_mutex_lock (&proxy->lock);
  proxy->is_cut = is_cut;
  g_mutex_unlock (&proxy->lock);
}

static gboolean
rebind (gpointer data)
{
  PbLossProxy *proxy = data;

  for (guint i = 0; i < proxy->clients->len; i++) {
    Client *client = g_ptr_array_index (proxy->clients, i);
    GSocket *up = open_up (proxy);

    if (up == NULL)
      continue;
    g_source_destroy (client->source);
    g_source_unref (client->source);
    g_object_unref (client->up);
    watch_up (client, up);
  }
  return G_SOURCE_REMOVE;
}

/* From now on each client reaches the server from another port, as behind a
 * router that has forgotten it; what the server sends to the old one is lost.
 * Any thread. */
void
pb_loss_proxy_rebind (PbLossProxy *proxy)
{
  g_main_context_invoke (proxy->context, rebind, proxy);
}

/* Of the way in, from now on; what waits already leaves when it would have.
 * Any thread. */
void
pb_loss_proxy_set_rate (PbLossProxy *proxy, guint rate_kbps)
{
  g_mutex_lock (&proxy->lock);
  proxy->rate_kbps = rate_kbps;
  g_mutex_unlock (&proxy->lock);
}

/* How long one that came now would wait for the throttled link, ms. Any
 * thread. */
guint
pb_loss_proxy_get_queue (PbLossProxy *proxy)
{
  const gint64 now = g_get_monotonic_time ();
  gint64 us;

  g_mutex_lock (&proxy->lock);
  us = proxy->full_until_us - now;
  g_mutex_unlock (&proxy->lock);
  return (guint) (MAX (us, 0) / 1000);
}

/* How long datagrams waited for the throttled link since the last call; @share,
 * 0 to 1, of them no longer than what is returned, ms. Any thread. */
void
pb_loss_proxy_take_delays (
    PbLossProxy *proxy, const gdouble *shares, guint n_shares, guint *delays_ms)
{
  guint64 total = 0;

  g_mutex_lock (&proxy->lock);
  for (guint i = 0; i <= MAX_DELAY_MS; i++)
    total += proxy->delays[i];
  for (guint k = 0; k < n_shares; k++) {
    guint64 below = proxy->delays[0];
    guint ms = 0;

    while (ms < MAX_DELAY_MS && below < shares[k] * total)
      below += proxy->delays[++ms];
    delays_ms[k] = ms;
  }
  memset (proxy->delays, 0, sizeof proxy->delays);
  g_mutex_unlock (&proxy->lock);
}

/* Datagrams of both ways so far. Any thread. */
void
pb_loss_proxy_get_counts (PbLossProxy *proxy, guint64 *forwarded, guint64 *lost)
{
  g_mutex_lock (&proxy->lock);
  *forwarded = proxy->forwarded;
  *lost = proxy->lost;
  g_mutex_unlock (&proxy->lock);
}

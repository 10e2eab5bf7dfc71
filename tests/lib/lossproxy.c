/* SPDX-License-Identifier: LGPL-2.1-or-later
 * lossproxy: PbLossProxy, or with --tcp PbTcpRelay, as a program. Prints its
 * port, then relays until SIGTERM or SIGINT. Lines of its input: "rate KBPS"
 * and "loss PCT" change these; "cut" pulls the cable, "join" puts it back;
 * "rebind" is a router that forgets who is behind it. Of UDP alone: "queue"
 * prints how long one would wait for the rate now, ms; "delays" prints how long
 * datagrams waited for it since the last time, p50, p95 and the longest in ms,
 * and how many datagrams were lost so far. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "pb-tcp-relay.h"

static gint listen_port, delay_ms, rate_kbps, queue_ms, seed = 1;
static gdouble loss_pct, loss_back_pct;
static gboolean is_tcp;
static gchar *to, *listen_host;

static const GOptionEntry options[] = {
  { "listen", 0, 0, G_OPTION_ARG_INT, &listen_port, "Port, 0 for any", "PORT" },
  { "address", 0, 0, G_OPTION_ARG_STRING, &listen_host,
      "Where that port is (127.0.0.1)", "ADDRESS" },
  { "tcp", 0, 0, G_OPTION_ARG_NONE, &is_tcp,
      "TCP: what is lost stalls what is behind it", NULL },
  { "to", 0, 0, G_OPTION_ARG_STRING, &to, "Where to relay to", "HOST:PORT" },
  { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &loss_pct, "Percent lost on the way in",
      "PCT" },
  { "loss-back", 0, 0, G_OPTION_ARG_DOUBLE, &loss_back_pct,
      "Percent lost on the way back", "PCT" },
  { "delay", 0, 0, G_OPTION_ARG_INT, &delay_ms, "Delay each way", "MS" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &rate_kbps,
      "Rate of the way in, 0 for no limit", "KBPS" },
  { "queue", 0, 0, G_OPTION_ARG_INT, &queue_ms,
      "What would wait longer for the rate is lost (300)", "MS" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Which datagrams are lost", "N" },
  { NULL },
};

static volatile sig_atomic_t stopped;

static void
on_signal (int number)
{
  stopped = 1;
}

static void
print_delays (PbLossProxy *proxy)
{
  static const gdouble shares[] = { 0.5, 0.95, 1 };
  guint ms[G_N_ELEMENTS (shares)];
  guint64 forwarded, lost;

  pb_loss_proxy_take_delays (proxy, shares, G_N_ELEMENTS (shares), ms);
  pb_loss_proxy_get_counts (proxy, &forwarded, &lost);
  printf ("delays %u %u %u lost %" G_GUINT64_FORMAT "\n", ms[0], ms[1], ms[2],
      lost);
  fflush (stdout);
}

/* One of the two. */
typedef struct {
  PbLossProxy *udp;
  PbTcpRelay *tcp;
} Relay;

static void
set_cut (Relay *relay, gboolean is_cut)
{
  if (relay->tcp != NULL)
    pb_tcp_relay_set_cut (relay->tcp, is_cut);
  else
    pb_loss_proxy_set_cut (relay->udp, is_cut);
}

/* Returns whether it was understood. */
static gboolean
obey_line (Relay *relay, const char *line)
{
  unsigned kbps;
  double pct;

  if (sscanf (line, "rate %u", &kbps) == 1) {
    if (relay->tcp != NULL)
      pb_tcp_relay_set_rate (relay->tcp, kbps);
    else
      pb_loss_proxy_set_rate (relay->udp, kbps);
  } else if (sscanf (line, "loss %lf", &pct) == 1) {
    if (relay->tcp != NULL)
      pb_tcp_relay_set_loss (relay->tcp, pct);
    else
      pb_loss_proxy_set_loss (relay->udp, pct, pct);
  } else if (g_str_equal (line, "cut") || g_str_equal (line, "join")) {
    set_cut (relay, line[0] == 'c');
  } else if (g_str_equal (line, "rebind")) {
    if (relay->tcp != NULL)
      pb_tcp_relay_rebind (relay->tcp);
    else
      pb_loss_proxy_rebind (relay->udp);
  } else if (relay->udp != NULL && g_str_equal (line, "delays")) {
    print_delays (relay->udp);
  } else if (relay->udp != NULL && g_str_equal (line, "queue")) {
    printf ("queue %u\n", pb_loss_proxy_get_queue (relay->udp));
    fflush (stdout);
  } else {
    return FALSE;
  }
  return TRUE;
}

/* Until the end of the input; in a thread that ends with the program. */
static gpointer
obey (gpointer relay)
{
  char line[64];

  while (fgets (line, sizeof line, stdin) != NULL)
    if (!obey_line (relay, g_strchomp (line)))
      g_printerr ("lossproxy: what is \"%s\"?\n", line);
  return NULL;
}

static gboolean
start (Relay *relay, const PbLossProxyConfig *config)
{
  g_autoptr (GError) error = NULL;

  if (is_tcp)
    relay->tcp = pb_tcp_relay_new (config, &error);
  else
    relay->udp = pb_loss_proxy_new (config, &error);
  if (error != NULL) {
    g_printerr ("lossproxy: %s\n", error->message);
    return FALSE;
  }
  printf ("%u\n", is_tcp ? pb_tcp_relay_get_port (relay->tcp)
                         : pb_loss_proxy_get_port (relay->udp));
  fflush (stdout);
  return TRUE;
}

static void
stop (Relay *relay)
{
  guint64 forwarded, lost;

  if (is_tcp)
    pb_tcp_relay_get_counts (relay->tcp, &forwarded, &lost);
  else
    pb_loss_proxy_get_counts (relay->udp, &forwarded, &lost);
  g_printerr ("lossproxy: forwarded %" G_GUINT64_FORMAT
              "%s, lost %" G_GUINT64_FORMAT "\n",
      forwarded, is_tcp ? " bytes" : "", lost);
  g_clear_pointer (&relay->udp, pb_loss_proxy_free);
  g_clear_pointer (&relay->tcp, pb_tcp_relay_free);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  static Relay relay; /* outlives the thread that obeys */
  PbLossProxyConfig config = { 0 };
  gchar *colon;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("lossproxy: %s\n", error->message);
    return 2;
  }
  colon = to != NULL ? g_strrstr (to, ":") : NULL;
  if (colon == NULL) {
    g_printerr ("lossproxy: --to HOST:PORT is needed\n");
    return 2;
  }
  *colon = '\0';
  config.listen_host = listen_host;
  config.listen_port = (guint) listen_port;
  config.host = to;
  config.port = (guint) strtoul (colon + 1, NULL, 10);
  config.loss_pct = loss_pct;
  config.loss_back_pct = loss_back_pct;
  config.delay_ms = (guint) MAX (delay_ms, 0);
  config.rate_kbps = (guint) MAX (rate_kbps, 0);
  config.queue_ms = (guint) MAX (queue_ms, 0);
  config.seed = (guint32) seed;
  if (!start (&relay, &config))
    return 1;
  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  g_thread_unref (g_thread_new ("input", obey, &relay));
  while (!stopped)
    g_usleep (50000);
  stop (&relay);
  g_free (to);
  return 0;
}

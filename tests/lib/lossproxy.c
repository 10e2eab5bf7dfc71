/* SPDX-License-Identifier: LGPL-2.1-or-later
 * lossproxy: PbLossProxy as a program. Prints its port, then relays until
 * SIGTERM or SIGINT. Lines of its input: "rate KBPS" changes the rate; "queue"
 * prints how long one would wait for it now, ms; "delays"
 * prints how long datagrams waited for it since the last time, p50, p95 and the
 * longest in ms, and how many datagrams were lost so far. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "pb-loss-proxy.h"

static gint listen_port, delay_ms, rate_kbps, queue_ms, seed = 1;
static gdouble loss_pct, loss_back_pct;
static gchar *to;

static const GOptionEntry options[] = {
  { "listen", 0, 0, G_OPTION_ARG_INT, &listen_port,
      "UDP port on 127.0.0.1, 0 for any", "PORT" },
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

/* Until the end of the input; in a thread that ends with the program. */
static gpointer
obey (gpointer proxy)
{
  char line[64];

  while (fgets (line, sizeof line, stdin) != NULL) {
    unsigned kbps;

    if (sscanf (line, "rate %u", &kbps) == 1)
      pb_loss_proxy_set_rate (proxy, kbps);
    else if (g_str_has_prefix (line, "delays"))
      print_delays (proxy);
    else if (g_str_has_prefix (line, "queue")) {
      printf ("queue %u\n", pb_loss_proxy_get_queue (proxy));
      fflush (stdout);
    } else
      g_printerr ("lossproxy: what is \"%s\"?\n", g_strchomp (line));
  }
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbLossProxy) proxy = NULL;
  PbLossProxyConfig config = { 0 };
  guint64 forwarded, lost;
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
  config.listen_port = (guint) listen_port;
  config.host = to;
  config.port = (guint) strtoul (colon + 1, NULL, 10);
  config.loss_pct = loss_pct;
  config.loss_back_pct = loss_back_pct;
  config.delay_ms = (guint) MAX (delay_ms, 0);
  config.rate_kbps = (guint) MAX (rate_kbps, 0);
  config.queue_ms = (guint) MAX (queue_ms, 0);
  config.seed = (guint32) seed;
  proxy = pb_loss_proxy_new (&config, &error);
  if (proxy == NULL) {
    g_printerr ("lossproxy: %s\n", error->message);
    return 1;
  }
  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  printf ("%u\n", pb_loss_proxy_get_port (proxy));
  fflush (stdout);
  g_thread_unref (g_thread_new ("input", obey, proxy));
  while (!stopped)
    g_usleep (50000);
  pb_loss_proxy_get_counts (proxy, &forwarded, &lost);
  g_printerr ("lossproxy: forwarded %" G_GUINT64_FORMAT
              ", lost %" G_GUINT64_FORMAT "\n",
      forwarded, lost);
  g_free (to);
  return 0;
}

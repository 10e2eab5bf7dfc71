/* SPDX-License-Identifier: LGPL-2.1-or-later
 * lossproxy: PbLossProxy as a program. Prints its port, then relays until
 * SIGTERM or SIGINT. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "pb-loss-proxy.h"

static gint listen_port, delay_ms, rate_kbps, seed = 1;
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
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Which datagrams are lost", "N" },
  { NULL },
};

static volatile sig_atomic_t stopped;

static void
on_signal (int number)
{
  stopped = 1;
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
  while (!stopped)
    g_usleep (50000);
  pb_loss_proxy_get_counts (proxy, &forwarded, &lost);
  g_printerr ("lossproxy: forwarded %" G_GUINT64_FORMAT
              ", lost %" G_GUINT64_FORMAT "\n",
      forwarded, lost);
  g_free (to);
  return 0;
}

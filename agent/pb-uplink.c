/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Settings become properties of a pitboxsrtsink or a pitboxwssink. */
#include "pb-uplink.h"

#include "pb-refusal.h"

#include <gstpitbox/gstpitbox.h>

#define HTTPS_PORT 443
/* A network that is back is noticed within so long. */
#define MAX_PAUSE_MS 1000
/* What waited for longer than this follows behind live, from the spool: a row
 * that is made now is not to wait for it. */
#define KEEP_MS 5000

static gboolean
configure_srt (GstElement *sink, const PbConfig *config, GError **error)
{
  g_autoptr (GSocketConnectable) address =
      g_network_address_parse (config->server, PB_CONFIG_DEFAULT_PORT, error);
  g_autofree gchar *streamid = gst_pitbox_stream_id_new (
      GST_PITBOX_STREAM_PUBLISH, config->driver, config->device);
  GNetworkAddress *net;

  if (address == NULL)
    return FALSE;
  net = G_NETWORK_ADDRESS (address);
  g_object_set (sink, "host", g_network_address_get_hostname (net), "port",
      (guint) g_network_address_get_port (net), "streamid", streamid, "latency",
      (guint) config->latency_ms, "reconnect", TRUE, "reconnect-delay-max",
      (guint) MAX_PAUSE_MS, NULL);
  if (config->passphrase[0] != '\0')
    g_object_set (sink, "passphrase", config->passphrase, NULL);
  return TRUE;
}

/* A device's token says whose it is; a key does not. */
static void
configure_websocket (GstElement *sink, const PbConfig *config)
{
  g_autofree gchar *location =
      g_str_has_prefix (config->token, "pbk_")
          ? g_strdup_printf ("%s/?driver=%s", config->url, config->driver)
          : g_strdup (config->url);

  g_object_set (sink, "location", location, "token", config->token,
      "certificate", config->certificate, "reconnect", TRUE, NULL);
  if (config->spool_size_mb > 0 && config->spool_hours > 0)
    g_object_set (sink, "max-time", (guint) KEEP_MS, NULL);
}

/**
 * pb_uplink_get_element:
 * @transport: by which way
 *
 * Returns: (transfer none): factory name of the sink
 */
const gchar *
pb_uplink_get_element (PbTransport transport)
{
  return transport == PB_TRANSPORT_SRT ? "pitboxsrtsink" : "pitboxwssink";
}

/**
 * pb_uplink_configure:
 * @sink: that is not started, see pb_uplink_get_element()
 * @config: settings
 * @transport: by which way
 * @error: the server's address is none
 *
 * A connection that is lost comes back by itself, and rows are read on
 * meanwhile; what a WebSocket has not sent it sends then. Main thread only.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_uplink_configure (GstElement *sink, const PbConfig *config,
    PbTransport transport, GError **error)
{
  if (transport == PB_TRANSPORT_SRT)
    return configure_srt (sink, config, error);
  configure_websocket (sink, config);
  return TRUE;
}

typedef struct {
  const PbConfig *config;
  PbUplinkNoHost no_host;
  gpointer user_data;
} HostCheck;

static void
on_resolved (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  g_autofree HostCheck *check = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *advice = NULL;
  g_autofree gchar *problem = NULL;
  GList *addresses =
      g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);

  g_resolver_free_addresses (addresses);
  /* Cancelled: nobody is there any more, nor are the settings. */
  if (error == NULL || error->domain != G_RESOLVER_ERROR)
    return;
  advice = pb_refusal_advise (check->config, 0, error);
  problem = g_strdup_printf (
      "%s: %s: %s", check->config->server, error->message, advice);
  check->no_host (problem, check->user_data);
}

/**
 * pb_uplink_check_host:
 * @config: valid settings; must outlive @cancellable's being cancelled
 * @cancellable: ends the check; @no_host is not called any more
 * @no_host: called in the main thread, at most once, if the name leads nowhere
 * @user_data: for @no_host
 *
 * Looks the server's name up beside everything else, so that a misspelt one is
 * said before the simulator runs. Main thread only.
 */
void
pb_uplink_check_host (const PbConfig *config, GCancellable *cancellable,
    PbUplinkNoHost no_host, gpointer user_data)
{
  g_autoptr (GSocketConnectable) address =
      pb_config_has_srt (config)
          ? g_network_address_parse (
              config->server, PB_CONFIG_DEFAULT_PORT, NULL)
          : g_network_address_parse_uri (config->url, HTTPS_PORT, NULL);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  const HostCheck check = { config, no_host, user_data };

  if (address != NULL)
    g_resolver_lookup_by_name_async (resolver,
        g_network_address_get_hostname (G_NETWORK_ADDRESS (address)),
        cancellable, on_resolved, g_memdup2 (&check, sizeof check));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Settings become properties of a pitboxsrtsink. */
#include "pb-uplink.h"

#include <gstpitbox/gstpitbox.h>

/**
 * pb_uplink_configure:
 * @sink: a pitboxsrtsink that is not started
 * @config: settings
 * @error: the server's address is none
 *
 * A lost connection is the sink's error and not its own business to mend: the
 * supervisor decides what follows. Main thread only.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_uplink_configure (GstElement *sink, const PbConfig *config, GError **error)
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
      (guint) config->latency_ms, "reconnect", FALSE, NULL);
  if (config->passphrase[0] != '\0')
    g_object_set (sink, "passphrase", config->passphrase, NULL);
  return TRUE;
}

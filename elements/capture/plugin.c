/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Plugin pitboxcapture: what stands between the game and the network. */
#include "gstpitboxcapturebin.h"
#include "gstpitboxencodebin.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (pitboxcapturebin, plugin)
         && GST_ELEMENT_REGISTER (pitboxencodebin, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, pitboxcapture,
    "Captures and encodes the picture with what a machine has", plugin_init,
    PACKAGE_VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Plugin pitboxvideo: pictures of telemetry. */
#include "gsttelemetryoverlay.h"
#include "gsttelemetryscene.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (telemetryoverlay, plugin)
         && GST_ELEMENT_REGISTER (telemetryscene, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, pitboxvideo,
    "Pictures of racing telemetry", plugin_init, PACKAGE_VERSION, GST_LICENSE,
    GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)

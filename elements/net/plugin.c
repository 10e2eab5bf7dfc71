/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Plugin pitboxnet: the transports. */
#include "gstpitboxsrc.h"
#include "gstpitboxsrtserversink.h"
#include "gstpitboxsrtsink.h"
#include "gstpitboxsrtsrc.h"
#include "gstpitboxwssink.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (pitboxsrc, plugin)
         | GST_ELEMENT_REGISTER (pitboxsrtserversink, plugin)
         | GST_ELEMENT_REGISTER (pitboxsrtsink, plugin)
         | GST_ELEMENT_REGISTER (pitboxsrtsrc, plugin)
         | GST_ELEMENT_REGISTER (pitboxwssink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, pitboxnet,
    "MPEG-TS over SRT, many drivers on one port; telemetry over WebSocket",
    plugin_init, PACKAGE_VERSION, GST_LICENSE, GST_PACKAGE_NAME,
    GST_PACKAGE_ORIGIN)

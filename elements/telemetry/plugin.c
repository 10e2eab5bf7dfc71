/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Plugin pitboxtelemetry: everything that handles rows. */
#include <gst/gst.h>

#include "gsttelemetrydec.h"
#include "gsttelemetryenc.h"
#include "gsttelemetryjsonenc.h"
#include "gsttelemetrypace.h"
#include "gsttelemetrysound.h"
#include "gsttelemetrysync.h"
#include "gsttelemetrytestsrc.h"
#include "gsttelemetrytextenc.h"
#include "gsttelemetrytsmux.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (telemetryenc, plugin)
         && GST_ELEMENT_REGISTER (telemetryjsonenc, plugin)
         && GST_ELEMENT_REGISTER (telemetrydec, plugin)
         && GST_ELEMENT_REGISTER (telemetrypace, plugin)
         && GST_ELEMENT_REGISTER (telemetrysound, plugin)
         && GST_ELEMENT_REGISTER (telemetrysync, plugin)
         && GST_ELEMENT_REGISTER (telemetrytestsrc, plugin)
         && GST_ELEMENT_REGISTER (telemetrytextenc, plugin)
         && GST_ELEMENT_REGISTER (telemetrytsmux, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, pitboxtelemetry,
    "Telemetry rows: coding, pacing, pairing with video", plugin_init,
    PACKAGE_VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)

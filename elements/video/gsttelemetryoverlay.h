/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryoverlay: a head-up display over pictures that carry their row. */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_OVERLAY (gst_telemetry_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstTelemetryOverlay, gst_telemetry_overlay, GST,
    TELEMETRY_OVERLAY, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE (telemetryoverlay)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrypace: telemetry by the video frame. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_PACE (gst_telemetry_pace_get_type ())
G_DECLARE_FINAL_TYPE (
    GstTelemetryPace, gst_telemetry_pace, GST, TELEMETRY_PACE, GstElement)

GST_ELEMENT_REGISTER_DECLARE (telemetrypace);

G_END_DECLS

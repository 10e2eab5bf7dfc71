/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytsmux: KLV units to MPEG-TS, in the thread that brings them. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_TS_MUX (gst_telemetry_ts_mux_get_type ())
G_DECLARE_FINAL_TYPE (
    GstTelemetryTsMux, gst_telemetry_ts_mux, GST, TELEMETRY_TS_MUX, GstElement)
GST_ELEMENT_REGISTER_DECLARE (telemetrytsmux)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrydec: untrusted KLV units to RAW rows. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_DEC (gst_telemetry_dec_get_type ())
G_DECLARE_FINAL_TYPE (
    GstTelemetryDec, gst_telemetry_dec, GST, TELEMETRY_DEC, GstElement)

GST_ELEMENT_REGISTER_DECLARE (telemetrydec);

G_END_DECLS

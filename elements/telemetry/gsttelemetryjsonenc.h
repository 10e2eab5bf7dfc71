/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryjsonenc: rows in, lines of JSON out. */
#pragma once

#include "gsttelemetryrowenc.h"

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_JSON_ENC (gst_telemetry_json_enc_get_type ())
G_DECLARE_FINAL_TYPE (GstTelemetryJsonEnc, gst_telemetry_json_enc, GST,
    TELEMETRY_JSON_ENC, GstTelemetryRowEnc)
GST_ELEMENT_REGISTER_DECLARE (telemetryjsonenc)

G_END_DECLS

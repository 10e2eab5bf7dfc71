/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytextenc: rows in, text out. */
#pragma once

#include "gsttelemetryrowenc.h"

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_TEXT_ENC (gst_telemetry_text_enc_get_type ())
G_DECLARE_FINAL_TYPE (GstTelemetryTextEnc, gst_telemetry_text_enc, GST,
    TELEMETRY_TEXT_ENC, GstTelemetryRowEnc)
GST_ELEMENT_REGISTER_DECLARE (telemetrytextenc)

G_END_DECLS

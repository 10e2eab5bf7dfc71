/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryenc: RAW rows to KLV units. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_ENC (gst_telemetry_enc_get_type ())
G_DECLARE_FINAL_TYPE (
    GstTelemetryEnc, gst_telemetry_enc, GST, TELEMETRY_ENC, GstElement)

GST_ELEMENT_REGISTER_DECLARE (telemetryenc);

G_END_DECLS

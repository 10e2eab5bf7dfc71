/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrysync: each picture with its own row. */
#pragma once

#include <gst/base/gstaggregator.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_SYNC (gst_telemetry_sync_get_type ())
G_DECLARE_FINAL_TYPE (
    GstTelemetrySync, gst_telemetry_sync, GST, TELEMETRY_SYNC, GstAggregator)

GST_ELEMENT_REGISTER_DECLARE (telemetrysync);

G_END_DECLS

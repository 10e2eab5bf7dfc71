/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrysound: the engine as its rows have it. */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_SOUND (gst_telemetry_sound_get_type ())
G_DECLARE_FINAL_TYPE (GstTelemetrySound, gst_telemetry_sound, GST,
    TELEMETRY_SOUND, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE (telemetrysound);

G_END_DECLS

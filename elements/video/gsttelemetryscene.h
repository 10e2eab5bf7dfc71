/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryscene: rows in, the car's view of them out. */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_SCENE (gst_telemetry_scene_get_type ())
G_DECLARE_FINAL_TYPE (GstTelemetryScene, gst_telemetry_scene, GST,
    TELEMETRY_SCENE, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE (telemetryscene)

G_END_DECLS

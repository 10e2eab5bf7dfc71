/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The choices that telemetrytestsrc's properties give. */
#pragma once

#include <glib-object.h>

GType gst_telemetry_test_src_shape_get_type (void);
GType gst_telemetry_test_src_start_get_type (void);
GType gst_telemetry_test_src_event_get_type (void);
GType gst_telemetry_test_src_weather_get_type (void);

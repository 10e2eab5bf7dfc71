/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The choices that telemetryoverlay's properties give. */
#pragma once

#include <glib-object.h>

typedef enum { BACKGROUND_PICTURE, BACKGROUND_TRANSPARENT } Background;

typedef enum {
  NO_TELEMETRY_HOLD,
  NO_TELEMETRY_DIM,
  NO_TELEMETRY_HIDE,
} NoTelemetry;

/* The first as the layout says, then those of GstPitboxUnits. */
typedef enum { UNITS_THEME = -1 } Units;

GType gst_telemetry_overlay_background_get_type (void);
GType gst_telemetry_overlay_no_telemetry_get_type (void);
GType gst_telemetry_overlay_units_get_type (void);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The choices that telemetryoverlay's properties give. */
#include "gsttelemetryoverlayenums.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

GType
gst_telemetry_overlay_background_get_type (void)
{
  static const GEnumValue values[] = {
    { BACKGROUND_PICTURE, "The picture that came", "picture" },
    { BACKGROUND_TRANSPARENT, "Nothing: RGBA for keying", "transparent" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstTelemetryOverlayBackground", values));
  return type;
}

GType
gst_telemetry_overlay_no_telemetry_get_type (void)
{
  static const GEnumValue values[] = {
    { NO_TELEMETRY_HOLD, "The last values stay", "hold" },
    { NO_TELEMETRY_DIM, "The last values stay, faint", "dim" },
    { NO_TELEMETRY_HIDE, "The display goes", "hide" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstTelemetryOverlayNoTelemetry", values));
  return type;
}

/* The library's units, and the layout's own. */
GType
gst_telemetry_overlay_units_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type)) {
    GEnumClass *known = g_type_class_ref (GST_TYPE_PITBOX_UNITS);
    GEnumValue *values = g_new0 (GEnumValue, known->n_values + 2);

    values[0] = (GEnumValue){ UNITS_THEME, "As the layout says", "theme" };
    memcpy (values + 1, known->values, known->n_values * sizeof (*values));
    /* Neither is let go: the type's values stand as long as the type. */
    g_once_init_leave (
        &type, g_enum_register_static ("GstTelemetryOverlayUnits", values));
  }
  return type;
}

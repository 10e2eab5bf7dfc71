/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Units of variables, and the ones people read. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GstPitboxUnits:
 * @GST_PITBOX_UNITS_NAMED: each variable in the unit that the simulator names
 * @GST_PITBOX_UNITS_SI: base units: K, m^3, Pa, rad/s, fractions
 * @GST_PITBOX_UNITS_METRIC: km/h, C, l, kPa, deg
 * @GST_PITBOX_UNITS_IMPERIAL: mph, F, gal (US), psi, ft, lb, deg
 *
 * A choice of units for everything that is written or drawn.
 */
typedef enum {
  GST_PITBOX_UNITS_NAMED,
  GST_PITBOX_UNITS_SI,
  GST_PITBOX_UNITS_METRIC,
  GST_PITBOX_UNITS_IMPERIAL,
} GstPitboxUnits;

#define GST_TYPE_PITBOX_UNITS (gst_pitbox_units_get_type ())
GST_PITBOX_API GType gst_pitbox_units_get_type (void);

/**
 * GstPitboxConversion:
 * @unit: the unit converted to; belongs to the library or to the caller's text
 * @scale: factor, 1 if nothing changes
 * @offset: added after the factor
 *
 * new = old * @scale + @offset
 */
typedef struct {
  const gchar *unit;
  gdouble scale;
  gdouble offset;
} GstPitboxConversion;

GST_PITBOX_API gboolean gst_pitbox_convert_units (
    const gchar *from, GstPitboxUnits to, GstPitboxConversion *conversion);
GST_PITBOX_API gboolean gst_pitbox_convert_unit (
    const gchar *from, const gchar *to, GstPitboxConversion *conversion);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Units of variables, and the ones people read. */
#include "gstpitboxquantity.h"

#include <string.h>

/**
 * SECTION:gstpitboxquantity
 * @title: Units
 * @short_description: from the unit a variable is in to the one wanted
 *
 * Factors are exact by definition (mile 1609.344 m, US gallon 3.785411784 l,
 * pound 0.45359237 kg, g 9.80665 m/s^2) or follow from them. Any thread.
 */

#define PI 3.14159265358979323846

/* SI value = value * scale + offset. */
typedef struct {
  const gchar *name;
  guint kind;
  gdouble scale;
  gdouble offset;
} Unit;

enum {
  KIND_SPEED,
  KIND_TEMPERATURE,
  KIND_VOLUME,
  KIND_PRESSURE,
  KIND_ANGLE,
  KIND_ANGLE_RATE,
  KIND_LENGTH,
  KIND_MASS,
  KIND_MASS_RATE,
  KIND_ACCEL,
  KIND_SHARE,
  KIND_TORQUE,
  KIND_TIME,
  KIND_POWER,
};

static const Unit units[] = {
  { "m/s", KIND_SPEED, 1, 0 },
  { "km/h", KIND_SPEED, 1 / 3.6, 0 },
  { "mph", KIND_SPEED, 0.44704, 0 },
  { "K", KIND_TEMPERATURE, 1, 0 },
  { "C", KIND_TEMPERATURE, 1, 273.15 },
  { "F", KIND_TEMPERATURE, 5 / 9.0, 459.67 * 5 / 9.0 },
  { "m^3", KIND_VOLUME, 1, 0 },
  { "l", KIND_VOLUME, 1e-3, 0 },
  { "gal", KIND_VOLUME, 3.785411784e-3, 0 },
  { "Pa", KIND_PRESSURE, 1, 0 },
  { "kPa", KIND_PRESSURE, 1e3, 0 },
  { "bar", KIND_PRESSURE, 1e5, 0 },
  { "psi", KIND_PRESSURE, 6894.757293168361, 0 },
  { "rad", KIND_ANGLE, 1, 0 },
  { "deg", KIND_ANGLE, PI / 180, 0 },
  { "rad/s", KIND_ANGLE_RATE, 1, 0 },
  { "deg/s", KIND_ANGLE_RATE, PI / 180, 0 },
  { "revs/min", KIND_ANGLE_RATE, PI / 30, 0 },
  { "m", KIND_LENGTH, 1, 0 },
  { "km", KIND_LENGTH, 1e3, 0 },
  { "mm", KIND_LENGTH, 1e-3, 0 },
  { "ft", KIND_LENGTH, 0.3048, 0 },
  { "in", KIND_LENGTH, 0.0254, 0 },
  { "mi", KIND_LENGTH, 1609.344, 0 },
  { "kg", KIND_MASS, 1, 0 },
  { "lb", KIND_MASS, 0.45359237, 0 },
  { "kg/s", KIND_MASS_RATE, 1, 0 },
  { "kg/h", KIND_MASS_RATE, 1 / 3600.0, 0 },
  { "lb/h", KIND_MASS_RATE, 0.45359237 / 3600, 0 },
  { "m/s^2", KIND_ACCEL, 1, 0 },
  { "g", KIND_ACCEL, 9.80665, 0 },
  /* The simulator calls a fraction of 0 to 1 "%". */
  { "%", KIND_SHARE, 1, 0 },
  { "1", KIND_SHARE, 1, 0 },
  { "percent", KIND_SHARE, 0.01, 0 },
  { "N*m", KIND_TORQUE, 1, 0 },
  { "lbf*ft", KIND_TORQUE, 1.3558179483314004, 0 },
  { "s", KIND_TIME, 1, 0 },
  { "ms", KIND_TIME, 1e-3, 0 },
  { "min", KIND_TIME, 60, 0 },
  { "h", KIND_TIME, 3600, 0 },
  { "W", KIND_POWER, 1, 0 },
  { "kW", KIND_POWER, 1e3, 0 },
  { "hp", KIND_POWER, 745.6998715822702, 0 },
};

/* What a system writes where the simulator names another unit. Pairs that are
 * missing stay: bar in metric, revs/min nearly everywhere. */
static const struct {
  GstPitboxUnits system;
  const gchar *from;
  const gchar *to;
} choices[] = {
  { GST_PITBOX_UNITS_SI, "C", "K" },
  { GST_PITBOX_UNITS_SI, "l", "m^3" },
  { GST_PITBOX_UNITS_SI, "kPa", "Pa" },
  { GST_PITBOX_UNITS_SI, "bar", "Pa" },
  { GST_PITBOX_UNITS_SI, "deg", "rad" },
  { GST_PITBOX_UNITS_SI, "revs/min", "rad/s" },
  { GST_PITBOX_UNITS_SI, "kg/h", "kg/s" },
  { GST_PITBOX_UNITS_SI, "km", "m" },
  { GST_PITBOX_UNITS_SI, "%", "1" },
  { GST_PITBOX_UNITS_METRIC, "m/s", "km/h" },
  { GST_PITBOX_UNITS_METRIC, "rad", "deg" },
  { GST_PITBOX_UNITS_METRIC, "rad/s", "deg/s" },
  { GST_PITBOX_UNITS_METRIC, "%", "percent" },
  { GST_PITBOX_UNITS_METRIC, "m/s^2", "g" },
  { GST_PITBOX_UNITS_IMPERIAL, "m/s", "mph" },
  { GST_PITBOX_UNITS_IMPERIAL, "C", "F" },
  { GST_PITBOX_UNITS_IMPERIAL, "l", "gal" },
  { GST_PITBOX_UNITS_IMPERIAL, "kPa", "psi" },
  { GST_PITBOX_UNITS_IMPERIAL, "bar", "psi" },
  { GST_PITBOX_UNITS_IMPERIAL, "rad", "deg" },
  { GST_PITBOX_UNITS_IMPERIAL, "rad/s", "deg/s" },
  { GST_PITBOX_UNITS_IMPERIAL, "m", "ft" },
  { GST_PITBOX_UNITS_IMPERIAL, "km", "mi" },
  { GST_PITBOX_UNITS_IMPERIAL, "kg", "lb" },
  { GST_PITBOX_UNITS_IMPERIAL, "kg/h", "lb/h" },
  { GST_PITBOX_UNITS_IMPERIAL, "N*m", "lbf*ft" },
  { GST_PITBOX_UNITS_IMPERIAL, "%", "percent" },
  { GST_PITBOX_UNITS_IMPERIAL, "m/s^2", "g" },
};

/* The simulator's own other spellings. "l or kWh" depends on the car; litres is
 * what nearly all burn. */
static const gchar *
plain_name (const gchar *unit)
{
  if (strcmp (unit, "m/s at 360 Hz") == 0)
    return "m/s";
  if (strcmp (unit, "l or kWh") == 0)
    return "l";
  if (strcmp (unit, "Nm") == 0)
    return "N*m";
  return unit;
}

static const Unit *
find_unit (const gchar *name)
{
  name = plain_name (name);
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (units[i].name, name) == 0)
      return &units[i];
  return NULL;
}

GType
gst_pitbox_units_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_PITBOX_UNITS_NAMED, "As the simulator names them", "named" },
    { GST_PITBOX_UNITS_SI, "SI base units", "si" },
    { GST_PITBOX_UNITS_METRIC, "km/h, C, l, kPa", "metric" },
    { GST_PITBOX_UNITS_IMPERIAL, "mph, F, gal, psi", "imperial" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstPitboxUnits", values));
  return type;
}

/**
 * gst_pitbox_convert_unit:
 * @from: a variable's unit, e.g. "m/s"
 * @to: the unit wanted, e.g. "km/h"
 * @conversion: (out): how; does nothing if the answer is %FALSE
 *
 * Returns: %FALSE if either is not known or they measure different things
 */
gboolean
gst_pitbox_convert_unit (
    const gchar *from, const gchar *to, GstPitboxConversion *conversion)
{
  const Unit *a = find_unit (from), *b = find_unit (to);

  *conversion = (GstPitboxConversion){ from, 1, 0 };
  if (a == NULL || b == NULL || a->kind != b->kind)
    return FALSE;
  conversion->unit = b->name;
  if (a == b)
    return TRUE;
  conversion->scale = a->scale / b->scale;
  conversion->offset = (a->offset - b->offset) / b->scale;
  return TRUE;
}

/**
 * gst_pitbox_convert_units:
 * @from: a variable's unit
 * @to: a system of units
 * @conversion: (out): how
 *
 * Returns: %FALSE if the unit stays as it is in @to
 */
gboolean
gst_pitbox_convert_units (
    const gchar *from, GstPitboxUnits to, GstPitboxConversion *conversion)
{
  const gchar *name = plain_name (from);

  *conversion = (GstPitboxConversion){ from, 1, 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    if (choices[i].system == to && strcmp (choices[i].from, name) == 0)
      return gst_pitbox_convert_unit (name, choices[i].to, conversion);
  return FALSE;
}

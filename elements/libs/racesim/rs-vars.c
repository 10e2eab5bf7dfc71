/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which variables a row has, and how a frame becomes a row. */
#include "rs-vars.h"

#include <math.h>
#include <string.h>

/* One variable of the row that has values in the frame. */
struct RsBinding {
  guint offset; /* in the row */
  guint8 type;
  guint16 count;
  guint from; /* index of its first double in the frame */
};

/* Bytes of irsdk_VarType 0 .. 5. */
static const guint type_bytes[] = { 1, 1, 4, 4, 4, 8 };

#define IN_FRAME(name, count) { #name, offsetof (RsFrame, name), count },
static const struct {
  const char *name;
  gsize offset;
  guint count;
} frame_fields[] = { RS_FRAME_FIELDS (IN_FRAME) };
#undef IN_FRAME

/*
 * Values of variables that do not change while the session runs. What is in
 * neither list is 0.
 */
static const struct {
  const char *name;
  double value;
} constants[] = {
  { "SessionUniqueID", 1 },
  { "RadioTransmitCarIdx", -1 },
  { "RadioTransmitRadioIdx", 0 },
  { "RadioTransmitFrequencyIdx", 1 },
  { "DisplayUnits", 1 },
  { "ChanPartnerQuality", 1 },
  { "AirDensity", RS_AIR_DENSITY },
  { "AirPressure", 101160.3 },
  { "SolarAltitude", 0.92 },
  { "SolarAzimuth", 3.05 },
  { "SteeringFFBEnabled", 1 },
  { "OkToReloadTextures", 1 },
  { "LFTiresAvailable", 255 },
  { "RFTiresAvailable", 255 },
  { "LRTiresAvailable", 255 },
  { "RRTiresAvailable", 255 },
  { "LeftTireSetsAvailable", 255 },
  { "RightTireSetsAvailable", 255 },
  { "FrontTireSetsAvailable", 255 },
  { "RearTireSetsAvailable", 255 },
  { "TireSetsAvailable", 255 },
  { "FastRepairAvailable", 1 },
  { "CamCameraNumber", 1 },
  { "CamGroupNumber", 9 },
  { "CamCameraState", 80 },
  { "SteeringWheelAngleMax", 7.85 },
  { "SteeringWheelPctIntensity", 0.5 },
  { "SteeringWheelMaxForceNm", 44.73 },
  { "SteeringWheelPeakForceNm", -1 },
  { "SteeringWheelUseLinear", 1 },
  { "dpRFTireChange", 1 },
  { "dpLFTireChange", 1 },
  { "dpRRTireChange", 1 },
  { "dpLRTireChange", 1 },
  { "dpFuelFill", 1 },
  { "dpFuelAddKg", 45 },
  { "dcBrakeBias", 56 },
  { "dcTractionControl", 3 },
  { "dcABS", 3 },
  { "WaterLevel", 14 },
  { "OilLevel", 6 },
  { "FuelPress", 6.5 },
  { "CarIdxQualTireCompound", -1 },
  { "CarIdxP2P_Count", -1 },
};

static gboolean
has_prefix (const char *name, const char *const *prefixes)
{
  for (guint i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_wheel (const char *name, const char *const *what)
{
  static const char *const wheels[] = { "LF", "RF", "LR", "RR", NULL };

  return has_prefix (name, wheels) && g_strv_contains (what, name + 2);
}

/* What iRacing keeps out of its disk files. */
static gboolean
is_live_only (const char *name)
{
  static const char *const prefixes[] = { "CarIdx", "CarDist", "Cam", "Replay",
    "RadioTransmit", "VidCap", "DC", "PlayerCarSL", "IsDiskLogging", NULL };
  static const char *const names[] = { "CarLeftRight", "DisplayUnits",
    "IsGarageVisible", "IsInGarage", "IsReplayPlaying", "LoadNumTextures",
    "OkToReloadTextures", "PlayerIncidents", "RaceLaps", "Shifter",
    "SteeringFFBEnabled", "SteeringWheelPeakForceNm", NULL };
  static const char *const wheel[] = { "odometer", NULL };

  if (g_str_has_suffix (name, "_ST"))
    return strcmp (name, "SteeringWheelTorque_ST") != 0;
  return has_prefix (name, prefixes) || g_strv_contains (names, name)
         || is_wheel (name, wheel);
}

/* What only a disk file has, of what a closed car has at all. */
static gboolean
is_disk_only (const char *name)
{
  static const char *const names[] = { "Lat", "Lon", "Alt", "BrakeABScutPct",
    "CFSRrideHeight", NULL };
  static const char *const wheel[] = { "speed", "pressure", "tempL", "tempM",
    "tempR", "rideHeight", NULL };

  return g_strv_contains (names, name) || is_wheel (name, wheel);
}

/*
 * The table begins with the variables of a closed car in a live session; what
 * follows after the last shock belongs to other cars, builds, or the disk.
 */
static gboolean
has_variable (const RsRace *race, RaceSimShape shape,
    const IrsdkWellKnown *known, gboolean of_car)
{
  if (shape == RACE_SIM_SHAPE_DISK)
    return of_car ? !is_live_only (known->name) : is_disk_only (known->name);
  if (!race->config.with_360hz && g_str_has_suffix (known->name, "_ST")
      && strcmp (known->name, "SteeringWheelTorque_ST") != 0)
    return FALSE;
  return of_car;
}

/* Many floats, most of what a row is. */
static void
put_floats (guint8 *at, const double *values, guint count)
{
  for (guint k = 0; k < count; k++, at += sizeof (float)) {
    const float f = (float) values[k];
    guint32 v;

    memcpy (&v, &f, sizeof v);
    v = GUINT32_TO_LE (v);
    memcpy (at, &v, sizeof v);
  }
}

static void
put_ints (guint8 *at, const double *values, guint count)
{
  for (guint k = 0; k < count; k++, at += sizeof (gint32)) {
    const gint32 v = GINT32_TO_LE ((gint32) values[k]);

    memcpy (at, &v, sizeof v);
  }
}

static void
put (guint8 *row, guint8 type, double value)
{
  switch (type) {
    case 0:
    case 1: {
      *row = value != 0;
      break;
    }
    case 2: {
      const gint32 v = GINT32_TO_LE ((gint32) value);
      memcpy (row, &v, sizeof v);
      break;
    }
    case 3: {
      const guint32 v = GUINT32_TO_LE ((guint32) value);
      memcpy (row, &v, sizeof v);
      break;
    }
    case 4: {
      const float f = (float) value;
      guint32 v;
      memcpy (&v, &f, sizeof v);
      v = GUINT32_TO_LE (v);
      memcpy (row, &v, sizeof v);
      break;
    }
    default: {
      guint64 v;
      memcpy (&v, &value, sizeof v);
      v = GUINT64_TO_LE (v);
      memcpy (row, &v, sizeof v);
    }
  }
}

/*
 * Finds a variable's values in the frame; a scalar may be the newest element
 * of its 360 Hz twin. Returns FALSE if it has none there.
 */
static gboolean
find_in_frame (const IrsdkWellKnown *known, guint *from)
{
  const gsize length = strlen (known->name);

  for (guint i = 0; i < G_N_ELEMENTS (frame_fields); i++) {
    const char *name = frame_fields[i].name;
    const guint first = (guint) (frame_fields[i].offset / sizeof (double));

    if (strcmp (name, known->name) == 0
        && frame_fields[i].count == known->count) {
      *from = first;
      return TRUE;
    }
    if (known->count == 1 && strncmp (name, known->name, length) == 0
        && strcmp (name + length, "_ST") == 0) {
      *from = first + frame_fields[i].count - 1;
      return TRUE;
    }
  }
  return FALSE;
}

static double
constant_of (const RsRace *race, const RsSeat *seat, const char *name)
{
  const RsCarSpec *spec = race->cars[seat->entry].car.spec;

  if (strcmp (name, "PlayerCarClass") == 0)
    return race->n_cars > 1 ? spec->class_id : 0;
  if (strcmp (name, "PlayerCarSLFirstRPM") == 0)
    return spec->sl_first_rpm;
  if (strcmp (name, "PlayerCarSLShiftRPM") == 0)
    return spec->shift_rpm;
  if (strcmp (name, "PlayerCarSLLastRPM") == 0)
    return spec->sl_last_rpm;
  if (strcmp (name, "PlayerCarSLBlinkRPM") == 0)
    return spec->sl_blink_rpm;
  if (g_str_has_prefix (name, "PitSv") && strlen (name) == 8)
    return spec->cold_pressure_kpa;
  if (g_str_has_suffix (name, "coldPressure")
      || g_str_has_suffix (name, "TireColdPress"))
    return spec->cold_pressure_kpa;
  for (guint i = 0; i < G_N_ELEMENTS (constants); i++)
    if (strcmp (name, constants[i].name) == 0)
      return constants[i].value;
  return 0;
}

/* Decides on the variables of the race's rows and where they stand. */
RsLayout *
rs_layout_new (const RsRace *race, const RsSeat *seat, RaceSimShape shape)
{
  const gsize n_known = irsdk_well_known_count ();
  const int last_of_car = irsdk_well_known_find ("RFshockVel_ST");
  RsLayout *layout = g_new0 (RsLayout, 1);

  layout->vars = g_new0 (RaceSimVar, n_known);
  layout->bindings = g_new0 (struct RsBinding, n_known);
  for (gsize i = 0; i < n_known; i++) {
    const IrsdkWellKnown *known = irsdk_well_known_get (i);

    if (!has_variable (race, shape, known, (int) i <= last_of_car))
      continue;
    layout->vars[layout->n_vars].known = known;
    layout->vars[layout->n_vars++].offset = layout->row_bytes;
    layout->row_bytes += known->count * type_bytes[known->type];
  }
  layout->constants = g_malloc0 (layout->row_bytes);
  for (guint i = 0; i < layout->n_vars; i++) {
    const RaceSimVar *var = &layout->vars[i];
    const IrsdkWellKnown *known = var->known;
    struct RsBinding *binding = &layout->bindings[layout->n_bindings];

    if (find_in_frame (known, &binding->from)) {
      binding->offset = var->offset;
      binding->type = known->type;
      binding->count = known->count;
      layout->n_bindings++;
      continue;
    }
    for (guint k = 0; k < known->count; k++)
      put (layout->constants + var->offset + k * type_bytes[known->type],
          known->type, constant_of (race, seat, known->name));
  }
  return layout;
}

void
rs_layout_free (RsLayout *layout)
{
  if (layout == NULL)
    return;
  g_free (layout->vars);
  g_free (layout->bindings);
  g_free (layout->constants);
  g_free (layout);
}

/* Writes row_bytes bytes. */
void
rs_layout_write (const RsLayout *layout, const RsFrame *frame, guint8 *row)
{
  const double *values = (const double *) frame;

  memcpy (row, layout->constants, layout->row_bytes);
  for (guint i = 0; i < layout->n_bindings; i++) {
    const struct RsBinding *b = &layout->bindings[i];
    const guint size = type_bytes[b->type];
    guint8 *at = row + b->offset;

    if (b->type == 4) {
      put_floats (at, values + b->from, b->count);
      continue;
    }
    if (b->type == 2) {
      put_ints (at, values + b->from, b->count);
      continue;
    }
    for (guint k = 0; k < b->count; k++, at += size)
      put (at, b->type, values[b->from + k]);
  }
}

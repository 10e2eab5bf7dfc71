/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The part of a row that the picture shows, in plain numbers. */
#include "scenerow.h"

#include <math.h>

static const gchar *const names[SCENE_N_VALUES] = {
  [SCENE_SPEED] = "Speed",
  [SCENE_RPM] = "RPM",
  [SCENE_GEAR] = "Gear",
  [SCENE_THROTTLE] = "Throttle",
  [SCENE_BRAKE] = "Brake",
  [SCENE_CLUTCH] = "Clutch",
  [SCENE_STEER] = "SteeringWheelAngle",
  [SCENE_YAW_RATE] = "YawRate",
  [SCENE_LAT_ACCEL] = "LatAccel",
  [SCENE_LONG_ACCEL] = "LongAccel",
  [SCENE_VERT_ACCEL] = "VertAccel",
  [SCENE_YAW] = "Yaw",
  [SCENE_YAW_NORTH] = "YawNorth",
  [SCENE_PITCH] = "Pitch",
  [SCENE_LAT] = "Lat",
  [SCENE_LON] = "Lon",
  [SCENE_ALT] = "Alt",
  [SCENE_PCT] = "LapDistPct",
  [SCENE_LAP_DIST] = "LapDist",
  [SCENE_LAP] = "Lap",
  [SCENE_LAP_TIME] = "LapCurrentLapTime",
  [SCENE_LAST_TIME] = "LapLastLapTime",
  [SCENE_BEST_TIME] = "LapBestLapTime",
  [SCENE_DELTA] = "LapDeltaToBestLap",
  [SCENE_DELTA_OK] = "LapDeltaToBestLap_OK",
  [SCENE_FUEL] = "FuelLevel",
  [SCENE_FUEL_PCT] = "FuelLevelPct",
  [SCENE_WATER_TEMP] = "WaterTemp",
  [SCENE_FLAGS] = "SessionFlags",
  [SCENE_ON_PIT_ROAD] = "OnPitRoad",
  [SCENE_SURFACE] = "PlayerTrackSurface",
  [SCENE_POSITION] = "PlayerCarPosition",
  [SCENE_PLAYER_IDX] = "PlayerCarIdx",
  [SCENE_RPM_FIRST] = "PlayerCarSLFirstRPM",
  [SCENE_RPM_LAST] = "PlayerCarSLLastRPM",
  [SCENE_RPM_BLINK] = "PlayerCarSLBlinkRPM",
  [SCENE_ABS] = "BrakeABSactive",
  [SCENE_SKIES] = "Skies",
  [SCENE_WETNESS] = "TrackWetness",
  [SCENE_PRECIPITATION] = "Precipitation",
  [SCENE_TIME_REMAIN] = "SessionTimeRemain",
  [SCENE_BESIDE] = "CarLeftRight",
};

/* Forgets the variables of any schema before. The schema must outlive them. */
void
scene_vars_bind (SceneVars *vars, const GstPitboxSchema *schema)
{
  for (guint i = 0; i < SCENE_N_VALUES; i++)
    vars->value[i] = gst_pitbox_schema_find (schema, names[i]);
  vars->car_pct = gst_pitbox_schema_find (schema, "CarIdxLapDistPct");
  vars->car_surface = gst_pitbox_schema_find (schema, "CarIdxTrackSurface");
  vars->car_pit_road = gst_pitbox_schema_find (schema, "CarIdxOnPitRoad");
  vars->car_position = gst_pitbox_schema_find (schema, "CarIdxPosition");
  vars->car_lap = gst_pitbox_schema_find (schema, "CarIdxLap");
  vars->car_best = gst_pitbox_schema_find (schema, "CarIdxBestLapTime");
}

/* A disk row without a place has Lat and Lon exactly 0, a live one a surface
 * of -1: seen in row 0 of real files and while a car is towed. */
static gboolean
is_placed (const SceneRow *row)
{
  if (row->value[SCENE_LAT] == 0.0 && row->value[SCENE_LON] == 0.0)
    return FALSE;
  return row->value[SCENE_SURFACE] != -1.0;
}

static void
read_car (SceneCarRow *car, const SceneVars *vars, const guint8 *data, guint i,
    gint64 surface)
{
  gdouble best = gst_pitbox_row_get_double (data, vars->car_best, i);

  car->surface = (gint8) CLAMP (surface, -1, 3);
  car->on_pit_road =
      gst_pitbox_row_get_int64 (data, vars->car_pit_road, i, 0) != 0;
  car->position = (gint) CLAMP (
      gst_pitbox_row_get_int64 (data, vars->car_position, i, 0), 0, 999);
  car->lap = (gint) CLAMP (
      gst_pitbox_row_get_int64 (data, vars->car_lap, i, -1), -1, 99999);
  car->best_s = best > 0 && best < 36000 ? (gfloat) best : 0;
}

void
scene_row_read (SceneRow *row, const SceneVars *vars, const guint8 *data)
{
  for (guint i = 0; i < SCENE_N_VALUES; i++) {
    gdouble v = gst_pitbox_row_get_newest (data, vars->value[i]);

    /* A picture has no use for numbers past any physics, and without them
     * every later cast to an integer is defined. Flags fill 32 bits. */
    if (!(fabs (v) < (i == SCENE_FLAGS ? 4294967296.0 : 1e9)))
      v = NAN;
    row->value[i] = v;
  }
  row->placed = is_placed (row);
  row->n_cars = 0;
  if (vars->car_pct == NULL)
    return;
  row->n_cars = MIN (vars->car_pct->count, SCENE_MAX_CARS);
  for (guint i = 0; i < row->n_cars; i++) {
    gdouble pct = gst_pitbox_row_get_double (data, vars->car_pct, i);
    gint64 surface = gst_pitbox_row_get_int64 (data, vars->car_surface, i, 3);

    row->car_pct[i] =
        pct > -0.5 && pct < 1.5 && surface >= 0 ? (gfloat) pct : -1.0f;
    read_car (&row->car[i], vars, data, i, surface);
  }
}

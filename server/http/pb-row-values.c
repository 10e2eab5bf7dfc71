/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chosen values of a row, under names that say their units. */
#include "http/pb-row-values.h"

#include "json/pb-json.h"

typedef struct {
  const gchar *key;
  const gchar *var;
} PbRowValue;

/* What /live gives. */
static const PbRowValue live_values[] = {
  { "session_time_s", "SessionTime" },
  { "session_num", "SessionNum" },
  { "session_state", "SessionState" },
  { "session_flags", "SessionFlags" },
  { "session_time_remain_s", "SessionTimeRemain" },
  { "speed_mps", "Speed" },
  { "gear", "Gear" },
  { "rpm", "RPM" },
  { "throttle", "Throttle" },
  { "brake", "Brake" },
  { "clutch", "Clutch" },
  { "steering_rad", "SteeringWheelAngle" },
  { "lap", "Lap" },
  { "laps_completed", "LapCompleted" },
  { "lap_dist_m", "LapDist" },
  { "lap_dist_pct", "LapDistPct" },
  { "lap_current_s", "LapCurrentLapTime" },
  { "lap_last_s", "LapLastLapTime" },
  { "lap_best_s", "LapBestLapTime" },
  { "position", "PlayerCarPosition" },
  { "class_position", "PlayerCarClassPosition" },
  { "incidents", "PlayerCarMyIncidentCount" },
  { "fuel_l", "FuelLevel" },
  { "fuel_pct", "FuelLevelPct" },
  { "fuel_use_kg_per_h", "FuelUsePerHour" },
  { "on_pit_road", "OnPitRoad" },
  { "is_on_track", "IsOnTrack" },
  { "in_garage", "IsInGarage" },
  { "water_temp_c", "WaterTemp" },
  { "oil_temp_c", "OilTemp" },
  { "track_temp_c", "TrackTempCrew" },
  { "air_temp_c", "AirTemp" },
};

/* What the list of drivers gives. */
static const PbRowValue race_values[] = {
  { "lap", "Lap" },
  { "lap_last_s", "LapLastLapTime" },
  { "lap_best_s", "LapBestLapTime" },
  { "position", "PlayerCarPosition" },
  { "class_position", "PlayerCarClassPosition" },
  { "on_pit_road", "OnPitRoad" },
};

static void
add_value (JsonBuilder *b, const gchar *key, const GstPitboxVar *var,
    const guint8 *row)
{
  switch (var->type) {
    case GST_PITBOX_VAR_FLOAT:
    case GST_PITBOX_VAR_DOUBLE:
      pb_json_add_double (b, key, gst_pitbox_row_get_newest (row, var));
      break;
    case GST_PITBOX_VAR_BOOL:
      pb_json_add_bool (
          b, key, gst_pitbox_row_get_newest_int64 (row, var, 0) != 0);
      break;
    default:
      pb_json_add_int (b, key, gst_pitbox_row_get_newest_int64 (row, var, 0));
      break;
  }
}

/* A value that the car lacks is left out. */
static void
add_values (JsonBuilder *b, GstPitboxSample *row, const PbRowValue *values,
    gsize n_values)
{
  const guint8 *bytes = g_bytes_get_data (row->row, NULL);

  for (gsize i = 0; i < n_values; i++) {
    const GstPitboxVar *var =
        gst_pitbox_schema_find (row->schema, values[i].var);

    if (var)
      add_value (b, values[i].key, var, bytes);
  }
}

/**
 * pb_row_values_add_live:
 *
 * Adds to an open object what engineers look at; a value that the car lacks is
 * left out.
 */
void
pb_row_values_add_live (JsonBuilder *builder, GstPitboxSample *row)
{
  add_values (builder, row, live_values, G_N_ELEMENTS (live_values));
}

/**
 * pb_row_values_add_race:
 *
 * Likewise: where it stands in the race.
 */
void
pb_row_values_add_race (JsonBuilder *builder, GstPitboxSample *row)
{
  add_values (builder, row, race_values, G_N_ELEMENTS (race_values));
}

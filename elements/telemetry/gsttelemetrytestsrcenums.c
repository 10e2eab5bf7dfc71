/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The choices that telemetrytestsrc's properties give. */
#include "gsttelemetrytestsrcenums.h"

#include <racesim/racesim.h>

GType
gst_telemetry_test_src_shape_get_type (void)
{
  static const GEnumValue values[] = {
    { RACE_SIM_SHAPE_LIVE, "As in shared memory: all cars, no Lat and Lon",
        "live" },
    { RACE_SIM_SHAPE_DISK, "As in an .ibt file: Lat and Lon, no other cars",
        "disk" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstTelemetryTestSrcShape", values));
  return (GType) type;
}

GType
gst_telemetry_test_src_start_get_type (void)
{
  static const GEnumValue values[] = {
    { RACE_SIM_START_ROLLING, "On the road at racing speed", "rolling" },
    { RACE_SIM_START_PIT, "In the pit box", "pit" },
    { RACE_SIM_START_GRID, "On the grid, all together", "grid" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstTelemetryTestSrcStart", values));
  return (GType) type;
}

GType
gst_telemetry_test_src_event_get_type (void)
{
  static const GEnumValue values[] = {
    { RACE_SIM_EVENT_RUN, "Round and round without race control", "run" },
    { RACE_SIM_EVENT_RACE, "A race with start, flags and finish", "race" },
    { RACE_SIM_EVENT_WEEKEND, "Practice, qualifying and race", "weekend" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstTelemetryTestSrcEvent", values));
  return (GType) type;
}

GType
gst_telemetry_test_src_weather_get_type (void)
{
  static const GEnumValue values[] = {
    { RACE_SIM_WEATHER_DRY, "Stays dry", "dry" },
    { RACE_SIM_WEATHER_CHANGING, "Showers come and go", "changing" },
    { RACE_SIM_WEATHER_WET, "Rains all the time", "wet" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstTelemetryTestSrcWeather", values));
  return (GType) type;
}

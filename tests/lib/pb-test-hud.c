/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures with rows that a head-up display has something to show of. Formulas,
 * no simulator: reference pictures must outlive changes of physics. */
#include "pb-test-hud.h"

#include <math.h>

#define LAP_ROWS 120

static const gchar *const names[] = { "Speed", "RPM", "Gear", "Throttle",
  "Brake", "Clutch", "SteeringWheelAngle", "LatAccel", "LongAccel", "Yaw",
  "LapDistPct", "LapDeltaToBestLap", "LapDeltaToBestLap_OK",
  "LapCurrentLapTime", "FuelLevel", "FuelLevelPct", "Lap",
  "PlayerCarPosition" };

static GstPitboxSchema *
get_schema (void)
{
  static GstPitboxSchema *schema = NULL;
  GstPitboxVar vars[G_N_ELEMENTS (names) + 1];
  g_autoptr (GError) error = NULL;

  if (schema != NULL)
    return schema;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    vars[i] = (GstPitboxVar){ names[i], i == 0 ? "m/s" : "", "",
      GST_PITBOX_VAR_FLOAT, 1, FALSE, i * 4 };
  vars[G_N_ELEMENTS (names)] = (GstPitboxVar){ "CarIdxLapDistPct", "%", "",
    GST_PITBOX_VAR_FLOAT, 8, FALSE, G_N_ELEMENTS (names) * 4 };
  schema = gst_pitbox_schema_new ("iracing", 60, G_N_ELEMENTS (names) * 4 + 32,
      vars, G_N_ELEMENTS (vars), &error);
  g_assert_no_error (error);
  return schema;
}

/* A car that goes round a figure of eight, row @n. */
void
pb_test_hud_add_row (GstBuffer *buffer, guint n)
{
  GstPitboxSchema *schema = get_schema ();
  gdouble t = (gdouble) (n % LAP_ROWS) / LAP_ROWS, a = 2 * G_PI * t;
  gdouble vx = 200 * cos (a), vy = 260 * cos (2 * a);
  const gdouble values[] = { hypot (vx, vy), 4500 + 3200 * sin (a), 4,
    0.5 + 0.5 * sin (3 * a), MAX (0, -sin (3 * a)), t < 0.1 ? 0.2 : 1,
    1.5 * sin (2 * a), 20 * sin (2 * a), 12 * cos (3 * a), atan2 (vy, vx), t,
    0.6 * sin (a), 1, t * 2, 30 - t, 0.4, 1 + n / LAP_ROWS, 3 };
  guint8 *row = g_malloc (gst_pitbox_schema_get_row_bytes (schema));
  g_autoptr (GBytes) bytes =
      g_bytes_new_take (row, gst_pitbox_schema_get_row_bytes (schema));
  g_auto (GstPitboxMatch) match = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    gst_pitbox_row_set_double (
        row, gst_pitbox_schema_get_var (schema, i), 0, values[i]);
  for (guint i = 0; i < 8; i++)
    gst_pitbox_row_set_double (row,
        gst_pitbox_schema_find (schema, "CarIdxLapDistPct"), i,
        i < 5 ? fmod (t + i / 8.0, 1) : -1);
  match.sample = gst_pitbox_sample_new (schema, bytes, 1000 + n,
      gst_util_uint64_scale (n, GST_SECOND, 60), 0, GST_PITBOX_CLOCK_UNKNOWN);
  match.quality = GST_PITBOX_MATCH_QUALITY_EXACT;
  gst_buffer_add_pitbox_telemetry_meta (buffer, &match);
}

void
pb_test_hud_push_session (GstHarness *h)
{
  static const gchar text[] =
      "DriverInfo:\n DriverCarIdx: 0\n PaceCarIdx: 4\n"
      " DriverCarSLFirstRPM: 5000.000\n DriverCarSLShiftRPM: 7000.000\n"
      " DriverCarSLLastRPM: 7200.000\n DriverCarSLBlinkRPM: 7600.000\n"
      " Drivers:\n - CarIdx: 0\n   UserName: Zo\xeb Driver\n"
      "   CarNumber: \"07\"\n   CarScreenName: Test GT\n"
      "   CarClassColor: 0x33ceff\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);

  gst_harness_push_event (h, gst_pitbox_session_event_new (bytes, 1));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: which variables a row has, the session text, and the same bytes
 * again. */
#include <math.h>
#include <string.h>

#include "../lib/pb-test-race.h"

static void
check_layout (const PbTestRace *rig)
{
  static const guint bytes[] = { 1, 1, 4, 4, 4, 8 };
  guint offset = 0;

  for (guint i = 0; i < rig->n_vars; i++) {
    const IrsdkWellKnown *known = rig->vars[i].known;

    g_assert_cmpuint (rig->vars[i].offset, ==, offset);
    g_assert_cmpuint (known->count_as_time, ==, known->count == 6);
    g_assert_cmpuint (strlen (known->name), <, 32);
    g_assert_cmpuint (strlen (known->desc), <, 64);
    g_assert_cmpuint (strlen (known->unit), <, 32);
    offset += known->count * bytes[known->type];
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (rig->vars[j].known->name, !=, known->name);
  }
  g_assert_cmpuint (rig->row_bytes, ==, offset);
  /* One buffer of the simulator's mapping. */
  g_assert_cmpuint (rig->row_bytes, <=, 24576);
}

static void
test_live_shape (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  check_layout (&rig);
  g_assert_cmpuint (rig.n_vars, >=, 300);
  g_assert_false (pb_test_race_has (&rig, "Lat"));
  g_assert_false (pb_test_race_has (&rig, "LFpressure"));
  g_assert_cmpuint (
      pb_test_race_find (&rig, "CarIdxLapDistPct")->known->count, ==, 64);
  g_assert_cmpuint (
      pb_test_race_find (&rig, "VelocityX_ST")->known->count, ==, 6);
  pb_test_race_stop (&rig);

  config.with_360hz = FALSE;
  pb_test_race_start (&rig, &config);
  check_layout (&rig);
  g_assert_false (pb_test_race_has (&rig, "VelocityX_ST"));
  g_assert_true (pb_test_race_has (&rig, "VelocityX"));
  g_assert_true (pb_test_race_has (&rig, "SteeringWheelTorque_ST"));
  pb_test_race_stop (&rig);
}

static void
test_disk_shape (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  check_layout (&rig);
  g_assert_cmpuint (rig.n_vars, >=, 250);
  g_assert_cmpuint (pb_test_race_find (&rig, "Lat")->known->type, ==, 5);
  g_assert_true (pb_test_race_has (&rig, "LFpressure"));
  for (guint i = 0; i < rig.n_vars; i++) {
    g_assert_false (g_str_has_prefix (rig.vars[i].known->name, "CarIdx"));
    if (rig.vars[i].known->count > 1)
      g_assert_cmpstr (rig.vars[i].known->name, ==, "SteeringWheelTorque_ST");
  }
  pb_test_race_stop (&rig);
}

static void
test_same_seed_same_bytes (gconstpointer shape)
{
  RaceSimConfig config = pb_test_race_short_track (GPOINTER_TO_INT (shape));
  gboolean differs = FALSE;
  PbTestRace a, b, c;

  config.seed = 77;
  pb_test_race_start (&a, &config);
  pb_test_race_start (&b, &config);
  config.seed = 78;
  pb_test_race_start (&c, &config);
  for (guint i = 0; i < 2500; i++) {
    pb_test_race_next (&a);
    pb_test_race_next (&b);
    pb_test_race_next (&c);
    g_assert_cmpmem (a.row, a.row_bytes, b.row, b.row_bytes);
    differs = differs || memcmp (a.row, c.row, a.row_bytes) != 0;
  }
  g_assert_true (differs);
  g_autoptr (GBytes) text_a = race_sim_get_session_text (a.sim, NULL);
  g_autoptr (GBytes) text_b = race_sim_get_session_text (b.sim, NULL);
  g_assert_true (g_bytes_equal (text_a, text_b));
  pb_test_race_stop (&a);
  pb_test_race_stop (&b);
  pb_test_race_stop (&c);
}

static void
test_first_row_has_no_place (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  g_assert_cmpfloat (pb_test_race_get (&rig, "Lat"), ==, 0);
  g_assert_cmpfloat (pb_test_race_get (&rig, "Lon"), ==, 0);
  g_assert_cmpfloat (pb_test_race_get (&rig, "LapDistPct"), ==, 0);
  g_assert_cmpfloat (pb_test_race_get (&rig, "PlayerTrackSurface"), ==, -1);
  g_assert_cmpfloat (pb_test_race_get (&rig, "RPM"), ==, 300);
  g_assert_cmpfloat (pb_test_race_get (&rig, "FuelLevel"), >, 59);
  pb_test_race_next (&rig);
  g_assert_cmpfloat (pb_test_race_get (&rig, "Lat"), !=, 0);
  g_assert_cmpfloat (pb_test_race_get (&rig, "PlayerTrackSurface"), ==, 3);
  g_assert_cmpfloat (pb_test_race_get (&rig, "SessionTick"), ==, 2);
  g_assert_cmpfloat_with_epsilon (
      pb_test_race_get (&rig, "SessionTime"), 2 * PB_TEST_TICK_S, 1e-9);
  pb_test_race_stop (&rig);
}

static void
test_session_text (void)
{
  static const gchar *const parts[] = { "\nWeekendInfo:\n",
    "\n TrackName: pinwheel short\n", "\n TrackLength: 0.99 km\n",
    "\n TrackPitSpeedLimit: 50.00 kph\n", "\n\nSessionInfo:\n",
    "\n\nCameraInfo:\n", "\n\nRadioInfo:\n", "\n\nDriverInfo:\n",
    "\n DriverCarIdx: 7\n", "\n PaceCarIdx: 0\n", " - CarIdx: 12\n",
    "\n   CarNumber: \"07\"\n", "\n   UserName: Driver 07\n",
    "\n\nSplitTimeInfo:\n", "\n\nCarSetup:\n" };
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  guint first, later;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  g_autoptr (GBytes) text = race_sim_get_session_text (rig.sim, &first);
  const gchar *chars = g_bytes_get_data (text, NULL);
  g_assert_true (g_str_has_prefix (chars, "---\n"));
  g_assert_true (g_str_has_suffix (chars, "\n...\n"));
  g_assert_true (g_str_is_ascii (chars));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (chars, parts[i]) == NULL)
      g_error ("session text lacks %s", parts[i]);
  g_assert_null (strstr (chars, "FastestTime: 2"));
  for (guint i = 0; i < 60 * 40; i++)
    pb_test_race_next (&rig);
  g_autoptr (GBytes) next = race_sim_get_session_text (rig.sim, &later);
  g_assert_cmpuint (first, ==, 1);
  g_assert_cmpuint (later, >, first);
  g_assert_nonnull (strstr (g_bytes_get_data (next, NULL), "FastestTime: 2"));
  pb_test_race_stop (&rig);
}

static void
test_awkward_session_text (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  PbTestRace rig;

  config.awkward_text = TRUE;
  config.n_cars = RACE_SIM_MAX_CARS;
  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  g_autoptr (GBytes) text = race_sim_get_session_text (rig.sim, NULL);
  const gchar *chars = g_bytes_get_data (text, NULL);
  g_assert_false (g_str_is_ascii (chars));
  g_assert_false (g_utf8_validate (chars, -1, NULL));
  g_assert_nonnull (strstr (chars, "TeamName: - Team 01 -\n"));
  g_assert_nonnull (strstr (chars, "TeamName: Team 02 #37\n"));
  g_assert_cmpuint (g_bytes_get_size (text), >, 60000);
  pb_test_race_stop (&rig);
}

static void
test_bad_configuration_is_refused (void)
{
  for (guint i = 0; i < 8; i++) {
    g_autoptr (GError) error = NULL;
    RaceSimConfig config;
    RaceSim *sim;

    race_sim_config_init (&config);
    if (i == 0)
      config.track = "nowhere";
    if (i == 1)
      config.n_cars = 0;
    if (i == 2)
      config.n_cars = RACE_SIM_MAX_CARS + 1;
    if (i == 3)
      config.lap_start = 1;
    if (i == 4)
      config.lap_start = NAN;
    if (i == 5)
      config.fuel_l = 0;
    if (i == 6)
      config.fuel_l = 1e6;
    if (i == 7)
      config.unevenness = -1;
    sim = race_sim_new (&config, &error);
    g_assert_null (sim);
    g_assert_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG);
  }
}

/* FNV-1a over every row of a race with everything in it. */
static guint64
hash_of_race (guint64 seed)
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  PbTestRace rig;

  config.seed = seed;
  config.event = RACE_SIM_EVENT_RACE;
  config.n_cars = 60;
  config.n_classes = 3;
  config.race_s = 60;
  config.weather = RACE_SIM_WEATHER_CHANGING;
  config.awkward_rows = config.awkward_text = TRUE;
  config.team_drivers = 3;
  pb_test_race_start (&rig, &config);
  for (guint i = 0; i < 6000; i++) {
    pb_test_race_next (&rig);
    if (i % 16 != 0)
      continue;
    for (guint k = 0; k < rig.row_bytes; k++)
      hash = (hash ^ rig.row[k]) * G_GUINT64_CONSTANT (1099511628211);
  }
  pb_test_race_stop (&rig);
  return hash;
}

static void
test_same_race_twice (void)
{
  const guint64 first = hash_of_race (3);

  g_assert_cmphex (first, ==, hash_of_race (3));
  g_assert_cmphex (first, !=, hash_of_race (4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/race-rows/live-shape", test_live_shape);
  g_test_add_func ("/race-rows/disk-shape", test_disk_shape);
  g_test_add_data_func ("/race-rows/same-seed-same-bytes/live",
      GINT_TO_POINTER (RACE_SIM_SHAPE_LIVE), test_same_seed_same_bytes);
  g_test_add_data_func ("/race-rows/same-seed-same-bytes/disk",
      GINT_TO_POINTER (RACE_SIM_SHAPE_DISK), test_same_seed_same_bytes);
  g_test_add_func (
      "/race-rows/first-row-has-no-place", test_first_row_has_no_place);
  g_test_add_func ("/race-rows/session-text", test_session_text);
  g_test_add_func (
      "/race-rows/awkward-session-text", test_awkward_session_text);
  g_test_add_func ("/race-rows/bad-configuration-is-refused",
      test_bad_configuration_is_refused);
  g_test_add_func ("/race-rows/same-race-twice", test_same_race_twice);
  return g_test_run ();
}

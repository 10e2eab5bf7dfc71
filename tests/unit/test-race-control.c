/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: what race control does is what the cars do. */
#include "../lib/pb-test-race.h"

#define MAX_CARS 64
#define GREEN 0x4u
#define RED 0x10u
#define CAUTION 0x4000u

static guint32
flags_of (const PbTestRace *rig)
{
  return (guint32) pb_test_race_get (rig, "SessionFlags");
}

static void
run (PbTestRace *rig, guint seconds)
{
  for (guint i = 0; i < 60 * seconds; i++)
    pb_test_race_next (rig);
}

static void
run_until (PbTestRace *rig, guint32 flag, gboolean on)
{
  for (guint i = 0; i < 60 * 900; i++) {
    pb_test_race_next (rig);
    if (((flags_of (rig) & flag) != 0) == on)
      return;
  }
  g_error ("flag %x stays %s", flag, on ? "away" : "there");
}

static void
start_race (PbTestRace *rig, const gchar *track)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);

  config.track = track;
  config.n_cars = 20;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = RACE_SIM_START_GRID;
  config.race_s = 1800;
  config.trouble = 0;
  config.fuel_l = 60;
  pb_test_race_start (rig, &config);
  run_until (rig, GREEN, TRUE);
}

static gdouble
way_of (const PbTestRace *rig, guint car)
{
  return pb_test_race_get_at (rig, "CarIdxLap", car)
         + pb_test_race_get_at (rig, "CarIdxLapDistPct", car);
}

static guint
ahead_of (const PbTestRace *rig, guint car)
{
  const guint n = race_sim_get_n_cars (rig->sim);
  guint ahead = 0;

  for (guint i = 1; i <= n; i++)
    ahead += way_of (rig, i) > way_of (rig, car);
  return ahead;
}

/* Who is on the road stands, and the order holds until green. */
static void
test_red_stops_everyone (gconstpointer track)
{
  gdouble way[MAX_CARS];
  guint place[MAX_CARS], n;
  PbTestRace rig;

  start_race (&rig, track);
  n = race_sim_get_n_cars (rig.sim);
  run (&rig, 60);
  g_assert_cmphex (flags_of (&rig) & (RED | CAUTION), ==, 0);
  g_assert_true (race_sim_command (rig.sim, "red", -1, 1, NULL));
  pb_test_race_next (&rig);
  g_assert_cmphex (flags_of (&rig) & RED, ==, RED);
  run (&rig, 35);
  for (guint i = 1; i <= n; i++) {
    way[i] = way_of (&rig, i);
    place[i] = ahead_of (&rig, i);
  }
  run (&rig, 5);
  for (guint i = 1; i <= n; i++)
    g_assert_cmpfloat_with_epsilon (way_of (&rig, i), way[i], 1e-3);
  g_assert_cmpfloat (pb_test_race_get (&rig, "Speed"), <, 0.2);
  run_until (&rig, RED, FALSE);
  g_assert_cmphex (flags_of (&rig) & CAUTION, ==, CAUTION);
  run_until (&rig, GREEN, TRUE);
  for (guint i = 1; i <= n; i++) {
    g_assert_cmpfloat (way_of (&rig, i), >, way[i] + 1);
    if (pb_test_race_get_at (&rig, "CarIdxOnPitRoad", i) == 0)
      g_assert_cmpuint (ahead_of (&rig, i), <=, place[i]);
  }
  pb_test_race_stop (&rig);
}

static void
test_red_ends_when_told (void)
{
  g_autoptr (GError) error = NULL;
  PbTestRace rig;

  start_race (&rig, "pinwheel");
  g_assert_false (race_sim_command (rig.sim, "red", -1, 1, &error));
  g_assert_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_COMMAND);
  run (&rig, 45);
  g_assert_true (race_sim_command (rig.sim, "red", -1, 1, NULL));
  run (&rig, 3);
  g_assert_true (race_sim_command (rig.sim, "red", -1, 0, NULL));
  pb_test_race_next (&rig);
  g_assert_cmphex (flags_of (&rig) & (RED | CAUTION), ==, CAUTION);
  run_until (&rig, GREEN, TRUE);
  pb_test_race_stop (&rig);
}

/* Two who wait for the tow at once are more than a caution. */
static void
test_two_wrecks_stop_the_race (void)
{
  PbTestRace rig;

  start_race (&rig, "cinderridge");
  run (&rig, 120);
  g_assert_true (race_sim_command (rig.sim, "wreck", 3, 0, NULL));
  pb_test_race_next (&rig);
  g_assert_cmphex (flags_of (&rig) & RED, ==, 0);
  run (&rig, 1);
  g_assert_true (race_sim_command (rig.sim, "wreck", 9, 0, NULL));
  pb_test_race_next (&rig);
  g_assert_cmphex (flags_of (&rig) & RED, ==, RED);
  pb_test_race_stop (&rig);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/race-control/red-stops-everyone/pinwheel", "pinwheel",
      test_red_stops_everyone);
  g_test_add_data_func ("/race-control/red-stops-everyone/cinderridge",
      "cinderridge", test_red_stops_everyone);
  g_test_add_func ("/race-control/red-ends-when-told", test_red_ends_when_told);
  g_test_add_func (
      "/race-control/two-wrecks-stop-the-race", test_two_wrecks_stop_the_race);
  return g_test_run ();
}

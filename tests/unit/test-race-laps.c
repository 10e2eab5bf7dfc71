/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: laps: how they are counted and timed, and how much they differ. */
#include <math.h>

#include "../lib/pb-test-race.h"

static gdouble
second_lap_time (gdouble fuel_l)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  gdouble time_s;
  PbTestRace rig;

  config.fuel_l = fuel_l;
  config.unevenness = 0;
  config.n_cars = 1;
  pb_test_race_start (&rig, &config);
  do
    pb_test_race_next (&rig);
  while (pb_test_race_get (&rig, "Lap") < 3
         || pb_test_race_get (&rig, "LapLastLapTime") == 0);
  do
    pb_test_race_next (&rig);
  while (pb_test_race_get (&rig, "LapCurrentLapTime") > 5);
  time_s = pb_test_race_get (&rig, "LapLastLapTime");
  pb_test_race_stop (&rig);
  return time_s;
}

static void
test_fuel_costs_time (void)
{
  const gdouble empty = second_lap_time (10);
  const gdouble half = second_lap_time (55);
  const gdouble full = second_lap_time (100);

  g_assert_cmpfloat (empty, >, 20);
  g_assert_cmpfloat (half, >, empty + 0.05);
  g_assert_cmpfloat (full, >, half + 0.05);
  g_assert_cmpfloat (full, <, empty + 2);
}

static void
test_laps_are_counted_and_timed (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  gdouble pct = 0, last = 0, previous_last = 0;
  gint lap = 0;
  guint wraps = 0, late = 0, updates = 0, ok_rows = 0;
  gboolean waiting = FALSE;
  gdouble crossed = 0, lap_time = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < 3 * PB_TEST_TWO_LAPS; i++) {
    const gint was_lap = lap;
    const gdouble was_pct = pct, now = (i + 1) * PB_TEST_TICK_S;

    pb_test_race_next (&rig);
    lap = (gint) pb_test_race_get (&rig, "Lap");
    pct = pb_test_race_get (&rig, "LapDistPct");
    last = pb_test_race_get (&rig, "LapLastLapTime");
    g_assert_cmpfloat (pct, >=, 0);
    g_assert_cmpfloat (pct, <, 1);
    g_assert_cmpfloat (pb_test_race_get (&rig, "LapCompleted"), ==, lap - 1);
    if (i == 1)
      continue;
    g_assert_true ((lap == was_lap + 1) == (pct < was_pct));
    if (lap != was_lap) {
      wraps++;
      if (lap > 1)
        lap_time = now - crossed;
      crossed = now;
      waiting = lap > 1;
      late = 0;
    }
    late += waiting;
    if (last != previous_last) {
      g_assert_true (waiting);
      g_assert_cmpuint (late, >=, 5);
      g_assert_cmpuint (late, <=, 112);
      g_assert_cmpfloat_with_epsilon (last, lap_time, 1.01 * PB_TEST_TICK_S);
      waiting = FALSE;
      updates++;
      previous_last = last;
    }
    if (waiting && late < 5)
      g_assert_cmpfloat (pb_test_race_get (&rig, "LapCurrentLapTime"), >, 20);
    else if (!waiting && lap > 1)
      g_assert_cmpfloat_with_epsilon (
          pb_test_race_get (&rig, "LapCurrentLapTime"), now - crossed,
          1.01 * PB_TEST_TICK_S);
    if (pb_test_race_get (&rig, "LapDeltaToBestLap_OK") != 0) {
      g_assert_cmpint (lap, >=, 2);
      g_assert_cmpfloat (
          fabs (pb_test_race_get (&rig, "LapDeltaToBestLap")), <, 2);
      g_assert_cmpfloat (pb_test_race_get (&rig, "LapDeltaToOptimalLap"), >=,
          pb_test_race_get (&rig, "LapDeltaToBestLap") - 0.02);
      ok_rows++;
    }
    if (pb_test_race_get (&rig, "LapBestLapTime") > 0)
      g_assert_cmpfloat (
          pb_test_race_get (&rig, "LapBestLapTime"), <=, last > 0 ? last : 1e9);
  }
  g_assert_cmpuint (wraps, >=, 6);
  g_assert_cmpuint (updates, >=, 5);
  g_assert_cmpuint (ok_rows, >, 4000);
  pb_test_race_stop (&rig);
}

static void
test_laps_differ_but_little (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  gdouble fastest = 1e9, slowest = 0, last = 0;
  guint laps = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  while (laps < 6) {
    pb_test_race_next (&rig);
    if (pb_test_race_get (&rig, "LapLastLapTime") == last)
      continue;
    last = pb_test_race_get (&rig, "LapLastLapTime");
    fastest = MIN (fastest, last);
    slowest = MAX (slowest, last);
    laps++;
  }
  g_assert_cmpfloat (slowest - fastest, >, 0.02);
  g_assert_cmpfloat (slowest - fastest, <, 1.0);
  pb_test_race_stop (&rig);
}

/* The least speed in the sharpest bend, lap by lap. */
static void
slowest (guint64 seed, gdouble *mps, guint n)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  gint lap = 0;
  PbTestRace rig;

  config.seed = seed;
  config.n_cars = 1;
  pb_test_race_start (&rig, &config);
  for (guint i = 0; i < n; i++)
    mps[i] = 1000;
  while (lap <= (gint) n) {
    pb_test_race_next (&rig);
    lap = (gint) pb_test_race_get (&rig, "Lap");
    if (lap >= 1 && lap <= (gint) n)
      mps[lap - 1] = MIN (mps[lap - 1], pb_test_race_get (&rig, "Speed"));
  }
  pb_test_race_stop (&rig);
}

static void
test_drivers_differ_more_than_laps (void)
{
  gdouble lowest[6], highest[6], between = 0, within = 0;

  for (guint d = 0; d < 6; d++) {
    gdouble mps[5];

    slowest (100 + d, mps, 5);
    lowest[d] = highest[d] = mps[0];
    for (guint i = 1; i < 5; i++) {
      lowest[d] = MIN (lowest[d], mps[i]);
      highest[d] = MAX (highest[d], mps[i]);
    }
    within = MAX (within, highest[d] - lowest[d]);
    for (guint e = 0; e < d; e++)
      between = MAX (
          between, fabs (lowest[d] + highest[d] - lowest[e] - highest[e]) / 2);
  }
  g_assert_cmpfloat (within, >, 0.005);
  g_assert_cmpfloat (between, >, within);
}

static void
test_every_track_can_be_driven (void)
{
  guint n = 0;

  for (const gchar *name; (name = race_sim_track_name (n)) != NULL; n++) {
    RaceSimConfig config;
    guint rows = 0;
    PbTestRace rig;

    race_sim_config_init (&config);
    config.track = name;
    config.shape = RACE_SIM_SHAPE_DISK;
    pb_test_race_start (&rig, &config);
    do {
      pb_test_race_next (&rig);
      if (rows > 1)
        g_assert_cmpfloat (pb_test_race_get (&rig, "Speed"), >, 12);
      g_assert_cmpfloat (pb_test_race_get (&rig, "Speed"), <, 90);
      g_assert_cmpfloat (fabs (pb_test_race_get (&rig, "LatAccel")), <, 25);
      g_assert_cmpuint (rows++, <, 60 * 400);
    } while (pb_test_race_get (&rig, "LapLastLapTime") == 0);
    g_assert_cmpfloat (pb_test_race_get (&rig, "LapLastLapTime"), <, 200);
    pb_test_race_stop (&rig);
  }
  g_assert_cmpuint (n, ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/race-laps/fuel-costs-time", test_fuel_costs_time);
  g_test_add_func (
      "/race-laps/laps-are-counted-and-timed", test_laps_are_counted_and_timed);
  g_test_add_func (
      "/race-laps/laps-differ-but-little", test_laps_differ_but_little);
  g_test_add_func ("/race-laps/drivers-differ-more-than-laps",
      test_drivers_differ_more_than_laps);
  g_test_add_func (
      "/race-laps/every-track-can-be-driven", test_every_track_can_be_driven);
  return g_test_run ();
}

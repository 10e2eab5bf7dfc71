/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: the other cars, starts, and places on the track. */
#include <math.h>

#include "../lib/pb-test-race.h"

static void
test_all_cars_circulate (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  gdouble best = 1e9, worst = 0;
  guint64 seen = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  for (guint i = 0; i < 60 * 100; i++)
    pb_test_race_next (&rig);
  g_assert_cmpfloat (pb_test_race_get (&rig, "PlayerCarIdx"), ==, 7);
  for (guint idx = 1; idx <= 12; idx++) {
    const gint position =
        (gint) pb_test_race_get_at (&rig, "CarIdxPosition", idx);

    g_assert_cmpint (position, >=, 1);
    g_assert_cmpint (position, <=, 12);
    seen |= (guint64) 1 << position;
    g_assert_cmpfloat (
        pb_test_race_get_at (&rig, "CarIdxLapCompleted", idx), >=, 2);
    g_assert_cmpfloat (
        pb_test_race_get_at (&rig, "CarIdxTrackSurface", idx), ==, 3);
    best = MIN (best, pb_test_race_get_at (&rig, "CarIdxBestLapTime", idx));
    worst = MAX (worst, pb_test_race_get_at (&rig, "CarIdxBestLapTime", idx));
    if (position == 1)
      g_assert_cmpfloat (
          pb_test_race_get_at (&rig, "CarIdxF2Time", idx), ==, 0);
  }
  g_assert_cmphex (seen, ==, 0x1ffe);
  g_assert_cmpfloat (best, >, 20);
  g_assert_cmpfloat (worst, >, best + 0.3);
  g_assert_cmpfloat (worst, <, best * 1.08);
  /* The pace car is in the pits, the other indices are not in the world. */
  g_assert_cmpfloat (pb_test_race_get_at (&rig, "CarIdxPosition", 0), ==, 0);
  g_assert_cmpfloat (
      pb_test_race_get_at (&rig, "CarIdxTrackSurface", 0), ==, 2);
  for (guint idx = 13; idx < 64; idx++) {
    g_assert_cmpfloat (
        pb_test_race_get_at (&rig, "CarIdxLapDistPct", idx), ==, -1);
    g_assert_cmpfloat (
        pb_test_race_get_at (&rig, "CarIdxTrackSurface", idx), ==, -1);
  }
  g_assert_cmpfloat (pb_test_race_get_at (&rig, "CarIdxLapDistPct", 7), ==,
      pb_test_race_get (&rig, "LapDistPct"));
  g_assert_cmpfloat (pb_test_race_get_at (&rig, "CarIdxRPM", 7), ==,
      pb_test_race_get (&rig, "RPM"));
  pb_test_race_stop (&rig);
}

static void
test_pit_start_leaves_through_the_lane (gconstpointer track)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  const gdouble metres = 6371000.0 * G_PI / 180;
  gdouble x = 0, y = 0, speed = 0;
  gint surface = 1;
  guint lane = 0;
  PbTestRace rig;

  config.track = track;
  config.start = RACE_SIM_START_PIT;
  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < 4000 && surface != 3; i++) {
    const gdouble was_x = x, was_y = y, was_speed = speed;
    const gint was = surface;

    pb_test_race_next (&rig);
    surface = (gint) pb_test_race_get (&rig, "PlayerTrackSurface");
    speed = pb_test_race_get (&rig, "Speed");
    x = pb_test_race_get (&rig, "Lon") * metres * cos (38.1 * G_PI / 180);
    y = pb_test_race_get (&rig, "Lat") * metres;
    g_assert_cmpint (surface, >=, was);
    g_assert_cmpfloat (pb_test_race_get (&rig, "OnPitRoad"), ==, surface < 3);
    if (i > 1)
      g_assert_cmpfloat_with_epsilon (hypot (x - was_x, y - was_y),
          (speed + was_speed) / 2 * PB_TEST_TICK_S, 0.03);
    if (surface == 1)
      g_assert_cmpfloat (speed, <, 0.6);
    if (surface == 2) {
      lane++;
      g_assert_cmpfloat (speed, <, 72 / 3.6 + 0.2);
    }
  }
  g_assert_cmpint (surface, ==, 3);
  g_assert_cmpuint (lane, >, 300);
  pb_test_race_stop (&rig);
}

static void
test_grid_start_waits (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  PbTestRace rig;

  config.start = RACE_SIM_START_GRID;
  pb_test_race_start (&rig, &config);
  for (guint i = 0; i < 280; i++)
    pb_test_race_next (&rig);
  g_assert_cmpfloat (pb_test_race_get (&rig, "Speed"), <, 0.05);
  g_assert_cmpfloat (pb_test_race_get (&rig, "SessionState"), ==, 3);
  g_assert_cmpfloat (pb_test_race_get (&rig, "PlayerCarPosition"), ==, 7);
  for (guint i = 0; i < 300; i++)
    pb_test_race_next (&rig);
  g_assert_cmpfloat (pb_test_race_get (&rig, "Speed"), >, 20);
  g_assert_cmpfloat (pb_test_race_get (&rig, "SessionState"), ==, 4);
  pb_test_race_stop (&rig);
}

static void
test_places_and_cars_agree (void)
{
  g_autoptr (RaceSimTrack) track = race_sim_track_new ("vellmoor", NULL);
  g_autoptr (GError) error = NULL;
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  RaceSimPlace place, before;
  RaceSimCar car;
  gdouble way = 0;
  PbTestRace rig;

  race_sim_track_get_place (track, 0, &before);
  for (guint i = 1; i <= 4000; i++) {
    race_sim_track_get_place (track, i / 4000.0, &place);
    way += sqrt ((place.x - before.x) * (place.x - before.x)
                 + (place.y - before.y) * (place.y - before.y)
                 + (place.z - before.z) * (place.z - before.z));
    g_assert_cmpfloat (place.left_m, >, 3);
    before = place;
  }
  g_assert_cmpfloat_with_epsilon (way, race_sim_track_get_length (track), 8);
  g_assert_null (race_sim_track_new ("nowhere", &error));
  g_assert_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG);
  pb_test_race_start (&rig, &config);
  for (guint i = 0; i < 100; i++)
    pb_test_race_next (&rig);
  for (guint i = 0; i < race_sim_get_n_cars (rig.sim); i++) {
    race_sim_get_car (rig.sim, i, &car);
    g_assert_cmpfloat_with_epsilon (car.pct,
        pb_test_race_get_at (&rig, "CarIdxLapDistPct", car.car_idx), 1e-6);
  }
  pb_test_race_stop (&rig);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/race-field/all-cars-circulate", test_all_cars_circulate);
  g_test_add_data_func ("/race-field/pit-start/pinwheel", "pinwheel",
      test_pit_start_leaves_through_the_lane);
  g_test_add_data_func ("/race-field/pit-start/cinderridge", "cinderridge",
      test_pit_start_leaves_through_the_lane);
  g_test_add_func ("/race-field/grid-start-waits", test_grid_start_waits);
  g_test_add_func (
      "/race-field/places-and-cars-agree", test_places_and_cars_agree);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: what one car's rows say agrees with itself: path, forces, engine,
 * fuel, dampers. */
#include <math.h>

#include "../lib/pb-test-race.h"

static gdouble
unturn (gdouble angle)
{
  return angle - 2 * G_PI * floor (angle / (2 * G_PI) + 0.5);
}

static void
test_distance_is_the_integral_of_speed (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  gdouble dist = 0, speed = 0, sum = 0;
  guint laps = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < PB_TEST_TWO_LAPS; i++) {
    const gdouble was_dist = dist, was_speed = speed;
    gdouble step;

    pb_test_race_next (&rig);
    dist = pb_test_race_get (&rig, "LapDist");
    speed = pb_test_race_get (&rig, "Speed");
    if (i == 1)
      continue;
    step = (speed + was_speed) / 2 * PB_TEST_TICK_S;
    sum += step;
    if (dist < was_dist) {
      if (laps++ > 0)
        g_assert_cmpfloat_with_epsilon (sum - step, was_dist, 0.05);
      sum = dist;
      continue;
    }
    g_assert_cmpfloat_with_epsilon (dist - was_dist, step, 0.004);
    if (laps > 0)
      g_assert_cmpfloat_with_epsilon (sum, dist, 0.05);
  }
  g_assert_cmpuint (laps, ==, 3);
  pb_test_race_stop (&rig);
}

/* The path from Lat and Lon, as an independent reader would see it. */
typedef struct {
  gdouble x, y, z, course, speed;
} Fix;

static void
take_fix (const PbTestRace *rig, const Fix *before, Fix *fix)
{
  const gdouble metres = 6371000.0 * G_PI / 180;
  const gdouble lat = pb_test_race_get (rig, "Lat");

  fix->x = pb_test_race_get (rig, "Lon") * metres * cos (38.2 * G_PI / 180);
  fix->y = lat * metres;
  fix->z = pb_test_race_get (rig, "Alt");
  fix->speed = pb_test_race_get (rig, "Speed");
  fix->course = atan2 (fix->x - before->x, fix->y - before->y);
}

static void
test_forces_agree_with_the_path (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  Fix b = { 0 }, c = { 0 }, then = { 0 };
  gdouble strongest = 0, hardest = 0, accel = 0, distance = 1;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < PB_TEST_TWO_LAPS; i++) {
    const gdouble lat_b = i > 1 ? pb_test_race_get (&rig, "LatAccel") : 0;
    const gdouble yaw_rate_b = i > 1 ? pb_test_race_get (&rig, "YawRate") : 0;
    const gdouble long_b = i > 1 ? pb_test_race_get (&rig, "LongAccel") : 0;
    gdouble turn, rate, slide;

    pb_test_race_next (&rig);
    take_fix (&rig, &b, &c);
    if (i > 3) {
      /* Left turn positive; the sphere is 0.3 % off the ellipsoid. */
      turn = -unturn (c.course - b.course);
      rate = turn / PB_TEST_TICK_S;
      g_assert_cmpfloat_with_epsilon (lat_b, b.speed * rate, 0.9);
      g_assert_cmpfloat_with_epsilon (yaw_rate_b, rate, 0.12);
      slide = atan2 (pb_test_race_get (&rig, "VelocityY"),
          pb_test_race_get (&rig, "VelocityX"));
      g_assert_cmpfloat_with_epsilon (
          unturn (pb_test_race_get (&rig, "YawNorth") - slide - c.course), 0,
          0.02);
      /* Half a second, so that a shift's cut of drive averages out. */
      accel += long_b;
      if (i % 30 == 0) {
        if (i > 60)
          g_assert_cmpfloat_with_epsilon (accel / 30,
              (b.speed - then.speed) * 2 + 9.80665 * (b.z - then.z) / distance,
              0.5);
        then = b;
        accel = distance = 0;
      }
      distance += (b.speed + c.speed) / 2 * PB_TEST_TICK_S;
      g_assert_cmpfloat_with_epsilon (
          hypot (c.x - b.x, c.y - b.y) / PB_TEST_TICK_S,
          (b.speed + c.speed) / 2, 0.3);
      strongest = MAX (strongest, fabs (lat_b));
      hardest = MIN (hardest, long_b);
    }
    b = c;
  }
  /* A racing car: more than 1.2 g in bends, more than 1.2 g of braking. */
  g_assert_cmpfloat (strongest, >, 12);
  g_assert_cmpfloat (hardest, <, -12);
  pb_test_race_stop (&rig);
}

static void
test_left_turns_are_positive (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  guint agree = 0, bends = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < PB_TEST_TWO_LAPS; i++) {
    gdouble lateral;

    pb_test_race_next (&rig);
    g_assert_cmpfloat_with_epsilon (
        unturn (pb_test_race_get (&rig, "Yaw")
                + pb_test_race_get (&rig, "YawNorth") - 0.35),
        0, 1e-5);
    lateral = pb_test_race_get (&rig, "LatAccel");
    if (fabs (lateral) < 4)
      continue;
    bends++;
    agree += lateral * pb_test_race_get (&rig, "SteeringWheelAngle") > 0
             && lateral * pb_test_race_get (&rig, "YawRate") > 0
             && lateral * pb_test_race_get (&rig, "SteeringWheelTorque") < 0;
  }
  g_assert_cmpuint (bends, >, 1000);
  g_assert_cmpuint (agree, >, bends * 99 / 100);
  pb_test_race_stop (&rig);
}

static void
test_engine_turns_with_the_wheels (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  gdouble ratio[10] = { 0 };
  guint since = 0, checked = 0, gears = 0;
  gint gear = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < PB_TEST_TWO_LAPS; i++) {
    const gint was = gear;
    gdouble wheels;

    pb_test_race_next (&rig);
    gear = (gint) pb_test_race_get (&rig, "Gear");
    g_assert_cmpint (gear, >=, 1);
    g_assert_cmpint (gear, <=, 6);
    since = gear == was ? since + 1 : 0;
    wheels = (pb_test_race_get (&rig, "LRspeed")
                 + pb_test_race_get (&rig, "RRspeed"))
             / 2;
    if (since < 12)
      continue;
    if (ratio[gear] == 0) {
      ratio[gear] = pb_test_race_get (&rig, "RPM") / wheels;
      gears++;
    }
    g_assert_cmpfloat_with_epsilon (
        pb_test_race_get (&rig, "RPM"), ratio[gear] * wheels, 90);
    checked++;
  }
  g_assert_cmpuint (gears, >=, 3);
  g_assert_cmpuint (checked, >, 1500);
  for (gint g = 2; g < 10; g++)
    if (ratio[g] > 0 && ratio[g - 1] > 0)
      g_assert_cmpfloat (ratio[g], <, ratio[g - 1]);
  pb_test_race_stop (&rig);
}

static void
test_fuel_is_burnt_and_never_returns (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_DISK);
  gdouble level, used_l = 0, first;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  first = level = pb_test_race_get (&rig, "FuelLevel");
  for (guint i = 1; i < PB_TEST_TWO_LAPS; i++) {
    pb_test_race_next (&rig);
    g_assert_cmpfloat (pb_test_race_get (&rig, "FuelLevel"), <=, level);
    g_assert_cmpfloat_with_epsilon (pb_test_race_get (&rig, "FuelLevelPct"),
        pb_test_race_get (&rig, "FuelLevel") / 110, 1e-5);
    level = pb_test_race_get (&rig, "FuelLevel");
    used_l += pb_test_race_get (&rig, "FuelUsePerHour") / 0.75 * PB_TEST_TICK_S
              / 3600;
  }
  g_assert_cmpfloat (first - level, >, 0.5);
  g_assert_cmpfloat_with_epsilon (first - level, used_l, 0.02);
  pb_test_race_stop (&rig);
}

static void
test_shocks_move_as_fast_as_they_say (void)
{
  RaceSimConfig config = pb_test_race_short_track (RACE_SIM_SHAPE_LIVE);
  gdouble was[4] = { 0 }, quickest = 0;
  static const gchar *const defl[] = { "LFshockDefl_ST", "RFshockDefl_ST",
    "LRshockDefl_ST", "RRshockDefl_ST" };
  static const gchar *const vel[] = { "LFshockVel_ST", "RFshockVel_ST",
    "LRshockVel_ST", "RRshockVel_ST" };
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < 1200; i++) {
    pb_test_race_next (&rig);
    for (guint w = 0; w < 4; w++)
      for (guint k = 0; k < 6; k++) {
        const gdouble now = pb_test_race_get_at (&rig, defl[w], k);
        const gdouble speed = pb_test_race_get_at (&rig, vel[w], k);

        if (i > 1 || k > 0)
          g_assert_cmpfloat_with_epsilon ((now - was[w]) * 360, speed, 1e-4);
        was[w] = now;
        quickest = MAX (quickest, fabs (speed));
      }
    /* The scalar is the newest sample. */
    g_assert_cmpfloat (pb_test_race_get (&rig, "LFshockDefl"), ==,
        pb_test_race_get_at (&rig, "LFshockDefl_ST", 5));
    g_assert_cmpfloat (pb_test_race_get (&rig, "LatAccel"), ==,
        pb_test_race_get_at (&rig, "LatAccel_ST", 5));
  }
  g_assert_cmpfloat (quickest, >, 0.05);
  g_assert_cmpfloat (quickest, <, 2.0);
  pb_test_race_stop (&rig);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/race-car/distance-is-the-integral-of-speed",
      test_distance_is_the_integral_of_speed);
  g_test_add_func (
      "/race-car/forces-agree-with-the-path", test_forces_agree_with_the_path);
  g_test_add_func (
      "/race-car/left-turns-are-positive", test_left_turns_are_positive);
  g_test_add_func ("/race-car/engine-turns-with-the-wheels",
      test_engine_turns_with_the_wheels);
  g_test_add_func ("/race-car/fuel-is-burnt-and-never-returns",
      test_fuel_is_burnt_and_never_returns);
  g_test_add_func ("/race-car/shocks-move-as-fast-as-they-say",
      test_shocks_move_as_fast_as_they_say);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: the numbers of its rows agree with each other. */
#include <math.h>
#include <string.h>

#include "../lib/pb-test-race.h"

#define TICK_S PB_TEST_TICK_S

static RaceSimConfig
short_track (RaceSimShape shape)
{
  RaceSimConfig config;

  race_sim_config_init (&config);
  config.track = "pinwheel";
  config.shape = shape;
  return config;
}

static gdouble
unturn (gdouble angle)
{
  return angle - 2 * G_PI * floor (angle / (2 * G_PI) + 0.5);
}

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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
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
  RaceSimConfig config = short_track (GPOINTER_TO_INT (shape));
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
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
      pb_test_race_get (&rig, "SessionTime"), 2 * TICK_S, 1e-9);
  pb_test_race_stop (&rig);
}

/* Rows of a little more than two laps: what the next tests run through. */
#define TWO_LAPS 3700

static void
test_distance_is_the_integral_of_speed (void)
{
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
  gdouble dist = 0, speed = 0, sum = 0;
  guint laps = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < TWO_LAPS; i++) {
    const gdouble was_dist = dist, was_speed = speed;
    gdouble step;

    pb_test_race_next (&rig);
    dist = pb_test_race_get (&rig, "LapDist");
    speed = pb_test_race_get (&rig, "Speed");
    if (i == 1)
      continue;
    step = (speed + was_speed) / 2 * TICK_S;
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
  Fix b = { 0 }, c = { 0 }, then = { 0 };
  gdouble strongest = 0, hardest = 0, accel = 0, distance = 1;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < TWO_LAPS; i++) {
    const gdouble lat_b = i > 1 ? pb_test_race_get (&rig, "LatAccel") : 0;
    const gdouble yaw_rate_b = i > 1 ? pb_test_race_get (&rig, "YawRate") : 0;
    const gdouble long_b = i > 1 ? pb_test_race_get (&rig, "LongAccel") : 0;
    gdouble turn, rate, slide;

    pb_test_race_next (&rig);
    take_fix (&rig, &b, &c);
    if (i > 3) {
      /* Left turn positive; the sphere is 0.3 % off the ellipsoid. */
      turn = -unturn (c.course - b.course);
      rate = turn / TICK_S;
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
      distance += (b.speed + c.speed) / 2 * TICK_S;
      g_assert_cmpfloat_with_epsilon (
          hypot (c.x - b.x, c.y - b.y) / TICK_S, (b.speed + c.speed) / 2, 0.3);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
  guint agree = 0, bends = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < TWO_LAPS; i++) {
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
  gdouble ratio[10] = { 0 };
  guint since = 0, checked = 0, gears = 0;
  gint gear = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < TWO_LAPS; i++) {
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
  gdouble level, used_l = 0, first;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  first = level = pb_test_race_get (&rig, "FuelLevel");
  for (guint i = 1; i < TWO_LAPS; i++) {
    pb_test_race_next (&rig);
    g_assert_cmpfloat (pb_test_race_get (&rig, "FuelLevel"), <=, level);
    g_assert_cmpfloat_with_epsilon (pb_test_race_get (&rig, "FuelLevelPct"),
        pb_test_race_get (&rig, "FuelLevel") / 110, 1e-5);
    level = pb_test_race_get (&rig, "FuelLevel");
    used_l += pb_test_race_get (&rig, "FuelUsePerHour") / 0.75 * TICK_S / 3600;
  }
  g_assert_cmpfloat (first - level, >, 0.5);
  g_assert_cmpfloat_with_epsilon (first - level, used_l, 0.02);
  pb_test_race_stop (&rig);
}

static gdouble
second_lap_time (gdouble fuel_l)
{
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
  gdouble pct = 0, last = 0, previous_last = 0;
  gint lap = 0;
  guint wraps = 0, late = 0, updates = 0, ok_rows = 0;
  gboolean waiting = FALSE;
  gdouble crossed = 0, lap_time = 0;
  PbTestRace rig;

  pb_test_race_start (&rig, &config);
  pb_test_race_next (&rig);
  for (guint i = 1; i < 3 * TWO_LAPS; i++) {
    const gint was_lap = lap;
    const gdouble was_pct = pct, now = (i + 1) * TICK_S;

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
      g_assert_cmpfloat_with_epsilon (last, lap_time, 1.01 * TICK_S);
      waiting = FALSE;
      updates++;
      previous_last = last;
    }
    if (waiting && late < 5)
      g_assert_cmpfloat (pb_test_race_get (&rig, "LapCurrentLapTime"), >, 20);
    else if (!waiting && lap > 1)
      g_assert_cmpfloat_with_epsilon (
          pb_test_race_get (&rig, "LapCurrentLapTime"), now - crossed,
          1.01 * TICK_S);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
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

static void
test_shocks_move_as_fast_as_they_say (void)
{
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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

static void
test_all_cars_circulate (void)
{
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
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
      g_assert_cmpfloat_with_epsilon (
          hypot (x - was_x, y - was_y), (speed + was_speed) / 2 * TICK_S, 0.03);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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
test_session_text (void)
{
  static const gchar *const parts[] = { "\nWeekendInfo:\n",
    "\n TrackName: pinwheel short\n", "\n TrackLength: 0.99 km\n",
    "\n TrackPitSpeedLimit: 50.00 kph\n", "\n\nSessionInfo:\n",
    "\n\nCameraInfo:\n", "\n\nRadioInfo:\n", "\n\nDriverInfo:\n",
    "\n DriverCarIdx: 7\n", "\n PaceCarIdx: 0\n", " - CarIdx: 12\n",
    "\n   CarNumber: \"07\"\n", "\n   UserName: Driver 07\n",
    "\n\nSplitTimeInfo:\n", "\n\nCarSetup:\n" };
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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

/* FNV-1a over every row of a race with everything in it. */
static guint64
hash_of_race (guint64 seed)
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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

/* The least speed in the sharpest bend, lap by lap. */
static void
slowest (guint64 seed, gdouble *mps, guint n)
{
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_DISK);
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
test_places_and_cars_agree (void)
{
  g_autoptr (RaceSimTrack) track = race_sim_track_new ("vellmoor", NULL);
  g_autoptr (GError) error = NULL;
  RaceSimConfig config = short_track (RACE_SIM_SHAPE_LIVE);
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
#define ADD(path, func) g_test_add_func ("/racesim/" path, func)
  ADD ("live-shape", test_live_shape);
  ADD ("disk-shape", test_disk_shape);
  g_test_add_data_func ("/racesim/same-seed-same-bytes/live",
      GINT_TO_POINTER (RACE_SIM_SHAPE_LIVE), test_same_seed_same_bytes);
  g_test_add_data_func ("/racesim/same-seed-same-bytes/disk",
      GINT_TO_POINTER (RACE_SIM_SHAPE_DISK), test_same_seed_same_bytes);
  ADD ("first-row-has-no-place", test_first_row_has_no_place);
  ADD ("distance-is-the-integral-of-speed",
      test_distance_is_the_integral_of_speed);
  ADD ("forces-agree-with-the-path", test_forces_agree_with_the_path);
  ADD ("left-turns-are-positive", test_left_turns_are_positive);
  ADD ("engine-turns-with-the-wheels", test_engine_turns_with_the_wheels);
  ADD ("fuel-is-burnt-and-never-returns", test_fuel_is_burnt_and_never_returns);
  ADD ("fuel-costs-time", test_fuel_costs_time);
  ADD ("laps-are-counted-and-timed", test_laps_are_counted_and_timed);
  ADD ("laps-differ-but-little", test_laps_differ_but_little);
  ADD ("shocks-move-as-fast-as-they-say", test_shocks_move_as_fast_as_they_say);
  ADD ("all-cars-circulate", test_all_cars_circulate);
  g_test_add_data_func ("/racesim/pit-start/pinwheel", "pinwheel",
      test_pit_start_leaves_through_the_lane);
  g_test_add_data_func ("/racesim/pit-start/cinderridge", "cinderridge",
      test_pit_start_leaves_through_the_lane);
  ADD ("grid-start-waits", test_grid_start_waits);
  ADD ("session-text", test_session_text);
  ADD ("awkward-session-text", test_awkward_session_text);
  ADD ("bad-configuration-is-refused", test_bad_configuration_is_refused);
  ADD ("same-race-twice", test_same_race_twice);
  ADD ("drivers-differ-more-than-laps", test_drivers_differ_more_than_laps);
  ADD ("places-and-cars-agree", test_places_and_cars_agree);
  ADD ("every-track-can-be-driven", test_every_track_can_be_driven);
#undef ADD
  return g_test_run ();
}

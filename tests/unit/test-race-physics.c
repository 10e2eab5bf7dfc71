/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: in a whole race, with traffic, stops and trouble, the numbers of a
 * driver's rows obey the laws of motion. Tolerances stand with the checks. */
#include <math.h>
#include <string.h>

#include "../lib/pb-test-race.h"

#define GRAVITY 9.80665

/* What is read of a row, by name. */
/* clang-format off */
#define FIELDS(X) \
  X (Lat) \
  X (Lon) \
  X (Alt) \
  X (Speed) \
  X (YawNorth) \
  X (YawRate) \
  X (LatAccel) \
  X (LongAccel) \
  X (VelocityX) \
  X (VelocityY) \
  X (LapDist) \
  X (LapDistPct) \
  X (Lap) \
  X (RPM) \
  X (Gear) \
  X (Clutch) \
  X (LRspeed) \
  X (RRspeed) \
  X (FuelLevel) \
  X (FuelUsePerHour) \
  X (SteeringWheelAngle) \
  X (LFshockDefl) \
  X (RFshockDefl) \
  X (LRshockDefl) \
  X (RRshockDefl) \
  X (LFwearM) \
  X (LFwearL) \
  X (RRwearR) \
  X (TireSetsUsed) \
  X (PlayerTrackSurface) \
  X (OnPitRoad) \
  X (PlayerCarInPitStall) \
  X (PitstopActive) \
  X (SessionState) \
  X (LapLastLapTime) \
  X (SessionTime) \
  X (Throttle) \
  X (Brake)
/* clang-format on */

typedef struct {
#define MEMBER(name) gdouble name;
  FIELDS (MEMBER)
#undef MEMBER
  gdouble x, y, z; /* metres */
} Row;

/* Sums for a correlation of two series. */
typedef struct {
  gdouble n, x, y, xx, yy, xy;
} Pairs;

typedef struct {
  PbTestRace rows;
  const RaceSimVar *vars[64];
  Row now, then, before; /* the last three rows */
  guint usable; /* rows since the last teleport or standing start */
  guint checked, bends, gears, jumps;
  gint64 last_gear_change;
  gdouble ratio[10];
  Pairs roll, pitch, squat, steer;
  gdouble crossed_s, lap_s;
  guint laps;
  gdouble burnt, level;
  gdouble origin_lat;
} Lab;

static void
add_pair (Pairs *p, gdouble x, gdouble y)
{
  p->n++;
  p->x += x;
  p->y += y;
  p->xx += x * x;
  p->yy += y * y;
  p->xy += x * y;
}

static gdouble
correlation (const Pairs *p)
{
  return (p->n * p->xy - p->x * p->y)
         / sqrt ((p->n * p->xx - p->x * p->x) * (p->n * p->yy - p->y * p->y));
}

static gdouble
unturn (gdouble angle)
{
  return remainder (angle, 2 * G_PI);
}

static void
bind (Lab *lab)
{
  guint i = 0;
#define BIND(name) lab->vars[i++] = pb_test_race_find (&lab->rows, #name);
  FIELDS (BIND)
#undef BIND
  g_assert_cmpuint (i, <=, G_N_ELEMENTS (lab->vars));
}

/* Degrees to metres on the ellipsoid, by the radii of one place: over a few
 * km the widths of degrees differ by less than 3 in 10,000. */
static void
take_row (Lab *lab)
{
  const gdouble a = 6378137.0, e2 = 6.69437999014e-3;
  Row *row = &lab->now;
  gdouble phi, w2;
  guint i = 0;

  lab->before = lab->then;
  lab->then = lab->now;
#define TAKE(name) \
  row->name = pb_test_race_value (&lab->rows, lab->vars[i++], 0);
  FIELDS (TAKE)
#undef TAKE
  if (lab->origin_lat == 0)
    lab->origin_lat = row->Lat;
  phi = lab->origin_lat * G_PI / 180;
  w2 = 1 - e2 * sin (phi) * sin (phi);
  row->x = row->Lon * G_PI / 180 * a / sqrt (w2) * cos (phi);
  row->y = row->Lat * G_PI / 180 * a * (1 - e2) / (w2 * sqrt (w2));
  row->z = row->Alt;
}

/* Where a check went wrong, for whoever reads the log. */
static void
tell_row (const Lab *lab)
{
  const Row *row = &lab->then;

  g_test_message ("tick %" G_GINT64_FORMAT ": lap %g %.1f m, %.2f m/s, "
                  "surface %g, lane %g, state %g, gear %g, slide %.3f",
      race_sim_get_tick (lab->rows.sim) - 1, row->Lap, row->LapDist, row->Speed,
      row->PlayerTrackSurface, row->OnPitRoad, row->SessionState, row->Gear,
      atan2 (row->VelocityY, row->VelocityX));
}

#define NEAR(lab, value, expected, epsilon) \
  G_STMT_START \
  { \
    if (!(fabs ((value) - (expected)) <= (epsilon))) \
      tell_row (lab); \
    g_assert_cmpfloat_with_epsilon (value, expected, epsilon); \
  } \
  G_STMT_END

/* The way from row to row is the integral of Speed: 2 cm a row, and over the
 * spin and the lane change too. */
static void
check_way (const Lab *lab)
{
  const Row *a = &lab->then, *b = &lab->now;
  const gdouble way =
      sqrt ((b->x - a->x) * (b->x - a->x) + (b->y - a->y) * (b->y - a->y)
            + (b->z - a->z) * (b->z - a->z));

  NEAR (lab, way, (a->Speed + b->Speed) / 2 * PB_TEST_TICK_S, 0.02);
  /* The place on the lap moves with the car; beside the line a metre of road
   * is up to 25 % longer or shorter than one of LapDist, beside the road more.
   */
  if (b->Lap == a->Lap)
    NEAR (lab, b->LapDist - a->LapDist, way,
        (b->PlayerTrackSurface == 3 ? 0.25 : 0.6) * way + 0.02);
}

/* Forces across and along: the path's own curvature and the change of speed. */
static void
check_forces (Lab *lab)
{
  const Row *a = &lab->before, *b = &lab->then, *c = &lab->now;
  const gdouble first = atan2 (b->x - a->x, b->y - a->y);
  const gdouble second = atan2 (c->x - b->x, c->y - b->y);
  const gdouble rate = -unturn (second - first) / PB_TEST_TICK_S;
  const gdouble slide = atan2 (b->VelocityY, b->VelocityX);

  if (b->Speed < 8)
    return;
  NEAR (lab, unturn (b->YawNorth - slide - first - unturn (second - first) / 2),
      0, 0.03);
  if (fabs (slide) > 0.1
      || fabs (slide - atan2 (a->VelocityY, a->VelocityX)) > 0.002)
    return; /* going round: forces stay with the course, not with the car */
  NEAR (lab, b->LatAccel, b->Speed * rate, 1.2);
  NEAR (lab, b->YawRate,
      -unturn (c->YawNorth - a->YawNorth) / (2 * PB_TEST_TICK_S), 0.12);
  if (fabs (b->LatAccel) > 4) {
    lab->bends++;
    g_assert_cmpfloat (b->LatAccel * b->SteeringWheelAngle, >, 0);
  }
  add_pair (&lab->steer, b->SteeringWheelAngle, rate / b->Speed);
  add_pair (&lab->roll,
      b->RFshockDefl + b->RRshockDefl - b->LFshockDefl - b->LRshockDefl,
      b->LatAccel);
  add_pair (&lab->pitch,
      b->LFshockDefl + b->RFshockDefl - b->LRshockDefl - b->RRshockDefl,
      -b->LongAccel);
  add_pair (&lab->squat,
      b->LFshockDefl + b->RFshockDefl + b->LRshockDefl + b->RRshockDefl,
      b->Speed * b->Speed);
}

/* In gear, clutch closed, 0.2 s after the shift: one ratio a gear, 1.5 %. */
static void
check_engine (Lab *lab)
{
  const Row *row = &lab->now;
  const gint64 tick = race_sim_get_tick (lab->rows.sim);
  const gdouble wheels = (row->LRspeed + row->RRspeed) / 2;
  gdouble *ratio;

  if (row->Gear != lab->then.Gear)
    lab->last_gear_change = tick;
  if (tick - lab->last_gear_change < 13 || row->Gear < 1 || row->Clutch < 1
      || lab->then.Clutch < 1 || wheels < 10)
    return;
  ratio = &lab->ratio[(gint) row->Gear];
  if (*ratio == 0) {
    *ratio = row->RPM / wheels;
    lab->gears++;
  }
  NEAR (lab, row->RPM / wheels, *ratio, 0.015 * *ratio);
}

/* Fuel goes by what is burnt, in float steps, and comes only in the box;
 * tread goes, and comes only with another set. */
static void
check_stores (Lab *lab)
{
  const Row *a = &lab->then, *b = &lab->now;
  const gdouble use = b->FuelUsePerHour / 0.75 * PB_TEST_TICK_S / 3600;

  if (a->PitstopActive == 0 && b->PitstopActive == 0) {
    g_assert_cmpfloat (b->FuelLevel, <=, a->FuelLevel);
    if (b->FuelLevel > 0)
      NEAR (lab, a->FuelLevel - b->FuelLevel, use, 6e-4);
    lab->burnt += use;
    lab->level += a->FuelLevel - b->FuelLevel;
  } else {
    g_assert_cmpfloat (b->PlayerCarInPitStall, ==, 1);
  }
  if (b->TireSetsUsed == a->TireSetsUsed) {
    g_assert_cmpfloat (b->LFwearL, <=, a->LFwearL);
    g_assert_cmpfloat (b->LFwearM, <=, a->LFwearM);
    g_assert_cmpfloat (b->RRwearR, <=, a->RRwearR);
  } else {
    g_assert_cmpfloat (a->PlayerCarInPitStall, ==, 1);
  }
  g_assert_cmpfloat (b->Throttle, >=, 0);
  g_assert_cmpfloat (b->Throttle, <=, 1);
  g_assert_cmpfloat (b->Throttle * b->Brake, <, 0.35);
}

/* A lap takes from line to line, found between two rows: 3 ms. */
static void
check_lap (Lab *lab, gdouble length)
{
  const Row *a = &lab->then, *b = &lab->now;

  if (b->Lap == a->Lap + 1) {
    const gdouble left = length - a->LapDist;
    const gdouble at =
        a->SessionTime + PB_TEST_TICK_S * left / (left + b->LapDist);

    lab->lap_s = lab->crossed_s > 0 ? at - lab->crossed_s : 0;
    lab->crossed_s = at;
    g_assert_cmpfloat (a->LapDistPct, >, 0.95);
    g_assert_cmpfloat (b->LapDistPct, <, 0.05);
  }
  if (b->LapLastLapTime == a->LapLastLapTime || b->LapLastLapTime <= 0)
    return;
  if (lab->lap_s > 0) {
    NEAR (lab, b->LapLastLapTime, lab->lap_s, 0.003);
    lab->laps++;
  }
}

static void
check_row (Lab *lab, gdouble length)
{
  /* A tow: nowhere for a row, then in the box. */
  if (lab->now.PlayerTrackSurface == -1 || lab->now.Lap == 0) {
    lab->usable = 0;
    lab->crossed_s = lab->lap_s = 0;
    return;
  }
  if (lab->usable++ < 3)
    return;
  lab->checked++;
  check_way (lab);
  check_forces (lab);
  check_engine (lab);
  check_stores (lab);
  check_lap (lab, length);
}

static void
steer_race (Lab *lab, gint64 tick)
{
  static const struct {
    gint64 at;
    const gchar *command;
    gdouble value;
  } script[] = {
    { 5000, "off-track", 0 },
    { 6200, "off-track", 1 },
    { 7400, "spin", 0 },
    { 9000, "pit", 0 },
    { 13500, "tow", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (script); i++)
    if (script[i].at == tick) {
      g_autoptr (GError) error = NULL;

      if (!race_sim_command (
              lab->rows.sim, script[i].command, -1, script[i].value, &error))
        g_test_message ("%s: %s", script[i].command, error->message);
    }
}

static void
check_whole (const Lab *lab)
{
  g_test_message ("%u rows, %u in bends, %u gears, %u laps; roll %.3f, pitch "
                  "%.3f, squat %.3f, steering %.3f",
      lab->checked, lab->bends, lab->gears, lab->laps, correlation (&lab->roll),
      correlation (&lab->pitch), correlation (&lab->squat),
      correlation (&lab->steer));
  g_assert_cmpuint (lab->checked, >, 10000);
  g_assert_cmpuint (lab->bends, >, 1500);
  g_assert_cmpuint (lab->gears, >=, 3);
  g_assert_cmpuint (lab->laps, >=, 1);
  NEAR (lab, lab->burnt, lab->level, 0.01 + 0.01 * lab->burnt);
  /* Shocks tell the loads, the wheel the bend. */
  g_assert_cmpfloat (correlation (&lab->roll), >, 0.95);
  g_assert_cmpfloat (correlation (&lab->pitch), >, 0.75);
  g_assert_cmpfloat (correlation (&lab->squat), >, 0.6);
  g_assert_cmpfloat (correlation (&lab->steer), >, 0.85);
}

static void
test_physics (gconstpointer data)
{
  static const gchar *const tracks[] = { "pinwheel", "tinplate", "cinderridge",
    "vellmoor" };
  const guint seed = GPOINTER_TO_UINT (data);
  g_autoptr (RaceSimTrack) track = race_sim_track_new (tracks[seed % 4], NULL);
  const gdouble length = race_sim_track_get_length (track);
  RaceSimConfig config;
  Lab lab;

  memset (&lab, 0, sizeof lab);
  race_sim_config_init (&config);
  config.seed = seed;
  config.track = tracks[seed % 4];
  config.shape = RACE_SIM_SHAPE_DISK;
  config.n_cars = 20;
  config.n_classes = 1 + seed % 3;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = seed % 2 == 0 ? RACE_SIM_START_ROLLING : RACE_SIM_START_GRID;
  config.race_s = 200;
  config.fuel_l = 14;
  config.weather = seed == 4 ? RACE_SIM_WEATHER_CHANGING : RACE_SIM_WEATHER_DRY;
  pb_test_race_start (&lab.rows, &config);
  bind (&lab);
  while (!race_sim_is_over (lab.rows.sim)) {
    pb_test_race_next (&lab.rows);
    take_row (&lab);
    check_row (&lab, length);
    steer_race (&lab, race_sim_get_tick (lab.rows.sim));
  }
  check_whole (&lab);
  pb_test_race_stop (&lab.rows);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 1; seed <= 4; seed++) {
    g_autofree gchar *path = g_strdup_printf ("/race-physics/seed-%u", seed);

    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_physics);
  }
  return g_test_run ();
}

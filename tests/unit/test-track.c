/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The learnt outline: from places, from velocity, on made and real rows. */
#include <analysis/pb-track.h>

#include <math.h>

#include "../lib/pb-test-ibt.h"

/* A circle of 100 m radius, driven counter-clockwise from its east end. */
#define RADIUS 100.0
#define LENGTH (2 * G_PI * RADIUS)
#define SPEED 30.0
#define LAT0 35.0
#define LON0 139.0
#define ROW_BYTES 56

enum { PCT, LAT, LON, VX, VY, YAW, NORTH, PIT, SESSION, N_VARS };

static const GstPitboxVar vars[N_VARS] = {
  { "LapDistPct", "%", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 },
  { "Lat", "deg", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 4 },
  { "Lon", "deg", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 12 },
  { "VelocityX", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 20 },
  { "VelocityY", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 24 },
  { "Yaw", "rad", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 28 },
  { "YawNorth", "rad", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 32 },
  { "OnPitRoad", "", "", GST_PITBOX_VAR_BOOL, 1, FALSE, 36 },
  { "SessionTime", "s", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 40 },
};

static GstPitboxSchema *
make_schema (guint without)
{
  GstPitboxVar some[N_VARS];
  guint n = 0;

  for (guint i = 0; i < N_VARS; i++)
    if (!(without >> i & 1))
      some[n++] = vars[i];
  return gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, some, n, NULL);
}

typedef struct {
  PbTrack *track;
  gdouble time_s;
  gdouble speed; /* of the stream against the simulator's clock; 0 = 1 */
  gdouble stall_s; /* the stream stood still for so long */
  gdouble slip; /* rad the nose points left of the way */
  gdouble drift; /* m/s of false velocity */
  gdouble offset; /* between YawNorth and -Yaw */
  gboolean pit;
  gboolean placeless;
} Car;

static gboolean
push (Car *car)
{
  gdouble s = SPEED * car->time_s, a = s / RADIUS;
  /* Driving counter-clockwise: at the east end the course is north. */
  gdouble heading = -a - car->slip;
  guint8 row[ROW_BYTES] = { 0 };
  gdouble values[N_VARS] = {
    [PCT] = s / LENGTH - floor (s / LENGTH),
    [LAT] = LAT0 + RADIUS * sin (a) / 110941.0,
    [LON] = LON0 + RADIUS * cos (a) / 91288.0,
    [VX] = SPEED * cos (car->slip) + car->drift,
    [VY] = -SPEED * sin (car->slip),
    [YAW] = car->offset - heading,
    [NORTH] = heading,
    [PIT] = car->pit,
    [SESSION] = car->time_s,
  };

  if (car->placeless)
    values[LAT] = values[LON] = values[PCT] = 0;
  for (guint i = 0; i < N_VARS; i++)
    gst_pitbox_row_set_double (row, &vars[i], 0, values[i]);
  return pb_track_push (car->track, row,
      (GstClockTime) llrint (
          (car->time_s / (car->speed > 0 ? car->speed : 1) + car->stall_s)
          * GST_SECOND));
}

/* Drives; the number of changes of the outline. */
static guint
drive (Car *car, gdouble laps)
{
  guint n = (guint) lrint (laps * LENGTH / SPEED * 60), changes = 0;

  for (guint i = 0; i < n; i++) {
    changes += push (car);
    car->time_s += 1 / 60.0;
  }
  return changes;
}

static void
car_init (Car *car, guint without, gdouble start)
{
  g_autoptr (GstPitboxSchema) schema = make_schema (without);

  *car = (Car){ .track = pb_track_new (), .time_s = start * LENGTH / SPEED };
  pb_track_set_schema (car->track, schema);
}

/* Greatest distance from the circle that begins at the origin. */
static gdouble
worst_error (const PbTrack *track)
{
  guint n;
  const PbTrackPoint *p = pb_track_get_points (track, &n);
  gdouble worst = 0;

  for (guint i = 0; i < n; i++) {
    gdouble a = 2 * G_PI * i / n;

    worst = MAX (worst,
        hypot (p[i].x_m - RADIUS * (cos (a) - 1), p[i].y_m - RADIUS * sin (a)));
  }
  return worst;
}

#define NO_PLACE (1 << LAT | 1 << LON)

static const struct {
  const gchar *name;
  guint without;
  gdouble start, slip, drift, offset, tolerance_m;
} circles[] = {
  { "places", 0, 0, 0, 0, 0, 0.2 },
  { "places, from the middle of the lap", 0, 0.37, 0, 0, 0, 0.2 },
  { "velocity", NO_PLACE, 0, 0, 0, 0, 0.2 },
  { "velocity, sliding, from the middle", NO_PLACE, 0.6, 0.2, 0, 0, 0.2 },
  { "velocity, yaw only", NO_PLACE | 1 << NORTH, 0.1, 0.1, 0, 1.5, 0.2 },
  { "velocity that is 1 % wrong", NO_PLACE, 0, 0, 0.3, 0, 2.5 },
};

static void
test_circles (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (circles); i++) {
    guint n;
    Car car;

    g_test_message ("%s", circles[i].name);
    car_init (&car, circles[i].without, circles[i].start);
    car.slip = circles[i].slip;
    car.drift = circles[i].drift;
    car.offset = circles[i].offset;
    pb_track_set_name (car.track, "circle", car.offset);
    g_assert_cmpuint (drive (&car, 0.99), ==, 0);
    g_assert_false (pb_track_is_complete (car.track));
    g_assert_cmpuint (drive (&car, 0.03), ==, 1);
    g_assert_true (pb_track_is_complete (car.track));
    g_assert_cmpuint (pb_track_get_version (car.track), ==, 1);
    pb_track_get_points (car.track, &n);
    g_assert_cmpuint (n, ==, PB_TRACK_MIN_POINTS);
    g_assert_cmpfloat (worst_error (car.track), <, circles[i].tolerance_m);
    g_assert_cmpfloat_with_epsilon (
        pb_track_get_length_m (car.track), LENGTH, 0.012 * LENGTH);
    pb_track_free (car.track);
  }
}

/* One row without a place, a gap in the rows, the pit road. */
/* A simulator that plays faster than life, and a stream that stalls between two
 * rows, drive the same circle. */
static void
test_clock (void)
{
  static const gdouble speeds[] = { 0.5, 1, 2, 8 };

  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++) {
    Car car;

    car_init (&car, NO_PLACE, 0.3);
    car.speed = speeds[i];
    g_assert_cmpuint (drive (&car, 0.5), ==, 0);
    car.stall_s = 3;
    g_assert_cmpuint (drive (&car, 0.7), ==, 1);
    g_assert_cmpfloat (fabs (pb_track_get_length_m (car.track) - LENGTH), <, 1);
    g_assert_cmpfloat (worst_error (car.track), <, 0.5);
    pb_track_free (car.track);
  }
}

static void
test_broken_laps_teach_nothing (void)
{
  for (guint kind = 0; kind < 3; kind++) {
    Car car;

    car_init (&car, NO_PLACE & (kind == 0 ? 0 : ~0u), 0);
    g_assert_cmpuint (drive (&car, 0.8), ==, 0);
    if (kind == 0) {
      car.placeless = TRUE;
      push (&car);
      car.placeless = FALSE;
    } else if (kind == 1) {
      car.time_s += 0.6;
    } else {
      car.pit = TRUE;
      drive (&car, 0.01);
      car.pit = FALSE;
    }
    g_assert_cmpuint (drive (&car, 0.97), ==, 0);
    g_assert_false (pb_track_is_complete (car.track));
    g_assert_cmpuint (drive (&car, 0.1), ==, 1);
    g_assert_true (pb_track_is_complete (car.track));
    pb_track_free (car.track);
  }
}

static void
test_only_a_better_lap_replaces (void)
{
  Car car;

  car_init (&car, NO_PLACE, 0);
  car.drift = 0.3;
  g_assert_cmpuint (drive (&car, 3.5), <=, 3);
  {
    guint before = pb_track_get_version (car.track);
    gdouble error = worst_error (car.track);

    car.drift = 1.5;
    g_assert_cmpuint (drive (&car, 3), ==, 0);
    g_assert_cmpuint (pb_track_get_version (car.track), ==, before);
    g_assert_cmpfloat (worst_error (car.track), ==, error);
  }
  pb_track_free (car.track);
}

static void
test_another_name_is_another_track (void)
{
  Car car;

  car_init (&car, 0, 0);
  pb_track_set_name (car.track, "one", 0);
  drive (&car, 1.1);
  pb_track_set_name (car.track, "one", 0);
  g_assert_true (pb_track_is_complete (car.track));
  pb_track_set_name (car.track, "two", 0);
  g_assert_false (pb_track_is_complete (car.track));
  g_assert_cmpuint (pb_track_get_version (car.track), ==, 2);
  pb_track_free (car.track);
}

static void
test_json (void)
{
  g_autoptr (JsonNode) none = NULL;
  g_autoptr (JsonNode) some = NULL;
  g_autofree gchar *text = NULL;
  JsonObject *root;
  JsonArray *points;
  Car car;

  car_init (&car, 0, 0);
  none = pb_track_to_json (car.track);
  text = json_to_string (none, FALSE);
  g_assert_cmpstr (text, ==,
      "{\"track\":null,\"length_m\":0.0,\"complete\":false,\"version\":0,"
      "\"points\":[]}");
  pb_track_set_name (car.track, "circle", 0);
  drive (&car, 1.1);
  some = pb_track_to_json (car.track);
  root = json_node_get_object (some);
  points = json_object_get_array_member (root, "points");
  g_assert_cmpstr (json_object_get_string_member (root, "track"), ==, "circle");
  g_assert_true (json_object_get_boolean_member (root, "complete"));
  g_assert_cmpuint (json_array_get_length (points), ==, PB_TRACK_MIN_POINTS);
  {
    JsonObject *half =
        json_array_get_object_element (points, PB_TRACK_MIN_POINTS / 2);

    g_assert_cmpfloat (json_object_get_double_member (half, "pct"), ==, 0.5);
    g_assert_cmpfloat_with_epsilon (
        json_object_get_double_member (half, "x_m"), -2 * RADIUS, 0.3);
    g_assert_cmpfloat_with_epsilon (
        json_object_get_double_member (half, "y_m"), 0, 0.3);
  }
  pb_track_free (car.track);
}

static GstPitboxSchema *
without_place (const GstPitboxSchema *schema)
{
  guint n = gst_pitbox_schema_get_n_vars (schema), m = 0;
  g_autofree GstPitboxVar *some = g_new (GstPitboxVar, n);

  for (guint i = 0; i < n; i++) {
    const GstPitboxVar *var = gst_pitbox_schema_get_var (schema, i);

    if (!g_str_equal (var->name, "Lat") && !g_str_equal (var->name, "Lon"))
      some[m++] = *var;
  }
  return gst_pitbox_schema_new (
      "iracing", 60, gst_pitbox_schema_get_row_bytes (schema), some, m, NULL);
}

static PbTrack *
learn (const PbTestIbt *ibt, GstPitboxSchema *schema)
{
  PbTrack *track = pb_track_new ();

  pb_track_set_schema (track, schema);
  pb_track_set_name (track, "real", ibt->north_offset_rad);
  for (guint i = 0; i < ibt->n_rows; i++)
    pb_track_push (track, ibt->rows + (gsize) i * ibt->row_bytes,
        gst_util_uint64_scale (i, GST_SECOND, 60));
  return track;
}

/* Greatest distance of two outlines of the same track, the second turned by
 * the angle that fits best: an old car has no north. */
static gdouble
compare (const PbTrack *one, const PbTrack *two, gboolean turn)
{
  guint n, m;
  const PbTrackPoint *p = pb_track_get_points (one, &n);
  const PbTrackPoint *q = pb_track_get_points (two, &m);
  gdouble angle = 0, dot = 0, cross = 0, worst = 0;

  for (guint i = 0; turn && i < n; i++) {
    const PbTrackPoint *r = &q[(guint64) i * m / n];

    dot += p[i].x_m * r->x_m + p[i].y_m * r->y_m;
    cross += p[i].y_m * r->x_m - p[i].x_m * r->y_m;
  }
  if (turn)
    angle = atan2 (cross, dot);
  for (guint i = 0; i < n; i++) {
    const PbTrackPoint *r = &q[(guint64) i * m / n];
    gdouble x = r->x_m * cos (angle) - r->y_m * sin (angle);
    gdouble y = r->x_m * sin (angle) + r->y_m * cos (angle);

    worst = MAX (worst, hypot (p[i].x_m - x, p[i].y_m - y));
  }
  return worst;
}

static void
check_file (const gchar *name, gboolean turn)
{
  g_autoptr (GstPitboxSchema) blind = NULL;
  g_autoptr (PbTrack) places = NULL;
  g_autoptr (PbTrack) velocity = NULL;
  PbTestIbt ibt = { 0 };
  gdouble worst;

  if (!pb_test_ibt_load (&ibt, name))
    return;
  blind = without_place (ibt.schema);
  places = learn (&ibt, ibt.schema);
  velocity = learn (&ibt, blind);
  g_assert_true (pb_track_is_complete (places));
  g_assert_true (pb_track_is_complete (velocity));
  worst = compare (places, velocity, turn);
  g_test_message ("%s: length %.1f m from places, %.1f m from velocity, file "
                  "says %.1f m; worst %.2f m apart",
      name, pb_track_get_length_m (places), pb_track_get_length_m (velocity),
      ibt.track_length_m, worst);
  g_assert_cmpfloat_with_epsilon (pb_track_get_length_m (places),
      ibt.track_length_m, ibt.track_length_m * 0.01);
  g_assert_cmpfloat_with_epsilon (pb_track_get_length_m (velocity),
      ibt.track_length_m, ibt.track_length_m * 0.01);
  g_assert_cmpfloat (worst, <, 5.0);
  pb_test_ibt_clear (&ibt);
}

static void
test_real_tsukuba (void)
{
  check_file ("formulavee_tsukuba-1kouter.ibt", FALSE);
}

static void
test_real_martinsville (void)
{
  check_file ("skmodified-tour_martinsville.ibt", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/track/circles", test_circles);
  g_test_add_func ("/track/simulators-own-clock", test_clock);
  g_test_add_func ("/track/broken-laps", test_broken_laps_teach_nothing);
  g_test_add_func ("/track/better-lap", test_only_a_better_lap_replaces);
  g_test_add_func ("/track/name", test_another_name_is_another_track);
  g_test_add_func ("/track/json", test_json);
  g_test_add_func ("/track/real/tsukuba", test_real_tsukuba);
  g_test_add_func ("/track/real/martinsville", test_real_martinsville);
  return g_test_run ();
}

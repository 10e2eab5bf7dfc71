/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Laps from rows: what iRacing's rows do around the line, and real files. */
#include <analysis/pb-laps.h>

#include <math.h>

#include "../lib/pb-test-ibt.h"

#define N_VARS 8
#define ROW_BYTES 40

static const GstPitboxVar vars[N_VARS] = {
  { "Lap", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 0 },
  { "LapDistPct", "%", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 4 },
  { "LapLastLapTime", "s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 8 },
  { "LapCurrentLapTime", "s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 12 },
  { "FuelLevel", "l", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 16 },
  { "PlayerTrackSurface", "irsdk_TrkLoc", "", GST_PITBOX_VAR_INT, 1, FALSE,
      20 },
  { "SessionNum", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 24 },
  { "SessionTime", "s", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 28 },
};

/* A car on a track of 20 s at even speed, with the simulator's habits. */
typedef struct {
  PbLaps *laps;
  gdouble time_s;
  gint lap;
  gdouble pct;
  gdouble pct_a_second;
  gdouble last_time;
  gdouble current_time;
  gdouble fuel;
  gint surface;
  gint session;
  guint changes;
  /* Rows until the last lap's time is told; -1 = it has been. */
  gint countdown;
  /* Seconds of the stream's clock for one of the simulator's, and what a stall
   * has added to it. */
  gdouble pace;
  gdouble stalled_s;
} Car;

static void
car_init (Car *car)
{
  g_autoptr (GstPitboxSchema) schema =
      gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, vars, N_VARS, NULL);

  *car = (Car){ .laps = pb_laps_new (),
    .pct = 0.9,
    .pct_a_second = 0.05,
    .fuel = 30,
    .surface = 3,
    .pace = 1,
    .countdown = -1,
    .lap = 4 };
  pb_laps_set_schema (car->laps, schema);
}

static void
push (Car *car)
{
  guint8 row[ROW_BYTES] = { 0 };
  gdouble values[N_VARS] = { car->lap, car->pct, car->last_time,
    car->current_time, car->fuel, car->surface, car->session, car->time_s };

  for (guint i = 0; i < N_VARS; i++)
    gst_pitbox_row_set_double (row, &vars[i], 0, values[i]);
  car->changes += pb_laps_push (car->laps, row,
      (GstClockTime) llrint (
          (car->time_s * car->pace + car->stalled_s) * GST_SECOND),
      1000000 + llrint (car->time_s * 1e6));
}

/* Drives on; the lap number changes at the wrap, the time is told `late` rows
 * after it as `told`. */
static void
drive (Car *car, gdouble seconds, guint late, gdouble told)
{
  guint rows = (guint) lrint (seconds * 60);

  for (guint i = 0; i < rows; i++) {
    car->time_s += 1 / 60.0;
    car->current_time += 1 / 60.0;
    car->fuel -= 0.001;
    car->pct += car->pct_a_second / 60;
    if (car->pct >= 1) {
      car->pct -= 1;
      car->lap++;
      car->countdown = (gint) late;
    }
    if (car->countdown >= 0 && car->countdown-- == 0) {
      car->last_time = told;
      car->current_time = late / 60.0;
    }
    push (car);
  }
}

static void
car_clear (Car *car)
{
  pb_laps_free (car->laps);
}

static void
test_time_comes_after_the_line (void)
{
  static const guint late[] = { 0, 1, 5, 111 };

  for (guint i = 0; i < G_N_ELEMENTS (late); i++) {
    Car car;
    const PbLap *lap;

    car_init (&car);
    drive (&car, 12, late[i], -1); /* the first line: an out lap */
    g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 0);
    drive (&car, 15, late[i], 20.0125);
    g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
    g_assert_cmpuint (car.changes, ==, late[i] == 0 ? 1 : 2);
    lap = pb_laps_get_lap (car.laps, 0);
    g_assert_cmpint (lap->lap, ==, 5);
    g_assert_cmpfloat (lap->time_s, ==, 20.0125);
    g_assert_cmpfloat_with_epsilon (lap->fuel_used_l, 1.2, 0.01);
    g_assert_cmpint (ABS (lap->start_utc_ms - 3000), <=, 17);
    g_assert_true (pb_laps_get_best (car.laps) == lap);
    car_clear (&car);
  }
}

/* Rows get thinner in the middle of a lap. */
static void
test_thinner_rows_go_on (void)
{
  g_autoptr (GstPitboxSchema) schema =
      gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, vars, N_VARS, NULL);
  Car car;

  car_init (&car);
  drive (&car, 30, 5, 20.0125);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  pb_laps_bind (car.laps, schema);
  drive (&car, 15, 5, 20.4);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 2);
  g_assert_cmpfloat (pb_laps_get_lap (car.laps, 1)->time_s, ==, 20.4);
  pb_laps_set_schema (car.laps, schema);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 0);
  car_clear (&car);
}

static void
test_invalid_lap_has_no_time (void)
{
  Car car;

  car_init (&car);
  drive (&car, 27, 5, -1);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  g_assert_true (isnan (pb_laps_get_lap (car.laps, 0)->time_s));
  g_assert_null (pb_laps_get_best (car.laps));
  drive (&car, 20, 5, 20.4);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 2);
  g_assert_cmpfloat (pb_laps_get_lap (car.laps, 1)->time_s, ==, 20.4);
  car_clear (&car);
}

/* LapLastLapTime does not change then. */
static void
test_two_laps_of_the_same_time (void)
{
  Car car;

  car_init (&car);
  drive (&car, 27, 5, 20.0);
  drive (&car, 42, 5, 20.0);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (pb_laps_get_lap (car.laps, i)->time_s, ==, 20.0);
  car_clear (&car);
}

/* The simulator's own clock counts: it may be played fast or slowly, and it may
 * stand still in the middle of the lap or between line and lap time. */
static void
test_other_clocks (void)
{
  static const struct {
    gdouble pace;
    gdouble stall_at_s;
    gdouble stall_s;
  } table[] = {
    { 1, 0, 0 },
    { 0.5, 0, 0 },
    { 0.1, 0, 0 },
    { 3, 0, 0 },
    { 1, 10, 4 },
    { 1, 10, 400 },
    { 1, 19.05, 8 },
    { 0.5, 10, 30 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    Car car;

    car_init (&car);
    car.pace = table[i].pace;
    drive (&car, 3, 5, -1);
    drive (&car, table[i].stall_at_s, 5, 20.0125);
    car.stalled_s = table[i].stall_s;
    drive (&car, 24 - table[i].stall_at_s, 5, 20.0125);
    g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
    g_assert_cmpfloat (pb_laps_get_lap (car.laps, 0)->time_s, ==, 20.0125);
    car_clear (&car);
  }
}

/* A recording that is played round and round: its laps come again, and none is
 * made of its end and its beginning. */
static void
test_a_recording_begins_again (void)
{
  static const gdouble lengths_s[] = { 19.03, 21, 32, 39 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths_s); i++) {
    Car car;
    guint n;

    car_init (&car);
    drive (&car, 3, 5, -1);
    drive (&car, lengths_s[i], 5, 20.0125);
    n = pb_laps_get_n_laps (car.laps);
    car.stalled_s += car.time_s;
    car.time_s = 0;
    car.lap = 4;
    car.pct = 0.9;
    car.last_time = 0;
    car.current_time = 0;
    drive (&car, 3, 5, -1);
    g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, n);
    drive (&car, 21, 5, 20.25);
    g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, n + 1);
    g_assert_cmpfloat (pb_laps_get_lap (car.laps, n)->time_s, ==, 20.25);
    car_clear (&car);
  }
}

/* Rows without the clock, or with an impossible one, are passed over. */
static void
test_impossible_session_time (void)
{
  static const gdouble times[] = { NAN, INFINITY, -INFINITY, -1e9, 1e300 };
  Car car;

  car_init (&car);
  drive (&car, 12, 5, -1);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    gdouble kept = car.time_s;
    guint8 row[ROW_BYTES] = { 0 };

    gst_pitbox_row_set_double (row, &vars[7], 0, times[i]);
    g_assert_false (
        pb_laps_push (car.laps, row, (GstClockTime) (kept * GST_SECOND), 0));
  }
  drive (&car, 15, 5, 20.0125);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  g_assert_cmpfloat (pb_laps_get_lap (car.laps, 0)->time_s, ==, 20.0125);
  car_clear (&car);
}

/* A time far from what was driven is of another lap. */
static void
test_foreign_time_is_not_taken (void)
{
  Car car;

  car_init (&car);
  drive (&car, 3, 5, -1);
  drive (&car, 24, 5, 34.5);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  g_assert_true (isnan (pb_laps_get_lap (car.laps, 0)->time_s));
  car_clear (&car);
}

/* One row without a place, then the pit box, same lap number. */
static void
test_a_tow_ends_the_lap (void)
{
  Car car;

  car_init (&car);
  drive (&car, 10, 5, -1);
  g_assert_nonnull (pb_laps_get_trace (car.laps, car.lap, &(guint){ 0 }));
  car.surface = -1;
  car.pct = 0;
  car.lap = 0;
  car.fuel = 40;
  push (&car);
  car.surface = 1;
  car.lap = 5;
  car.pct = 0.95;
  drive (&car, 5, 5, -1);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 0);
  drive (&car, 20, 5, 20.0);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  g_assert_cmpfloat_with_epsilon (
      pb_laps_get_lap (car.laps, 0)->fuel_used_l, 1.2, 0.01);
  car_clear (&car);
}

static void
test_jumps_never_make_a_lap (void)
{
  static const gdouble jumps[] = { 0.3, -0.3, 0.6, -0.05 };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++) {
    Car car;

    car_init (&car);
    drive (&car, 10, 5, -1);
    car.pct += jumps[i];
    car.pct -= floor (car.pct);
    drive (&car, 19, 5, 20.0);
    g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 0);
    car_clear (&car);
  }
}

static void
test_backward_over_the_line_is_no_lap (void)
{
  Car car;

  car_init (&car);
  drive (&car, 2.2, 5, -1);
  car.pct_a_second = -0.05;
  for (guint i = 0; i < 60; i++) {
    car.time_s += 1 / 60.0;
    car.pct -= 0.05 / 60;
    car.pct -= floor (car.pct);
    push (&car);
  }
  car.pct_a_second = 0.05;
  drive (&car, 2, 5, -1);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 0);
  drive (&car, 20, 5, 20.0);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  car_clear (&car);
}

static void
test_refuelling_leaves_no_use (void)
{
  Car car;

  car_init (&car);
  drive (&car, 10, 5, -1);
  car.fuel += 5;
  drive (&car, 17, 5, 20.0);
  g_assert_true (isnan (pb_laps_get_lap (car.laps, 0)->fuel_used_l));
  car_clear (&car);
}

static void
test_a_new_session_forgets (void)
{
  Car car;

  car_init (&car);
  drive (&car, 27, 5, 20.0);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 1);
  car.session = 1;
  drive (&car, 1, 5, 20.0);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, 0);
  car_clear (&car);
}

static void
test_trace_never_falls_and_ends_at_the_time (void)
{
  const gfloat *trace;
  guint n;
  Car car;

  car_init (&car);
  drive (&car, 3, 5, -1);
  drive (&car, 24, 5, 20.0125);
  trace = pb_laps_get_trace (car.laps, 5, &n);
  g_assert_cmpuint (n, ==, PB_LAPS_TRACE_POINTS);
  g_assert_cmpfloat (trace[0], ==, 0);
  g_assert_cmpfloat_with_epsilon (trace[500], 20.0125, 1e-4);
  for (guint i = 1; i < n; i++) {
    g_assert_cmpfloat (trace[i], >=, trace[i - 1]);
    g_assert_cmpfloat_with_epsilon (trace[i], 0.04 * i, 0.02);
  }
  /* The lap that is being driven, as far as it is known. */
  trace = pb_laps_get_trace (car.laps, 6, &n);
  g_assert_nonnull (trace);
  g_assert_cmpuint (n, >, 120);
  g_assert_cmpuint (n, <, 130);
  g_assert_null (pb_laps_get_trace (car.laps, 4, &n));
  car_clear (&car);
}

static void
test_memory_is_bounded (void)
{
  Car car;

  car_init (&car);
  car.pct_a_second = 0.1;
  drive (&car, 10.0 * (PB_LAPS_MAX + 20), 5, 10.0);
  g_assert_cmpuint (pb_laps_get_n_laps (car.laps), ==, PB_LAPS_MAX);
  g_assert_cmpint (
      pb_laps_get_lap (car.laps, PB_LAPS_MAX - 1)->lap, ==, car.lap - 1);
  car_clear (&car);
}

static void
test_json (void)
{
  g_autoptr (JsonNode) list = NULL;
  g_autoptr (JsonNode) trace = NULL;
  g_autofree gchar *text = NULL;
  JsonObject *root, *lap, *current;
  Car car;

  car_init (&car);
  list = pb_laps_to_json (car.laps);
  text = json_to_string (list, FALSE);
  g_assert_cmpstr (text, ==,
      "{\"laps\":[],\"best_lap\":null,"
      "\"current\":{\"lap\":null,\"elapsed_s\":null}}");
  json_node_unref (list);
  drive (&car, 3, 5, -1);
  drive (&car, 24, 5, 20.0125);
  list = pb_laps_to_json (car.laps);
  root = json_node_get_object (list);
  lap = json_array_get_object_element (
      json_object_get_array_member (root, "laps"), 0);
  g_assert_cmpint (json_object_get_int_member (lap, "lap"), ==, 5);
  g_assert_cmpfloat (
      json_object_get_double_member (lap, "time_s"), ==, 20.0125);
  g_assert_true (json_object_get_boolean_member (lap, "valid"));
  g_assert_cmpint (json_object_get_int_member (root, "best_lap"), ==, 5);
  current = json_object_get_object_member (root, "current");
  g_assert_cmpint (json_object_get_int_member (current, "lap"), ==, 6);
  g_assert_cmpfloat_with_epsilon (
      json_object_get_double_member (current, "elapsed_s"), 5.0, 0.02);
  trace = pb_laps_trace_to_json (car.laps, 5);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        json_node_get_object (trace), "time_s")),
      ==, PB_LAPS_TRACE_POINTS);
  g_assert_null (pb_laps_trace_to_json (car.laps, 77));
  car_clear (&car);
}

static void
check_file (const gchar *name, const gint *numbers, const gfloat *times)
{
  g_autoptr (PbLaps) laps = pb_laps_new ();
  PbTestIbt ibt = { 0 };

  if (!pb_test_ibt_load (&ibt, name))
    return;
  pb_laps_set_schema (laps, ibt.schema);
  for (guint i = 0; i < ibt.n_rows; i++)
    pb_laps_push (laps, ibt.rows + (gsize) i * ibt.row_bytes,
        gst_util_uint64_scale (i, GST_SECOND, 60), 0);
  g_assert_cmpuint (pb_laps_get_n_laps (laps), ==, 2);
  for (guint i = 0; i < 2; i++) {
    const PbLap *lap = pb_laps_get_lap (laps, i);
    const gfloat *trace;
    guint n;

    g_assert_cmpint (lap->lap, ==, numbers[i]);
    g_assert_cmpfloat ((gfloat) lap->time_s, ==, times[i]);
    g_assert_cmpfloat (lap->fuel_used_l, >, 0);
    trace = pb_laps_get_trace (laps, lap->lap, &n);
    g_assert_cmpuint (n, ==, PB_LAPS_TRACE_POINTS);
    for (guint k = 1; k < n; k++)
      g_assert_cmpfloat (trace[k], >, trace[k - 1]);
  }
  pb_test_ibt_clear (&ibt);
}

static void
test_real_tsukuba (void)
{
  check_file ("formulavee_tsukuba-1kouter.ibt", (const gint[]){ 1, 2 },
      (const gfloat[]){ 25.9145f, 23.9797f });
}

static void
test_real_martinsville (void)
{
  check_file ("skmodified-tour_martinsville.ibt", (const gint[]){ 32, 33 },
      (const gfloat[]){ 19.301f, 19.5457f });
}

/* A car that was followed all the way, and the same one with a hole. */
static void
test_laps_that_were_found_later (void)
{
  Car whole, holed;

  car_init (&whole);
  car_init (&holed);
  drive (&whole, 12, 1, -1);
  drive (&holed, 12, 1, -1);
  for (guint i = 0; i < 5; i++) {
    const gdouble told = 20 + 0.01 * i;

    drive (&whole, 20, 1, told);
    if (i == 2) {
      PbLaps *laps = holed.laps;

      /* Nobody hears of most of this lap. */
      holed.laps = pb_laps_new ();
      drive (&holed, 18, 1, told);
      pb_laps_free (holed.laps);
      holed.laps = laps;
      drive (&holed, 2, 1, told);
    } else {
      drive (&holed, 20, 1, told);
    }
  }
  g_assert_cmpuint (pb_laps_get_n_laps (whole.laps), ==, 5);
  g_assert_cmpuint (pb_laps_get_n_laps (holed.laps), ==, 3);
  /* The line was crossed at 1000 s of UTC and 2 + 20 n s: nearly. */
  g_assert_true (pb_laps_is_past (holed.laps, 1000 + 102 * 1000 - 100));
  g_assert_false (pb_laps_is_past (holed.laps, 1000 + 103 * 1000));
  g_assert_cmpuint (pb_laps_merge (holed.laps, whole.laps), ==, 2);
  g_assert_cmpuint (pb_laps_merge (holed.laps, whole.laps), ==, 0);
  for (guint i = 0; i < 5; i++) {
    const PbLap *one = pb_laps_get_lap (whole.laps, i);
    const PbLap *other = pb_laps_get_lap (holed.laps, i);

    g_assert_cmpint (one->lap, ==, other->lap);
    g_assert_cmpfloat (one->time_s, ==, other->time_s);
    g_assert_cmpint (one->start_utc_ms, ==, other->start_utc_ms);
  }
  /* Laps of another session of the simulator stay where they are. */
  holed.session = 1;
  drive (&holed, 1, 1, 20);
  g_assert_cmpuint (pb_laps_merge (holed.laps, whole.laps), ==, 0);
  car_clear (&whole);
  car_clear (&holed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/laps/that-were-found-later", test_laps_that_were_found_later);
  g_test_add_func ("/laps/time-late", test_time_comes_after_the_line);
  g_test_add_func ("/laps/thinner-rows", test_thinner_rows_go_on);
  g_test_add_func ("/laps/invalid", test_invalid_lap_has_no_time);
  g_test_add_func ("/laps/other-clocks", test_other_clocks);
  g_test_add_func ("/laps/recording-again", test_a_recording_begins_again);
  g_test_add_func ("/laps/impossible-time", test_impossible_session_time);
  g_test_add_func ("/laps/same-time", test_two_laps_of_the_same_time);
  g_test_add_func ("/laps/foreign-time", test_foreign_time_is_not_taken);
  g_test_add_func ("/laps/tow", test_a_tow_ends_the_lap);
  g_test_add_func ("/laps/jumps", test_jumps_never_make_a_lap);
  g_test_add_func ("/laps/backward", test_backward_over_the_line_is_no_lap);
  g_test_add_func ("/laps/refuel", test_refuelling_leaves_no_use);
  g_test_add_func ("/laps/session", test_a_new_session_forgets);
  g_test_add_func ("/laps/trace", test_trace_never_falls_and_ends_at_the_time);
  g_test_add_func ("/laps/bounded", test_memory_is_bounded);
  g_test_add_func ("/laps/json", test_json);
  g_test_add_func ("/laps/real/tsukuba", test_real_tsukuba);
  g_test_add_func ("/laps/real/martinsville", test_real_martinsville);
  return g_test_run ();
}

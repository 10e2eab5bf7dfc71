/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the scene draws other cars beside the own one: rows do not say it, yet
 * nobody may be seen to drive through anybody. */
#include <math.h>

#include "../lib/pb-test-scene.h"
#include "scenefield.h"

/* Of a car's box; the boxes of scenecars.c are up to 4.7 m and 1.96 m. */
#define LENGTH_M 4.4
#define WIDTH_M 1.9
/* Others that near are looked at; so far across the road in a row they jump. */
#define SEEN_M 40
#define VIEW_M 200
#define JUMP_M 0.5f
/* Of pictures, and how far ahead the car in them is. */
#define WIDTH 320
#define HEIGHT 180
#define AHEAD_M 9.0
/* Rows of a race, from the grid on. */
#define ROWS 3000

typedef struct {
  guint rows, close, through, jumps, others, pairs, pairs_through;
  gdouble least_m; /* across the road, of two whose boxes are beside */
  gdouble own_step_m; /* the eye's longest way across the road in a row */
  gfloat was[SCENE_MAX_CARS], own_was;
} Seen;

/* The same among the others in view. */
static void
look_at_others (
    const SceneTrack *track, const SceneCar *cars, guint n, Seen *seen)
{
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < i; k++) {
      SceneNode node;
      gfloat right, other_right;

      if (fabs (cars[i].gap_m - cars[k].gap_m) >= LENGTH_M
          || fabs (cars[i].gap_m) > VIEW_M || cars[i].pit > 0.01
          || cars[k].pit > 0.01)
        continue;
      scene_car_place (track, &cars[i], &node, &right);
      scene_car_place (track, &cars[k], &node, &other_right);
      seen->pairs++;
      seen->pairs_through += fabsf (right - other_right) < WIDTH_M;
    }
}

static void
look (const SceneField *field, const SceneRow *row, const SceneTrack *track,
    gdouble at, Seen *seen)
{
  SceneCar own, cars[SCENE_MAX_CARS];
  gfloat right, own_right;
  SceneNode node;
  guint n = scene_field_list (field, row, track, at, cars);

  scene_field_own (field, at, &own);
  scene_car_place (track, &own, &node, &own_right);
  if (seen->rows++ > 0)
    seen->own_step_m =
        MAX (seen->own_step_m, fabs (own.line_m - seen->own_was));
  seen->own_was = own.line_m;
  for (guint i = 0; i < n; i++) {
    const guint k = cars[i].car_idx;
    gdouble aside;

    if (fabs (cars[i].gap_m) < SEEN_M) {
      seen->others++;
      seen->jumps += fabsf (cars[i].line_m - seen->was[k]) > JUMP_M;
    }
    seen->was[k] = cars[i].line_m;
    if (fabs (cars[i].gap_m) >= LENGTH_M || cars[i].pit > 0.01
        || own.pit > 0.01)
      continue;
    scene_car_place (track, &cars[i], &node, &right);
    aside = fabs (right - own_right);
    seen->close++;
    seen->through += aside < WIDTH_M;
    seen->least_m = MIN (seen->least_m, aside);
  }
  look_at_others (track, cars, n, seen);
}

static void
test_through (gconstpointer data)
{
  const gchar *name = data;
  SceneTrack *track = scene_track_new_known (name);
  Seen seen = { .least_m = HUGE_VAL };
  RaceSimConfig config;
  SceneField field;
  SceneVars vars;
  PbTestScene ts;

  g_assert_nonnull (track);
  race_sim_config_init (&config);
  config.track = name;
  config.n_cars = 24;
  config.n_classes = 3;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = RACE_SIM_START_GRID;
  config.seed = 5;
  pb_test_scene_start (&ts, &config, 128, 72);
  scene_vars_bind (&vars, ts.schema);
  scene_field_reset (&field);
  for (guint n = 0; n < ROWS; n++) {
    gdouble at;
    SceneRow row;

    pb_test_scene_next (&ts);
    scene_row_read (&row, &vars, ts.row);
    at = scene_row_get (&row, SCENE_PCT, -1) * track->length_m;
    if (!row.placed || at < 0)
      continue;
    scene_field_step (&field, &row, track, at, 1.0 / RACE_SIM_TICK_RATE);
    look (&field, &row, track, at, &seen);
  }
  g_test_message (
      "%s: %u rows, %u with a car alongside, %u of them through "
      "it, least %.2f m; %u others near, %u jumps; own steps %.3f m; "
      "%u pairs of others, %u through",
      name, seen.rows, seen.close, seen.through, seen.least_m, seen.others,
      seen.jumps, seen.own_step_m, seen.pairs, seen.pairs_through);
  g_assert_cmpuint (seen.close, >, 0);
  g_assert_cmpuint (seen.through, ==, 0);
  /* Three beside each other find no room on the narrowest track. */
  g_assert_cmpuint (seen.pairs_through * 50, <=, seen.pairs);
  /* Only where the spotter's word contradicts what was guessed. */
  g_assert_cmpuint (seen.jumps * 500, <=, seen.others);
  g_assert_cmpfloat (seen.own_step_m, <, 0.2);
  pb_test_scene_stop (&ts);
  scene_track_free (track);
}

/* In its box the own car stands beside the lane that others drive through. */
static void
test_pit_stop (void)
{
  SceneTrack *track = scene_track_new_known ("pinwheel");
  gfloat was = NAN, step = 0, in_lane = NAN, in_box = NAN;
  g_autoptr (GError) error = NULL;
  RaceSimConfig config;
  SceneField field;
  SceneVars vars;
  PbTestScene ts;

  race_sim_config_init (&config);
  config.track = "pinwheel";
  config.n_cars = 4;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = RACE_SIM_START_GRID;
  config.trouble = 0;
  pb_test_scene_start (&ts, &config, 128, 72);
  scene_vars_bind (&vars, ts.schema);
  scene_field_reset (&field);
  for (guint n = 0; n < 2 * ROWS && (isnan (in_lane) || isnan (in_box)); n++) {
    SceneNode node;
    SceneCar own;
    SceneRow row;
    gfloat right;
    gdouble at;

    if (n == 1800)
      g_assert_true (race_sim_command (ts.sim, "pit", -1, 0, &error));
    pb_test_scene_next (&ts);
    scene_row_read (&row, &vars, ts.row);
    at = scene_row_get (&row, SCENE_PCT, -1) * track->length_m;
    if (!row.placed || at < 0)
      continue;
    scene_field_step (&field, &row, track, at, 1.0 / RACE_SIM_TICK_RATE);
    scene_field_own (&field, at, &own);
    scene_car_place (track, &own, &node, &right);
    if (!isnan (was))
      step = MAX (step, fabsf (right - was));
    was = right;
    if (own.pit > 0.99f && own.box > 0.99f)
      in_box = fabsf (-right - node.pit);
    else if (own.pit > 0.99f && own.box == 0)
      in_lane = fabsf (-right - node.pit);
  }
  g_test_message ("in the lane %.2f m, in the box %.2f m beside its middle; "
                  "%.2f m a row at most",
      in_lane, in_box, step);
  g_assert_cmpfloat (in_lane, <, 0.3);
  g_assert_cmpfloat (in_box, >, 3.5);
  g_assert_cmpfloat (step, <, 0.6);
  pb_test_scene_stop (&ts);
  scene_track_free (track);
}

static const GstPitboxVar pair_vars[] = {
  { "PlayerCarIdx", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 0 },
  { "LapDistPct", "", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 4 },
  { "CarIdxLapDistPct", "", "", GST_PITBOX_VAR_FLOAT, 2, FALSE, 8 },
  { "CarIdxTrackSurface", "", "", GST_PITBOX_VAR_INT, 2, FALSE, 16 },
};

/* The own car at a fraction of the lap, and another one ahead or nowhere. */
static GstBuffer *
draw_pair (Scene *scene, gdouble own, gdouble other)
{
  PbTestScene ts = { .scene = scene };
  guint8 row[24] = { 0 };

  gst_pitbox_row_set_double (row, &pair_vars[1], 0, own);
  gst_pitbox_row_set_double (row, &pair_vars[2], 0, own);
  gst_pitbox_row_set_double (row, &pair_vars[2], 1, other);
  gst_pitbox_row_set_double (row, &pair_vars[3], 0, 3);
  gst_pitbox_row_set_double (row, &pair_vars[3], 1, other < 0 ? -1 : 3);
  for (guint i = 0; i < 60; i++)
    scene_step (scene, row, 1.0 / RACE_SIM_TICK_RATE);
  return pb_test_scene_draw (&ts, GST_VIDEO_FORMAT_BGRx, WIDTH, HEIGHT);
}

static guint
count_different (GstBuffer *one, GstBuffer *two)
{
  GstMapInfo a, b;
  guint n = 0;

  gst_buffer_map (one, &a, GST_MAP_READ);
  gst_buffer_map (two, &b, GST_MAP_READ);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    n += ((guint32 *) a.data)[i] != ((guint32 *) b.data)[i];
  gst_buffer_unmap (one, &a);
  gst_buffer_unmap (two, &b);
  gst_buffer_unref (one);
  gst_buffer_unref (two);
  return n;
}

/* Ground is painted piece by piece, none of them over a car that stands on two:
 * a car that keeps its distance on the straight stays as large as it is. */
static void
test_whole (void)
{
  static const gchar text[] = "WeekendInfo:\n TrackName: pinwheel\n";
  const gdouble length_m = 990;
  g_autoptr (GBytes) session = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GstPitboxSchema) schema = gst_pitbox_schema_new (
      "iracing", 60, 24, pair_vars, G_N_ELEMENTS (pair_vars), NULL);
  Scene *scene[2];
  guint least = G_MAXUINT, most = 0;

  for (guint i = 0; i < 2; i++) {
    scene[i] = scene_new (WIDTH, HEIGHT);
    scene_set_schema (scene[i], schema);
    scene_set_session (scene[i], session);
  }
  for (gdouble at = 20; at < 36; at += 0.5) {
    guint n = count_different (draw_pair (scene[0], at / length_m, -1),
        draw_pair (scene[1], at / length_m, (at + AHEAD_M) / length_m));

    least = MIN (least, n);
    most = MAX (most, n);
  }
  g_test_message ("%u to %u pixels", least, most);
  g_assert_cmpuint (least * 100, >, most * 93);
  scene_free (scene[0]);
  scene_free (scene[1]);
}

int
main (int argc, char **argv)
{
  static const gchar *const tracks[] = { "cinderridge", "pinwheel", "tinplate",
    "vellmoor" };

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tracks); i++) {
    g_autofree gchar *path =
        g_strconcat ("/scene-field/through/", tracks[i], NULL);

    g_test_add_data_func (path, tracks[i], test_through);
  }
  g_test_add_func ("/scene-field/pit-stop", test_pit_stop);
  g_test_add_func ("/scene-field/whole", test_whole);
  return g_test_run ();
}

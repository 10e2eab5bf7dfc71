/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures of a simulated race, without an element around the scene. */
#include "pb-test-scene.h"

static GstPitboxSchema *
make_schema (const RaceSim *sim)
{
  guint n;
  const RaceSimVar *vars = race_sim_get_vars (sim, &n);
  g_autofree GstPitboxVar *out = g_new0 (GstPitboxVar, n);
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema;

  for (guint i = 0; i < n; i++) {
    const IrsdkWellKnown *known = vars[i].known;

    out[i] = (GstPitboxVar){ known->name, known->unit, known->desc,
      (GstPitboxVarType) known->type, known->count, known->count_as_time,
      vars[i].offset };
  }
  schema = gst_pitbox_schema_new ("iracing", RACE_SIM_TICK_RATE,
      race_sim_get_row_bytes (sim), out, n, &error);
  g_assert_no_error (error);
  return schema;
}

void
pb_test_scene_start (
    PbTestScene *ts, const RaceSimConfig *config, guint width, guint height)
{
  g_autoptr (GError) error = NULL;

  *ts = (PbTestScene){ .sim = race_sim_new (config, &error) };
  g_assert_no_error (error);
  ts->schema = make_schema (ts->sim);
  ts->row = g_malloc0 (race_sim_get_row_bytes (ts->sim));
  ts->scene = scene_new (width, height);
  scene_set_schema (ts->scene, ts->schema);
  ts->text_update = G_MAXUINT;
}

void
pb_test_scene_stop (PbTestScene *ts)
{
  scene_free (ts->scene);
  gst_pitbox_schema_unref (ts->schema);
  race_sim_free (ts->sim);
  g_free (ts->row);
}

/* The next row, and the session text where it changed. */
void
pb_test_scene_next (PbTestScene *ts)
{
  guint update;
  g_autoptr (GBytes) text = NULL;

  race_sim_next_row (ts->sim, ts->row);
  text = race_sim_get_session_text (ts->sim, &update);
  if (update != ts->text_update)
    scene_set_session (ts->scene, text);
  ts->text_update = update;
  scene_step (ts->scene, ts->row, 1.0 / RACE_SIM_TICK_RATE);
  ts->n_rows++;
}

gdouble
pb_test_scene_get (const PbTestScene *ts, const gchar *name)
{
  return gst_pitbox_row_get_newest (
      ts->row, gst_pitbox_schema_find (ts->schema, name));
}

/* Returns: (transfer full): the picture of the newest row */
GstBuffer *
pb_test_scene_draw (
    PbTestScene *ts, GstVideoFormat format, guint width, guint height)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, format, width, height);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE))
    g_error ("cannot map a picture");
  scene_draw (ts->scene, &frame, ts->n_rows);
  gst_video_frame_unmap (&frame);
  return buffer;
}

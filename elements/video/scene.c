/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The car's view of its telemetry: rows in, pictures out. No pads in here. */
#include "scene.h"

#include <irsdk/irsdk-session.h>
#include <math.h>

#include "scenebackdrop.h"
#include "scenecanvas.h"
#include "sceneconvert.h"
#include "scenedash.h"
#include "sceneground.h"
#include "scenerow.h"
#include "scenetrackside.h"
#include "sceneview.h"

/* Where the horizon lies on a level road, from the top. */
#define HORIZON 0.345f

struct _Scene {
  SceneCanvas canvas;
  SceneBackdrop back;
  SceneView view;
  SceneRoad road;
  SceneSprites sprites;
  SceneDash *dash;

  GstPitboxSchema *schema;
  SceneVars vars;
  SceneRow row;
  guint64 hidden_cars; /* bit i: CarIdx i */

  /* Of the driver's head, smoothed: share of the picture, metres. */
  gdouble nod;
  gdouble bump;
  gdouble offset_m;
};

/**
 * scene_new:
 * @width: pixels, even, at least 128
 * @height: pixels, even, at least 72
 *
 * Returns: (transfer full): a scene that shows an empty road until the first
 *   row. One thread at a time may use it.
 */
Scene *
scene_new (guint width, guint height)
{
  Scene *scene = g_new0 (Scene, 1);

  scene_canvas_init (&scene->canvas, (gint) width, (gint) height);
  scene_view_init (&scene->view, (gint) width, (gint) height);
  scene_backdrop_init (&scene->back, (gint) height, scene->view.focal);
  scene_road_reset (&scene->road);
  scene_sprites_init (&scene->sprites, (gint) height);
  scene->dash = scene_dash_new ((gint) width, (gint) height);
  for (guint i = 0; i < SCENE_N_VALUES; i++)
    scene->row.value[i] = NAN;
  return scene;
}

void
scene_free (Scene *scene)
{
  if (scene == NULL)
    return;
  scene_dash_free (scene->dash);
  scene_sprites_clear (&scene->sprites);
  scene_backdrop_clear (&scene->back);
  scene_view_clear (&scene->view);
  scene_canvas_clear (&scene->canvas);
  g_clear_pointer (&scene->schema, gst_pitbox_schema_unref);
  g_free (scene);
}

/* A new schema is a new car or track: what was learnt is forgotten. */
void
scene_set_schema (Scene *scene, GstPitboxSchema *schema)
{
  gst_pitbox_schema_ref (schema);
  g_clear_pointer (&scene->schema, gst_pitbox_schema_unref);
  scene->schema = schema;
  scene_vars_bind (&scene->vars, schema);
  scene_road_reset (&scene->road);
  scene_dash_reset (scene->dash);
  scene->hidden_cars = 0;
}

/* The pace car and spectators have a place, but nobody races them. */
static void
hide_cars (Scene *scene, const IrsdkSession *session)
{
  scene->hidden_cars = 0;
  for (gsize i = 0; i < session->n_drivers; i++) {
    const IrsdkDriver *driver = &session->drivers[i];

    if ((driver->is_pace_car || driver->is_spectator) && driver->car_idx >= 0
        && driver->car_idx < SCENE_MAX_CARS)
      scene->hidden_cars |= (guint64) 1 << driver->car_idx;
  }
}

/* text: the session string as the event carries it. */
void
scene_set_session (Scene *scene, GBytes *text)
{
  gsize size;
  const gchar *data = g_bytes_get_data (text, &size);
  IrsdkSession *session =
      data != NULL ? irsdk_session_parse (data, size) : NULL;

  if (session == NULL)
    return;
  scene_dash_set_session (scene->dash, session);
  hide_cars (scene, session);
  irsdk_session_free (session);
}

static gdouble
follow (gdouble value, gdouble target, gdouble dt_s, gdouble tau_s)
{
  return value + (target - value) * CLAMP (dt_s / tau_s, 0.0, 1.0);
}

static void
move_head (Scene *scene, gdouble dt_s)
{
  const SceneRow *row = &scene->row;
  gdouble brake = scene_row_get (row, SCENE_LONG_ACCEL, 0.0);
  gdouble up = scene_row_get (row, SCENE_VERT_ACCEL, 9.8) - 9.8;
  gdouble line_m = scene_view_line_m (scene->view.bend);

  scene->nod =
      follow (scene->nod, CLAMP (brake, -40.0, 25.0) * 0.0009, dt_s, 0.12);
  scene->bump =
      follow (scene->bump, CLAMP (up, -12.0, 12.0) * 0.0007, dt_s, 0.05);
  scene->offset_m = follow (scene->offset_m, line_m, dt_s, 0.15);
}

/**
 * scene_step:
 * @scene: the scene, after scene_set_schema()
 * @row: one row of the schema
 * @dt_s: seconds since the row before
 *
 * To be called for every row, drawn or not: the scene learns from each.
 */
void
scene_step (Scene *scene, const guint8 *row, gdouble dt_s)
{
  dt_s = CLAMP (dt_s, 0.0, 0.1);
  scene_row_read (&scene->row, &scene->vars, row);
  for (guint i = 0; i < scene->row.n_cars; i++)
    if (scene->hidden_cars >> i & 1)
      scene->row.car_pct[i] = -1.0f;
  scene_road_step (&scene->road, &scene->row, dt_s);
  move_head (scene, dt_s);
  scene_dash_step (scene->dash, &scene->row, dt_s);
}

/**
 * scene_draw:
 * @scene: the scene
 * @frame: a mapped I420 or BGRx frame of the scene's size
 * @tick: for the strip
 */
void
scene_draw (Scene *scene, GstVideoFrame *frame, guint32 tick)
{
  SceneCanvas *canvas = &scene->canvas;
  gfloat h = (gfloat) canvas->height;
  gfloat slope = (gfloat) scene->road.slope * scene->view.focal;
  gfloat horizon = h * (HORIZON + (gfloat) (scene->nod + scene->bump))
                   + CLAMP (slope, -0.08f * h, 0.12f * h);

  cairo_surface_flush (canvas->surface);
  scene_view_look (
      &scene->view, &scene->road, (gfloat) scene->offset_m, horizon);
  scene_backdrop_draw (canvas, &scene->back, scene->road.heading, horizon,
      MIN ((gint) horizon, scene->view.road_top) + 1);
  scene_ground_draw (canvas, &scene->view, &scene->road);
  scene_trackside_draw (
      canvas, &scene->sprites, &scene->view, &scene->road, &scene->row);
  scene_dash_draw (scene->dash, canvas, &scene->row);
  scene_convert (canvas, frame, tick);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The car's view of its telemetry: rows in, pictures out. No pads in here. */
#include "scene.h"

#include <irsdk/irsdk-session.h>
#include <math.h>

#include "scenebackdrop.h"
#include "scenecanvas.h"
#include "sceneconvert.h"
#include "scenedash.h"
#include "scenefield.h"
#include "sceneorder.h"
#include "scenerow.h"
#include "scenetags.h"
#include "scenetop.h"
#include "sceneweather.h"

/* Where the horizon lies on a level road, from the top. */
#define HORIZON 0.36f
#define EYE_M 1.12
/* Of the picture's width at 16:9. */
#define FOCAL_SHARE 0.74f
#define FAR_M 1000.0f
#define MIRROR_FAR_M 260.0f
/* The ground that shows above the cockpit. */
#define GROUND_SHARE 0.845f

struct _Scene {
  SceneCanvas canvas;
  SceneBackdrop back;
  SceneRoad road;
  SceneTrack *learnt;
  SceneTrack *known; /* NULL: nobody knows where that is */
  gchar *track_name;
  gchar *title; /* of the track, for people */
  SceneSprites sprites;
  SceneTexture *textures[SCENE_N_TEXTURES];
  SceneField field;
  SceneDash *dash;
  SceneTags *tags;
  SceneTop *top; /* made when it is looked at */
  SceneWeather weather;
  SceneViewMode mode;

  GstPitboxSchema *schema;
  SceneVars vars;
  SceneRow row;

  /* Of the driver's head, smoothed: share of the picture, rad. */
  gdouble nod;
  gdouble bump;
  gdouble look;
  gdouble grade;
  gdouble yaw; /* of the car against the road */
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
  gint w = (gint) width, h = (gint) height;

  scene_canvas_init (&scene->canvas, w, h);
  scene_road_reset (&scene->road);
  scene->learnt = scene_track_new_learnt ();
  scene_track_learn (scene->learnt, &scene->road);
  scene_field_reset (&scene->field);
  scene->dash = scene_dash_new (w, h);
  scene->tags = scene_tags_new (h);
  scene_weather_reset (&scene->weather);
  for (guint i = 0; i < SCENE_N_VALUES; i++)
    scene->row.value[i] = NAN;
  return scene;
}

void
scene_free (Scene *scene)
{
  if (scene == NULL)
    return;
  scene_top_free (scene->top);
  scene_tags_free (scene->tags);
  scene_dash_free (scene->dash);
  scene_textures_clear (scene->textures);
  scene_sprites_clear (&scene->sprites);
  scene_track_free (scene->learnt);
  scene_track_free (scene->known);
  g_free (scene->track_name);
  g_free (scene->title);
  scene_backdrop_clear (&scene->back);
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
  scene_field_reset (&scene->field);
  scene_weather_reset (&scene->weather);
  g_clear_pointer (&scene->known, scene_track_free);
  g_clear_pointer (&scene->track_name, g_free);
  g_clear_pointer (&scene->top, scene_top_free);
}

/* What the picture shows, from the next one on. */
void
scene_set_view (Scene *scene, SceneViewMode mode)
{
  scene->mode = mode;
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
  scene_field_set_session (&scene->field, session);
  if (g_strcmp0 (session->track, scene->track_name) != 0) {
    g_clear_pointer (&scene->known, scene_track_free);
    g_clear_pointer (&scene->top, scene_top_free);
    g_free (scene->track_name);
    scene->track_name = g_strdup (session->track);
    g_free (scene->title);
    scene->title =
        g_strdup (session->track_name != NULL && *session->track_name != '\0'
                      ? session->track_name
                      : session->track);
    scene->known = scene_track_new_known (session->track);
    scene_road_reset (&scene->road);
  }
  irsdk_session_free (session);
}

static gdouble
follow (gdouble value, gdouble target, gdouble dt_s, gdouble tau_s)
{
  return value + (target - value) * CLAMP (dt_s / tau_s, 0.0, 1.0);
}

static const SceneTrack *
get_track (const Scene *scene)
{
  return scene->known != NULL ? scene->known : scene->learnt;
}

static gdouble
own_lap_m (const Scene *scene)
{
  gdouble pct = scene_row_get (&scene->row, SCENE_PCT, NAN);

  if (scene->known == NULL)
    return scene->road.here_m;
  /* A row without a place, and before any: the start line. */
  if (!(pct > -0.5 && pct < 1.5))
    return 0;
  return (pct - floor (pct)) * scene->known->length_m;
}

/* The car's heading against the road's, where rows tell it. */
static gdouble
yaw_now (const Scene *scene, const SceneNode *node)
{
  gdouble north = scene_row_get (&scene->row, SCENE_YAW_NORTH, NAN), d;

  if (scene->known == NULL || !(fabs (north) < 1000) || !scene->row.placed)
    return 0;
  d = north - atan2 (node->sin_h, node->cos_h);
  return d - rint (d / (2 * G_PI)) * 2 * G_PI;
}

static void
move_head (Scene *scene, gdouble dt_s)
{
  const SceneRow *row = &scene->row;
  const SceneTrack *track = get_track (scene);
  gdouble brake = scene_row_get (row, SCENE_LONG_ACCEL, 0.0);
  gdouble up = scene_row_get (row, SCENE_VERT_ACCEL, 9.8) - 9.8;
  gdouble speed = fabs (scene_row_get (row, SCENE_SPEED, 0.0));
  gdouble at = own_lap_m (scene), turn;
  SceneNode here, ahead;

  scene_track_at (track, at, &here);
  scene_track_at (track, at + CLAMP (speed * 0.5, 8.0, 30.0), &ahead);
  turn = atan2 (ahead.sin_h * here.cos_h - ahead.cos_h * here.sin_h,
      ahead.cos_h * here.cos_h + ahead.sin_h * here.sin_h);
  scene->nod =
      follow (scene->nod, CLAMP (brake, -40.0, 25.0) * 0.0007, dt_s, 0.12);
  scene->bump =
      follow (scene->bump, CLAMP (up, -12.0, 12.0) * 0.0005, dt_s, 0.05);
  scene->look = follow (scene->look, CLAMP (turn * 0.45, -0.3, 0.3), dt_s, 0.2);
  scene->grade =
      follow (scene->grade, CLAMP (here.grade, -0.3, 0.3), dt_s, 0.15);
  scene->yaw = yaw_now (scene, &here);
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
  scene_road_step (&scene->road, &scene->row, dt_s);
  if (scene->known == NULL)
    scene_track_learn (scene->learnt, &scene->road);
  scene_field_step (
      &scene->field, &scene->row, get_track (scene), own_lap_m (scene), dt_s);
  move_head (scene, dt_s);
  scene_weather_step (&scene->weather, &scene->row, dt_s);
  scene_dash_step (scene->dash, &scene->row, dt_s);
}

/* The eye of who drives; heading in rad, clockwise from north. */
static gdouble
place_camera (const Scene *scene, SceneCamera *camera, gdouble *grade)
{
  SceneNode node;
  SceneCar own;
  gfloat right;
  gdouble heading;

  scene_field_own (&scene->field, own_lap_m (scene), &own);
  scene_car_place (get_track (scene), &own, &node, &right);
  heading = atan2 (node.sin_h, node.cos_h) + scene->yaw;
  camera->x = node.x + right * node.cos_h;
  camera->y = node.y - right * node.sin_h;
  camera->z = node.z + EYE_M;
  /* Turned round on a slope, the other way is up. */
  *grade = scene->grade * cos (scene->yaw);
  return heading;
}

/* The ground where no piece of it is drawn. */
static void
draw_plain (const SceneCamera *camera)
{
  gint from = CLAMP ((gint) camera->horizon, camera->top, camera->bottom);
  SceneCanvas *canvas = camera->canvas;

  for (gint y = from; y < camera->bottom; y++) {
    gfloat below = MAX (y + 0.5f - camera->horizon, 0.5f);
    guint haze = scene_camera_haze (camera, 3.0f * camera->focal / below);

    scene_canvas_span (canvas, y, (gfloat) camera->left, (gfloat) camera->right,
        scene_mix (0xff567f39u, camera->haze, haze));
  }
}

static void
draw_ahead (Scene *scene, const SceneCar *cars, guint n_cars)
{
  SceneCanvas *canvas = &scene->canvas;
  gfloat h = (gfloat) canvas->height, focal;
  SceneWorld world = { .track = get_track (scene),
    .textures = scene->textures,
    .sprites = &scene->sprites,
    .far_m = FAR_M,
    .wet = (gfloat) scene->weather.wet };
  SceneCamera *camera = &world.camera;
  gdouble grade, heading = place_camera (scene, camera, &grade) + scene->look;

  focal = FOCAL_SHARE * (gfloat) MIN (canvas->width, canvas->height * 16 / 9);
  camera->canvas = canvas;
  camera->right = canvas->width;
  camera->bottom = (gint) (h * GROUND_SHARE);
  camera->focal = focal;
  camera->center_x = (gfloat) canvas->width / 2;
  camera->horizon = h * (HORIZON + (gfloat) (scene->nod + scene->bump))
                    + (gfloat) grade * focal;
  camera->horizon = CLAMP (camera->horizon, 0.1f * h, 0.7f * h);
  camera->sin_h = (gfloat) sin (heading);
  camera->cos_h = (gfloat) cos (heading);
  scene_weather_light (&scene->weather, camera);
  scene_backdrop_draw (canvas, &scene->back, -heading, camera->horizon,
      MIN ((gint) camera->horizon + 1, camera->bottom));
  scene_weather_sky (&scene->weather, canvas, (gint) camera->horizon);
  draw_plain (camera);
  scene_order_draw (&world, cars, n_cars);
  scene_tags_draw (scene->tags, &world, cars, n_cars);
  scene_weather_draw (&scene->weather, canvas, &scene->row);
}

static void
draw_mirror (Scene *scene, const SceneCar *cars, guint n_cars)
{
  SceneWorld world = { .track = get_track (scene),
    .textures = scene->textures,
    .sprites = &scene->sprites,
    .far_m = MIRROR_FAR_M,
    .small = TRUE,
    .wet = (gfloat) scene->weather.wet };
  SceneCamera *camera = &world.camera;
  gdouble grade, heading = place_camera (scene, camera, &grade) + G_PI;

  camera->canvas = &scene->canvas;
  scene_dash_get_mirror (scene->dash, &camera->left, &camera->top,
      &camera->right, &camera->bottom);
  if (camera->right - camera->left < 24)
    return;
  camera->mirrored = TRUE;
  camera->focal = 1.5f * (gfloat) (camera->right - camera->left);
  camera->center_x = (gfloat) (camera->left + camera->right) / 2;
  camera->horizon = (gfloat) camera->top
                    + 0.38f * (gfloat) (camera->bottom - camera->top)
                    - (gfloat) grade * camera->focal;
  camera->horizon =
      CLAMP (camera->horizon, (gfloat) camera->top, (gfloat) camera->bottom);
  camera->sin_h = (gfloat) sin (heading);
  camera->cos_h = (gfloat) cos (heading);
  scene_weather_light (&scene->weather, camera);
  scene_canvas_rect (camera->canvas, (gfloat) camera->left,
      (gfloat) camera->top, (gfloat) (camera->right - camera->left),
      (gfloat) (camera->bottom - camera->top), camera->haze, 256);
  draw_plain (camera);
  scene_order_draw (&world, cars, n_cars);
}

/* All around at 4K is 115 MB and most of a second's work, which the view from
 * above has no use for. */
static void
paint_surroundings (Scene *scene)
{
  gint w = scene->canvas.width, h = scene->canvas.height;

  if (scene->back.image != NULL)
    return;
  scene_backdrop_init (&scene->back, h, FOCAL_SHARE * MIN (w, h * 16 / 9));
  scene_sprites_init (&scene->sprites, h);
  scene_textures_init (scene->textures);
}

static void
draw_driver (Scene *scene)
{
  SceneCar cars[SCENE_MAX_CARS];
  guint n = scene_field_list (
      &scene->field, &scene->row, get_track (scene), own_lap_m (scene), cars);

  paint_surroundings (scene);
  draw_ahead (scene, cars, n);
  draw_mirror (scene, cars, n);
  scene_dash_draw (scene->dash, &scene->canvas, &scene->row);
}

static void
draw_top (Scene *scene)
{
  if (scene->top == NULL)
    scene->top = scene_top_new (&scene->canvas, scene->known, scene->title);
  scene_top_draw (
      scene->top, &scene->canvas, &scene->field, &scene->row, &scene->road);
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
  cairo_surface_flush (scene->canvas.surface);
  if (scene->mode == SCENE_VIEW_TOP)
    draw_top (scene);
  else
    draw_driver (scene);
  scene_convert (&scene->canvas, frame, tick);
}

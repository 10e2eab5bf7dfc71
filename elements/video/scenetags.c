/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers above the other cars, in the colours of their classes. */
#include "scenetags.h"

#include <math.h>

#include "scenepaint.h"

#define NEAR_M 5.0f
#define FAR_M 170.0f

struct _SceneTags {
  SceneFont *font;
  gfloat cap;
};

SceneTags *
scene_tags_new (gint picture_height)
{
  SceneTags *tags = g_new0 (SceneTags, 1);

  tags->cap = MAX ((gfloat) picture_height / 72, 6);
  tags->font = scene_font_new (tags->cap, 1.0f);
  return tags;
}

void
scene_tags_free (SceneTags *tags)
{
  if (tags == NULL)
    return;
  scene_font_free (tags->font);
  g_free (tags);
}

static gboolean
is_hidden (
    const SceneWorld *world, const SceneCar *car, gfloat distance_m, gfloat y)
{
  /* A crest between: the roof's place lies below nearer ground. */
  SceneNode node;

  for (gfloat k = 0.3f; k < 0.95f; k += 0.15f) {
    ScenePoint p;
    gfloat gx, gy;
    gdouble lap = car->lap_m - distance_m * (1 - k);

    scene_track_at (world->track, lap, &node);
    p = scene_world_point (world, &node, 0, 0);
    if (scene_camera_project (&world->camera, &p, &gx, &gy) && p.z < distance_m
        && gy < y)
      return TRUE;
  }
  return FALSE;
}

static void
draw_tag (const SceneTags *tags, const SceneWorld *world, const SceneCar *car)
{
  const SceneCamera *camera = &world->camera;
  gfloat right, x, y, w, cap = tags->cap, bottom;
  SceneNode node;
  ScenePoint p;

  if (car->number[0] == '\0')
    return;
  scene_car_place (world->track, car, &node, &right);
  p = scene_world_point (world, &node, right, 1.75f);
  if (p.z < NEAR_M || p.z > FAR_M || !scene_camera_project (camera, &p, &x, &y)
      || is_hidden (world, car, p.z, y))
    return;
  bottom = y - 2;
  w = scene_font_width (tags->font, car->number) + cap * 1.1f;
  if (bottom - 2 * cap < 0 || bottom > (gfloat) camera->bottom)
    return;
  scene_canvas_rect (camera->canvas, x - w / 2, bottom - 1.9f * cap, w,
      1.9f * cap, car->class_color, 224);
  scene_font_draw (camera->canvas, tags->font, x, bottom - 1.45f * cap,
      SCENE_CENTER, scene_ink_on (car->class_color), car->number);
}

/* cars: the farthest first. */
void
scene_tags_draw (const SceneTags *tags, const SceneWorld *world,
    const SceneCar *cars, guint n_cars)
{
  for (guint i = 0; i < n_cars; i++)
    draw_tag (tags, world, &cars[i]);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers above the other cars, in the colours of their classes. */
#include "scenetags.h"

#include <math.h>

#include "scenepaint.h"

#define NEAR_M 5.0f
#define FAR_M 170.0f
/* A tag further up would be nobody's. */
#define MAX_MOVED 3

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

typedef struct {
  gfloat x, y, w;
} Tag;

/* Right above the roof, then above the tags of nearer cars that are there. */
static gboolean
find_room (const SceneTags *tags, const Tag *taken, guint n, Tag *tag)
{
  gfloat high = 2.1f * tags->cap;
  guint moved = 0;

  for (guint i = 0; i < n; i++) {
    const Tag *t = &taken[i];

    if (fabsf (t->x - tag->x) >= (t->w + tag->w) / 2 + 1
        || fabsf (t->y - tag->y) >= high)
      continue;
    if (++moved > MAX_MOVED)
      return FALSE;
    tag->y = t->y - high;
    i = G_MAXUINT; /* so that the next is the first again */
  }
  return TRUE;
}

static gboolean
place_tag (const SceneTags *tags, const SceneWorld *world, const SceneCar *car,
    Tag *tag)
{
  /* As high as roof and wing of each shape. */
  static const gfloat high_m[3] = { 1.15f, 1.35f, 1.5f };
  SceneNode node;
  ScenePoint p;
  gfloat right;

  if (car->number[0] == '\0')
    return FALSE;
  scene_car_place (world->track, car, &node, &right);
  p = scene_world_point (world, &node, right, high_m[CLAMP (car->shape, 0, 2)]);
  if (p.z < NEAR_M || p.z > FAR_M
      || !scene_camera_project (&world->camera, &p, &tag->x, &tag->y)
      || is_hidden (world, car, p.z, tag->y))
    return FALSE;
  tag->y -= tags->cap;
  tag->w = scene_font_width (tags->font, car->number) + tags->cap * 1.1f;
  return TRUE;
}

static void
draw_tag (const SceneTags *tags, const SceneCamera *camera, const SceneCar *car,
    const Tag *tag)
{
  gfloat cap = tags->cap;

  scene_canvas_rect (camera->canvas, tag->x - tag->w / 2, tag->y - 1.9f * cap,
      tag->w, 1.9f * cap, car->class_color, 224);
  scene_font_draw (camera->canvas, tags->font, tag->x, tag->y - 1.45f * cap,
      SCENE_CENTER, scene_ink_on (car->class_color), car->number);
}

/* cars: the farthest first, at most SCENE_MAX_CARS. */
void
scene_tags_draw (const SceneTags *tags, const SceneWorld *world,
    const SceneCar *cars, guint n_cars)
{
  Tag taken[SCENE_MAX_CARS];
  guint n = 0;

  for (guint i = n_cars; i-- > 0;) {
    Tag *tag = &taken[n];

    if (!place_tag (tags, world, &cars[i], tag)
        || !find_room (tags, taken, n, tag) || tag->y < 2 * tags->cap
        || tag->y > (gfloat) world->camera.bottom)
      continue;
    draw_tag (tags, &world->camera, &cars[i], tag);
    n++;
  }
}

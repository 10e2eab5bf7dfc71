/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The road in perspective: where each metre of it lies in the picture. */
#include "sceneview.h"

#include <math.h>
#include <string.h>

#define EYE_M 1.15f
#define NEAREST_M 1.6f
#define FARTHEST_M 900.0f
/* Past it the road runs across the view or back; nothing to see of it. */
#define MAX_TURN_RAD 1.25f
/* Over which the eye takes in a bend. */
#define BEND_M 22.0f

void
scene_view_init (SceneView *view, gint width, gint height)
{
  memset (view, 0, sizeof *view);
  view->focal = 0.74f * MIN (width, height * 16 / 9);
  view->center_x = width / 2.0f;
  view->eye_m = EYE_M;
  view->n_lines = height;
  view->line = g_new0 (SceneLine, height);
}

void
scene_view_clear (SceneView *view)
{
  g_clear_pointer (&view->line, g_free);
}

static void
project (const SceneView *view, SceneSegment *s)
{
  s->scale = view->focal / s->z;
  s->screen_x = view->center_x - s->x * s->scale;
  s->screen_y = view->horizon + (view->eye_m - s->y) * s->scale;
}

/* Steps end at whole metres of the lap, so that a piece of road is cut the same
 * way in each picture and nothing crawls along it. */
static gfloat
next_ahead (const SceneRoad *road, gfloat ahead)
{
  gdouble step = 1.0, place = road->here_m + ahead;

  while (step < 32.0 && step * 32.0 < ahead)
    step *= 2;
  return (gfloat) ((floor (place / step + 1e-6) + 1.0) * step - road->here_m);
}

/* Walks along the road from under the car and notes where it goes. */
static void
walk (SceneView *view, const SceneRoad *road, gfloat offset_m)
{
  gfloat ahead = NEAREST_M, dir = 0, x = -offset_m, z = NEAREST_M, y = 0;
  gfloat curvature, slope, own_curvature, own_slope;

  scene_road_ahead (road, 0, &own_curvature, &own_slope);
  view->n_segments = 0;
  while (view->n_segments < SCENE_MAX_SEGMENTS && ahead < FARTHEST_M
         && fabsf (dir) < MAX_TURN_RAD) {
    SceneSegment *s = &view->segment[view->n_segments++];
    gfloat step = next_ahead (road, ahead) - ahead;

    scene_road_ahead (road, ahead + step / 2, &curvature, &slope);
    s->ahead_m = ahead;
    s->x = x;
    s->y = y;
    s->z = z;
    s->cos_dir = cosf (dir);
    s->sin_dir = sinf (dir);
    s->bend = curvature;
    project (view, s);
    dir += curvature * step;
    x += sinf (dir - curvature * step / 2) * step;
    z += cosf (dir - curvature * step / 2) * step;
    y += (slope - own_slope) * step;
    ahead += step;
  }
}

/* Smooths the curvature both ways along the road. */
static void
smooth_bends (SceneView *view, const SceneRoad *road)
{
  gfloat bend = 0, ignored, c;
  guint n = view->n_segments;

  for (gint d = -40; d <= 0; d += 4) {
    scene_road_ahead (road, d, &c, &ignored);
    bend += (c - bend) * 4 / BEND_M;
  }
  for (guint i = 0; i < n; i++) {
    gfloat step =
        i > 0 ? view->segment[i].ahead_m - view->segment[i - 1].ahead_m : 1.0f;

    bend += (view->segment[i].bend - bend) * MIN (step / BEND_M, 1.0f);
    view->segment[i].bend = bend;
  }
  for (guint i = n; i-- > 1;) {
    gfloat step = view->segment[i].ahead_m - view->segment[i - 1].ahead_m;

    bend += (view->segment[i - 1].bend - bend) * MIN (step / BEND_M, 1.0f);
    view->segment[i - 1].bend = bend;
  }
  view->bend = bend;
}

/* Where cars drive: metres left of the middle. To the inside of a bend. */
gfloat
scene_view_line_m (gfloat bend)
{
  return CLAMP (bend * 170.0f, -2.8f, 2.8f);
}

/* The lines of the picture between two segments, a further and a nearer. */
static void
fill_lines (SceneView *view, const SceneSegment *a, const SceneSegment *b,
    gint from, gint to)
{
  gfloat za = 1 / a->z, zb = 1 / b->z, span = a->screen_y - b->screen_y;

  for (gint y = to; y < from; y++) {
    SceneLine *line = &view->line[y];
    gfloat t = CLAMP ((a->screen_y - (y + 0.5f)) / span, 0.0f, 1.0f);
    gfloat zi = za + (zb - za) * t;
    gfloat u = (1 / zi - a->z) / (b->z - a->z);
    gfloat cos_dir = a->cos_dir + (b->cos_dir - a->cos_dir) * u;

    line->ahead_m = a->ahead_m + (b->ahead_m - a->ahead_m) * u;
    line->center =
        view->center_x - (a->x + (b->x - a->x) * u) * view->focal * zi;
    line->scale = view->focal * zi / MAX (cos_dir, 0.25f);
    line->reach_m = (b->ahead_m - a->ahead_m) / MAX (span, 0.05f);
    line->bend = a->bend + (b->bend - a->bend) * u;
  }
}

/**
 * scene_view_look:
 * @view: the view
 * @road: the road
 * @offset_m: the car's place across the road, + = left of the middle
 * @horizon: line of the horizon in pixels
 *
 * Projects the road ahead of the car. Near ground hides what is behind it.
 */
void
scene_view_look (
    SceneView *view, const SceneRoad *road, gfloat offset_m, gfloat horizon)
{
  gint top = view->n_lines;

  view->horizon = horizon;
  walk (view, road, offset_m);
  smooth_bends (view, road);
  memset (view->line, 0, sizeof *view->line * (gsize) view->n_lines);
  for (guint i = 0; i < view->n_segments; i++) {
    SceneSegment *s = &view->segment[i];
    gint y = (gint) ceilf (CLAMP (s->screen_y, 0.0f, (gfloat) top) - 0.5f);

    s->clip = top;
    y = MAX (y, 0);
    if (y >= top)
      continue;
    if (i > 0)
      fill_lines (view, &view->segment[i - 1], s, top, y);
    top = y;
  }
  view->road_top = top;
}

/**
 * scene_view_find:
 * @view: a view that looks at a road
 * @ahead_m: metres along the road
 * @offset_m: metres across it, + = left of the middle
 * @at: (out): the place in the picture
 *
 * Returns: %FALSE if the place is out of sight
 */
gboolean
scene_view_find (
    const SceneView *view, gfloat ahead_m, gfloat offset_m, SceneSegment *at)
{
  guint low = 0, high = view->n_segments;
  const SceneSegment *a, *b;
  gfloat t;

  if (high < 2 || ahead_m < view->segment[0].ahead_m
      || ahead_m >= view->segment[high - 1].ahead_m)
    return FALSE;
  while (high - low > 1) {
    guint middle = (low + high) / 2;

    if (view->segment[middle].ahead_m <= ahead_m)
      low = middle;
    else
      high = middle;
  }
  a = &view->segment[low];
  b = a + 1;
  t = (ahead_m - a->ahead_m) / (b->ahead_m - a->ahead_m);
  *at = *a;
  at->ahead_m = ahead_m;
  at->x = a->x + t * (b->x - a->x) + offset_m * a->cos_dir;
  at->z = a->z + t * (b->z - a->z) - offset_m * a->sin_dir;
  at->y = a->y + t * (b->y - a->y);
  if (at->z < 1.0f)
    return FALSE;
  project (view, at);
  return TRUE;
}

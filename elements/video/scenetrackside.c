/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Barriers, trees, boards and the other cars, from far to near. */
#include "scenetrackside.h"

#include <math.h>
#include <stdlib.h>

#include "sceneground.h"

#define RAIL_M 13.5f
#define RAIL_HIGH_M 0.85f
#define SLOT_M 9.0f
#define BANNER_M 16.0f
#define SEE_M 420.0f
#define SEE_CARS_M 600.0f
#define MAX_THINGS 320

/* Something to draw: metres along the road, metres left of its middle. */
typedef struct {
  gfloat ahead_m;
  gfloat offset_m;
  guint8 sprite;
} Thing;

typedef struct {
  Thing thing[MAX_THINGS];
  guint n;
} Things;

static guint32
hash (guint32 a, guint32 b)
{
  guint32 h = a * 0x9e3779b1u ^ b * 0x85ebca6bu;

  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h = (h ^ h >> 12) * 0x297a2d39u;
  return h ^ h >> 15;
}

static void
add (Things *things, gfloat ahead_m, gfloat offset_m, guint sprite)
{
  if (things->n < MAX_THINGS && ahead_m > 1.5f)
    things->thing[things->n++] = (Thing){ ahead_m, offset_m, (guint8) sprite };
}

/* What stands in one slot on one side (1 left, -1 right). */
static void
fill_slot (Things *things, guint slot, gint side, gfloat ahead_m)
{
  guint32 h = hash (slot, side > 0 ? 1 : 2);
  gfloat far_m = RAIL_M + 6 + (h >> 8 & 0xff) / 255.0f * 26;
  guint kind = h % 24;

  if (kind < 6)
    add (things, ahead_m, side * far_m, SCENE_SPRITE_TREE);
  else if (kind < 9)
    add (things, ahead_m, side * (far_m + 4), SCENE_SPRITE_CONIFER);
  else if (kind < 12)
    add (things, ahead_m, side * far_m, SCENE_SPRITE_TREE_2);
  else if (kind < 14)
    add (things, ahead_m, side * (RAIL_M + 3), SCENE_SPRITE_BUSH);
  else if (kind == 14 && slot % 3 == 0)
    add (things, ahead_m, side * (RAIL_M + 2.5f), SCENE_SPRITE_POST);
  else if (kind == 15 && slot % 2 == 0)
    add (things, ahead_m, side * (RAIL_M + 1.5f), SCENE_SPRITE_MAST);
}

static void
collect_scenery (Things *things, const SceneRoad *road)
{
  guint slots = MAX (1, (guint) (road->length_m / SLOT_M));
  gdouble slot_m = road->length_m / slots;
  guint first = (guint) (road->here_m / slot_m) + 1;

  for (guint i = 0; i < (guint) (SEE_M / slot_m); i++) {
    gfloat ahead = (gfloat) ((first + i) * slot_m - road->here_m);

    fill_slot (things, (first + i) % slots, 1, ahead);
    fill_slot (things, (first + i) % slots, -1, ahead);
  }
}

/* Metres from the car to a place of the lap, going forward. */
static gfloat
ahead_of (const SceneRoad *road, gdouble place_m)
{
  gdouble d = place_m - road->here_m;

  return (gfloat) (d - floor (d / road->length_m) * road->length_m);
}

static void
collect_landmarks (Things *things, const SceneRoad *road)
{
  if (!road->has_place)
    return;
  add (things, ahead_of (road, 0), 0, SCENE_SPRITE_GANTRY);
  add (things, ahead_of (road, road->length_m * 0.53), 0, SCENE_SPRITE_BRIDGE);
  for (gint i = 0; i < 3; i++)
    add (things, ahead_of (road, 30.0 + 44.0 * i), 34, SCENE_SPRITE_STAND);
  for (guint i = 0; i < road->n_corners; i++) {
    const SceneCorner *c = &road->corner[i];
    gfloat outside = c->left ? -1.0f : 1.0f;

    for (gint k = 0; k < 3; k++)
      if (c->straight_m > 50.0f * (k + 1))
        add (things, ahead_of (road, c->entry_m - 50.0 * (k + 1)),
            outside * (SCENE_ROAD_HALF_M + 2.2f),
            (guint) (SCENE_SPRITE_BOARD_50 + k));
    for (gint k = 0; k < 9; k++)
      add (things, ahead_of (road, c->entry_m + 12.0 + 4.0 * k),
          outside * (RAIL_M - 1.0f), SCENE_SPRITE_TYRES);
  }
}

static void
collect_cars (Things *things, const SceneRoad *road, const SceneRow *row)
{
  gint own = (gint) scene_row_get (row, SCENE_PLAYER_IDX, -1);
  gdouble pct = scene_row_get (row, SCENE_PCT, 0);

  if (!road->has_place || !row->placed)
    return;
  for (guint i = 0; i < row->n_cars; i++) {
    gdouble gap = row->car_pct[i] - pct;
    gfloat ahead, lane = (hash (i, 7) % 7 - 3.0f) * 0.95f;

    if ((gint) i == own || row->car_pct[i] < 0)
      continue;
    ahead = (gfloat) ((gap - floor (gap)) * road->length_m);
    if (ahead > 4.0f && ahead < SEE_CARS_M)
      add (things, ahead, lane, SCENE_SPRITE_CAR + i % SCENE_CAR_COLORS);
  }
}

static int
nearer_first (const void *a, const void *b)
{
  gfloat x = ((const Thing *) a)->ahead_m, y = ((const Thing *) b)->ahead_m;

  return x < y ? -1 : x > y;
}

static void
draw_thing (SceneCanvas *canvas, const SceneSprites *sprites,
    const SceneView *view, const Thing *thing)
{
  SceneSegment at;

  if (!scene_view_find (view, thing->ahead_m, thing->offset_m, &at))
    return;
  /* Rivals take the same line through a bend, each in a lane of his own. */
  if (thing->sprite >= SCENE_SPRITE_CAR
      && !scene_view_find (view, thing->ahead_m,
          CLAMP (thing->offset_m + scene_view_line_m (at.bend), -4.8f, 4.8f),
          &at))
    return;
  /* Inside a tight bend there is no room that far from the road. */
  if (at.bend * thing->offset_m > 0.4f)
    return;
  scene_canvas_sprite (canvas, sprites->sprite[thing->sprite], at.screen_x,
      at.screen_y, sprites->height_m[thing->sprite] * at.scale, at.clip,
      SCENE_HAZE, (guint) scene_haze_amount (at.z));
}

static guint32
rail_color (const SceneRoad *road, gdouble place_m, gint side)
{
  static const guint32 banner[6] = { 0xff2b66b1, 0xffd23f37, 0xffe8e6df,
    0xff2a8f5c, 0xffe3a92b, 0xff23262b };
  guint32 h;

  /* Half a metre in, so that rounding never picks the banner before. */
  place_m = fmod (place_m + 0.5, road->length_m);
  h = hash ((guint) (place_m / BANNER_M), side > 0 ? 3 : 4);
  return h % 5 < 2 ? banner[(h >> 8) % 6] : 0xffa7adb2u;
}

/* One edge of a rail piece: x, top, bottom in pixels. */
static gboolean
rail_edge (const SceneView *view, const SceneSegment *s, gint side,
    gfloat high_m, gfloat edge[3])
{
  gfloat x = s->x + side * RAIL_M * s->cos_dir;
  gfloat z = s->z - side * RAIL_M * s->sin_dir, scale;

  if (z < 1.2f || s->bend * side * RAIL_M > 0.5f)
    return FALSE;
  scale = view->focal / z;
  edge[0] = view->center_x - x * scale;
  edge[2] = view->horizon + (view->eye_m - s->y) * scale;
  edge[1] = edge[2] - high_m * scale;
  return TRUE;
}

static void
draw_rail (SceneCanvas *canvas, const SceneView *view, const SceneRoad *road,
    guint i, gint side)
{
  const SceneSegment *a = &view->segment[i], *b = a + 1;
  guint haze = (guint) scene_haze_amount (a->z);
  guint32 color = rail_color (road, road->here_m + a->ahead_m, side);
  gint clip = MIN (a->clip, canvas->height);
  gfloat near[3], far[3];

  if (!rail_edge (view, a, side, RAIL_HIGH_M, near)
      || !rail_edge (view, b, side, RAIL_HIGH_M, far))
    return;
  if (near[0] < far[0])
    scene_canvas_vquad (
        canvas, near, far, clip, scene_mix (color, SCENE_HAZE, haze));
  else
    scene_canvas_vquad (
        canvas, far, near, clip, scene_mix (color, SCENE_HAZE, haze));
  near[2] = near[1] + (near[2] - near[1]) * 0.14f;
  far[2] = far[1] + (far[2] - far[1]) * 0.14f;
  color = scene_mix (scene_mix (color, 0xffffffffu, 130), SCENE_HAZE, haze);
  if (near[0] < far[0])
    scene_canvas_vquad (canvas, near, far, clip, color);
  else
    scene_canvas_vquad (canvas, far, near, clip, color);
}

/**
 * scene_trackside_draw:
 * @canvas: with the ground already drawn
 * @sprites: the sprites
 * @view: the view
 * @road: the road it looks at
 * @row: for the other cars
 */
void
scene_trackside_draw (SceneCanvas *canvas, const SceneSprites *sprites,
    const SceneView *view, const SceneRoad *road, const SceneRow *row)
{
  Things things;
  guint next;

  things.n = 0;
  collect_cars (&things, road, row);
  collect_landmarks (&things, road);
  collect_scenery (&things, road);
  qsort (things.thing, things.n, sizeof (Thing), nearer_first);
  next = things.n;
  for (gint i = (gint) view->n_segments - 2; i >= 0; i--) {
    gfloat from = view->segment[i].ahead_m;

    draw_rail (canvas, view, road, (guint) i, 1);
    draw_rail (canvas, view, road, (guint) i, -1);
    while (next > 0 && things.thing[next - 1].ahead_m >= from)
      draw_thing (canvas, sprites, view, &things.thing[--next]);
  }
}

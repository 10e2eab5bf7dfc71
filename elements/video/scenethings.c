/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands beside the road: trees, barriers, stands, boards, buildings. */
#include "scenethings.h"

#include <math.h>

#include "scenepaint.h"

/* Beside the line: where there are stands, hoardings, lights. */
#define START_BEFORE_M 220.0
#define START_BEHIND_M 150.0
#define BRIDGE_SHARE 0.46
#define BARRIER_M 0.95f
#define TREES 6

typedef struct {
  const SceneWorld *world;
  guint first, stride, cell;
  gdouble lap_m; /* of the cell's first node */
  gfloat distance_m;
  guint haze;
  gboolean at_start;
} Cell;

static const SceneNode *
node_at (const Cell *c, guint k)
{
  const SceneTrack *t = c->world->track;
  guint i = c->first + k;

  return &t->node[t->closed ? i % t->n_nodes : MIN (i, t->n_nodes - 1)];
}

static void
stand_sprite (
    const Cell *c, SceneSpriteId id, guint k, gfloat right_m, gfloat scale)
{
  const SceneCamera *camera = &c->world->camera;
  ScenePoint p = scene_world_point (c->world, node_at (c, k), right_m, 0);
  const gint clip[4] = { camera->left, camera->top, camera->right,
    camera->bottom };
  gfloat x, y;

  if (p.z < 2 || !scene_camera_project (camera, &p, &x, &y))
    return;
  scene_canvas_sprite (camera->canvas, c->world->sprites->sprite[id], x, y,
      c->world->sprites->height_m[id] * scale * camera->focal / p.z, clip,
      camera->haze, c->haze);
}

/* How wooded it is there, 0 to 1. */
static gfloat
woods (const Cell *c, gint side)
{
  gdouble a = c->lap_m / c->world->track->length_m * 2 * G_PI;

  return (gfloat) (0.5 + 0.5 * sin (a * 5 + side * 2.1) * cos (a * 3 + side));
}

static void
draw_trees (const Cell *c, gint side)
{
  static const SceneSpriteId kinds[4] = { SCENE_SPRITE_TREE,
    SCENE_SPRITE_TREE_2, SCENE_SPRITE_CONIFER, SCENE_SPRITE_TREE };
  gfloat dense = woods (c, side), sign = side == SCENE_SIDE_LEFT ? -1 : 1;
  guint n = c->at_start ? 2 : 1 + (guint) (dense * TREES);

  if (c->world->small || c->distance_m > 600)
    n = (n + 1) / 2;
  for (guint i = 0; i < n; i++) {
    guint32 h = scene_hash (c->cell * 16 + i, 11 + (guint) side, 0);
    guint k = SCENE_CELL_NODES - 1 - i * SCENE_CELL_NODES / n;
    const SceneNode *node = node_at (c, k);
    gfloat room = node->wing[side] - node->wall[side] - 3;
    gfloat out = (gfloat) (h >> 8 & 0xff) / 255.0f;
    SceneSpriteId kind = kinds[h & 3];
    gfloat at;

    if (room < 4 || (c->at_start && out < 0.5f))
      continue;
    at = node->wall[side] + 3 + room * (dense > 0.7f ? out * 0.6f : out);
    if ((h >> 24) % 5 == 0)
      kind = SCENE_SPRITE_BUSH;
    stand_sprite (
        c, kind, k, sign * at, 0.75f + (gfloat) (h >> 16 & 0xff) / 400.0f);
  }
}

/* A place of a cell: which node, and metres to the right of its middle. */
typedef struct {
  guint node;
  gfloat right_m;
} Foot;

/* A board that stands upright between two places; heights above ground, and
 * where its texture begins and ends. */
typedef struct {
  Foot a, b;
  gfloat low_m, high_m;
  gfloat from_u, to_u;
} Upright;

static void
draw_upright (const Cell *c, const Upright *board, const SceneFill *fill)
{
  const SceneNode *a = node_at (c, board->a.node);
  const SceneNode *b = node_at (c, board->b.node);
  const gfloat ra = board->a.right_m, rb = board->b.right_m;
  ScenePoint p[4] = { scene_world_point (c->world, a, ra, board->low_m),
    scene_world_point (c->world, b, rb, board->low_m),
    scene_world_point (c->world, b, rb, board->high_m),
    scene_world_point (c->world, a, ra, board->high_m) };

  p[0].u = p[3].u = board->from_u;
  p[1].u = p[2].u = board->to_u;
  p[0].v = p[1].v = 0.005f;
  p[2].v = p[3].v = 0.995f;
  scene_raster_polygon (&c->world->camera, p, 4, fill);
}

static SceneFill
wall_fill (const Cell *c, SceneTextureId id, guint shade)
{
  return (SceneFill){
    .texture = c->world->textures[id], .shade = shade, .haze = c->haze
  };
}

static SceneTextureId
barrier_of (const Cell *c, gint side)
{
  const SceneNode *node = node_at (c, 4);
  guint32 h = scene_hash (c->cell / 2, 31 + (guint) side, 0);

  if (node->gravel[side] > 7)
    return SCENE_TEXTURE_TYRES;
  if (c->at_start || h % 4 == 0)
    return h & 64 ? SCENE_TEXTURE_HOARDING : SCENE_TEXTURE_HOARDING_2;
  return SCENE_TEXTURE_BARRIER;
}

static void
draw_barrier (const Cell *c, gint side)
{
  gfloat sign = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f;
  SceneTextureId id = barrier_of (c, side);
  guint stride = MIN (c->stride, SCENE_CELL_NODES);
  gfloat repeat = id == SCENE_TEXTURE_BARRIER ? 4.0f
                  : id == SCENE_TEXTURE_TYRES ? 3.6f
                                              : 8.0f;
  gfloat high = id == SCENE_TEXTURE_BARRIER ? BARRIER_M : BARRIER_M + 0.25f;
  SceneFill fill = wall_fill (c, id, side == SCENE_SIDE_LEFT ? 240 : 214);

  for (guint k = SCENE_CELL_NODES; k >= stride; k -= stride) {
    const guint from = k - stride;
    const gdouble step_m = c->world->track->step_m;
    /* Lettering runs from left to right for who drives past. */
    const gfloat way = side == SCENE_SIDE_LEFT ? 1.0f : -1.0f;
    const Upright board = {
      .a = { from, sign * node_at (c, from)->wall[side] },
      .b = { k, sign * node_at (c, k)->wall[side] },
      .high_m = high,
      .from_u = way * (gfloat) (from * step_m) / repeat,
      .to_u = way * (gfloat) (k * step_m) / repeat,
    };

    draw_upright (c, &board, &fill);
  }
}

/* Rows of people under a roof, leaning back from the road. */
static void
draw_stand (const Cell *c, gint side)
{
  gfloat sign = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f;
  const SceneNode *a = node_at (c, 0), *b = node_at (c, SCENE_CELL_NODES);
  gfloat na = sign * (a->wall[side] + 3), nb = sign * (b->wall[side] + 3);
  gfloat fa = na + sign * 11, fb = nb + sign * 11;
  SceneFill crowd = wall_fill (c, SCENE_TEXTURE_CROWD, 244);
  SceneFill roof = { .color = 0xffd5dadfu, .haze = c->haze, .alpha = 256 };
  SceneFill back = { .color = 0xff6d747cu, .haze = c->haze, .alpha = 256 };
  ScenePoint p[4] = { scene_world_point (c->world, a, na, 1.4f),
    scene_world_point (c->world, b, nb, 1.4f),
    scene_world_point (c->world, b, fb, 8.2f),
    scene_world_point (c->world, a, fa, 8.2f) };
  ScenePoint q[4] = { scene_world_point (c->world, a, na + sign, 10.2f),
    scene_world_point (c->world, b, nb + sign, 10.2f),
    scene_world_point (c->world, b, fb, 11.2f),
    scene_world_point (c->world, a, fa, 11.2f) };

  p[0].u = p[3].u = 0, p[1].u = p[2].u = 1.25f;
  p[0].v = p[1].v = 0.005f, p[2].v = p[3].v = 0.995f;
  draw_upright (c,
      &(Upright){ { 0, fa }, { SCENE_CELL_NODES, fb }, .high_m = 11.2f },
      &back);
  scene_raster_polygon (&c->world->camera, p, 4, &crowd);
  draw_upright (c,
      &(Upright){
          { 0, na }, { SCENE_CELL_NODES, nb }, .high_m = 1.5f, .to_u = 2 },
      &(SceneFill){ .texture = c->world->textures[SCENE_TEXTURE_HOARDING],
          .shade = 236,
          .haze = c->haze });
  scene_raster_polygon (&c->world->camera, q, 4, &roof);
  draw_upright (c,
      &(Upright){ { 0, na + sign }, { SCENE_CELL_NODES, nb + sign },
          .low_m = 9.6f, .high_m = 10.2f },
      &(SceneFill){ .color = 0xff2b6cb0u, .haze = c->haze, .alpha = 256 });
  draw_upright (c,
      &(Upright){ { 4, na + sign }, { 4, na + sign * 1.25f }, .low_m = 1.5f,
          .high_m = 10 },
      &back);
}

static void
draw_garages (const Cell *c, gint side)
{
  gfloat sign = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f;
  const SceneNode *a = node_at (c, 0), *b = node_at (c, SCENE_CELL_NODES);
  gfloat ra = sign * (fabsf (a->pit) + 11.5f);
  gfloat rb = sign * (fabsf (b->pit) + 11.5f);
  SceneFill front = wall_fill (c, SCENE_TEXTURE_GARAGES, 236);
  SceneFill end = { .color = 0xffa8aeb3u, .haze = c->haze, .alpha = 256 };
  SceneFill wall = { .color = 0xffc9cdd0u, .haze = c->haze, .alpha = 256 };
  gfloat wa = sign * (a->edge[side] + 2.5f), wb = sign * (b->edge[side] + 2.5f);

  draw_upright (
      c, &(Upright){ { 0, ra }, { 0, ra + sign * 9 }, .high_m = 7.5f }, &end);
  draw_upright (c,
      &(Upright){ { 0, ra }, { SCENE_CELL_NODES, rb }, .high_m = 7.5f,
          .from_u = side == SCENE_SIDE_LEFT ? 0 : 1,
          .to_u = side == SCENE_SIDE_LEFT ? 1 : 0 },
      &front);
  draw_upright (c,
      &(Upright){ { 0, wa }, { SCENE_CELL_NODES, wb }, .high_m = 0.9f }, &wall);
}

/* Over the road at the first node of the cell. */
static void
draw_gantry (const Cell *c, SceneTextureId id)
{
  const SceneNode *a = node_at (c, 0);
  gfloat left = -a->edge[SCENE_SIDE_LEFT] - 2;
  gfloat right = a->edge[SCENE_SIDE_RIGHT] + 2;
  SceneFill panel = wall_fill (c, id, 250);
  SceneFill leg = { .color = 0xff6d747bu, .haze = c->haze, .alpha = 256 };
  gboolean turned = c->world->camera.mirrored;

  draw_upright (c,
      &(Upright){ { 0, left - 0.3f }, { 0, left + 0.3f }, .high_m = 8.2f },
      &leg);
  draw_upright (c,
      &(Upright){ { 0, right - 0.3f }, { 0, right + 0.3f }, .high_m = 8.2f },
      &leg);
  draw_upright (c,
      &(Upright){ { 0, left }, { 0, right }, .low_m = 5.6f, .high_m = 8.2f,
          .from_u = turned, .to_u = !turned },
      &panel);
}

static void
draw_boards (const Cell *c)
{
  const SceneTrack *t = c->world->track;
  gdouble cell_m = SCENE_CELL_NODES * t->step_m;

  for (guint i = 0; i < t->n_boards; i++) {
    const SceneBoard *b = &t->board[i];
    gdouble along = b->at_m - c->lap_m;
    guint which = b->metres >= 200 ? 1 + (guint) b->metres / 100
                                   : (guint) b->metres / 50 - 1;
    SceneSpriteId id = SCENE_SPRITE_BOARD_50 + which;
    gfloat at;

    if (along < 0 || along >= cell_m)
      continue;
    at = node_at (c, (guint) (along / t->step_m))->edge[b->side] + 3.2f;
    stand_sprite (c, id, (guint) (along / t->step_m),
        b->side == SCENE_SIDE_LEFT ? -at : at, 1);
  }
}

static void
draw_small_things (const Cell *c, gint side, gboolean is_pit)
{
  gfloat sign = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f;
  gfloat wall = node_at (c, 3)->wall[side];
  guint32 h = scene_hash (c->cell, 51 + (guint) side, 0);

  if (is_pit)
    return;
  if (c->at_start && c->cell % 4 == 0)
    stand_sprite (c, SCENE_SPRITE_MAST, 3, sign * (wall + 1.5f), 1);
  else if (h % 13 == 0)
    stand_sprite (c, SCENE_SPRITE_POST, 3, sign * (wall - 0.8f), 0.9f);
}

static gboolean
has_stand (const Cell *c, gint side)
{
  const SceneNode *node = node_at (c, 4);
  gdouble back = c->world->track->length_m - c->lap_m;

  if (node->wing[side] - node->wall[side] < 14)
    return FALSE;
  if (side != c->world->track->pit_side && (back < 150 || c->lap_m < 80))
    return TRUE;
  return node->gravel[side] > 6
         && scene_hash (c->cell / 6, 71 + (guint) side, 0) % 3 == 0;
}

/* first: a cell's first node; all that stands there, from outside to inside. */
void
scene_things_draw (
    const SceneWorld *world, guint first, guint stride, gfloat distance_m)
{
  const SceneTrack *t = world->track;
  guint index = scene_world_index (t, first);
  Cell c = { world, first, stride, index / SCENE_CELL_NODES, index * t->step_m,
    distance_m, scene_camera_haze (&world->camera, distance_m + 8), FALSE };
  guint bridge =
      (guint) (t->length_m * BRIDGE_SHARE / t->step_m) / SCENE_CELL_NODES;

  c.at_start =
      c.lap_m < START_BEHIND_M || c.lap_m > t->length_m - START_BEFORE_M;
  for (gint side = 0; side < SCENE_SIDES; side++) {
    gboolean pit =
        side == t->pit_side && t->pit_m > 0
        && fabsf (node_at (&c, 0)->pit) > 0.97f * t->pit_m
        && fabsf (node_at (&c, SCENE_CELL_NODES)->pit) > 0.97f * t->pit_m;

    draw_trees (&c, side);
    if (pit)
      draw_garages (&c, side);
    else if (has_stand (&c, side))
      draw_stand (&c, side);
    if (!pit && distance_m < 420)
      draw_barrier (&c, side);
    if (!world->small)
      draw_small_things (&c, side, pit);
  }
  if (index == 0)
    draw_gantry (&c, SCENE_TEXTURE_GANTRY);
  else if (c.cell == bridge && t->length_m > 1500)
    draw_gantry (&c, SCENE_TEXTURE_BRIDGE);
  if (!world->small)
    draw_boards (&c);
}

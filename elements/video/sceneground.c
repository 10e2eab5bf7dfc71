/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One piece of ground across the road: grass, run-off, kerbs, asphalt, paint. */
#include "sceneground.h"

#include <math.h>

#define PAINT 0xffe4e4dfu
#define RUBBER 0xff23252au
#define PAINT_M 160.0f
#define DETAIL_M 90.0f
#define MOW_NODES 8

typedef struct {
  const SceneWorld *world;
  const SceneNode *a, *b;
  gfloat from_m, to_m; /* along the lap */
  guint haze, index;
  gfloat distance_m;
} Piece;

/* Between two distances from the middle, which may differ at both ends;
 * positive to the right. */
static void
band (const Piece *p, gfloat a0, gfloat a1, gfloat b0, gfloat b1, gfloat repeat,
    const SceneFill *fill)
{
  ScenePoint q[4] = { scene_world_point (p->world, p->a, a0, 0),
    scene_world_point (p->world, p->a, a1, 0),
    scene_world_point (p->world, p->b, b1, 0),
    scene_world_point (p->world, p->b, b0, 0) };

  if (fill->texture != NULL) {
    q[0].u = a0 / repeat, q[1].u = a1 / repeat;
    q[2].u = b1 / repeat, q[3].u = b0 / repeat;
    q[0].v = q[1].v = p->from_m / repeat;
    q[2].v = q[3].v = p->to_m / repeat;
  }
  scene_raster_polygon (&p->world->camera, q, 4, fill);
}

static SceneFill
textured (const Piece *p, SceneTextureId id, guint shade)
{
  return (SceneFill){
    .texture = p->world->textures[id], .shade = shade, .haze = p->haze
  };
}

/* Mown to and fro; far away both ways look the same. */
static guint
mown (const Piece *p)
{
  guint here = scene_world_index (p->world->track, p->index);
  guint dark = p->distance_m < 260 ? 22 : 11;

  if (p->distance_m < 260 && here / MOW_NODES % 2 == 0)
    return 256;
  return 256 - dark;
}

static void
draw_verge (const Piece *p, gint side)
{
  const SceneNode *a = p->a, *b = p->b;
  gfloat s = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f;
  gfloat a0 = a->edge[side], b0 = b->edge[side];
  gfloat a1 = a->wall[side], b1 = b->wall[side];
  guint shade = mown (p), slope;
  gfloat rise = (a->wing_z[side] - a->z) / MAX (a->wing[side] - a1, 1.0f);
  SceneFill grass = textured (p, SCENE_TEXTURE_GRASS, shade);
  SceneFill gravel = textured (p, SCENE_TEXTURE_GRAVEL, 256);

  slope = (guint) CLAMP ((gfloat) shade - 26 + 150 * rise, 170.0f, 256.0f);
  if (a->wing[side] > a1 + 0.6f || b->wing[side] > b1 + 0.6f) {
    SceneFill outer = textured (p, SCENE_TEXTURE_GRASS, slope);

    band (p, s * a1, s * a->wing[side], s * b1, s * b->wing[side],
        SCENE_GRASS_M * 2, &outer);
  }
  if (a->gravel[side] > 0.5f || b->gravel[side] > 0.5f) {
    gfloat ga = a0 + a->kerb[side] + 1, gb = b0 + b->kerb[side] + 1;
    gfloat ea = MIN (ga + a->gravel[side], a1);
    gfloat eb = MIN (gb + b->gravel[side], b1);

    band (p, s * a0, s * ga, s * b0, s * gb, SCENE_GRASS_M, &grass);
    band (p, s * ga, s * ea, s * gb, s * eb, SCENE_GRAVEL_M, &gravel);
    band (p, s * ea, s * a1, s * eb, s * b1, SCENE_GRASS_M, &grass);
  } else
    band (p, s * a0, s * a1, s * b0, s * b1, SCENE_GRASS_M, &grass);
}

static void
draw_pit_lane (const Piece *p)
{
  const SceneNode *a = p->a, *b = p->b;
  SceneFill asphalt = textured (p, SCENE_TEXTURE_ASPHALT, 236);
  SceneFill apron = textured (p, SCENE_TEXTURE_ASPHALT, 256);
  SceneFill paint = {
    .color = PAINT, .haze = p->haze, .alpha = 256, .smooth = TRUE
  };
  gfloat s = a->pit + b->pit > 0 ? -1.0f : 1.0f;
  gfloat pa = fabsf (a->pit), pb = fabsf (b->pit);
  gfloat full = 0.97f * p->world->track->pit_m;

  if (pa > full && pb > full)
    band (p, s * (pa + 2.2f), s * (pa + 11.5f), s * (pb + 2.2f),
        s * (pb + 11.5f), SCENE_ASPHALT_M, &apron);
  band (p, s * (pa - 2.4f), s * (pa + 2.4f), s * (pb - 2.4f), s * (pb + 2.4f),
      SCENE_ASPHALT_M, &asphalt);
  if (p->distance_m > PAINT_M)
    return;
  band (p, s * (pa - 2.3f), s * (pa - 2.15f), s * (pb - 2.3f), s * (pb - 2.15f),
      1, &paint);
  band (p, s * (pa + 2.15f), s * (pa + 2.3f), s * (pb + 2.15f), s * (pb + 2.3f),
      1, &paint);
}

static void
draw_kerbs (const Piece *p)
{
  SceneFill kerb = textured (p, SCENE_TEXTURE_KERB, 256);

  for (gint side = 0; side < SCENE_SIDES; side++) {
    gfloat s = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f;
    gfloat a = p->a->kerb[side], b = p->b->kerb[side];

    if (a < 0.05f && b < 0.05f)
      continue;
    band (p, s * p->a->edge[side], s * (p->a->edge[side] + a),
        s * p->b->edge[side], s * (p->b->edge[side] + b), SCENE_KERB_M, &kerb);
  }
}

static void
draw_paint (const Piece *p)
{
  SceneFill paint = {
    .color = PAINT, .haze = p->haze, .alpha = 256, .smooth = TRUE
  };
  SceneFill rubber = { .color = RUBBER, .haze = 0, .alpha = 30 };
  gfloat la = -p->a->line, lb = -p->b->line;
  gfloat ea = p->a->edge[SCENE_SIDE_LEFT], eb = p->b->edge[SCENE_SIDE_LEFT];
  gfloat fa = p->a->edge[SCENE_SIDE_RIGHT], fb = p->b->edge[SCENE_SIDE_RIGHT];

  rubber.alpha = p->distance_m < DETAIL_M ? 26 : 34;
  band (p, la - 1.35f, la + 1.35f, lb - 1.35f, lb + 1.35f, 1, &rubber);
  if (p->distance_m < DETAIL_M) {
    band (p, la - 1.05f, la - 0.5f, lb - 1.05f, lb - 0.5f, 1, &rubber);
    band (p, la + 0.5f, la + 1.05f, lb + 0.5f, lb + 1.05f, 1, &rubber);
  }
  band (p, -ea, 0.16f - ea, -eb, 0.16f - eb, 1, &paint);
  band (p, fa - 0.16f, fa, fb - 0.16f, fb, 1, &paint);
}

/* A piece of this one only: shares of its length, metres from the middle. */
static void
patch (const Piece *p, gfloat from, gfloat to, gfloat left, gfloat right,
    const SceneFill *fill)
{
  ScenePoint a0 = scene_world_point (p->world, p->a, left, 0);
  ScenePoint a1 = scene_world_point (p->world, p->a, right, 0);
  ScenePoint b0 = scene_world_point (p->world, p->b, left, 0);
  ScenePoint b1 = scene_world_point (p->world, p->b, right, 0);
#define ALONG(a, b, t) \
  ((ScenePoint){ a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), \
      a.z + t * (b.z - a.z), 0, 0 })
  ScenePoint q[4] = { ALONG (a0, b0, from), ALONG (a1, b1, from),
    ALONG (a1, b1, to), ALONG (a0, b0, to) };
#undef ALONG

  scene_raster_polygon (&p->world->camera, q, 4, fill);
}

static void
draw_start_line (const Piece *p, guint stride)
{
  gfloat half = p->a->edge[SCENE_SIDE_LEFT], cell = half / 8;
  gfloat row = 0.8f / (gfloat) stride / 2;

  for (gint i = 0; i < 16; i++)
    for (gint k = 0; k < 2; k++) {
      SceneFill fill = { .color = (i + k) % 2 ? PAINT : 0xff17181bu,
        .haze = p->haze,
        .alpha = 256,
        .smooth = TRUE };

      patch (p, (gfloat) k * row, (gfloat) (k + 1) * row,
          -half + (gfloat) i * cell, -half + (gfloat) (i + 1) * cell, &fill);
    }
}

/* Behind the line, one box every 8 m to either side in turn. */
static void
draw_grid_box (const Piece *p, guint nodes_before)
{
  SceneFill paint = {
    .color = PAINT, .haze = p->haze, .alpha = 256, .smooth = TRUE
  };
  gfloat x = nodes_before / 4 % 2 ? 2.7f : -2.7f;

  patch (p, 0.82f, 1.0f, x - 1.2f, x + 1.2f, &paint);
  patch (p, 0.0f, 1.0f, x - 1.2f, x - 1.05f, &paint);
  patch (p, 0.0f, 1.0f, x + 1.05f, x + 1.2f, &paint);
}

static void
draw_marks (const Piece *p, guint stride)
{
  const SceneTrack *t = p->world->track;
  guint lap = t->closed ? t->n_nodes : (guint) (t->length_m / t->step_m);
  guint here = scene_world_index (t, p->index), before = lap - here;

  if (p->distance_m > 350)
    return;
  if (here == 0)
    draw_start_line (p, stride);
  else if (stride == 1 && before >= 4 && before <= 120 && before % 4 == 0)
    draw_grid_box (p, before);
}

/* index: node @a stands at; stride: nodes to @b. */
void
scene_ground_draw (const SceneWorld *world, const SceneNode *a,
    const SceneNode *b, guint index, guint stride, gfloat distance_m)
{
  gfloat step = (gfloat) world->track->step_m;
  Piece p = { world, a, b,
    step * (gfloat) scene_world_index (world->track, index), 0,
    scene_camera_haze (&world->camera, distance_m), index, distance_m };
  SceneFill asphalt;

  p.to_m = p.from_m + step * (gfloat) stride;
  draw_verge (&p, SCENE_SIDE_LEFT);
  draw_verge (&p, SCENE_SIDE_RIGHT);
  if (a->pit != 0 || b->pit != 0)
    draw_pit_lane (&p);
  asphalt =
      textured (&p, SCENE_TEXTURE_ASPHALT, (guint) (256 - 90 * world->wet));
  /* Seen flat, a wet road shows the sky. */
  if (world->wet > 0)
    asphalt.haze = MIN (
        asphalt.haze + (guint) (world->wet * MIN (distance_m, 120.0f) * 0.8f),
        220);
  band (&p, -a->edge[SCENE_SIDE_LEFT], a->edge[SCENE_SIDE_RIGHT],
      -b->edge[SCENE_SIDE_LEFT], b->edge[SCENE_SIDE_RIGHT], SCENE_ASPHALT_M,
      &asphalt);
  if (distance_m < 420)
    draw_kerbs (&p);
  if (distance_m < PAINT_M && !world->small)
    draw_paint (&p);
  draw_marks (&p, stride);
}

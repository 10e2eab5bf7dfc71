/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other cars: a few dozen faces each, shaded by the sun. */
#include "scenecars.h"

#include <math.h>

#include "scenepaint.h"

/* From the middle of the pit lane to that of a box. */
#define BOX_M 4.2f
#define MAX_FACES 64
/* Beyond it only the boxes of body and cabin. */
#define SIMPLE_M 110.0f
#define GLASS 0xff18222cu
#define CARBON 0xff16181bu
#define TYRE 0xff0f1012u
#define RED_LAMP 0xffe5322au
#define WHITE_LAMP 0xfff3f1e6u

/* Cross-sections from the rear to the front: place along the car, half width at
 * the bottom and the top, heights of both. */
typedef struct {
  gfloat y, low_half, high_half, low, high;
} Section;

typedef struct {
  const Section *body;
  guint n_body;
  const Section *cabin; /* four: tail, roof, roof, windscreen's foot */
  gfloat wing_y, wing_z, wing_half;
  gfloat axle_rear, axle_front, wheel_r, half;
  gfloat lamp_z;
} Shape;

static const Section proto_body[] = { { -2.35f, 0.93f, 0.90f, 0.22f, 0.66f },
  { -1.3f, 0.96f, 0.86f, 0.10f, 0.80f }, { -0.2f, 0.96f, 0.70f, 0.08f, 0.62f },
  { 1.0f, 0.96f, 0.86f, 0.08f, 0.66f }, { 1.8f, 0.96f, 0.88f, 0.08f, 0.60f },
  { 2.35f, 0.90f, 0.82f, 0.10f, 0.30f } };
static const Section proto_cabin[] = { { -1.6f, 0.30f, 0.10f, 0.70f, 0.80f },
  { -0.4f, 0.48f, 0.32f, 0.60f, 1.06f }, { 0.25f, 0.50f, 0.34f, 0.60f, 1.04f },
  { 1.1f, 0.50f, 0.40f, 0.60f, 0.66f } };
static const Section gt_body[] = { { -2.25f, 0.90f, 0.86f, 0.30f, 0.82f },
  { -1.3f, 0.98f, 0.92f, 0.12f, 0.90f }, { 0.9f, 0.96f, 0.90f, 0.10f, 0.82f },
  { 1.9f, 0.97f, 0.84f, 0.10f, 0.68f }, { 2.3f, 0.86f, 0.74f, 0.12f, 0.48f } };
static const Section gt_cabin[] = { { -1.85f, 0.70f, 0.60f, 0.84f, 0.90f },
  { -0.75f, 0.74f, 0.56f, 0.86f, 1.24f }, { 0.15f, 0.74f, 0.57f, 0.84f, 1.22f },
  { 1.05f, 0.74f, 0.66f, 0.80f, 0.84f } };
static const Section touring_body[] = { { -2.1f, 0.86f, 0.84f, 0.32f, 0.96f },
  { -1.3f, 0.90f, 0.86f, 0.14f, 0.98f }, { 0.9f, 0.90f, 0.84f, 0.12f, 0.90f },
  { 1.8f, 0.88f, 0.80f, 0.12f, 0.78f }, { 2.15f, 0.82f, 0.74f, 0.14f, 0.56f } };
static const Section touring_cabin[] = { { -1.75f, 0.74f, 0.66f, 0.94f, 1.0f },
  { -1.1f, 0.76f, 0.58f, 0.94f, 1.40f }, { 0.05f, 0.76f, 0.58f, 0.92f, 1.40f },
  { 1.0f, 0.76f, 0.68f, 0.88f, 0.92f } };

static const Shape shapes[3] = {
  { proto_body, G_N_ELEMENTS (proto_body), proto_cabin, -2.3f, 1.02f, 0.92f,
      -1.45f, 1.50f, 0.34f, 0.97f, 0.52f },
  { gt_body, G_N_ELEMENTS (gt_body), gt_cabin, -2.15f, 1.26f, 0.86f, -1.35f,
      1.35f, 0.34f, 0.98f, 0.64f },
  { touring_body, G_N_ELEMENTS (touring_body), touring_cabin, -1.85f, 1.38f,
      0.62f, -1.28f, 1.32f, 0.33f, 0.91f, 0.76f },
};

static const guint32 paints[12] = { 0xffd13b33u, 0xff2f6fd0u, 0xfff0c02eu,
  0xffeceeefu, 0xff2fa866u, 0xffe8792bu, 0xff8a56c9u, 0xff394250u, 0xff23b5c4u,
  0xffd84f96u, 0xff9fbf2fu, 0xff7a8794u };

typedef struct {
  ScenePoint p[4];
  guint32 color;
  gfloat depth;
  gboolean lit; /* shines by itself */
} Face;

typedef struct {
  const SceneWorld *world;
  ScenePoint origin, right, ahead, up;
  Face face[MAX_FACES];
  guint n;
} Model;

static ScenePoint
at (const Model *m, gfloat x, gfloat y, gfloat z)
{
  ScenePoint p = { m->origin.x + x * m->right.x + y * m->ahead.x + z * m->up.x,
    m->origin.y + x * m->right.y + y * m->ahead.y + z * m->up.y,
    m->origin.z + x * m->right.z + y * m->ahead.z + z * m->up.z, 0, 0 };

  return p;
}

static void
face (Model *m, ScenePoint a, ScenePoint b, ScenePoint c, ScenePoint d,
    guint32 color, gboolean lit)
{
  Face *f;

  if (m->n == MAX_FACES)
    return;
  f = &m->face[m->n++];
  f->p[0] = a, f->p[1] = b, f->p[2] = c, f->p[3] = d;
  f->color = color;
  f->lit = lit;
  f->depth = hypotf (a.x + b.x + c.x + d.x, a.z + b.z + c.z + d.z);
  /* Lamps lie on the skin. */
  if (lit)
    f->depth -= 1.6f;
}

/* The skin between two sections: both sides and the top. */
static void
skin (Model *m, const Section *s, const Section *t, guint32 side, guint32 top)
{
  for (gint i = -1; i <= 1; i += 2) {
    gfloat k = (gfloat) i;

    face (m, at (m, k * s->low_half, s->y, s->low),
        at (m, k * t->low_half, t->y, t->low),
        at (m, k * t->high_half, t->y, t->high),
        at (m, k * s->high_half, s->y, s->high), side, FALSE);
  }
  face (m, at (m, -s->high_half, s->y, s->high),
      at (m, s->high_half, s->y, s->high), at (m, t->high_half, t->y, t->high),
      at (m, -t->high_half, t->y, t->high), top, FALSE);
}

static void
cap (Model *m, const Section *s, guint32 color)
{
  face (m, at (m, -s->low_half, s->y, s->low),
      at (m, s->low_half, s->y, s->low), at (m, s->high_half, s->y, s->high),
      at (m, -s->high_half, s->y, s->high), color, FALSE);
}

static void
plate (Model *m, gfloat x0, gfloat x1, gfloat y, gfloat z0, gfloat z1,
    guint32 color, gboolean lit)
{
  face (m, at (m, x0, y, z0), at (m, x1, y, z0), at (m, x1, y, z1),
      at (m, x0, y, z1), color, lit);
}

static void
add_wheels (Model *m, const Shape *s)
{
  for (gint i = 0; i < 4; i++) {
    gfloat k = i % 2 ? 1.0f : -1.0f;
    gfloat y = i < 2 ? s->axle_rear : s->axle_front, r = s->wheel_r;
    gfloat out = k * (s->half + 0.01f), in = k * (s->half - 0.3f);
    gfloat c = r * 0.7f;

    face (m, at (m, out, y - r, c), at (m, out, y - c, 2 * r - 0.05f),
        at (m, out, y + c, 2 * r - 0.05f), at (m, out, y + r, c), TYRE, FALSE);
    face (m, at (m, out, y - r, c), at (m, out, y - c, 0.02f),
        at (m, out, y + c, 0.02f), at (m, out, y + r, c), TYRE, FALSE);
    if (i < 2)
      plate (m, MIN (in, out), MAX (in, out), y - r * 0.95f, 0.02f, 0.42f, TYRE,
          FALSE);
  }
}

static void
add_details (Model *m, const Shape *s, guint32 accent)
{
  gfloat rear = s->body[0].y - 0.02f, front = s->body[s->n_body - 1].y + 0.02f;
  gfloat w = s->wing_half, z = s->wing_z, y = s->wing_y;

  for (gint i = -1; i <= 1; i += 2) {
    gfloat a = (gfloat) i * 0.46f, b = (gfloat) i * 0.84f;

    plate (m, MIN (a, b), MAX (a, b), rear, s->lamp_z, s->lamp_z + 0.09f,
        RED_LAMP, TRUE);
    plate (m, MIN (a, b), MAX (a, b), front - 0.12f,
        s->body[s->n_body - 1].high, s->body[s->n_body - 1].high + 0.12f,
        WHITE_LAMP, TRUE);
    face (m, at (m, (gfloat) i * w, y - 0.2f, z - 0.14f),
        at (m, (gfloat) i * w, y + 0.2f, z - 0.14f),
        at (m, (gfloat) i * w, y + 0.2f, z + 0.1f),
        at (m, (gfloat) i * w, y - 0.2f, z + 0.1f), accent, FALSE);
    plate (m, (gfloat) i * 0.4f - 0.03f, (gfloat) i * 0.4f + 0.03f, y + 0.05f,
        s->body[0].high - 0.05f, z, CARBON, FALSE);
  }
  plate (m, -0.7f, 0.7f, rear, s->body[0].low, s->body[0].low + 0.2f, CARBON,
      FALSE);
  face (m, at (m, -w, y - 0.18f, z + 0.07f), at (m, w, y - 0.18f, z + 0.07f),
      at (m, w, y + 0.16f, z), at (m, -w, y + 0.16f, z), accent, FALSE);
  plate (m, -w, w, y - 0.18f, z + 0.01f, z + 0.08f, accent, FALSE);
}

static void
build (Model *m, const SceneCar *car, gboolean simple)
{
  guint32 badge = 0xff000000u | car->class_color;
  const Shape *s = &shapes[CLAMP (car->shape, 0, 2)];
  guint32 paint = paints[scene_hash (car->car_idx, 3, 0) % 12];
  guint32 accent = paints[scene_hash (car->car_idx, 5, 0) % 12];
  guint32 dark = scene_mix (paint, 0xff000000u, 60);
  guint step = simple ? s->n_body - 1 : 1;

  for (guint i = 0; i + step < s->n_body; i += step)
    skin (m, &s->body[i], &s->body[i + step], paint, paint);
  cap (m, &s->body[0], dark);
  cap (m, &s->body[s->n_body - 1], dark);
  for (guint i = 0; i < 3; i++)
    skin (m, &s->cabin[i], &s->cabin[i + 1], GLASS, i == 1 ? accent : GLASS);
  if (simple) {
    plate (m, -0.84f, 0.84f, s->body[0].y - 0.02f, s->lamp_z, s->lamp_z + 0.09f,
        RED_LAMP, TRUE);
    plate (m, -s->wing_half, s->wing_half, s->wing_y, s->wing_z,
        s->wing_z + 0.12f, accent, FALSE);
    return;
  }
  add_wheels (m, s);
  add_details (m, s, accent);
  plate (m, -0.26f, 0.26f, s->body[0].y - 0.02f, s->lamp_z - 0.06f,
      s->lamp_z + 0.12f, badge, TRUE);
}

static int
farther_first (const void *a, const void *b)
{
  const Face *p = a, *q = b;

  return p->depth < q->depth ? 1 : p->depth > q->depth ? -1 : 0;
}

/* Light from above and a little from the left. */
static guint
shade_of (const Face *f)
{
  gfloat ax = f->p[1].x - f->p[0].x, ay = f->p[1].y - f->p[0].y;
  gfloat az = f->p[1].z - f->p[0].z, bx = f->p[3].x - f->p[0].x;
  gfloat by = f->p[3].y - f->p[0].y, bz = f->p[3].z - f->p[0].z;
  gfloat nx = ay * bz - az * by, ny = az * bx - ax * bz, nz = ax * by - ay * bx;
  gfloat length = MAX (sqrtf (nx * nx + ny * ny + nz * nz), 1e-6f);
  gfloat up = fabsf (ny) / length,
         across = nx / length * (ny < 0 ? -1.0f : 1.0f);

  return (guint) CLAMP (150 + 106 * up - 30 * across, 100.0f, 256.0f);
}

static void
draw_shadow (const Model *m, guint haze)
{
  SceneFill shadow = { .color = 0xff101214u, .haze = haze, .alpha = 110 };

  scene_raster_quad (&m->world->camera, at (m, -1.05f, -2.45f, 0.01f),
      at (m, 1.05f, -2.45f, 0.01f), at (m, 1.05f, 2.4f, 0.01f),
      at (m, -1.05f, 2.4f, 0.01f), &shadow);
}

/* Axes of the car in the camera's space. */
static void
place_model (Model *m, const SceneNode *node, gfloat right_m)
{
  const SceneCamera *c = &m->world->camera;
  gfloat side = node->cos_h * c->cos_h + node->sin_h * c->sin_h;
  gfloat turn = node->sin_h * c->cos_h - node->cos_h * c->sin_h;
  gfloat flip = c->mirrored ? -1.0f : 1.0f;

  m->origin = scene_world_point (m->world, node, right_m, 0);
  m->right = (ScenePoint){ flip * side, 0, -turn, 0, 0 };
  m->ahead = (ScenePoint){ flip * turn, node->grade, side, 0, 0 };
  m->up = (ScenePoint){ 0, 1, 0, 0, 0 };
}

/* Where a car is: the road there, and metres to the right of its middle. */
void
scene_car_place (const SceneTrack *track, const SceneCar *car, SceneNode *node,
    gfloat *right_m)
{
  gfloat line, lane;

  scene_track_at (track, car->lap_m, node);
  /* At most on the kerb. */
  line = CLAMP (node->line + car->line_m, -0.8f - node->edge[SCENE_SIDE_RIGHT],
      node->edge[SCENE_SIDE_LEFT] + 0.8f);
  line += car->off_m;
  lane = node->pit + car->box * (node->pit > 0 ? BOX_M : -BOX_M);
  if (node->pit == 0)
    lane = line;
  *right_m = -(line + car->pit * (lane - line));
}

void
scene_car_draw (const SceneWorld *world, const SceneCar *car)
{
  SceneNode node;
  gfloat right_m, distance;
  Model m;
  guint haze;

  m.world = world;
  m.n = 0;
  scene_car_place (world->track, car, &node, &right_m);
  place_model (&m, &node, right_m);
  distance = hypotf (m.origin.x, m.origin.z);
  if (m.origin.z < -4 || distance < 2.2f)
    return;
  haze = scene_camera_haze (&world->camera, distance);
  draw_shadow (&m, haze);
  build (&m, car, distance > SIMPLE_M);
  qsort (m.face, m.n, sizeof *m.face, farther_first);
  for (guint i = 0; i < m.n; i++) {
    const Face *f = &m.face[i];
    SceneFill fill = { .color = f->lit ? f->color
                                       : scene_mix (
                                           0xff000000u, f->color, shade_of (f)),
      .haze = haze,
      .alpha = 256,
      .smooth = TRUE };

    scene_raster_polygon (&world->camera, f->p, 4, &fill);
  }
}

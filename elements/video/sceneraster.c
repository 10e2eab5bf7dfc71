/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A camera and flat or textured polygons seen by it. */
#include "sceneraster.h"

#include <math.h>
#include <string.h>

/* What is nearer is cut off. */
#define NEAR_M 0.4f
#define MAX_POINTS 8
/* Caps allow no more lines. */
#define MAX_LINES 2176
/* Pixels between two exact places on a texture; straight in between. */
#define CHUNK 24

/* Of 256: a texture that keeps so much of itself is drawn as it is. */
#define CLEAR_KEEP 251

/* One side of a polygon on one line: depth and texture are divided by z, for
 * only those are straight in the picture. */
typedef struct {
  gfloat x, iz, uz, vz;
} Side;

typedef struct {
  Side left, right;
} Line;

typedef struct {
  gfloat x, y, iz, uz, vz;
} Corner;

/* A place of the world as the camera has it; u and v are 0. */
ScenePoint
scene_camera_point (const SceneCamera *camera, gdouble x, gdouble y, gdouble z)
{
  gfloat dx = (gfloat) (x - camera->x), dy = (gfloat) (y - camera->y);
  ScenePoint p = { 0 };

  p.x = dx * camera->cos_h - dy * camera->sin_h;
  p.z = dx * camera->sin_h + dy * camera->cos_h;
  p.y = (gfloat) (z - camera->z);
  if (camera->mirrored)
    p.x = -p.x;
  return p;
}

/* Pixels; FALSE for what is behind or beside the eye. */
gboolean
scene_camera_project (
    const SceneCamera *camera, const ScenePoint *p, gfloat *x, gfloat *y)
{
  if (!(p->z > NEAR_M))
    return FALSE;
  *x = camera->center_x + p->x * camera->focal / p->z;
  *y = camera->horizon - p->y * camera->focal / p->z;
  return TRUE;
}

/* Of 256: how much of a colour that far away is haze. */
guint
scene_camera_haze (const SceneCamera *camera, gfloat distance_m)
{
  return (guint) (212.0f * (1.0f - expf (-distance_m / camera->haze_m)));
}

static gint
clip_near (const ScenePoint *in, gint n, ScenePoint *out)
{
  gint count = 0;

  for (gint i = 0; i < n; i++) {
    const ScenePoint *a = &in[i], *b = &in[(i + 1) % n];

    if (a->z >= NEAR_M)
      out[count++] = *a;
    if ((a->z >= NEAR_M) != (b->z >= NEAR_M)) {
      gfloat t = (NEAR_M - a->z) / (b->z - a->z);

      out[count++] =
          (ScenePoint){ a->x + t * (b->x - a->x), a->y + t * (b->y - a->y),
            NEAR_M, a->u + t * (b->u - a->u), a->v + t * (b->v - a->v) };
    }
  }
  return count;
}

static inline gint
first_line (gfloat y)
{
  return (gint) ceilf (CLAMP (y, -4.0f, MAX_LINES) - 0.5f);
}

/* Notes where an edge passes each line. */
static void
walk_edge (Line *lines, gint from, gint to, const Corner *a, const Corner *b)
{
  const Corner *low = a->y < b->y ? a : b, *high = a->y < b->y ? b : a;
  gfloat span = high->y - low->y, t, step;
  gint y0 = MAX (first_line (low->y), from);
  gint y1 = MIN (first_line (high->y), to);

  if (!(span > 0))
    return;
  step = 1 / span;
  t = (y0 + 0.5f - low->y) * step;
  for (gint y = y0; y < y1; y++, t += step) {
    Line *l = &lines[y - from];
    Side s = { low->x + t * (high->x - low->x),
      low->iz + t * (high->iz - low->iz), low->uz + t * (high->uz - low->uz),
      low->vz + t * (high->vz - low->vz) };

    if (s.x < l->left.x)
      l->left = s;
    if (s.x > l->right.x)
      l->right = s;
  }
}

typedef struct {
  const guint32 *texels;
  gint log2;
  gfloat size;
  guint keep;
  guint32 add;
} Sampler;

/* Of 256: the mean of two samples would be sharper, and cost twice as much. */
static void
sample_run (const Sampler *s, guint32 *d, gint n, gfloat u0, gfloat v0,
    gfloat u1, gfloat v1)
{
  const guint mask = (1u << s->log2) - 1;
  const gint log2 = s->log2;
  const guint32 add = s->add;
  const guint keep = s->keep;
  /* Repeats do not count; without them the product fits. */
  gfloat bu = floorf (u0), bv = floorf (v0);
  gint32 u = (gint32) ((u0 - bu) * s->size * 65536.0f);
  gint32 v = (gint32) ((v0 - bv) * s->size * 65536.0f);
  gfloat fu = (u1 - u0) * s->size * 65536.0f / (gfloat) n;
  gfloat fv = (v1 - v0) * s->size * 65536.0f / (gfloat) n;
  gint32 du = (gint32) CLAMP (fu, -3e7f, 3e7f);
  gint32 dv = (gint32) CLAMP (fv, -3e7f, 3e7f);
  guint32 pu = (guint32) u, pv = (guint32) v;

  /* Near by, where most of the picture is, there is next to no haze. */
  if (keep >= CLEAR_KEEP) {
    for (gint i = 0; i < n; i++, pu += (guint32) du, pv += (guint32) dv)
      d[i] = s->texels[((pv >> 16 & mask) << log2) | (pu >> 16 & mask)];
    return;
  }
  for (gint i = 0; i < n; i++) {
    guint32 t = s->texels[((pv >> 16 & mask) << log2) | (pu >> 16 & mask)];

    d[i] = (((t & 0xff00ff) * keep >> 8 & 0xff00ff)
               | ((t & 0x00ff00) * keep >> 8 & 0x00ff00))
           + add;
    pu += (guint32) du;
    pv += (guint32) dv;
  }
}

static void
sample_line (const Sampler *s, guint32 *line, const Line *l, gint x0, gint x1)
{
  gfloat width = l->right.x - l->left.x;
  gfloat t = (x0 + 0.5f - l->left.x) / width, step = 1 / width;
  gboolean even = fabsf (l->left.iz - l->right.iz) < 0.04f * fabsf (l->left.iz);
  gint chunk = even ? x1 - x0 : CHUNK;
  gfloat iz, u, v;

  iz = 1 / (l->left.iz + t * (l->right.iz - l->left.iz));
  u = (l->left.uz + t * (l->right.uz - l->left.uz)) * iz;
  v = (l->left.vz + t * (l->right.vz - l->left.vz)) * iz;
  for (gint x = x0; x < x1; x += chunk) {
    gint n = MIN (chunk, x1 - x);
    gfloat u1, v1;

    t += step * (gfloat) n;
    iz = 1 / (l->left.iz + t * (l->right.iz - l->left.iz));
    u1 = (l->left.uz + t * (l->right.uz - l->left.uz)) * iz;
    v1 = (l->left.vz + t * (l->right.vz - l->left.vz)) * iz;
    sample_run (s, line + x, n, u, v, u1, v1);
    u = u1;
    v = v1;
  }
}

/* The level of which a texel is about a pixel, whichever way is worse. */
static gint
pick_level (
    const SceneTexture *texture, const Corner *c, const ScenePoint *p, gint n)
{
  gfloat u0 = p[0].u, u1 = u0, v0 = p[0].v, v1 = v0;
  gfloat x0 = c[0].x, x1 = x0, y0 = c[0].y, y1 = y0, texels;
  gint level = 0;

  for (gint i = 1; i < n; i++) {
    u0 = MIN (u0, p[i].u), u1 = MAX (u1, p[i].u);
    v0 = MIN (v0, p[i].v), v1 = MAX (v1, p[i].v);
    x0 = MIN (x0, c[i].x), x1 = MAX (x1, c[i].x);
    y0 = MIN (y0, c[i].y), y1 = MAX (y1, c[i].y);
  }
  texels =
      MAX ((u1 - u0) / MAX (x1 - x0, 1.0f), (v1 - v0) / MAX (y1 - y0, 1.0f))
      * (gfloat) (1 << texture->log2);
  for (; texels > 1.5f && level + 1 < texture->n_levels; texels /= 2)
    level++;
  return level;
}

static void
fill_lines (const SceneCamera *camera, const Line *lines, gint from, gint to,
    const SceneFill *fill, const Sampler *sampler)
{
  guint32 color = scene_mix (fill->color, camera->haze, fill->haze);

  for (gint y = from; y < to; y++) {
    const Line *l = &lines[y - from];
    guint32 *line = camera->canvas->px + (gsize) y * camera->canvas->stride;
    gfloat a = MAX (l->left.x, (gfloat) camera->left);
    gfloat b = MIN (l->right.x, (gfloat) camera->right);
    gint x0, x1;

    if (!(b > a))
      continue;
    if (fill->smooth && sampler == NULL && fill->alpha >= 256) {
      scene_canvas_span (camera->canvas, y, a, b, color);
      continue;
    }
    x0 = (gint) ceilf (a - 0.5f);
    x1 = (gint) ceilf (b - 0.5f);
    if (x1 <= x0)
      continue;
    if (sampler != NULL)
      sample_line (sampler, line, l, x0, x1);
    else if (fill->alpha >= 256)
      for (gint x = x0; x < x1; x++)
        line[x] = color;
    else
      for (gint x = x0; x < x1; x++)
        line[x] = scene_mix (line[x], color, fill->alpha);
  }
}

static void
init_sampler (
    Sampler *s, const SceneCamera *camera, const SceneFill *fill, gint level)
{
  const SceneTexture *t = fill->texture;

  s->texels = t->level[level];
  s->log2 = t->log2 - level;
  s->size = (gfloat) (1 << s->log2);
  s->keep = fill->shade * (256 - fill->haze) >> 8;
  s->add = 0xff000000u
           | (((camera->haze & 0xff00ff) * fill->haze >> 8) & 0xff00ff)
           | (((camera->haze & 0x00ff00) * fill->haze >> 8) & 0x00ff00);
}

/**
 * scene_raster_polygon:
 * @camera: who looks
 * @points: (array length=n): corners of a convex polygon, either way round
 * @n: 3 to 6
 * @fill: what it is filled with
 */
void
scene_raster_polygon (const SceneCamera *camera, const ScenePoint *points,
    gint n, const SceneFill *fill)
{
  static const Line empty = { { G_MAXFLOAT, 0, 0, 0 },
    { -G_MAXFLOAT, 0, 0, 0 } };
  Line lines[MAX_LINES];
  ScenePoint clipped[MAX_POINTS];
  Corner c[MAX_POINTS];
  gfloat low = G_MAXFLOAT, high = -G_MAXFLOAT, left = low, right = high;
  gint from, to;
  Sampler sampler;

  n = clip_near (points, n, clipped);
  if (n < 3)
    return;
  for (gint i = 0; i < n; i++) {
    const ScenePoint *p = &clipped[i];
    gfloat iz = 1 / p->z;

    c[i] = (Corner){ camera->center_x + p->x * camera->focal * iz,
      camera->horizon - p->y * camera->focal * iz, iz, p->u * iz, p->v * iz };
    low = MIN (low, c[i].y), high = MAX (high, c[i].y);
    left = MIN (left, c[i].x), right = MAX (right, c[i].x);
  }
  from = MAX (first_line (low), camera->top);
  to = MIN (first_line (high), camera->bottom);
  if (from >= to || !(right > camera->left) || !(left < camera->right))
    return;
  for (gint y = from; y < to; y++)
    lines[y - from] = empty;
  for (gint i = 0; i < n; i++)
    walk_edge (lines, from, to, &c[i], &c[(i + 1) % n]);
  if (fill->texture != NULL)
    init_sampler (
        &sampler, camera, fill, pick_level (fill->texture, c, clipped, n));
  fill_lines (
      camera, lines, from, to, fill, fill->texture != NULL ? &sampler : NULL);
}

void
scene_raster_quad (const SceneCamera *camera, ScenePoint a, ScenePoint b,
    ScenePoint c, ScenePoint d, const SceneFill *fill)
{
  ScenePoint p[4] = { a, b, c, d };

  scene_raster_polygon (camera, p, 4, fill);
}

static guint32
mean4 (guint32 a, guint32 b, guint32 c, guint32 d)
{
  guint32 rb =
      (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
  guint32 g = (a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00);

  return 0xff000000u | ((rb + 0x20002) >> 2 & 0xff00ff)
         | ((g + 0x200) >> 2 & 0xff00);
}

/* image: square, a power of two of at most 256 pixels, RGB24 or opaque. */
SceneTexture *
scene_texture_new (cairo_surface_t *image)
{
  SceneTexture *t = g_new0 (SceneTexture, 1);
  gint size = cairo_image_surface_get_width (image);
  gint stride = cairo_image_surface_get_stride (image) / 4;
  const guint32 *src;

  cairo_surface_flush (image);
  src = (const guint32 *) cairo_image_surface_get_data (image);
  while (1 << t->log2 < size)
    t->log2++;
  t->level[0] = g_new (guint32, (gsize) size * (gsize) size);
  for (gint y = 0; y < size; y++)
    for (gint x = 0; x < size; x++)
      t->level[0][y * size + x] = 0xff000000u | src[y * stride + x];
  t->n_levels = 1;
  while (size > 1) {
    const guint32 *a = t->level[t->n_levels - 1];
    guint32 *b = g_new (guint32, (gsize) (size / 2) * (gsize) (size / 2));

    for (gint y = 0; y < size / 2; y++)
      for (gint x = 0; x < size / 2; x++) {
        const guint32 *p = a + 2 * y * size + 2 * x;

        b[y * (size / 2) + x] = mean4 (p[0], p[1], p[size], p[size + 1]);
      }
    t->level[t->n_levels++] = b;
    size /= 2;
  }
  return t;
}

void
scene_texture_free (SceneTexture *texture)
{
  if (texture == NULL)
    return;
  for (gint i = 0; i < texture->n_levels; i++)
    g_free (texture->level[i]);
  g_free (texture);
}

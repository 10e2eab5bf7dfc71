/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The picture the scene is drawn into, and the few fast ways to fill it. */
#include "scenecanvas.h"

#include <math.h>
#include <string.h>

/* From 512 pixels high down to 8. */
#define SPRITE_LEVELS 7

struct _SceneSprite {
  cairo_surface_t *level[SPRITE_LEVELS];
  gint height[SPRITE_LEVELS];
  gint16 *extent[SPRITE_LEVELS]; /* first and past the last column, per line */
  gint n_levels;
  gfloat aspect;
};

void
scene_canvas_init (SceneCanvas *canvas, gint width, gint height)
{
  canvas->surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  canvas->px = (guint32 *) cairo_image_surface_get_data (canvas->surface);
  canvas->stride = cairo_image_surface_get_stride (canvas->surface) / 4;
  canvas->width = width;
  canvas->height = height;
}

void
scene_canvas_clear (SceneCanvas *canvas)
{
  g_clear_pointer (&canvas->surface, cairo_surface_destroy);
  memset (canvas, 0, sizeof *canvas);
}

static void
fill (guint32 *p, gint n, guint32 color)
{
  for (gint i = 0; i < n; i++)
    p[i] = color;
}

/* An opaque run of one line; the ends are covered by their fraction, which is
 * all the anti-aliasing that edges of the road need. */
void
scene_canvas_span (
    SceneCanvas *canvas, gint y, gfloat x0, gfloat x1, guint32 color)
{
  guint32 *line;
  gint first, last;

  if (y < 0 || y >= canvas->height || !(x1 > x0))
    return;
  x0 = CLAMP (x0, 0.0f, (gfloat) canvas->width);
  x1 = CLAMP (x1, 0.0f, (gfloat) canvas->width);
  if (!(x1 > x0))
    return;
  line = canvas->px + (gsize) y * canvas->stride;
  first = (gint) x0;
  last = (gint) x1;
  if (first == last) {
    line[first] = scene_mix (line[first], color, (guint) ((x1 - x0) * 256));
    return;
  }
  line[first] =
      scene_mix (line[first], color, (guint) ((first + 1 - x0) * 256));
  fill (line + first + 1, last - first - 1, color);
  if (last < canvas->width)
    line[last] = scene_mix (line[last], color, (guint) ((x1 - last) * 256));
}

/* alpha 0 to 256. */
void
scene_canvas_rect (SceneCanvas *canvas, gfloat x, gfloat y, gfloat w, gfloat h,
    guint32 color, guint alpha)
{
  gint x0 = (gint) lrintf (MAX (x, 0)), y0 = (gint) lrintf (MAX (y, 0));
  gint x1 = (gint) lrintf (MIN (x + w, (gfloat) canvas->width));
  gint y1 = (gint) lrintf (MIN (y + h, (gfloat) canvas->height));

  for (gint v = y0; v < y1; v++) {
    guint32 *line = canvas->px + (gsize) v * canvas->stride;

    if (alpha >= 256) {
      fill (line + x0, MAX (x1 - x0, 0), color);
      continue;
    }
    for (gint u = x0; u < x1; u++)
      line[u] = scene_mix (line[u], color, alpha);
  }
}

/* One premultiplied pixel over an opaque one. */
static inline guint32
over (guint32 below, guint32 above)
{
  guint keep = 256 - (above >> 24) - (above >> 31);
  guint32 rb = ((below & 0xff00ff) * keep) >> 8;
  guint32 g = ((below & 0x00ff00) * keep) >> 8;

  return 0xff000000u | ((above & 0xffffff) + (rb & 0xff00ff) + (g & 0x00ff00));
}

struct _SceneOverlay {
  GArray *runs; /* of Run */
  GArray *px; /* of the runs, one after the other */
};

typedef struct {
  gint x, y, n;
  gboolean opaque;
} Run;

static gint
kind_of (guint32 p)
{
  return p == 0 ? 0 : p >= 0xff000000u ? 2 : 1;
}

/**
 * scene_overlay_new:
 * @image: ARGB32 as cairo has it
 *
 * Returns: (transfer full): what of it is not transparent, in runs that are
 *   copied and runs that are mixed
 */
SceneOverlay *
scene_overlay_new (cairo_surface_t *image)
{
  SceneOverlay *o = g_new0 (SceneOverlay, 1);
  gint stride = cairo_image_surface_get_stride (image) / 4;
  gint w = cairo_image_surface_get_width (image);
  gint h = cairo_image_surface_get_height (image);
  const guint32 *src;

  cairo_surface_flush (image);
  src = (const guint32 *) cairo_image_surface_get_data (image);
  o->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  o->px = g_array_new (FALSE, FALSE, sizeof *src);
  for (gint y = 0; y < h; y++, src += stride)
    for (gint x = 0, from = 0; x < w; from = x) {
      gint kind = kind_of (src[x]);
      Run run;

      while (x < w && kind_of (src[x]) == kind)
        x++;
      run = (Run){ from, y, x - from, kind == 2 };
      if (kind == 0)
        continue;
      g_array_append_val (o->runs, run);
      g_array_append_vals (o->px, src + from, (guint) run.n);
    }
  return o;
}

void
scene_overlay_free (SceneOverlay *overlay)
{
  if (overlay == NULL)
    return;
  g_array_unref (overlay->runs);
  g_array_unref (overlay->px);
  g_free (overlay);
}

/* x, y: where its upper left corner goes; all of it lies within the picture. */
void
scene_overlay_draw (
    const SceneOverlay *overlay, SceneCanvas *canvas, gint x, gint y)
{
  const guint32 *s = (const guint32 *) (void *) overlay->px->data;

  for (guint i = 0; i < overlay->runs->len; i++) {
    const Run *run = &g_array_index (overlay->runs, Run, i);
    guint32 *d =
        canvas->px + (gssize) (y + run->y) * canvas->stride + x + run->x;

    if (run->opaque)
      memcpy (d, s, (gsize) run->n * 4);
    else
      for (gint k = 0; k < run->n; k++)
        d[k] = over (d[k], s[k]);
    s += run->n;
  }
}

/* mask is A8: where it is full, the picture takes the colour. */
void
scene_canvas_mask (
    SceneCanvas *canvas, cairo_surface_t *mask, gint x, gint y, guint32 color)
{
  gint stride = cairo_image_surface_get_stride (mask);
  gint w = cairo_image_surface_get_width (mask);
  gint h = cairo_image_surface_get_height (mask);
  const guint8 *src = cairo_image_surface_get_data (mask);
  gint x0 = MAX (0, -x), x1 = MIN (w, canvas->width - x);

  for (gint v = MAX (0, -y); v < MIN (h, canvas->height - y); v++) {
    const guint8 *s = src + (gsize) v * stride;
    guint32 *d = canvas->px + (gssize) (y + v) * canvas->stride + x;

    for (gint u = x0; u < x1; u++)
      if (s[u] != 0)
        d[u] = scene_mix (d[u], color, s[u] + (s[u] >> 7));
  }
}

static inline guint32
mix4 (guint32 a, guint32 b, guint t)
{
  guint32 rb = ((a & 0xff00ff) * (256 - t) + (b & 0xff00ff) * t) >> 8;
  guint32 ag = ((a >> 8 & 0xff00ff) * (256 - t) + (b >> 8 & 0xff00ff) * t);

  return (rb & 0xff00ff) | (ag & 0xff00ff00u);
}

/* Mixes a premultiplied pixel towards the haze as far as it covers. */
static inline guint32
hazed (guint32 p, guint32 haze, guint amount)
{
  guint a = p >> 24;
  guint32 rb = (((haze & 0xff00ff) * a) >> 8) & 0xff00ff;
  guint32 g = (((haze & 0x00ff00) * a) >> 8) & 0x00ff00;

  return mix4 (p, a << 24 | rb | g, amount);
}

static gint
pick_level (const SceneSprite *sprite, gfloat height_px)
{
  gint i = 0;

  while (
      i + 1 < sprite->n_levels && (gfloat) sprite->height[i + 1] >= height_px)
    i++;
  return i;
}

typedef struct {
  guint32 haze;
  guint amount;
  gint step; /* source columns a pixel, 16.16 */
  gint last; /* column */
} Scaling;

/* One line of a sprite. Between columns it is the mean: the lines above and
 * below would cost as much again, and sizes halve anyway. The art is flat: most
 * pixels are what the one to the left was. */
static void
sprite_line (const Scaling *s, const guint32 *src, guint32 *d, gint n, gint u)
{
  guint32 same = 0, shown = 0;

  for (gint x = 0; x < n; x++, u += s->step) {
    gint c = CLAMP (u >> 16, 0, s->last);
    guint32 p, a = src[c], b = src[c + 1];

    if ((a | b) == 0)
      continue;
    if (a == b && a == same) {
      d[x] = shown;
      continue;
    }
    p = a == b ? a : mix4 (a, b, (u & 0xffff) >> 8);
    if (s->amount != 0)
      p = hazed (p, s->haze, s->amount);
    d[x] = p >= 0xfe000000u ? p | 0xff000000u : over (d[x], p);
    if (a == b && a >= 0xff000000u) {
      same = a;
      shown = d[x];
    }
  }
}

/* Draws a sprite standing on `bottom` around `center`, height_px high, within
 * clip: left, top, right, bottom. */
void
scene_canvas_sprite (SceneCanvas *canvas, const SceneSprite *sprite,
    gfloat center, gfloat bottom, gfloat height_px, const gint clip[4],
    guint32 haze, guint haze_amount)
{
  gint level = pick_level (sprite, height_px);
  cairo_surface_t *image = sprite->level[level];
  const guint32 *src = (const guint32 *) cairo_image_surface_get_data (image);
  gint stride = cairo_image_surface_get_stride (image) / 4;
  gint sw = cairo_image_surface_get_width (image), sh = sprite->height[level];
  gfloat width_px = height_px * sprite->aspect;
  gfloat left = center - width_px / 2, top = bottom - height_px;
  Scaling s = { haze, haze_amount, 0, sw - 2 };
  gfloat shrink;
  gint y0, y1;

  if (height_px < 0.8f || height_px > 4.0f * (gfloat) canvas->height
      || left > (gfloat) clip[2] || left + width_px < (gfloat) clip[0])
    return;
  y0 = (gint) ceilf (MAX (top, (gfloat) clip[1]) - 0.5f);
  y1 = (gint) ceilf (MIN (bottom, (gfloat) clip[3]) - 0.5f);
  shrink = (gfloat) sw / width_px;
  s.step = (gint) (shrink * 65536);
  for (gint y = y0; y < y1; y++) {
    gint row =
        CLAMP ((gint) ((y + 0.5f - top) * (gfloat) sh / height_px), 0, sh - 1);
    const gint16 *extent = sprite->extent[level] + 2 * row;
    gfloat from = left + ((gfloat) extent[0] - 1) / shrink;
    gfloat to = left + ((gfloat) extent[1] + 1) / shrink;
    gint x0 = (gint) ceilf (MAX (from, (gfloat) clip[0]) - 0.5f);
    gint x1 = (gint) ceilf (MIN (to, (gfloat) clip[2]) - 0.5f);

    if (extent[1] <= extent[0] || x1 <= x0)
      continue;
    sprite_line (&s, src + (gsize) row * stride,
        canvas->px + (gsize) y * canvas->stride + x0, x1 - x0,
        (gint) ((x0 + 0.5f - left) * shrink * 65536) - 32768);
  }
}

static gint16 *
find_extents (cairo_surface_t *image)
{
  gint w = cairo_image_surface_get_width (image);
  gint h = cairo_image_surface_get_height (image);
  gint stride = cairo_image_surface_get_stride (image) / 4;
  const guint32 *src = (const guint32 *) cairo_image_surface_get_data (image);
  gint16 *extent = g_new (gint16, 2 * (gsize) h);

  for (gint y = 0; y < h; y++) {
    gint first = 0, end = w;

    while (first < w && src[y * stride + first] == 0)
      first++;
    while (end > first && src[y * stride + end - 1] == 0)
      end--;
    extent[2 * y] = (gint16) first;
    extent[2 * y + 1] = (gint16) end;
  }
  return extent;
}

/* Renders the art anew at each size: crisper than scaling one down. */
SceneSprite *
scene_sprite_new (
    SceneSpriteArt art, gint variant, gfloat aspect, gint max_height_px)
{
  SceneSprite *sprite = g_new0 (SceneSprite, 1);
  gint h = CLAMP (max_height_px, 16, 512);

  sprite->aspect = aspect;
  for (gint i = 0; i < SPRITE_LEVELS && h >= 8; i++, h /= 2) {
    gint w = MAX (2, (gint) lrintf (h * aspect));
    cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);
    cairo_t *cr = cairo_create (s);

    cairo_scale (cr, w / aspect, h);
    art (cr, variant);
    cairo_destroy (cr);
    cairo_surface_flush (s);
    sprite->level[i] = s;
    sprite->extent[i] = find_extents (s);
    sprite->height[i] = h;
    sprite->n_levels = i + 1;
  }
  return sprite;
}

void
scene_sprite_free (SceneSprite *sprite)
{
  if (sprite == NULL)
    return;
  for (gint i = 0; i < sprite->n_levels; i++) {
    cairo_surface_destroy (sprite->level[i]);
    g_free (sprite->extent[i]);
  }
  g_free (sprite);
}

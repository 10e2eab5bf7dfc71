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

/* Both colours 0xffRRGGBB; amount 0 (all a) to 256 (all b). Two channels a
 * multiplication. */
guint32
scene_mix (guint32 a, guint32 b, guint amount)
{
  guint32 rb = ((a & 0xff00ff) * (256 - amount) + (b & 0xff00ff) * amount) >> 8;
  guint32 g = ((a & 0x00ff00) * (256 - amount) + (b & 0x00ff00) * amount) >> 8;

  return 0xff000000u | (rb & 0xff00ff) | (g & 0x00ff00);
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

/* A quad with upright sides, each {x, top, bottom}; nothing at or below
 * clip_bottom is touched. */
void
scene_canvas_vquad (SceneCanvas *canvas, const gfloat left[3],
    const gfloat right[3], gint clip_bottom, guint32 color)
{
  gfloat width = right[0] - left[0], limit;
  gint x0, x1;

  if (!(width > 0.01f) || !(right[0] > 0) || !(left[0] < canvas->width))
    return;
  x0 = (gint) ceilf (MAX (left[0], 0) - 0.5f);
  x1 = (gint) ceilf (MIN (right[0], (gfloat) canvas->width) - 0.5f);
  limit = MIN (clip_bottom, canvas->height);
  for (gint x = x0; x < x1; x++) {
    gfloat t = (x + 0.5f - left[0]) / width;
    gfloat top = MAX (left[1] + (right[1] - left[1]) * t, 0);
    gfloat bottom = MIN (left[2] + (right[2] - left[2]) * t, limit);
    gint first = (gint) top, last = (gint) bottom;
    guint32 *p = canvas->px + (gsize) first * canvas->stride + x;

    if (!(bottom > top))
      continue;
    if (first == last) {
      *p = scene_mix (*p, color, (guint) ((bottom - top) * 256));
      continue;
    }
    *p = scene_mix (*p, color, (guint) ((first + 1 - top) * 256));
    p += canvas->stride;
    for (gint y = first + 1; y < last; y++, p += canvas->stride)
      *p = color;
    if (last < canvas->height)
      *p = scene_mix (*p, color, (guint) ((bottom - last) * 256));
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

/* image is ARGB32 as cairo has it. */
void
scene_canvas_over (SceneCanvas *canvas, cairo_surface_t *image, gint x, gint y)
{
  gint stride = cairo_image_surface_get_stride (image) / 4;
  gint w = cairo_image_surface_get_width (image);
  gint h = cairo_image_surface_get_height (image);
  const guint32 *src = (const guint32 *) cairo_image_surface_get_data (image);
  gint x0 = MAX (0, -x), x1 = MIN (w, canvas->width - x);

  for (gint v = MAX (0, -y); v < MIN (h, canvas->height - y); v++) {
    const guint32 *s = src + (gsize) v * stride;
    guint32 *d = canvas->px + (gssize) (y + v) * canvas->stride + x;

    for (gint u = x0; u < x1; u++) {
      if (s[u] >= 0xff000000u)
        d[u] = s[u];
      else if (s[u] != 0)
        d[u] = over (d[u], s[u]);
    }
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

static const cairo_surface_t *
pick_level (const SceneSprite *sprite, gfloat height_px)
{
  gint i = 0;

  while (i + 1 < sprite->n_levels && sprite->height[i + 1] >= height_px)
    i++;
  return sprite->level[i];
}

/* Draws a sprite standing on `bottom` around `center`, height_px high. */
void
scene_canvas_sprite (SceneCanvas *canvas, const SceneSprite *sprite,
    gfloat center, gfloat bottom, gfloat height_px, gint clip_bottom,
    guint32 haze, guint haze_amount)
{
  cairo_surface_t *level = (cairo_surface_t *) pick_level (sprite, height_px);
  const guint32 *src = (const guint32 *) cairo_image_surface_get_data (level);
  gint stride = cairo_image_surface_get_stride (level) / 4;
  gint sw = cairo_image_surface_get_width (level);
  gint sh = cairo_image_surface_get_height (level);
  gfloat width_px = height_px * sprite->aspect;
  gfloat left = center - width_px / 2, top = bottom - height_px;
  gint x0, x1, y0, y1, step_x, step_y;

  if (height_px < 0.8f || height_px > 4.0f * canvas->height
      || left > canvas->width || left + width_px < 0)
    return;
  x0 = (gint) ceilf (MAX (left, 0.0f) - 0.5f);
  x1 = (gint) ceilf (MIN (left + width_px, (gfloat) canvas->width) - 0.5f);
  y0 = (gint) ceilf (MAX (top, 0.0f) - 0.5f);
  y1 = (gint) ceilf (
      MIN (bottom, (gfloat) MIN (clip_bottom, canvas->height)) - 0.5f);
  step_x = (gint) (sw / width_px * 65536);
  step_y = (gint) (sh / height_px * 65536);
  for (gint y = y0; y < y1; y++) {
    gint v = (gint) ((y + 0.5f - top) * step_y) - 32768;
    gint row = CLAMP (v >> 16, 0, sh - 2);
    guint fy = (guint) (CLAMP (v - (row << 16), 0, 65535) >> 8);
    const guint32 *s0 = src + (gsize) row * stride, *s1 = s0 + stride;
    guint32 *d = canvas->px + (gsize) y * canvas->stride;
    gint u = (gint) ((x0 + 0.5f - left) * step_x) - 32768;

    for (gint x = x0; x < x1; x++, u += step_x) {
      gint c = CLAMP (u >> 16, 0, sw - 2);
      guint fx = (guint) (CLAMP (u - (c << 16), 0, 65535) >> 8);
      guint32 p;

      if ((s0[c] | s0[c + 1] | s1[c] | s1[c + 1]) == 0)
        continue;
      p = mix4 (mix4 (s0[c], s0[c + 1], fx), mix4 (s1[c], s1[c + 1], fx), fy);
      if (haze_amount != 0)
        p = hazed (p, haze, haze_amount);
      d[x] = over (d[x], p);
    }
  }
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
  for (gint i = 0; i < sprite->n_levels; i++)
    cairo_surface_destroy (sprite->level[i]);
  g_free (sprite);
}

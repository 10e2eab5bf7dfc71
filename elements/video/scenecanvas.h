/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The picture the scene is drawn into, and the few fast ways to fill it. */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * SceneCanvas:
 * @px: first pixel, 0xffRRGGBB in host order (BGRx on little-endian)
 * @stride: pixels from one line to the next
 * @width: pixels
 * @height: lines
 * @surface: (owned): the same memory for cairo
 *
 * Everything is drawn here, then converted once. Spans and sprites go past
 * cairo because a frame has thousands of them.
 */
typedef struct {
  guint32 *px;
  gint stride;
  gint width;
  gint height;
  cairo_surface_t *surface;
} SceneCanvas;

/**
 * SceneSprite:
 *
 * One picture with alpha in halving sizes, so that a far one does not shimmer.
 */
typedef struct _SceneSprite SceneSprite;

/**
 * SceneOverlay:
 *
 * A picture with alpha that lies over all others at its own size.
 */
typedef struct _SceneOverlay SceneOverlay;

/* Draws a sprite's art into a unit square: x 0 to aspect, y 0 (top) to 1. */
typedef void (*SceneSpriteArt) (cairo_t *cr, gint variant);

void scene_canvas_init (SceneCanvas *canvas, gint width, gint height);
void scene_canvas_clear (SceneCanvas *canvas);

void scene_canvas_span (
    SceneCanvas *canvas, gint y, gfloat x0, gfloat x1, guint32 color);
void scene_canvas_rect (SceneCanvas *canvas, gfloat x, gfloat y, gfloat w,
    gfloat h, guint32 color, guint alpha);
void scene_canvas_mask (
    SceneCanvas *canvas, cairo_surface_t *mask, gint x, gint y, guint32 color);
void scene_canvas_sprite (SceneCanvas *canvas, const SceneSprite *sprite,
    gfloat center, gfloat bottom, gfloat height_px, const gint clip[4],
    guint32 haze, guint haze_amount);

SceneOverlay *scene_overlay_new (cairo_surface_t *image);
void scene_overlay_free (SceneOverlay *overlay);
void scene_overlay_draw (
    const SceneOverlay *overlay, SceneCanvas *canvas, gint x, gint y);

SceneSprite *scene_sprite_new (
    SceneSpriteArt art, gint variant, gfloat aspect, gint max_height_px);
void scene_sprite_free (SceneSprite *sprite);

/* Both colours 0xffRRGGBB; amount 0 (all a) to 256 (all b). Two channels a
 * multiplication. */
static inline guint32
scene_mix (guint32 a, guint32 b, guint amount)
{
  guint32 rb = ((a & 0xff00ff) * (256 - amount) + (b & 0xff00ff) * amount) >> 8;
  guint32 g = ((a & 0x00ff00) * (256 - amount) + (b & 0x00ff00) * amount) >> 8;

  return 0xff000000u | (rb & 0xff00ff) | (g & 0x00ff00);
}

G_END_DECLS

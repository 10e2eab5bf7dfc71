/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sky, clouds and hills all around, drawn once. */
#include "scenebackdrop.h"

#include <math.h>
#include <string.h>

#include "scenepaint.h"

#define TURN (2 * G_PI)

/* A repeatable number 0..1 from two small ones. */
static gdouble
noise (guint a, guint b)
{
  return scene_hash (a, b, 0) / 4294967296.0;
}

static void
draw_sky (cairo_t *cr, const SceneBackdrop *back)
{
  cairo_pattern_t *sky = cairo_pattern_create_linear (0, 0, 0, back->horizon);

  cairo_pattern_add_color_stop_rgb (sky, 0.0, 0.13, 0.31, 0.56);
  cairo_pattern_add_color_stop_rgb (sky, 0.45, 0.36, 0.58, 0.78);
  cairo_pattern_add_color_stop_rgb (sky, 0.8, 0.70, 0.80, 0.85);
  cairo_pattern_add_color_stop_rgb (sky, 1.0, 0.93, 0.88, 0.78);
  cairo_set_source (cr, sky);
  cairo_paint (cr);
  cairo_pattern_destroy (sky);
}

static void
draw_glow (cairo_t *cr, gdouble x, gdouble y, gdouble r, gdouble strength)
{
  cairo_pattern_t *glow = cairo_pattern_create_radial (x, y, 0, x, y, r);

  cairo_pattern_add_color_stop_rgba (glow, 0, 1, 0.97, 0.85, strength);
  cairo_pattern_add_color_stop_rgba (glow, 0.25, 1, 0.93, 0.75, strength / 3);
  cairo_pattern_add_color_stop_rgba (glow, 1, 1, 0.9, 0.7, 0);
  cairo_set_source (cr, glow);
  cairo_rectangle (cr, x - r, y - r, 2 * r, 2 * r);
  cairo_fill (cr);
  cairo_pattern_destroy (glow);
}

static void
draw_puff (cairo_t *cr, gdouble x, gdouble y, gdouble r, gdouble alpha)
{
  cairo_pattern_t *puff = cairo_pattern_create_radial (x, y, 0, x, y, r);

  cairo_pattern_add_color_stop_rgba (puff, 0, 1, 0.99, 0.97, alpha);
  cairo_pattern_add_color_stop_rgba (puff, 0.5, 1, 0.98, 0.95, alpha * 0.6);
  cairo_pattern_add_color_stop_rgba (puff, 1, 1, 0.96, 0.92, 0);
  cairo_set_source (cr, puff);
  cairo_rectangle (cr, x - r, y - r, 2 * r, 2 * r);
  cairo_fill (cr);
  cairo_pattern_destroy (puff);
}

/* Flat-bottomed heaps of puffs, smaller towards the horizon. */
static void
draw_clouds (cairo_t *cr, const SceneBackdrop *back)
{
  for (guint i = 0; i < 26; i++) {
    gdouble depth = noise (i, 1);
    gdouble size = back->horizon * (0.10 + 0.22 * depth);
    gdouble x = back->width * noise (i, 2);
    gdouble y = back->horizon * (0.82 - 0.68 * depth);

    for (guint k = 0; k < 16; k++) {
      gdouble along = noise (i * 31 + k, 3) * 2 - 1;
      gdouble up = noise (i * 31 + k, 4) * (1 - along * along);
      gdouble r = size * (0.25 + 0.35 * noise (i * 31 + k, 5));

      cairo_save (cr);
      cairo_translate (cr, x + along * size * 1.9, y - up * size * 0.35);
      cairo_scale (cr, 1, 0.42);
      draw_puff (cr, 0, 0, r, 0.30);
      cairo_restore (cr);
    }
  }
}

/* A ridge all around: whole waves only, so that the ends meet. */
static void
draw_ridge (cairo_t *cr, const SceneBackdrop *back, guint seed, gdouble base,
    gdouble tall, const gdouble rgb[3])
{
  cairo_move_to (cr, 0, back->height);
  for (gint x = 0; x <= back->width; x += 2) {
    gdouble a = TURN * x / back->width, h = 0;

    for (guint w = 0; w < 7; w++) {
      gdouble waves = floor (3 + w * w * 2.2 + noise (seed, w) * 4);

      h += sin (a * waves + TURN * noise (seed, w + 20)) / (1 + w * 0.9);
    }
    cairo_line_to (cr, x, back->horizon - base - tall * (0.5 + h * 0.28));
  }
  cairo_line_to (cr, back->width, back->height);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
  cairo_fill (cr);
}

/* Woods at the foot of the hills. */
static void
draw_woods (cairo_t *cr, const SceneBackdrop *back, guint seed, gdouble tall,
    const gdouble rgb[3])
{
  gdouble step = tall * 0.28;

  cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
  for (guint i = 0; i * step < back->width; i++) {
    gdouble h = tall * (0.35 + 0.65 * noise (i, seed))
                * (0.55 + 0.45 * sin (TURN * i * step / back->width * 9));

    h = MAX (h, tall * 0.25);
    cairo_save (cr);
    cairo_translate (cr, i * step, back->horizon + 1);
    cairo_scale (cr, step * (0.8 + noise (i, seed + 1)), h);
    cairo_arc (cr, 0, 0, 1, 0, TURN);
    cairo_restore (cr);
    cairo_fill (cr);
  }
  cairo_rectangle (
      cr, 0, back->horizon - tall * 0.15, back->width, back->height);
  cairo_fill (cr);
}

/**
 * scene_backdrop_init:
 * @back: where to
 * @height: of the picture in pixels
 * @focal: of the view in pixels
 */
void
scene_backdrop_init (SceneBackdrop *back, gint height, gfloat focal)
{
  static const gdouble far_rgb[3] = { 0.60, 0.69, 0.75 };
  static const gdouble hill_rgb[3] = { 0.48, 0.59, 0.60 };
  static const gdouble near_rgb[3] = { 0.40, 0.52, 0.44 };
  static const gdouble wood_rgb[3] = { 0.33, 0.45, 0.34 };
  cairo_t *cr;

  back->width = (gint) lrintf ((gfloat) TURN * focal);
  back->height = height * 3 / 4;
  back->horizon = height * 5 / 8;
  back->image = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, back->width, back->height);
  cr = cairo_create (back->image);
  draw_sky (cr, back);
  draw_glow (
      cr, back->width * 0.31, back->horizon * 0.42, back->horizon * 0.9, 0.9);
  draw_clouds (cr, back);
  draw_ridge (cr, back, 3, height * 0.035, height * 0.10, far_rgb);
  draw_ridge (cr, back, 11, height * 0.012, height * 0.065, hill_rgb);
  draw_ridge (cr, back, 17, height * 0.0, height * 0.04, near_rgb);
  draw_woods (cr, back, 5, height * 0.022, wood_rgb);
  cairo_destroy (cr);
  cairo_surface_flush (back->image);
}

void
scene_backdrop_clear (SceneBackdrop *back)
{
  g_clear_pointer (&back->image, cairo_surface_destroy);
}

/* Everything above line `bottom`; heading in rad, + = left. */
void
scene_backdrop_draw (SceneCanvas *canvas, const SceneBackdrop *back,
    gdouble heading, gfloat horizon, gint bottom)
{
  gint stride = cairo_image_surface_get_stride (back->image) / 4;
  const guint32 *src =
      (const guint32 *) cairo_image_surface_get_data (back->image);
  gdouble turns = -heading / TURN;
  gint start = (gint) ((turns - floor (turns)) * back->width);
  gint lift = back->horizon - (gint) lrintf (horizon);

  for (gint y = 0; y < MIN (bottom, canvas->height); y++) {
    gint v = CLAMP (y + lift, 0, back->height - 1);
    guint32 *d = canvas->px + (gsize) y * canvas->stride;

    for (gint x = 0, u = start % back->width; x < canvas->width; u = 0) {
      gint n = MIN (canvas->width - x, back->width - u);

      memcpy (d + x, src + (gsize) v * stride + u, (gsize) n * 4);
      x += n;
    }
  }
}

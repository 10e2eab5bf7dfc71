/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cockpit that does not move, drawn once, and the steering wheel. */
#include "scenecockpit.h"

#include <math.h>

#define WHEEL_Y 100.0
#define WHEEL_R 196.0

static void
outline (cairo_t *cr, gdouble half)
{
  cairo_move_to (cr, -half, 0);
  cairo_line_to (cr, -half, -118);
  cairo_curve_to (cr, -half * 0.7, -150, -360, -158, -290, -166);
  cairo_curve_to (cr, -255, -172, -262, -262, -205, -266);
  cairo_curve_to (cr, -120, -274, 120, -274, 205, -266);
  cairo_curve_to (cr, 262, -262, 255, -172, 290, -166);
  cairo_curve_to (cr, 360, -158, half * 0.7, -150, half, -118);
  cairo_line_to (cr, half, 0);
  cairo_close_path (cr);
}

static void
rounded (cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, gdouble r)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + w - r, y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, x + w - r, y + h - r, r, 0, G_PI / 2);
  cairo_arc (cr, x + r, y + h - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, G_PI * 1.5);
  cairo_close_path (cr);
}

static void
paint_body (cairo_t *cr, gdouble half)
{
  cairo_pattern_t *shade = cairo_pattern_create_linear (0, -275, 0, 0);

  cairo_pattern_add_color_stop_rgb (shade, 0.00, 0.155, 0.165, 0.185);
  cairo_pattern_add_color_stop_rgb (shade, 0.25, 0.085, 0.090, 0.105);
  cairo_pattern_add_color_stop_rgb (shade, 1.00, 0.035, 0.038, 0.046);
  outline (cr, half);
  cairo_set_source (cr, shade);
  cairo_fill_preserve (cr);
  cairo_pattern_destroy (shade);
  cairo_set_line_width (cr, 2.5);
  cairo_set_source_rgba (cr, 1, 0.97, 0.9, 0.28);
  cairo_stroke (cr);
}

/* Carbon: two fine diagonals over the body. */
static void
paint_weave (cairo_t *cr, gdouble half)
{
  cairo_save (cr);
  outline (cr, half);
  cairo_clip (cr);
  cairo_set_line_width (cr, 2.2);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.016);
  for (gdouble x = -half - 300; x < half + 300; x += 6) {
    cairo_move_to (cr, x, 0);
    cairo_line_to (cr, x + 290, -290);
  }
  cairo_stroke (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.16);
  for (gdouble x = -half - 300; x < half + 300; x += 6) {
    cairo_move_to (cr, x, -290);
    cairo_line_to (cr, x + 290, 0);
  }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
paint_well (cairo_t *cr, gdouble x, gdouble y, gdouble r)
{
  cairo_pattern_t *rim = cairo_pattern_create_linear (x, y - r, x, y + r);

  cairo_pattern_add_color_stop_rgb (rim, 0, 0.34, 0.36, 0.40);
  cairo_pattern_add_color_stop_rgb (rim, 1, 0.10, 0.11, 0.13);
  cairo_arc (cr, x, y, r + 4, 0, 2 * G_PI);
  cairo_set_source (cr, rim);
  cairo_fill (cr);
  cairo_pattern_destroy (rim);
  cairo_arc (cr, x, y, r, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, 0.040, 0.048, 0.062);
  cairo_fill (cr);
}

/* Rings of 1 g each and a cross. */
static void
paint_g_meter (cairo_t *cr)
{
  gdouble x = SCENE_GAUGE_X, y = SCENE_GAUGE_Y, r = SCENE_GAUGE_R;

  paint_well (cr, x, y, r);
  cairo_set_line_width (cr, 1.2);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.20);
  for (gint g = 1; g <= 3; g++) {
    cairo_new_sub_path (cr);
    cairo_arc (cr, x, y, g * SCENE_G_UNIT, 0, 2 * G_PI);
  }
  cairo_move_to (cr, x - r, y);
  cairo_line_to (cr, x + r, y);
  cairo_move_to (cr, x, y - r);
  cairo_line_to (cr, x, y + r);
  cairo_stroke (cr);
}

static void
paint_screen (cairo_t *cr)
{
  rounded (cr, SCENE_SCREEN_X - 8, SCENE_SCREEN_Y - 30, SCENE_SCREEN_W + 16,
      SCENE_SCREEN_H + 38, 14);
  cairo_set_source_rgb (cr, 0.03, 0.032, 0.038);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 1.5);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.12);
  cairo_stroke (cr);
  rounded (
      cr, SCENE_SCREEN_X, SCENE_SCREEN_Y, SCENE_SCREEN_W, SCENE_SCREEN_H, 8);
  cairo_set_source_rgb (cr, 0.045, 0.055, 0.072);
  cairo_fill (cr);
}

/* Paints the cockpit into design space, half_width units to either side. */
void
scene_cockpit_paint (cairo_t *cr, gdouble half_width)
{
  paint_body (cr, half_width);
  paint_weave (cr, half_width);
  paint_well (cr, -SCENE_GAUGE_X, SCENE_GAUGE_Y, SCENE_GAUGE_R);
  paint_g_meter (cr);
  paint_screen (cr);
}

static void
ring (cairo_t *cr, gdouble radius, gdouble width, gdouble r, gdouble g,
    gdouble b, gdouble alpha)
{
  cairo_set_line_width (cr, width);
  cairo_set_source_rgba (cr, r, g, b, alpha);
  cairo_arc (cr, 0, 0, radius, 0, 2 * G_PI);
  cairo_stroke (cr);
}

static void
arc (cairo_t *cr, gdouble radius, gdouble width, gdouble middle, gdouble half,
    gdouble r, gdouble g, gdouble b)
{
  cairo_set_line_width (cr, width);
  cairo_set_source_rgb (cr, r, g, b);
  cairo_arc (cr, 0, 0, radius, middle - half, middle + half);
  cairo_stroke (cr);
}

static void
paint_spokes (cairo_t *cr)
{
  for (gint i = 0; i < 3; i++) {
    cairo_save (cr);
    cairo_rotate (cr, i * G_PI / 2);
    cairo_move_to (cr, 50, -34);
    cairo_curve_to (cr, 110, -24, 150, -20, WHEEL_R - 8, -34);
    cairo_line_to (cr, WHEEL_R - 8, 34);
    cairo_curve_to (cr, 150, 20, 110, 24, 50, 34);
    cairo_close_path (cr);
    cairo_restore (cr);
    cairo_set_source_rgb (cr, 0.16, 0.17, 0.19);
    cairo_fill_preserve (cr);
    cairo_set_line_width (cr, 2);
    cairo_set_source_rgba (cr, 1, 1, 1, 0.16);
    cairo_stroke (cr);
  }
}

/* Paints the wheel into design space; steer in rad, + = left. */
void
scene_wheel_paint (cairo_t *cr, gdouble steer_rad)
{
  cairo_save (cr);
  cairo_translate (cr, 0, WHEEL_Y);
  ring (cr, WHEEL_R - 12, 40, 0, 0, 0, 0.30);
  cairo_rotate (cr, -steer_rad);
  paint_spokes (cr);
  ring (cr, WHEEL_R, 32, 0.085, 0.090, 0.100, 1);
  for (gint i = 0; i < 4; i++)
    arc (cr, WHEEL_R, 33, -G_PI / 4 + i * G_PI / 2, 0.42, 0.125, 0.13, 0.145);
  ring (cr, WHEEL_R - 9, 1.6, 0.75, 0.20, 0.18, 0.85);
  arc (cr, WHEEL_R, 33, -G_PI / 2, 0.062, 0.96, 0.77, 0.12);
  arc (cr, WHEEL_R, 33, -G_PI / 2 - 0.075, 0.007, 0.30, 0.24, 0.05);
  arc (cr, WHEEL_R, 33, -G_PI / 2 + 0.075, 0.007, 0.30, 0.24, 0.05);
  cairo_rotate (cr, steer_rad);
  /* The light comes from above, however the wheel is turned. */
  ring (cr, WHEEL_R + 12, 3, 1, 1, 1, 0.20);
  ring (cr, WHEEL_R + 16, 1.5, 0, 0, 0, 0.6);
  cairo_restore (cr);
}

/* A dial's hand; share 0..1 from lower left clockwise to lower right. */
void
scene_needle_paint (cairo_t *cr, gdouble x, gdouble y, gdouble r, gdouble share)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_rotate (cr, SCENE_DIAL_FROM + CLAMP (share, 0, 1) * SCENE_DIAL_SPAN);
  cairo_move_to (cr, -r * 0.18, -2.6);
  cairo_line_to (cr, r * 0.86, -0.8);
  cairo_line_to (cr, r * 0.86, 0.8);
  cairo_line_to (cr, -r * 0.18, 2.6);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 1.0, 0.36, 0.24);
  cairo_fill (cr);
  cairo_arc (cr, 0, 0, 5.5, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, 0.23, 0.25, 0.28);
  cairo_fill (cr);
  cairo_restore (cr);
}

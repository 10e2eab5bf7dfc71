/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cockpit that does not move, drawn once, and the steering wheel. */
#include "scenecockpit.h"

#include <math.h>

#define WHEEL_Y 92.0
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
  paint_screen (cr);
}

/* Paints the wheel into design space; steer in rad, + = left. */
void
scene_wheel_paint (cairo_t *cr, gdouble steer_rad)
{
  cairo_save (cr);
  cairo_translate (cr, 0, WHEEL_Y);
  cairo_rotate (cr, -steer_rad);
  for (gint i = 0; i < 3; i++) {
    gdouble a = i * G_PI / 2;

    cairo_save (cr);
    cairo_rotate (cr, a);
    cairo_move_to (cr, 40, -20);
    cairo_line_to (cr, WHEEL_R, -13);
    cairo_line_to (cr, WHEEL_R, 13);
    cairo_line_to (cr, 40, 20);
    cairo_close_path (cr);
    cairo_restore (cr);
    cairo_set_source_rgb (cr, 0.10, 0.105, 0.12);
    cairo_fill (cr);
  }
  cairo_set_line_width (cr, 30);
  cairo_set_source_rgb (cr, 0.045, 0.048, 0.055);
  cairo_arc (cr, 0, 0, WHEEL_R, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 3);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.16);
  cairo_arc (cr, 0, 0, WHEEL_R + 10, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 30);
  cairo_set_source_rgb (cr, 0.96, 0.77, 0.12);
  cairo_arc (cr, 0, 0, WHEEL_R, -G_PI / 2 - 0.055, -G_PI / 2 + 0.055);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cockpit that does not move, drawn once, and the steering wheel. */
#include "scenecockpit.h"

#include <math.h>

#include "scenepaint.h"

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
  scene_paint_rounded (cr, SCENE_SCREEN_X - 8, SCENE_SCREEN_Y - 30,
      SCENE_SCREEN_W + 16, SCENE_SCREEN_H + 38, 14);
  cairo_set_source_rgb (cr, 0.03, 0.032, 0.038);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 1.5);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.12);
  cairo_stroke (cr);
  scene_paint_rounded (
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

/* A pillar of the cage beside the windscreen; sign -1 left, 1 right. */
static void
paint_pillar (cairo_t *cr, gdouble half, gdouble height, gdouble sign)
{
  cairo_pattern_t *shade =
      cairo_pattern_create_linear (sign * (half - 70), 0, sign * half, 0);

  cairo_pattern_add_color_stop_rgb (shade, 0, 0.16, 0.17, 0.19);
  cairo_pattern_add_color_stop_rgb (shade, 0.35, 0.07, 0.075, 0.085);
  cairo_pattern_add_color_stop_rgb (shade, 1, 0.03, 0.032, 0.038);
  cairo_move_to (cr, sign * (half - 74), 0);
  cairo_curve_to (cr, sign * (half - 40), height * 0.16, sign * (half - 20),
      height * 0.40, sign * (half - 14), height * 0.86);
  cairo_line_to (cr, sign * (half + 4), height * 0.86);
  cairo_line_to (cr, sign * (half + 4), 0);
  cairo_close_path (cr);
  cairo_set_source (cr, shade);
  cairo_fill (cr);
  cairo_pattern_destroy (shade);
}

/* What is between the eye and the road above the cockpit, from the middle of
 * the top; transparent where the mirror shows. */
void
scene_frame_paint (cairo_t *cr, gdouble half, gdouble height)
{
  paint_pillar (cr, half, height, -1);
  paint_pillar (cr, half, height, 1);
  cairo_move_to (cr, -half, 0);
  cairo_line_to (cr, half, 0);
  cairo_line_to (cr, half, 18);
  cairo_curve_to (cr, half * 0.5, 8, -half * 0.5, 8, -half, 18);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 0.055, 0.06, 0.07);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0.09, 0.095, 0.11);
  cairo_rectangle (cr, -9, 0, 18, SCENE_MIRROR_TOP);
  cairo_fill (cr);
  scene_paint_rounded (cr, -SCENE_MIRROR_X - 8, SCENE_MIRROR_TOP - 7,
      2 * SCENE_MIRROR_X + 16, SCENE_MIRROR_BOTTOM - SCENE_MIRROR_TOP + 14, 17);
  cairo_fill (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
  scene_paint_rounded (cr, -SCENE_MIRROR_X, SCENE_MIRROR_TOP,
      2 * SCENE_MIRROR_X, SCENE_MIRROR_BOTTOM - SCENE_MIRROR_TOP, 11);
  cairo_fill (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_OVER);
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

/* A glove that holds the rim at an angle from the top. */
static void
paint_hand (cairo_t *cr, gdouble angle)
{
  cairo_save (cr);
  cairo_rotate (cr, angle);
  cairo_translate (cr, 0, -WHEEL_R);
  cairo_scale (cr, angle < 0 ? -1 : 1, 1);
  /* The forearm comes from below, wherever the hand is. */
  cairo_save (cr);
  cairo_rotate (cr, -fabs (angle) - 0.30);
  scene_paint_rounded (cr, -27, 20, 54, 170, 24);
  cairo_set_source_rgb (cr, 0.115, 0.20, 0.36);
  cairo_fill (cr);
  scene_paint_rounded (cr, -31, 20, 62, 20, 9);
  cairo_set_source_rgb (cr, 0.85, 0.87, 0.90);
  cairo_fill (cr);
  cairo_restore (cr);
  cairo_rotate (cr, 0.30);
  for (gint i = 0; i < 4; i++) {
    scene_paint_rounded (cr, -25 + i * 3, -29 + i * 15, 50, 17, 8);
    cairo_set_source_rgb (cr, 0.10 + 0.012 * i, 0.11 + 0.012 * i, 0.13);
    cairo_fill_preserve (cr);
    cairo_set_line_width (cr, 1.4);
    cairo_set_source_rgba (cr, 0.75, 0.20, 0.18, 0.55);
    cairo_stroke (cr);
  }
  scene_paint_rounded (cr, 12, -20, 34, 56, 16);
  cairo_set_source_rgb (cr, 0.155, 0.165, 0.185);
  cairo_fill (cr);
  cairo_restore (cr);
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
  cairo_rotate (cr, -steer_rad);
  paint_hand (cr, -0.83);
  paint_hand (cr, 0.83);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cockpit that does not move, drawn once, and the steering wheel. */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* Design space: 1 unit = 1 pixel at 1280 x 720, x from the middle of the
 * picture, y from its bottom, upwards negative. */
#define SCENE_COCKPIT_TOP -285.0
#define SCENE_SCREEN_X -205.0
#define SCENE_SCREEN_Y -222.0
#define SCENE_SCREEN_W 410.0
#define SCENE_SCREEN_H 112.0
#define SCENE_LIGHTS 12
/* The G meter; the dial of revs is its mirror image. */
#define SCENE_GAUGE_X 532.0
#define SCENE_GAUGE_Y -76.0
#define SCENE_GAUGE_R 52.0
#define SCENE_G_UNIT 15.0
/* rad, clockwise from the right as cairo counts. */
#define SCENE_DIAL_FROM (0.75 * G_PI)
#define SCENE_DIAL_SPAN (1.5 * G_PI)

/* The mirror hangs from the top: y from there, downwards positive. */
#define SCENE_MIRROR_X 168.0
#define SCENE_MIRROR_TOP 12.0
#define SCENE_MIRROR_BOTTOM 74.0

void scene_cockpit_paint (cairo_t *cr, gdouble half_width);
void scene_frame_paint (cairo_t *cr, gdouble half_width, gdouble height);
void scene_wheel_paint (cairo_t *cr, gdouble steer_rad);
void scene_needle_paint (
    cairo_t *cr, gdouble x, gdouble y, gdouble r, gdouble share);

G_END_DECLS

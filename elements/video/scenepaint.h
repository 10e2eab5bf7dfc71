/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Strokes of the brush that all vector art has in common. */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

guint32 scene_ink_on (guint32 color);
void scene_paint_color (cairo_t *cr, guint32 color);
void scene_paint_rect (
    cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, guint32 color);
void scene_paint_ellipse (
    cairo_t *cr, gdouble x, gdouble y, gdouble rx, gdouble ry, guint32 color);
void scene_paint_rounded (
    cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, gdouble r);
void scene_paint_text (cairo_t *cr, gdouble x, gdouble y, gdouble w,
    gdouble cap, gdouble weight, guint32 color, const gchar *text);

/* The same number 0..2^32 for the same three each time. */
static inline guint32
scene_hash (guint32 a, guint32 b, guint32 c)
{
  guint32 h = a * 0x9e3779b1u ^ b * 0x85ebca6bu ^ c * 0xc2b2ae35u;

  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h = (h ^ h >> 12) * 0x297a2d39u;
  return h ^ h >> 15;
}

G_END_DECLS

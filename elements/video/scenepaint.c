/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Strokes of the brush that all vector art has in common. */
#include "scenepaint.h"

#include "scenefont.h"

/* Black or white, whichever is read better on a colour: Rec. 709 luma. */
guint32
scene_ink_on (guint32 color)
{
  guint luma = (color >> 16 & 0xff) * 54 + (color >> 8 & 0xff) * 183
               + (color & 0xff) * 19;

  return luma > 128 * 256 ? 0xff14171bu : 0xfff5f7f9u;
}

/* color: 0xAARRGGBB, not premultiplied. */
void
scene_paint_color (cairo_t *cr, guint32 color)
{
  cairo_set_source_rgba (cr, (color >> 16 & 0xff) / 255.0,
      (color >> 8 & 0xff) / 255.0, (color & 0xff) / 255.0,
      (color >> 24) / 255.0);
}

void
scene_paint_rect (
    cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, guint32 color)
{
  cairo_rectangle (cr, x, y, w, h);
  scene_paint_color (cr, color);
  cairo_fill (cr);
}

void
scene_paint_ellipse (
    cairo_t *cr, gdouble x, gdouble y, gdouble rx, gdouble ry, guint32 color)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, rx, ry);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  scene_paint_color (cr, color);
  cairo_fill (cr);
}

/* The path of a box with round corners; the caller fills or strokes it. */
void
scene_paint_rounded (
    cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, gdouble r)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + w - r, y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, x + w - r, y + h - r, r, 0, G_PI / 2);
  cairo_arc (cr, x + r, y + h - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, G_PI * 1.5);
  cairo_close_path (cr);
}

/* From the left edge and the top of the capitals, stretched to w wide; strokes
 * are weight sixths of a capital. */
void
scene_paint_text (cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble cap,
    gdouble weight, guint32 color, const gchar *text)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, w / ((gdouble) scene_font_units (text) * cap), 1);
  scene_font_path (cr, 0, 0, (gfloat) cap, text);
  scene_paint_color (cr, color);
  cairo_set_line_width (cr, cap * weight / 6);
  cairo_stroke (cr);
  cairo_restore (cr);
}

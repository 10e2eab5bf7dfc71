/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What widgets are drawn with. */
#include "overlaydraw.h"

#include <math.h>

#include "scenepaint.h"

/* White as long as no class is known: the simulator's own choice. */
#define NO_CLASS 0xffffffu

void
overlay_pen_init (OverlayPen *pen, const OverlayLayout *layout,
    const OverlayState *state, gdouble scale)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 8, 8);
  cairo_t *cr = cairo_create (surface);

  pen->cr = NULL;
  pen->layout = layout;
  pen->state = state;
  pen->scale = scale;
  pen->scratch = g_string_sized_new (256);
  for (guint i = 0; i < 2; i++) {
    cairo_text_extents_t extents;

    pen->faces[i] =
        cairo_toy_font_face_create (layout->font, CAIRO_FONT_SLANT_NORMAL,
            i == 1 ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_face (cr, pen->faces[i]);
    cairo_set_font_size (cr, 100);
    cairo_text_extents (cr, "0", &extents);
    pen->caps[i] = extents.height > 0 ? extents.height / 100 : 0.7;
  }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

void
overlay_pen_clear (OverlayPen *pen)
{
  cairo_font_face_destroy (pen->faces[0]);
  cairo_font_face_destroy (pen->faces[1]);
  g_string_free (pen->scratch, TRUE);
}

static guint32
class_color (const OverlayPen *pen)
{
  const GstPitboxDriverInfo *info = pen->state->info;

  return 0xff000000u
         | (info != NULL && info->class_color > 0 ? (guint32) info->class_color
                                                  : NO_CLASS);
}

void
overlay_set_color (const OverlayPen *pen, cairo_t *cr, guint32 color)
{
  if (color == OVERLAY_COLOR_CLASS)
    color = class_color (pen);
  else if (color == OVERLAY_COLOR_ON_CLASS)
    color = scene_ink_on (class_color (pen));
  scene_paint_color (cr, color);
}

static void
box_path (cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, gdouble r)
{
  r = MIN (r, MIN (w, h) / 2);
  if (r < 0.5)
    cairo_rectangle (cr, x, y, w, h);
  else
    scene_paint_rounded (cr, x, y, w, h, r);
}

/* Filled, with the widget's corners. */
void
overlay_draw_box (const OverlayPen *pen, const OverlayWidget *widget, gdouble x,
    gdouble y, gdouble width, gdouble height, guint32 color)
{
  if (color == OVERLAY_COLOR_NONE || !(width > 0) || !(height > 0))
    return;
  overlay_set_color (pen, pen->cr, color);
  box_path (pen->cr, x, y, width, height, widget->item->radius * pen->scale);
  cairo_fill (pen->cr);
}

/* The widget's background and border. */
void
overlay_draw_frame (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  cairo_t *cr = pen->cr;
  gdouble line = MAX (1.0, rint (item->thickness * pen->scale * 0.5));

  overlay_draw_box (pen, widget, widget->x, widget->y, widget->width,
      widget->height, item->background);
  if (item->border == OVERLAY_COLOR_NONE)
    return;
  box_path (cr, widget->x + line / 2, widget->y + line / 2,
      widget->width - line, widget->height - line, item->radius * pen->scale);
  overlay_set_color (pen, cr, item->border);
  cairo_set_line_width (cr, line);
  cairo_stroke (cr);
}

/* In the widget's box: aligned across, capitals in the middle of its height;
 * narrower where the text would be wider than the box. */
void
overlay_draw_text (const OverlayPen *pen, const OverlayWidget *widget,
    const gchar *text, guint32 color)
{
  const OverlayItem *item = widget->item;
  cairo_t *cr = pen->cr;
  gdouble size = item->size * pen->scale, stretch = pen->layout->font_stretch;
  gdouble x = widget->x, wide;
  cairo_text_extents_t extents;
  cairo_matrix_t matrix;

  if (*text == '\0' || size < 1)
    return;
  cairo_set_font_face (cr, pen->faces[item->bold]);
  cairo_matrix_init_scale (&matrix, size * stretch, size);
  cairo_set_font_matrix (cr, &matrix);
  cairo_text_extents (cr, text, &extents);
  wide = extents.x_advance;
  if (wide > widget->width && wide > 0) {
    cairo_matrix_init_scale (
        &matrix, size * stretch * widget->width / wide, size);
    cairo_set_font_matrix (cr, &matrix);
    wide = widget->width;
  }
  if (item->align == OVERLAY_MIDDLE)
    x += (widget->width - wide) / 2;
  else if (item->align == OVERLAY_END)
    x += widget->width - wide;
  overlay_set_color (pen, cr, color);
  cairo_move_to (cr, rint (x),
      rint (widget->y + (widget->height + size * pen->caps[item->bold]) / 2));
  cairo_show_text (cr, text);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A head-up display: rows in, drawn over pictures. Not thread-safe. */
#include "overlay.h"

#include <math.h>
#include <string.h>

#include "overlaydraw.h"

/* Static widgets lie in the canvas' base. Of the others only those whose look
 * changed are drawn, each within its own rectangle: base, then all that meets
 * it. */

struct _Overlay {
  OverlayLayout *layout;
  GstPitboxUnits units;
  OverlayState *state;
  OverlayWidget *widgets;
  guint n_widgets;
  OverlayCanvas *canvas;
  gboolean keying;
  OverlayPen pen;
  GstPitboxSchema *bound;
  guint class_version;
  guint strength;
  gboolean fresh; /* all of it must be drawn */
};

/* Takes @layout. @units: for every @ without a unit. */
Overlay *
overlay_new (OverlayLayout *layout, GstPitboxUnits units)
{
  Overlay *overlay = g_new0 (Overlay, 1);

  overlay->layout = layout;
  overlay->units = units;
  overlay->state = overlay_state_new ();
  overlay->n_widgets = layout->items->len;
  overlay->widgets = g_new0 (OverlayWidget, MAX (overlay->n_widgets, 1));
  return overlay;
}

static void
clear_format (Overlay *overlay)
{
  if (overlay->canvas == NULL)
    return;
  for (guint i = 0; i < overlay->n_widgets; i++)
    g_clear_pointer (&overlay->widgets[i].cache, cairo_surface_destroy);
  g_clear_pointer (&overlay->pen.cr, cairo_destroy);
  overlay_pen_clear (&overlay->pen);
  g_clear_pointer (&overlay->canvas, overlay_canvas_free);
}

void
overlay_free (Overlay *overlay)
{
  clear_format (overlay);
  g_free (overlay->widgets);
  overlay_state_free (overlay->state);
  overlay_layout_free (overlay->layout);
  g_clear_pointer (&overlay->bound, gst_pitbox_schema_unref);
  g_free (overlay);
}

static void
bind (Overlay *overlay, GstPitboxSchema *schema)
{
  g_clear_pointer (&overlay->bound, gst_pitbox_schema_unref);
  overlay->bound = gst_pitbox_schema_ref (schema);
  for (guint i = 0; i < overlay->n_widgets; i++) {
    const OverlayItem *item = g_ptr_array_index (overlay->layout->items, i);

    if (item->text_template != NULL)
      gst_pitbox_template_bind (item->text_template, schema, overlay->units);
    if (item->value != NULL)
      gst_pitbox_expression_bind (item->value, schema);
    if (item->show != NULL)
      gst_pitbox_expression_bind (item->show, schema);
  }
}

/* Goes on where @before, which is of no use any more, ended: the map and the
 * trace stay. Call it before overlay_set_format(). */
void
overlay_adopt (Overlay *overlay, Overlay *before)
{
  OverlayState *state = overlay->state;

  clear_format (before);
  overlay->state = before->state;
  before->state = state;
  if (overlay->state->schema != NULL)
    bind (overlay, overlay->state->schema);
}

static gdouble
put (
    OverlayEdge edge, gdouble start, gdouble room, gdouble offset, gdouble size)
{
  switch (edge) {
    case OVERLAY_START:
      return start + offset;
    case OVERLAY_MIDDLE:
      return start + (room - size) / 2 + offset;
    default:
      return start + room - size - offset;
  }
}

/* Boxes in layout pixels first: children hang on exact parents. */
static void
place_widgets (Overlay *overlay, const GstVideoInfo *info)
{
  gdouble scale = overlay->pen.scale;
  gdouble box[OVERLAY_MAX_WIDGETS][4];

  for (guint i = 0; i < overlay->n_widgets; i++) {
    OverlayWidget *widget = &overlay->widgets[i];
    const OverlayItem *item = g_ptr_array_index (overlay->layout->items, i);
    const gdouble picture[4] = { 0, 0, info->width / scale,
      info->height / scale };
    const gdouble *p = item->parent < 0 ? picture : box[item->parent];
    gdouble w = item->percent_width ? p[2] * item->width / 100 : item->width;
    gdouble h = item->percent_height ? p[3] * item->height / 100 : item->height;

    box[i][0] = put (item->across, p[0], p[2], item->x, w);
    box[i][1] = put (item->down, p[1], p[3], item->y, h);
    box[i][2] = w;
    box[i][3] = h;
    widget->item = item;
    widget->x = (gint) lrint (box[i][0] * scale);
    widget->y = (gint) lrint (box[i][1] * scale);
    widget->width = (gint) lrint ((box[i][0] + w) * scale) - widget->x;
    widget->height = (gint) lrint ((box[i][1] + h) * scale) - widget->y;
    widget->width = CLAMP (widget->width, 1, info->width);
    widget->height = CLAMP (widget->height, 1, info->height);
    widget->rect = (OverlayRect){ widget->x & ~1, widget->y & ~1,
      (widget->x + widget->width + 1) & ~1,
      (widget->y + widget->height + 1) & ~1 };
    widget->constant =
        item->show == NULL
        && (item->kind == OVERLAY_PANEL
            || (item->kind == OVERLAY_TEXT
                && gst_pitbox_template_get_n_fields (item->text_template)
                       == 0));
    widget->drawn_s = NAN;
    overlay_canvas_add_part (overlay->canvas, &widget->rect);
  }
}

/* The pictures to come. @keying: they are filled with nothing but the display;
 * then @info has RGB with alpha. */
void
overlay_set_format (Overlay *overlay, const GstVideoInfo *info,
    OverlayBlend blend, gboolean keying)
{
  gdouble scale = MIN ((gdouble) info->width / OVERLAY_WIDTH,
      (gdouble) info->height / OVERLAY_HEIGHT);

  clear_format (overlay);
  overlay->canvas = overlay_canvas_new (info, blend, keying);
  overlay->keying = keying;
  overlay->strength = 256;
  overlay_pen_init (&overlay->pen, overlay->layout, overlay->state, scale);
  overlay->pen.cr = cairo_create (overlay_canvas_get_pixels (overlay->canvas));
  place_widgets (overlay, info);
  overlay->fresh = TRUE;
}

void
overlay_set_session (Overlay *overlay, GBytes *text)
{
  overlay_state_set_session (overlay->state, text);
}

/* The row of the pictures to come. */
void
overlay_step (Overlay *overlay, GstPitboxSample *sample)
{
  overlay_state_step (overlay->state, sample);
  if (overlay->bound != overlay->state->schema)
    bind (overlay, overlay->state->schema);
}

/* The pictures go on somewhere else. */
void
overlay_forget_trail (Overlay *overlay)
{
  overlay->state->n_trail = 0;
}

static void
draw_base (Overlay *overlay)
{
  cairo_surface_t *base = overlay_canvas_get_base (overlay->canvas);
  cairo_t *cr = overlay->pen.cr;

  overlay->pen.cr = cairo_create (base);
  cairo_set_operator (overlay->pen.cr, CAIRO_OPERATOR_CLEAR);
  cairo_paint (overlay->pen.cr);
  cairo_set_operator (overlay->pen.cr, CAIRO_OPERATOR_OVER);
  for (guint i = 0; i < overlay->n_widgets; i++) {
    OverlayWidget *widget = &overlay->widgets[i];

    if (!widget->constant)
      continue;
    overlay_widget_measure (&overlay->pen, widget, &widget->shown);
    overlay_widget_draw (&overlay->pen, widget);
  }
  cairo_destroy (overlay->pen.cr);
  overlay->pen.cr = cr;
}

static void
redraw (Overlay *overlay, const OverlayRect *rect)
{
  cairo_t *cr = overlay->pen.cr;

  overlay_canvas_restore (overlay->canvas, rect);
  cairo_reset_clip (cr);
  cairo_rectangle (
      cr, rect->x0, rect->y0, rect->x1 - rect->x0, rect->y1 - rect->y0);
  cairo_clip (cr);
  for (guint i = 0; i < overlay->n_widgets; i++) {
    OverlayWidget *widget = &overlay->widgets[i];

    if (!widget->constant && overlay_rect_meet (&widget->rect, rect))
      overlay_widget_draw (&overlay->pen, widget);
  }
  cairo_reset_clip (cr);
  overlay_canvas_commit (overlay->canvas, rect);
}

static void
update (Overlay *overlay)
{
  gboolean all = overlay->fresh;
  gboolean changed[OVERLAY_MAX_WIDGETS] = { FALSE };

  if (all || overlay->class_version != overlay->state->class_version) {
    overlay->class_version = overlay->state->class_version;
    overlay->fresh = FALSE;
    all = TRUE;
    draw_base (overlay);
  }
  for (guint i = 0; i < overlay->n_widgets; i++) {
    OverlayWidget *widget = &overlay->widgets[i];
    OverlayShown shown;

    changed[i] = all;
    if (widget->constant)
      continue;
    overlay_widget_measure (&overlay->pen, widget, &shown);
    if (memcmp (&shown, &widget->shown, sizeof shown) == 0)
      continue;
    widget->shown = shown;
    changed[i] = TRUE;
  }
  for (guint i = 0; i < overlay->n_widgets; i++)
    if (changed[i])
      redraw (overlay, &overlay->widgets[i].rect);
}

/* Draws over @frame (or fills it, see overlay_set_format()) what the last row
 * says; nothing before the first. @strength: 0 nothing to 1 as it is. */
void
overlay_draw (Overlay *overlay, GstVideoFrame *frame, gdouble strength)
{
  guint s = (guint) lrint (CLAMP (strength, 0.0, 1.0) * 256);

  if (overlay->state->data != NULL && s > 0) {
    if (s != overlay->strength) {
      overlay->strength = s;
      overlay_canvas_set_strength (overlay->canvas, s);
      for (guint i = 0; i < overlay->n_widgets; i++)
        overlay_canvas_commit (overlay->canvas, &overlay->widgets[i].rect);
    }
    update (overlay);
  }
  if (overlay->keying)
    overlay_canvas_fill (overlay->canvas, frame, s > 0);
  else if (s > 0)
    overlay_canvas_blend (overlay->canvas, frame);
}

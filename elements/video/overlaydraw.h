/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What widgets are drawn with. */
#pragma once

#include <cairo.h>

#include "overlaycanvas.h"
#include "overlaylayout.h"
#include "overlaystate.h"

G_BEGIN_DECLS

#define OVERLAY_TEXT_BYTES 160

/**
 * OverlayShown:
 *
 * Everything that a widget's look depends on beside its layout. Two alike mean
 * that nothing need be drawn.
 */
typedef struct {
  gboolean visible;
  guint32 color;
  gint n[6];
  gchar text[OVERLAY_TEXT_BYTES];
} OverlayShown;

/**
 * OverlayWidget:
 * @x: left edge in pixels of the picture; @y, @width, @height alike
 * @rect: what drawing may touch
 * @constant: never changes while class colours stay
 * @shown: as it was drawn last
 * @cache: of the widget's size, or %NULL
 * @cache_version: what the cache shows
 * @drawn_s: row time when it was drawn last
 */
typedef struct {
  const OverlayItem *item;
  gint x, y, width, height;
  OverlayRect rect;
  gboolean constant;
  OverlayShown shown;
  cairo_surface_t *cache;
  guint cache_version;
  gdouble drawn_s;
} OverlayWidget;

/**
 * OverlayPen:
 * @scale: pixels of the picture a pixel of the layout
 * @faces: plain, bold
 * @caps: height of capitals, of the size of the font
 */
typedef struct {
  cairo_t *cr;
  const OverlayLayout *layout;
  const OverlayState *state;
  gdouble scale;
  cairo_font_face_t *faces[2];
  gdouble caps[2];
  GString *scratch;
} OverlayPen;

void overlay_pen_init (OverlayPen *pen, const OverlayLayout *layout,
    const OverlayState *state, gdouble scale);
void overlay_pen_clear (OverlayPen *pen);
void overlay_set_color (const OverlayPen *pen, cairo_t *cr, guint32 color);
void overlay_draw_box (const OverlayPen *pen, const OverlayWidget *widget,
    gdouble x, gdouble y, gdouble width, gdouble height, guint32 color);
void overlay_draw_frame (const OverlayPen *pen, const OverlayWidget *widget);
void overlay_draw_text (const OverlayPen *pen, const OverlayWidget *widget,
    const gchar *text, guint32 color);

/* overlaywidgets.c: all kinds. */
void overlay_widget_measure (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown);
void overlay_widget_draw (const OverlayPen *pen, OverlayWidget *widget);

/* overlayplots.c: those that show more than one row. */
void overlay_trace_draw (const OverlayPen *pen, OverlayWidget *widget);
void overlay_map_measure (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown);
void overlay_map_draw (const OverlayPen *pen, OverlayWidget *widget);

G_END_DECLS

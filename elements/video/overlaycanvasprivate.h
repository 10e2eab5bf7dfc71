/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private to overlaycanvas.c and overlayturn.c: the canvas from inside. */
#pragma once

#include "overlaycanvas.h"

G_BEGIN_DECLS

#define TILE_W 32
#define TILE_H 16

typedef struct {
  guint8 *add, *keep; /* keep: 255 = all of the picture */
  gint stride;
  gint bytes; /* of a pixel */
  gint sub_x, sub_y; /* shifts */
} Plane;

struct _OverlayCanvas {
  GstVideoInfo info;
  OverlayBlend blend;
  gboolean keying;
  guint strength; /* 256 = as drawn */
  cairo_surface_t *base, *pixels, *seen; /* seen: as it was turned last */
  Plane planes[3];
  guint n_planes;
  gint tiles_x, tiles_y;
  guint8 *tiles; /* 1: something is there */
  guint16 *turned; /* strength of each when it was turned; 0: never */
  /* Y, U and V of 65536ths of R, G, B; and what alpha adds. */
  gint32 yuv[3][3], offset[3];
  GPtrArray *parts; /* COMPOSITION: of Part */
};

/* One piece of the display as the composition has it. */
typedef struct {
  OverlayRect rect;
  gboolean changed;
  GstVideoOverlayRectangle *rectangle;
} Part;

static inline gboolean
overlay_canvas_is_rgb (const OverlayCanvas *canvas)
{
  return GST_VIDEO_INFO_IS_RGB (&canvas->info);
}

static inline guint32 *
overlay_pixel_line (cairo_surface_t *surface, gint y)
{
  return (guint32 *) (cairo_image_surface_get_data (surface)
                      + (gsize) y * cairo_image_surface_get_stride (surface));
}

/* A premultiplied pixel made weaker; 256 leaves it. */
static inline guint32
overlay_weaken (guint32 p, guint strength)
{
  guint32 rb = ((p & 0xff00ff) * strength >> 8) & 0xff00ff;
  guint32 ag = ((p >> 8 & 0xff00ff) * strength) & 0xff00ff00u;

  return rb | ag;
}

void overlay_turn_init (OverlayCanvas *canvas);
void overlay_turn (OverlayCanvas *canvas, const OverlayRect *r);

G_END_DECLS

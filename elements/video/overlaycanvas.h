/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What lies over the picture, and the way into the picture. */
#pragma once

#include <cairo.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

/* Edges are even, so that halved chroma has whole pixels. */
typedef struct {
  gint x0, y0, x1, y1;
} OverlayRect;

/**
 * OverlayBlend:
 * @OVERLAY_BLEND_OWN: planes kept in the picture's own format
 * @OVERLAY_BLEND_COMPOSITION: GstVideoOverlayComposition, which knows every
 *   format
 */
typedef enum {
  OVERLAY_BLEND_OWN,
  OVERLAY_BLEND_COMPOSITION,
} OverlayBlend;

typedef struct _OverlayCanvas OverlayCanvas;

gboolean overlay_canvas_knows (GstVideoFormat format);
OverlayCanvas *overlay_canvas_new (
    const GstVideoInfo *info, OverlayBlend blend, gboolean keying);
void overlay_canvas_free (OverlayCanvas *canvas);

cairo_surface_t *overlay_canvas_get_base (OverlayCanvas *canvas);
cairo_surface_t *overlay_canvas_get_pixels (OverlayCanvas *canvas);
void overlay_canvas_add_part (OverlayCanvas *canvas, const OverlayRect *rect);
void overlay_canvas_restore (OverlayCanvas *canvas, const OverlayRect *rect);
void overlay_canvas_set_strength (OverlayCanvas *canvas, guint strength);
void overlay_canvas_commit (OverlayCanvas *canvas, const OverlayRect *rect);
void overlay_canvas_blend (OverlayCanvas *canvas, GstVideoFrame *frame);
void overlay_canvas_fill (
    OverlayCanvas *canvas, GstVideoFrame *frame, gboolean visible);

gboolean overlay_rect_meet (const OverlayRect *a, const OverlayRect *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OverlayCanvas, overlay_canvas_free)

G_END_DECLS

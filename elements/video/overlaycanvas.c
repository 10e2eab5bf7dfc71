/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What lies over the picture, and the way into the picture. */
#include <string.h>

#include "overlaycanvasprivate.h"

/* The display is drawn by cairo, and turned into the picture's own format only
 * where it changed: for each byte of each plane what is added (premultiplied)
 * and how much of the picture stays. Laying it over a picture is then one loop
 * over bytes, whatever the format, and only over tiles that are not empty. */

static const GstVideoFormat formats[] = { GST_VIDEO_FORMAT_I420,
  GST_VIDEO_FORMAT_YV12, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV21,
  GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_BGRA, GST_VIDEO_FORMAT_ARGB,
  GST_VIDEO_FORMAT_ABGR, GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_BGRx,
  GST_VIDEO_FORMAT_xRGB, GST_VIDEO_FORMAT_xBGR };

/* Whether OWN blending has the format. */
gboolean
overlay_canvas_knows (GstVideoFormat format)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i] == format)
      return TRUE;
  return FALSE;
}

static void
clear_part (gpointer data)
{
  Part *part = data;

  g_clear_pointer (&part->rectangle, gst_video_overlay_rectangle_unref);
  g_free (part);
}

/* @keying: overlay_canvas_fill() will be called, on RGB with alpha, instead of
 * overlay_canvas_blend(). */
OverlayCanvas *
overlay_canvas_new (
    const GstVideoInfo *info, OverlayBlend blend, gboolean keying)
{
  OverlayCanvas *canvas = g_new0 (OverlayCanvas, 1);

  canvas->info = *info;
  canvas->blend = blend;
  canvas->keying = keying;
  canvas->strength = 256;
  canvas->base = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, info->width, info->height);
  canvas->pixels = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, info->width, info->height);
  canvas->seen = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, info->width, info->height);
  canvas->tiles_x = (info->width + TILE_W - 1) / TILE_W;
  canvas->tiles_y = (info->height + TILE_H - 1) / TILE_H;
  canvas->tiles = g_malloc0 ((gsize) canvas->tiles_x * canvas->tiles_y);
  canvas->turned = g_new0 (guint16, (gsize) canvas->tiles_x * canvas->tiles_y);
  canvas->parts = g_ptr_array_new_with_free_func (clear_part);
  if (blend == OVERLAY_BLEND_COMPOSITION)
    return canvas;
  overlay_turn_init (canvas);
  return canvas;
}

void
overlay_canvas_free (OverlayCanvas *canvas)
{
  cairo_surface_destroy (canvas->base);
  cairo_surface_destroy (canvas->pixels);
  cairo_surface_destroy (canvas->seen);
  for (guint i = 0; i < canvas->n_planes; i++) {
    g_free (canvas->planes[i].add);
    g_free (canvas->planes[i].keep);
  }
  g_free (canvas->tiles);
  g_free (canvas->turned);
  g_ptr_array_unref (canvas->parts);
  g_free (canvas);
}

/* What never changes while a layout and a driver stay: lies below all else. */
cairo_surface_t *
overlay_canvas_get_base (OverlayCanvas *canvas)
{
  return canvas->base;
}

cairo_surface_t *
overlay_canvas_get_pixels (OverlayCanvas *canvas)
{
  return canvas->pixels;
}

gboolean
overlay_rect_meet (const OverlayRect *a, const OverlayRect *b)
{
  return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

static OverlayRect
clip (const OverlayCanvas *canvas, const OverlayRect *rect)
{
  return (OverlayRect){ CLAMP (rect->x0, 0, canvas->info.width),
    CLAMP (rect->y0, 0, canvas->info.height),
    CLAMP (rect->x1, 0, canvas->info.width),
    CLAMP (rect->y1, 0, canvas->info.height) };
}

/* Puts the base where @rect is. */
void
overlay_canvas_restore (OverlayCanvas *canvas, const OverlayRect *rect)
{
  OverlayRect r = clip (canvas, rect);

  cairo_surface_flush (canvas->base);
  cairo_surface_flush (canvas->pixels);
  for (gint y = r.y0; y < r.y1 && r.x0 < r.x1; y++)
    memcpy (overlay_pixel_line (canvas->pixels, y) + r.x0,
        overlay_pixel_line (canvas->base, y) + r.x0, (gsize) (r.x1 - r.x0) * 4);
  cairo_surface_mark_dirty_rectangle (
      canvas->pixels, r.x0, r.y0, r.x1 - r.x0, r.y1 - r.y0);
}

/* How strong the display is from the next commit on, 0 to 256. */
void
overlay_canvas_set_strength (OverlayCanvas *canvas, guint strength)
{
  canvas->strength = strength;
}

/* Whether something is there at all. */
static gboolean
is_empty (const OverlayCanvas *canvas, const OverlayRect *r)
{
  guint32 any = 0;

  for (gint y = r->y0; y < r->y1 && any == 0; y++) {
    const guint32 *p = overlay_pixel_line (canvas->seen, y);

    for (gint x = r->x0; x < r->x1; x++)
      any |= p[x];
  }
  return any == 0;
}

/* Whether a tile looks another way than when it was turned last; from now on it
 * does not. Most of what is drawn anew looks as before: the ground of a map. */
static gboolean
take_tile (OverlayCanvas *canvas, gint tile, const OverlayRect *r)
{
  gsize n = (gsize) (r->x1 - r->x0) * 4;
  gboolean changed = canvas->turned[tile] != canvas->strength;

  for (gint y = r->y0; y < r->y1; y++) {
    const guint32 *now = overlay_pixel_line (canvas->pixels, y) + r->x0;
    guint32 *seen = overlay_pixel_line (canvas->seen, y) + r->x0;

    if (memcmp (seen, now, n) == 0)
      continue;
    memcpy (seen, now, n);
    changed = TRUE;
  }
  canvas->turned[tile] = (guint16) canvas->strength;
  return changed;
}

/* The composition holds pieces that do not overlap; a change makes a new one. */
static void
make_part (OverlayCanvas *canvas, Part *part)
{
  const OverlayRect *r = &part->rect;
  gint w = r->x1 - r->x0, h = r->y1 - r->y0;
  GstBuffer *buffer =
      gst_buffer_new_allocate (NULL, (gsize) w * (gsize) h * 4, NULL);
  GstMapInfo map;

  part->changed = FALSE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_buffer_unref (buffer);
    return;
  }
  for (gint y = 0; y < h; y++) {
    const guint32 *p = overlay_pixel_line (canvas->pixels, r->y0 + y) + r->x0;
    guint32 *out = (guint32 *) map.data + (gsize) y * w;

    for (gint x = 0; x < w; x++)
      out[x] = overlay_weaken (p[x], canvas->strength);
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, w, h);
  g_clear_pointer (&part->rectangle, gst_video_overlay_rectangle_unref);
  part->rectangle = gst_video_overlay_rectangle_new_raw (buffer, r->x0, r->y0,
      w, h, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref (buffer);
}

/* Says that something will be drawn within @rect. */
void
overlay_canvas_add_part (OverlayCanvas *canvas, const OverlayRect *rect)
{
  OverlayRect r = clip (canvas, rect);
  Part *part;

  if (r.x0 >= r.x1 || r.y0 >= r.y1)
    return;
  for (guint i = 0; i < canvas->parts->len; i++) {
    const Part *other = g_ptr_array_index (canvas->parts, i);

    if (!overlay_rect_meet (&other->rect, &r))
      continue;
    r = (OverlayRect){ MIN (r.x0, other->rect.x0), MIN (r.y0, other->rect.y0),
      MAX (r.x1, other->rect.x1), MAX (r.y1, other->rect.y1) };
    g_ptr_array_remove_index_fast (canvas->parts, i);
    /* The larger one may meet those that were passed over. */
    i = G_MAXUINT;
  }
  part = g_new0 (Part, 1);
  part->rect = r;
  part->changed = TRUE;
  g_ptr_array_add (canvas->parts, part);
}

static void
touch_parts (OverlayCanvas *canvas, const OverlayRect *r)
{
  for (guint i = 0; i < canvas->parts->len; i++) {
    Part *part = g_ptr_array_index (canvas->parts, i);

    part->changed |= overlay_rect_meet (&part->rect, r);
  }
}

static void
commit_tile (OverlayCanvas *canvas, gint tile, const OverlayRect *r)
{
  canvas->tiles[tile] = !is_empty (canvas, r);
  if (canvas->blend == OVERLAY_BLEND_COMPOSITION) {
    touch_parts (canvas, r);
  } else {
    overlay_turn (canvas, r);
  }
}

/* Takes over what was drawn within @rect. */
void
overlay_canvas_commit (OverlayCanvas *canvas, const OverlayRect *rect)
{
  OverlayRect r = clip (canvas, rect);

  if (r.x0 >= r.x1 || r.y0 >= r.y1)
    return;
  cairo_surface_flush (canvas->pixels);
  for (gint ty = r.y0 / TILE_H; ty * TILE_H < r.y1; ty++)
    for (gint tx = r.x0 / TILE_W; tx * TILE_W < r.x1; tx++) {
      OverlayRect t = { tx * TILE_W, ty * TILE_H, (tx + 1) * TILE_W,
        (ty + 1) * TILE_H };
      gint tile = ty * canvas->tiles_x + tx;

      t = clip (canvas, &t);
      if (take_tile (canvas, tile, &t))
        commit_tile (canvas, tile, &t);
    }
}

/* The one loop. 16 bits hold it all, so that compilers make it wide. */
static void
blend_bytes (guint8 *restrict d, const guint8 *restrict add,
    const guint8 *restrict keep, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    guint16 t = (guint16) (d[i] * keep[i] + 128);

    d[i] = (guint8) (add[i] + ((guint16) (t + (t >> 8)) >> 8));
  }
}

/* Over a picture that is itself seen through: straight alpha on both sides. */
static void
blend_alpha (
    guint8 *d, const guint8 *add, const guint8 *keep, gint n, gint alpha)
{
  for (gint i = 0; i < n; i++, d += 4, add += 4, keep += 4) {
    guint below = d[alpha] * keep[alpha] / 255, all = add[alpha] + below;

    if (add[alpha] == 0)
      continue;
    for (gint k = 0; k < 4; k++)
      if (k != alpha)
        d[k] = (guint8) MIN ((add[k] * 255 + d[k] * below) / all, 255);
    d[alpha] = (guint8) MIN (all, 255);
  }
}

static gboolean
is_opaque (const guint8 *d, gint n, gint alpha)
{
  guint8 all = 255;

  for (gint i = 0; i < n; i++)
    all &= d[i * 4 + alpha];
  return all == 255;
}

/* One run of tiles of one plane. */
static void
blend_run (const OverlayCanvas *canvas, GstVideoFrame *frame, guint i,
    const OverlayRect *r)
{
  const Plane *plane = &canvas->planes[i];
  gint x0 = r->x0 >> plane->sub_x, x1 = (r->x1 + plane->sub_x) >> plane->sub_x;
  gint y1 = (r->y1 + plane->sub_y) >> plane->sub_y;
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, i), alpha = -1;
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, i);

  if (GST_VIDEO_INFO_HAS_ALPHA (&canvas->info))
    alpha = canvas->info.finfo->poffset[3];
  for (gint y = r->y0 >> plane->sub_y; y < y1; y++) {
    gsize at = (gsize) y * plane->stride + (gsize) x0 * plane->bytes;
    guint8 *d = data + (gssize) y * stride + (gsize) x0 * plane->bytes;

    if (alpha >= 0 && !is_opaque (d, x1 - x0, alpha))
      blend_alpha (d, plane->add + at, plane->keep + at, x1 - x0, alpha);
    else
      blend_bytes (d, plane->add + at, plane->keep + at,
          (gsize) (x1 - x0) * plane->bytes);
  }
}

/* Calls @run for each row of neighbouring tiles that have something. */
static void
each_run (const OverlayCanvas *canvas, GstVideoFrame *frame,
    void (*run) (const OverlayCanvas *, GstVideoFrame *, const OverlayRect *))
{
  for (gint ty = 0; ty < canvas->tiles_y; ty++) {
    const guint8 *tiles = canvas->tiles + ty * canvas->tiles_x;

    for (gint tx = 0; tx < canvas->tiles_x; tx++) {
      gint from = tx;
      OverlayRect r;

      while (tx < canvas->tiles_x && tiles[tx])
        tx++;
      if (tx == from)
        continue;
      r = (OverlayRect){ from * TILE_W, ty * TILE_H,
        MIN (tx * TILE_W, canvas->info.width),
        MIN ((ty + 1) * TILE_H, canvas->info.height) };
      run (canvas, frame, &r);
    }
  }
}

static void
blend_planes (
    const OverlayCanvas *canvas, GstVideoFrame *frame, const OverlayRect *r)
{
  for (guint i = 0; i < canvas->n_planes; i++)
    blend_run (canvas, frame, i, r);
}

/* Lays the display over a picture of the canvas' format. */
void
overlay_canvas_blend (OverlayCanvas *canvas, GstVideoFrame *frame)
{
  GstVideoOverlayComposition *composition = NULL;

  if (canvas->blend == OVERLAY_BLEND_OWN) {
    each_run (canvas, frame, blend_planes);
    return;
  }
  for (guint i = 0; i < canvas->parts->len; i++) {
    Part *part = g_ptr_array_index (canvas->parts, i);

    if (part->changed)
      make_part (canvas, part);
    if (part->rectangle == NULL)
      continue;
    if (composition == NULL)
      composition = gst_video_overlay_composition_new (part->rectangle);
    else
      gst_video_overlay_composition_add_rectangle (
          composition, part->rectangle);
  }
  if (composition == NULL)
    return;
  gst_video_overlay_composition_blend (composition, frame);
  gst_video_overlay_composition_unref (composition);
}

static void
copy_run (
    const OverlayCanvas *canvas, GstVideoFrame *frame, const OverlayRect *r)
{
  const Plane *plane = &canvas->planes[0];
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);

  for (gint y = r->y0; y < r->y1; y++)
    memcpy (data + (gssize) y * stride + (gsize) r->x0 * 4,
        plane->add + (gsize) y * plane->stride + (gsize) r->x0 * 4,
        (gsize) (r->x1 - r->x0) * 4);
}

/* The display alone, on nothing. */
void
overlay_canvas_fill (
    OverlayCanvas *canvas, GstVideoFrame *frame, gboolean visible)
{
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);

  for (gint y = 0; y < canvas->info.height; y++)
    memset (data + (gssize) y * stride, 0, (gsize) canvas->info.width * 4);
  if (visible)
    each_run (canvas, frame, copy_run);
}

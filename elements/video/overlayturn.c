/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was drawn, turned into the picture's own format. */
#include <string.h>

#include "overlaycanvasprivate.h"

static void
add_plane (OverlayCanvas *canvas, gint bytes, gint sub)
{
  Plane *plane = &canvas->planes[canvas->n_planes++];
  gsize width = (gsize) (canvas->info.width + sub) >> sub;
  gsize height = (gsize) (canvas->info.height + sub) >> sub;

  plane->bytes = bytes;
  plane->sub_x = plane->sub_y = sub;
  plane->stride = (gint) GST_ROUND_UP_16 (width * (gsize) bytes);
  plane->add = g_malloc0 ((gsize) plane->stride * height);
  plane->keep = g_malloc ((gsize) plane->stride * height);
  memset (plane->keep, 255, (gsize) plane->stride * height);
}

/* From the colorimetry that the caps say: Kr and Kb, and 219 or 255 steps. */
static void
choose_matrix (OverlayCanvas *canvas)
{
  gdouble kr = 0.299, kb = 0.114, kg;
  gint offset[4], scale[4];

  gst_video_color_matrix_get_Kr_Kb (canvas->info.colorimetry.matrix, &kr, &kb);
  kg = 1 - kr - kb;
  gst_video_color_range_offsets (
      canvas->info.colorimetry.range, canvas->info.finfo, offset, scale);
  {
    const gdouble m[3][3] = { { kr, kg, kb },
      { -kr / (2 - 2 * kb), -kg / (2 - 2 * kb), 0.5 },
      { 0.5, -kg / (2 - 2 * kr), -kb / (2 - 2 * kr) } };

    for (guint i = 0; i < 3; i++) {
      for (guint k = 0; k < 3; k++)
        canvas->yuv[i][k] = (gint32) (m[i][k] * scale[i] / 255.0 * 65536);
      canvas->offset[i] = (gint32) (offset[i] / 255.0 * 65536);
    }
  }
}

static inline guint8
sum_of (const OverlayCanvas *canvas, guint i, gint a, gint r, gint g, gint b)
{
  gint v = (canvas->yuv[i][0] * r + canvas->yuv[i][1] * g
               + canvas->yuv[i][2] * b + canvas->offset[i] * a + 32768)
           >> 16;

  return (guint8) CLAMP (v, 0, a);
}

static void
turn_luma (OverlayCanvas *canvas, const OverlayRect *r)
{
  const Plane *plane = &canvas->planes[0];

  for (gint y = r->y0; y < r->y1; y++) {
    const guint32 *p = overlay_pixel_line (canvas->pixels, y);
    guint8 *add = plane->add + (gsize) y * plane->stride;
    guint8 *keep = plane->keep + (gsize) y * plane->stride;

    for (gint x = r->x0; x < r->x1; x++) {
      guint32 v = canvas->strength < 256
                      ? overlay_weaken (p[x], canvas->strength)
                      : p[x];
      gint a = v >> 24;

      keep[x] = (guint8) (255 - a);
      add[x] =
          v == 0 ? 0
                 : sum_of (canvas, 0, a, v >> 16 & 255, v >> 8 & 255, v & 255);
    }
  }
}

/* Where U and V of a chroma line go, and the step to the next. */
static void
chroma_line (const OverlayCanvas *canvas, gint line, guint which, guint8 **add,
    guint8 **keep, gint *step)
{
  GstVideoFormat format = GST_VIDEO_INFO_FORMAT (&canvas->info);
  gboolean swap =
      format == GST_VIDEO_FORMAT_NV21 || format == GST_VIDEO_FORMAT_YV12;
  guint place = swap ? 1 - which : which;
  gboolean packed = canvas->n_planes == 2;
  const Plane *plane = &canvas->planes[packed ? 1 : 1 + place];
  gsize offset = (gsize) line * plane->stride + (packed ? place : 0);

  *add = plane->add + offset;
  *keep = plane->keep + offset;
  *step = plane->bytes;
}

static void
turn_chroma (OverlayCanvas *canvas, const OverlayRect *r)
{
  const guint strength = canvas->strength;

  for (gint y = r->y0; y < r->y1; y += 2) {
    const guint32 *p = overlay_pixel_line (canvas->pixels, y);
    const guint32 *q = y + 1 < canvas->info.height
                           ? overlay_pixel_line (canvas->pixels, y + 1)
                           : p;
    guint8 *add[2], *keep[2];
    gint step;

    chroma_line (canvas, y / 2, 0, &add[0], &keep[0], &step);
    chroma_line (canvas, y / 2, 1, &add[1], &keep[1], &step);
    for (gint x = r->x0; x < r->x1; x += 2) {
      gint x2 = MIN (x + 1, canvas->info.width - 1), k = x / 2 * step;
      guint32 v[4] = { p[x], p[x2], q[x], q[x2] };
      gint a = 0, red = 0, green = 0, blue = 0;

      if ((v[0] | v[1] | v[2] | v[3]) == 0) {
        add[0][k] = add[1][k] = 0;
        keep[0][k] = keep[1][k] = 255;
        continue;
      }
      for (guint i = 0; i < 4; i++) {
        guint32 w = strength < 256 ? overlay_weaken (v[i], strength) : v[i];

        a += w >> 24;
        red += w >> 16 & 255;
        green += w >> 8 & 255;
        blue += w & 255;
      }
      a = (a + 2) / 4;
      for (guint i = 0; i < 2; i++) {
        add[i][k] = sum_of (
            canvas, 1 + i, a, (red + 2) / 4, (green + 2) / 4, (blue + 2) / 4);
        keep[i][k] = (guint8) (255 - a);
      }
    }
  }
}

static void
turn_rgb (OverlayCanvas *canvas, const OverlayRect *r)
{
  const Plane *plane = &canvas->planes[0];
  const GstVideoFormatInfo *finfo = canvas->info.finfo;
  const gint red = finfo->poffset[0], green = finfo->poffset[1],
             blue = finfo->poffset[2], alpha = 6 - red - green - blue;

  for (gint y = r->y0; y < r->y1; y++) {
    const guint32 *p = overlay_pixel_line (canvas->pixels, y);
    guint8 *add = plane->add + (gsize) y * plane->stride + (gsize) r->x0 * 4;
    guint8 *keep = plane->keep + (gsize) y * plane->stride + (gsize) r->x0 * 4;

    for (gint x = r->x0; x < r->x1; x++, add += 4, keep += 4) {
      guint32 v = overlay_weaken (p[x], canvas->strength);
      guint32 a = v >> 24, m = 0x10000;

      /* Mixers want colours that are not multiplied by alpha. */
      if (canvas->keying && a != 0)
        m = (255 * 0x10000 + a / 2) / a;
      add[red] = (guint8) MIN ((v >> 16 & 255) * m >> 16, 255);
      add[green] = (guint8) MIN ((v >> 8 & 255) * m >> 16, 255);
      add[blue] = (guint8) MIN ((v & 255) * m >> 16, 255);
      add[alpha] = (guint8) a;
      memset (keep, (gint) (255 - a), 4);
    }
  }
}

/* Makes the planes of the canvas' format. */
void
overlay_turn_init (OverlayCanvas *canvas)
{
  if (overlay_canvas_is_rgb (canvas)) {
    add_plane (canvas, 4, 0);
    return;
  }
  choose_matrix (canvas);
  add_plane (canvas, 1, 0);
  if (GST_VIDEO_INFO_N_PLANES (&canvas->info) == 2) {
    add_plane (canvas, 2, 1);
  } else {
    add_plane (canvas, 1, 1);
    add_plane (canvas, 1, 1);
  }
}

/* Fills the planes within @r, whose edges are even or the picture's. */
void
overlay_turn (OverlayCanvas *canvas, const OverlayRect *r)
{
  if (overlay_canvas_is_rgb (canvas)) {
    turn_rgb (canvas, r);
    return;
  }
  turn_luma (canvas, r);
  turn_chroma (canvas, r);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The canvas into a video frame: a copy for BGRx, one pass for I420. */
#include "sceneconvert.h"

#include <gstpitbox/gstpitboxstrip.h>
#include <string.h>

/* Limited-range coefficients in 1/256; the chroma rows sum to zero, so grey
 * stays exactly grey. ITU-R BT.601 and BT.709. */
typedef struct {
  gint yr, yg, yb, ur, ug, ub, vr, vg, vb;
} Matrix;

static const Matrix bt601 = { 66, 129, 25, -38, -74, 112, 112, -94, -18 };
static const Matrix bt709 = { 47, 157, 16, -26, -87, 113, 112, -102, -10 };

static void
luma_line (
    const guint32 *restrict s, guint8 *restrict d, gint n, const Matrix *m)
{
  gint yr = m->yr, yg = m->yg, yb = m->yb;

  for (gint i = 0; i < n; i++) {
    gint r = s[i] >> 16 & 0xff, g = s[i] >> 8 & 0xff, b = s[i] & 0xff;

    d[i] = (guint8) ((yr * r + yg * g + yb * b + 16 * 256 + 128) >> 8);
  }
}

/* The mean of four pixels is rounded to 8 bits first: then 16 bits hold every
 * sum, and compilers multiply eight at a time. */
static void
chroma_line (const guint32 *restrict s0, const guint32 *restrict s1,
    guint8 *restrict du, guint8 *restrict dv, gint n, const Matrix *m)
{
  gint ur = m->ur, ug = m->ug, ub = m->ub, vr = m->vr, vg = m->vg, vb = m->vb;

  for (gint i = 0; i < n; i++) {
    guint32 a = s0[2 * i], b = s0[2 * i + 1], c = s1[2 * i], e = s1[2 * i + 1];
    guint32 rb = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff)
                 + (e & 0xff00ff) + 0x20002;
    gint g = (gint) (((a >> 8 & 0xff) + (b >> 8 & 0xff) + (c >> 8 & 0xff)
                         + (e >> 8 & 0xff) + 2)
                     >> 2);
    gint r = (gint) (rb >> 18), blue = (gint) (rb >> 2 & 0xff);

    du[i] = (guint8) ((ur * r + ug * g + ub * blue + 128 * 256 + 128) >> 8);
    dv[i] = (guint8) ((vr * r + vg * g + vb * blue + 128 * 256 + 128) >> 8);
  }
}

static void
to_i420 (const SceneCanvas *canvas, GstVideoFrame *frame)
{
  const Matrix *m = GST_VIDEO_INFO_COLORIMETRY (&frame->info).matrix
                            == GST_VIDEO_COLOR_MATRIX_BT709
                        ? &bt709
                        : &bt601;

  for (gint y = 0; y < canvas->height; y += 2) {
    const guint32 *s = canvas->px + (gsize) y * canvas->stride;
    const guint32 *t = s + canvas->stride;
    guint8 *luma = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
                   + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
    gsize c = (gsize) (y / 2) * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 1);

    luma_line (s, luma, canvas->width, m);
    luma_line (
        t, luma + GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0), canvas->width, m);
    chroma_line (s, t, (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 1) + c,
        (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 2) + c, canvas->width / 2,
        m);
  }
}

/* Grey cells in RGB: a converter downstream makes 235 and 16 of them. */
static void
strip_to_canvas (const SceneCanvas *canvas, guint32 tick)
{
  guint64 cells = gst_pitbox_strip_cells (tick);
  gint lines = (gint) gst_pitbox_strip_height ((guint) canvas->width);

  for (gint y = canvas->height - lines; y < canvas->height; y++)
    for (gint x = 0, i = 0; x < canvas->width; x++) {
      while (i < 63 && x >= (i + 1) * canvas->width / 64)
        i++;
      canvas->px[(gsize) y * canvas->stride + x] =
          cells >> (63 - i) & 1 ? 0xffffffffu : 0xff000000u;
    }
}

/**
 * scene_convert:
 * @canvas: what was drawn; even width and height, at least 128 wide
 * @frame: a mapped I420 or BGRx frame of the same size
 * @tick: goes into the strip at the bottom
 */
void
scene_convert (const SceneCanvas *canvas, GstVideoFrame *frame, guint32 tick)
{
  strip_to_canvas (canvas, tick);
  if (GST_VIDEO_FRAME_FORMAT (frame) == GST_VIDEO_FORMAT_I420) {
    to_i420 (canvas, frame);
    gst_pitbox_strip_write (GST_VIDEO_FRAME_PLANE_DATA (frame, 0),
        (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0), (guint) canvas->width,
        (guint) canvas->height, tick);
    return;
  }
  for (gint y = 0; y < canvas->height; y++)
    memcpy ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
                + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0),
        canvas->px + (gsize) y * canvas->stride, (gsize) canvas->width * 4);
}

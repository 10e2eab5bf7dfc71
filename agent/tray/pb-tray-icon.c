/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The icon: a tile whose colour is good on light and on dark taskbars, and a
 * sign that tells the states apart without any colour. Drawn on a grid of 16,
 * so that at 16 px edges are edges. */
#include "tray/pb-tray-icon.h"

#include <math.h>

#define GRID 16
/* Each way: 64 places a pixel. */
#define FINE 8

/* Of the grid: a line from one place to another, so thick, with round ends. */
typedef struct {
  gdouble x0, y0, x1, y1, thick;
} Stroke;

static const Stroke pause_sign[] = {
  { 6, 5, 6, 11, 2 },
  { 10, 5, 10, 11, 2 },
};
static const Stroke dots[] = {
  { 4, 8, 4, 8, 2.7 },
  { 8, 8, 8, 8, 2.7 },
  { 12, 8, 12, 8, 2.7 },
};
/* As the page's own icon has it. */
static const Stroke pulse[] = {
  { 2.6, 9.5, 4.6, 9.5, 1.7 },
  { 4.6, 9.5, 6.5, 4, 1.7 },
  { 6.5, 4, 9.3, 12, 1.7 },
  { 9.3, 12, 11.3, 8, 1.7 },
  { 11.3, 8, 13.4, 8, 1.7 },
};
static const Stroke down_arrow[] = {
  { 8, 3.8, 8, 11.6, 1.9 },
  { 4.6, 8.4, 8, 11.8, 1.9 },
  { 11.4, 8.4, 8, 11.8, 1.9 },
};
static const Stroke exclamation[] = {
  { 8, 4, 8, 8.6, 2.2 },
  { 8, 11.9, 8, 11.9, 2.4 },
};

/* Luminance of each between 0.14 and 0.27: 3 : 1 and more against a white
 * taskbar, a black one and the white sign (WCAG 2, 1.4.11). */
static const struct {
  guint32 rgb;
  const Stroke *strokes;
  guint n;
} icons[] = {
  [PB_TRAY_ICON_IDLE] = { 0x76828f, pause_sign, G_N_ELEMENTS (pause_sign) },
  [PB_TRAY_ICON_WAITING] = { 0x2f7de1, dots, G_N_ELEMENTS (dots) },
  [PB_TRAY_ICON_LIVE] = { 0x178a48, pulse, G_N_ELEMENTS (pulse) },
  [PB_TRAY_ICON_DEGRADED] = { 0xb87100, down_arrow, G_N_ELEMENTS (down_arrow) },
  [PB_TRAY_ICON_ERROR] = { 0xd93025, exclamation, G_N_ELEMENTS (exclamation) },
};

static gdouble
distance (const Stroke *s, gdouble x, gdouble y)
{
  const gdouble dx = s->x1 - s->x0, dy = s->y1 - s->y0;
  const gdouble length = dx * dx + dy * dy;
  gdouble t = length > 0 ? ((x - s->x0) * dx + (y - s->y0) * dy) / length : 0;

  t = CLAMP (t, 0, 1);
  return hypot (x - s->x0 - t * dx, y - s->y0 - t * dy);
}

static gboolean
is_sign (PbTrayIcon icon, gdouble x, gdouble y)
{
  for (guint i = 0; i < icons[icon].n; i++)
    if (distance (&icons[icon].strokes[i], x, y)
        <= icons[icon].strokes[i].thick / 2)
      return TRUE;
  return FALSE;
}

/* A square over the whole grid with round corners. */
static gboolean
is_tile (gdouble x, gdouble y)
{
  const gdouble radius = 3.5, middle = GRID / 2.0;
  const gdouble dx = fabs (x - middle) - (middle - radius);
  const gdouble dy = fabs (y - middle) - (middle - radius);

  return dx <= 0 || dy <= 0 || hypot (dx, dy) <= radius;
}

/* Not premultiplied, as an icon's pixels are. */
static guint32
draw_pixel (PbTrayIcon icon, guint px, guint py, gdouble scale)
{
  const guint32 rgb = icons[icon].rgb;
  guint n_tile = 0, n_sign = 0;
  guint32 argb = 0;

  for (guint i = 0; i < FINE * FINE; i++) {
    const gdouble x = (px + (i % FINE + 0.5) / FINE) * scale;
    const gdouble y = (py + (i / FINE + 0.5) / FINE) * scale;

    if (!is_tile (x, y))
      continue;
    n_tile++;
    n_sign += is_sign (icon, x, y);
  }
  if (n_tile == 0)
    return 0;
  for (guint shift = 0; shift < 24; shift += 8) {
    const guint own = rgb >> shift & 0xff;

    argb |= (own * (n_tile - n_sign) + 255 * n_sign) / n_tile << shift;
  }
  return argb | (n_tile * 255 / (FINE * FINE)) << 24;
}

/**
 * pb_tray_icon_draw:
 * @icon: which
 * @size_px: of a side, up to %PB_TRAY_ICON_MAX_PX
 *
 * Returns: (transfer full): size_px * size_px pixels, 0xAARRGGBB, the top row
 *   first, not premultiplied
 */
guint32 *
pb_tray_icon_draw (PbTrayIcon icon, guint size_px)
{
  const guint size = CLAMP (size_px, 1, PB_TRAY_ICON_MAX_PX);
  guint32 *pixels = g_new (guint32, size * size);

  for (guint y = 0; y < size; y++)
    for (guint x = 0; x < size; x++)
      pixels[y * size + x] = draw_pixel (icon, x, y, (gdouble) GRID / size);
  return pixels;
}

/**
 * pb_tray_icon_get_colour:
 *
 * Returns: of the tile, 0xRRGGBB
 */
guint32
pb_tray_icon_get_colour (PbTrayIcon icon)
{
  return icons[icon].rgb;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The widgets that show more than one row: the input trace and the map. */
#include <math.h>
#include <string.h>

#include "overlaydraw.h"

/* A map that moves more often than this looks no smoother. */
#define MAP_INTERVAL_S 0.049

static gboolean
have_cache (OverlayWidget *widget)
{
  if (widget->cache != NULL)
    return FALSE;
  widget->cache = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, widget->width, widget->height);
  return TRUE;
}

static void
clear_cache (OverlayWidget *widget)
{
  cairo_surface_flush (widget->cache);
  memset (cairo_image_surface_get_data (widget->cache), 0,
      (gsize) cairo_image_surface_get_stride (widget->cache)
          * (gsize) widget->height);
}

static void
paint_cache (const OverlayPen *pen, OverlayWidget *widget)
{
  cairo_surface_mark_dirty (widget->cache);
  cairo_set_source_surface (pen->cr, widget->cache, widget->x, widget->y);
  cairo_paint (pen->cr);
}

/* One pixel of an upright span, covered by @share, over what is there. */
static inline void
cover (guint32 *p, guint32 color, gfloat share)
{
  guint a = (guint) ((color >> 24) * share + 0.5f), keep = 255 - a;
  guint32 v = *p, out = 0;

  for (guint shift = 0; shift < 24; shift += 8)
    out |= (((color >> shift & 255) * a + (v >> shift & 255) * keep) / 255)
           << shift;
  *p = out | (a + (v >> 24) * keep / 255) << 24;
}

/* Covers column @x from @top to @bottom; both may be between pixels. */
static void
cover_column (
    OverlayWidget *widget, gint x, gfloat top, gfloat bottom, guint32 color)
{
  gint stride = cairo_image_surface_get_stride (widget->cache) / 4;
  guint32 *column =
      (guint32 *) cairo_image_surface_get_data (widget->cache) + x;
  gint first, last;

  top = CLAMP (top, 0.0f, (gfloat) widget->height);
  bottom = CLAMP (bottom, 0.0f, (gfloat) widget->height);
  first = (gint) top;
  last = MIN ((gint) ceilf (bottom), widget->height);
  for (gint y = first; y < last; y++) {
    gfloat share = MIN (bottom, y + 1.0f) - MAX (top, (gfloat) y);

    cover (column + (gsize) y * stride, color, share);
  }
}

static gfloat
height_of (const OverlayWidget *widget, guint channel, gfloat value)
{
  gfloat room = widget->height - 4.0f;

  /* Steering has its zero in the middle, and left is up. */
  if (channel == 3)
    value = 0.5f + 0.5f * value;
  return 2.0f + (1.0f - value) * room;
}

/* The line of one channel, column by column from the newest row leftwards. */
static void
draw_channel (
    const OverlayPen *pen, OverlayWidget *widget, guint channel, guint32 color)
{
  const OverlayState *state = pen->state;
  gdouble step_s = widget->item->seconds / widget->width;
  gfloat half = (gfloat) MAX (1.0, widget->item->thickness * pen->scale) / 2;
  const OverlayTrail *newer = overlay_state_get_trail (state, 0);
  const OverlayTrail *older = overlay_state_get_trail (state, 1);
  guint64 n = 1;
  gfloat last = NAN;

  for (gint x = widget->width - 1; x >= 0 && older != NULL; x--) {
    gdouble time = state->time_s - (widget->width - 1 - x) * step_s, t;
    gfloat y;

    while (older != NULL && older->time_s > time) {
      newer = older;
      older = overlay_state_get_trail (state, ++n);
    }
    if (older == NULL)
      return;
    t = (time - older->time_s) / MAX (newer->time_s - older->time_s, 1e-6);
    y = height_of (widget, channel,
        older->channel[channel]
            + (newer->channel[channel] - older->channel[channel])
                  * (gfloat) CLAMP (t, 0.0, 1.0));
    if (last != last)
      last = y;
    cover_column (widget, x, MIN (y, last) - half, MAX (y, last) + half, color);
    last = y;
  }
}

void
overlay_trace_draw (const OverlayPen *pen, OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  /* The last lies on top. */
  const struct {
    guint channel;
    guint32 color;
  } order[] = { { 3, item->color3 }, { 2, item->color4 }, { 0, item->color },
    { 1, item->color2 } };

  have_cache (widget);
  clear_cache (widget);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (item->channels & 1u << order[i].channel
        && order[i].color != OVERLAY_COLOR_NONE)
      draw_channel (pen, widget, order[i].channel, order[i].color);
  overlay_draw_frame (pen, widget);
  paint_cache (pen, widget);
}

/* Metres to pixels within the widget. */
typedef struct {
  gdouble scale, x, y;
} Fit;

static gboolean
fit_map (const OverlayPen *pen, const OverlayWidget *widget, Fit *fit)
{
  gdouble b[4], margin, w, h;

  if (!overlay_map_get_bounds (pen->state->map, b))
    return FALSE;
  margin = (widget->item->thickness * 2 + 6) * pen->scale;
  w = MAX (widget->width - 2 * margin, 1);
  h = MAX (widget->height - 2 * margin, 1);
  /* A way of a few metres is not blown up to the whole map. */
  fit->scale = MIN (w / MAX (b[1] - b[0], 50), h / MAX (b[3] - b[2], 50));
  fit->x = widget->width / 2.0 - (b[0] + b[1]) / 2 * fit->scale;
  fit->y = widget->height / 2.0 + (b[2] + b[3]) / 2 * fit->scale;
  return TRUE;
}

static gboolean
place (
    const OverlayPen *pen, const Fit *fit, gdouble pct, gdouble *x, gdouble *y)
{
  gdouble mx, my;

  if (!(pct >= 0 && pct <= 1)
      || !overlay_map_get (pen->state->map, pct, &mx, &my))
    return FALSE;
  *x = fit->x + mx * fit->scale;
  *y = fit->y - my * fit->scale;
  return TRUE;
}

/* While the way is being learnt each row moves it; a look twice a second is
 * enough for a line that grows. */
static guint
outline_version (const OverlayPen *pen)
{
  const OverlayMap *map = pen->state->map;

  if (overlay_map_is_complete (map))
    return overlay_map_get_version (map) | 0x80000000u;
  return (guint) (fmod (pen->state->time_s, 1e6) * 2);
}

void
overlay_map_measure (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown)
{
  const OverlayState *state = pen->state;
  gdouble since = state->time_s - widget->drawn_s;

  if (since >= 0 && since < MAP_INTERVAL_S) {
    *shown = widget->shown;
    return;
  }
  shown->n[0] = (gint) outline_version (pen);
  shown->n[1] = (gint) lrint (
      scene_row_get (&state->row, SCENE_PCT, -1) * 10 * widget->width);
  if (!widget->item->cars)
    return;
  for (guint i = 0; i < state->row.n_cars; i++)
    shown->n[2] = (gint) ((guint) shown->n[2] * 31u
                          + (guint) (gint) (state->row.car_pct[i] * 2048));
}

/* A stroke across the line where laps begin. */
static void
draw_finish (const OverlayPen *pen, cairo_t *cr, const Fit *fit, gdouble line)
{
  gdouble x, y, x2, y2, length;

  if (!place (pen, fit, 0.001, &x, &y) || !place (pen, fit, 0.008, &x2, &y2))
    return;
  length = hypot (x2 - x, y2 - y);
  if (!(length > 0.1))
    return;
  x2 = (x2 - x) / length * line * 1.8;
  y2 = (y2 - y) / length * line * 1.8;
  cairo_move_to (cr, x - y2, y + x2);
  cairo_line_to (cr, x + y2, y - x2);
  cairo_set_line_width (cr, line * 0.8);
  cairo_stroke (cr);
}

static void
draw_outline (const OverlayPen *pen, OverlayWidget *widget, const Fit *fit)
{
  const OverlayItem *item = widget->item;
  cairo_t *cr = cairo_create (widget->cache);
  gdouble line = MAX (2.0, item->thickness * pen->scale), x, y;
  gboolean pen_down = FALSE;

  for (guint i = 0; i < OVERLAY_MAP_POINTS; i++) {
    if (!place (pen, fit, (i + 0.5) / OVERLAY_MAP_POINTS, &x, &y)) {
      pen_down = FALSE;
      continue;
    }
    if (pen_down)
      cairo_line_to (cr, x, y);
    else
      cairo_move_to (cr, x, y);
    pen_down = TRUE;
  }
  if (overlay_map_is_complete (pen->state->map))
    cairo_close_path (cr);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  if (item->color4 != OVERLAY_COLOR_NONE) {
    overlay_set_color (pen, cr, item->color4);
    cairo_set_line_width (cr, line * 2);
    cairo_stroke_preserve (cr);
  }
  overlay_set_color (pen, cr, item->color);
  cairo_set_line_width (cr, line);
  cairo_stroke (cr);
  draw_finish (pen, cr, fit, line);
  cairo_destroy (cr);
}

static void
draw_dot (const OverlayPen *pen, const OverlayWidget *widget, const Fit *fit,
    gdouble pct, gdouble radius, guint32 color)
{
  gdouble x, y;

  if (color == OVERLAY_COLOR_NONE || !place (pen, fit, pct, &x, &y))
    return;
  overlay_set_color (pen, pen->cr, color);
  cairo_arc (pen->cr, widget->x + x, widget->y + y, radius, 0, 2 * G_PI);
  cairo_fill (pen->cr);
}

static void
draw_cars (const OverlayPen *pen, OverlayWidget *widget, const Fit *fit)
{
  const OverlayState *state = pen->state;
  const OverlayItem *item = widget->item;
  gdouble r = MAX (2.0, item->thickness * pen->scale * 0.9);
  gint own = (gint) scene_row_get (&state->row, SCENE_PLAYER_IDX, -1);
  gint pace = state->info != NULL ? state->info->pace_car_idx : -1;

  for (gint i = 0; item->cars && i < (gint) state->row.n_cars; i++)
    if (i != own && i != pace)
      draw_dot (pen, widget, fit, state->row.car_pct[i], r, item->color3);
  if (state->row.placed) {
    gdouble pct = state->row.value[SCENE_PCT];

    draw_dot (pen, widget, fit, pct, r * 1.9, 0xff0b0f14u);
    draw_dot (pen, widget, fit, pct, r * 1.5, item->color2);
  }
}

void
overlay_map_draw (const OverlayPen *pen, OverlayWidget *widget)
{
  guint version = outline_version (pen);
  gboolean fresh = have_cache (widget);
  Fit fit;

  overlay_draw_frame (pen, widget);
  widget->drawn_s = pen->state->time_s;
  if (!fit_map (pen, widget, &fit))
    return;
  if (fresh || version != widget->cache_version) {
    widget->cache_version = version;
    clear_cache (widget);
    cairo_surface_mark_dirty (widget->cache);
    draw_outline (pen, widget, &fit);
    cairo_surface_flush (widget->cache);
  }
  paint_cache (pen, widget);
  draw_cars (pen, widget, &fit);
}

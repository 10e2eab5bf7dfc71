/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What each kind of widget shows, and how it looks. */
#include <math.h>
#include <string.h>

#include "overlaydraw.h"
#include "sceneflags.h"

/* Blinks a second. */
#define BLINK_HZ 4
#define DEFAULT_RANGE_G 3.0

static gdouble
value_of (const OverlayPen *pen, const GstPitboxExpression *sum)
{
  return gst_pitbox_expression_evaluate (sum, pen->state->data);
}

static void
measure_text (
    const OverlayPen *pen, const OverlayItem *item, OverlayShown *shown)
{
  const OverlayState *state = pen->state;
  const GstPitboxTemplateInput input = {
    .row = state->data,
    .info = state->info,
    .missing = "-",
    .tick = state->sample->tick,
    .time = state->sample->time,
    .utc_us = state->sample->utc_us,
  };
  const gchar *text, *end;

  g_string_truncate (pen->scratch, 0);
  gst_pitbox_template_write (item->text_template, &input, pen->scratch);
  text = pen->scratch->str;
  g_strlcpy (shown->text, text, sizeof shown->text);
  if (!g_utf8_validate (shown->text, -1, &end))
    shown->text[end - shown->text] = '\0';
  shown->color = item->color;
  if (item->sign_colors && *text == '-' && text[1] != '\0')
    shown->color = item->color2;
  else if (item->sign_colors && *text == '+')
    shown->color = item->color3;
  else if (item->value != NULL && value_of (pen, item->value) < item->low)
    shown->color = item->color2;
}

static gint
length_of (const OverlayWidget *widget)
{
  gboolean upright = widget->item->direction == OVERLAY_UP
                     || widget->item->direction == OVERLAY_DOWN;

  return upright ? widget->height : widget->width;
}

/* Pixels from the bar's start to its zero and to its value. */
static void
measure_bar (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown)
{
  const OverlayItem *item = widget->item;
  gdouble value = value_of (pen, item->value), range = item->max - item->min;
  gdouble zero = CLAMP (-item->min / range, 0.0, 1.0), share = zero;

  if (isfinite (value))
    share = CLAMP ((value - item->min) / range, 0.0, 1.0);
  if (item->segments > 1)
    share = ceil (share * item->segments - 0.5) / item->segments;
  shown->n[0] = (gint) lrint (zero * length_of (widget));
  shown->n[1] = (gint) lrint (share * length_of (widget));
  shown->color = value < item->low && item->color2 != OVERLAY_COLOR_NONE
                     ? item->color2
                     : item->color;
}

static void
measure_revs (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown)
{
  const SceneRevs *revs = &pen->state->revs;
  const OverlayItem *item = widget->item;
  gdouble rpm = scene_row_get (&pen->state->row, SCENE_RPM, 0);
  gdouble from = MIN (item->min, revs->scale_rpm * 0.8);
  gdouble range = revs->scale_rpm - from;
  gdouble share = CLAMP ((rpm - from) / range, 0.0, 1.0);

  if (item->segments > 1)
    share = floor (share * item->segments + 0.5) / item->segments;
  shown->n[0] = (gint) lrint (share * widget->width);
  shown->n[1] = (gint) lrint ((revs->first_rpm - from) / range * widget->width);
  shown->n[2] = (gint) lrint ((revs->last_rpm - from) / range * widget->width);
}

static void
measure_lights (
    const OverlayPen *pen, const OverlayItem *item, OverlayShown *shown)
{
  const OverlayState *state = pen->state;

  if (scene_revs_blink (&state->revs, &state->row))
    shown->n[1] = (gint) (fmod (state->time_s, 1) * BLINK_HZ * 2) % 2 + 1;
  shown->n[0] = shown->n[1] != 0 ? (gint) item->segments
                                 : (gint) scene_revs_lights (
                                     &state->revs, &state->row, item->segments);
}

static void
measure_gforce (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown)
{
  const SceneRow *row = &pen->state->row;
  gdouble range = widget->item->max > 1 ? widget->item->max : DEFAULT_RANGE_G;
  gdouble lat = scene_row_get (row, SCENE_LAT_ACCEL, 0) / 9.80665 / range;
  gdouble lon = scene_row_get (row, SCENE_LONG_ACCEL, 0) / 9.80665 / range;
  gdouble g = hypot (lat, lon), r = MIN (widget->width, widget->height) * 0.44;

  if (g > 1) {
    lat /= g;
    lon /= g;
  }
  /* Half pixels; the dot goes where the body is pushed. */
  shown->n[0] = (gint) lrint (lat * r * 2);
  shown->n[1] = (gint) lrint (lon * r * 2);
}

static void
measure_delta (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown)
{
  const OverlayItem *item = widget->item;
  const SceneRow *row = &pen->state->row;
  gdouble delta;

  if (item->value != NULL)
    delta = value_of (pen, item->value);
  else
    delta = scene_row_get (row, SCENE_DELTA_OK, 0) != 0
                ? row->value[SCENE_DELTA]
                : NAN;
  shown->n[0] = isfinite (delta);
  if (shown->n[0])
    shown->n[1] = (gint) lrint (
        CLAMP (delta / item->max, -1.0, 1.0) * (widget->width / 2));
}

static void
measure_flag (const OverlayPen *pen, OverlayShown *shown)
{
  const SceneFlag *flag = scene_flag_find (&pen->state->row, FALSE);

  shown->visible = flag != NULL;
  if (flag == NULL)
    return;
  shown->color = flag->color;
  shown->n[0] = (gint) flag->ink;
  g_strlcpy (shown->text, flag->label, sizeof shown->text);
}

void
overlay_widget_measure (
    const OverlayPen *pen, const OverlayWidget *widget, OverlayShown *shown)
{
  const OverlayItem *item = widget->item;
  gdouble show;

  memset (shown, 0, sizeof *shown);
  if (item->show != NULL) {
    show = value_of (pen, item->show);
    if (!isfinite (show) || show == 0)
      return;
  }
  shown->visible = TRUE;
  switch (item->kind) {
    case OVERLAY_TEXT:
      measure_text (pen, item, shown);
      break;
    case OVERLAY_BAR:
      measure_bar (pen, widget, shown);
      break;
    case OVERLAY_REVS:
      measure_revs (pen, widget, shown);
      break;
    case OVERLAY_LIGHTS:
      measure_lights (pen, item, shown);
      break;
    case OVERLAY_WHEEL:
      shown->n[0] = (gint) lrint (
          scene_row_get (&pen->state->row, SCENE_STEER, 0) * 180 / G_PI);
      break;
    case OVERLAY_GFORCE:
      measure_gforce (pen, widget, shown);
      break;
    case OVERLAY_DELTA:
      measure_delta (pen, widget, shown);
      break;
    case OVERLAY_TRACE:
      shown->n[0] = (gint) (pen->state->n_trail & 0x7fffffff);
      shown->n[1] = (gint) (fmod (pen->state->time_s, 1e4) * 1e3);
      break;
    case OVERLAY_MAP:
      overlay_map_measure (pen, widget, shown);
      break;
    case OVERLAY_FLAG:
      measure_flag (pen, shown);
      break;
    default:
      break;
  }
}

/* From @from to @to pixels along the bar. */
static void
fill_bar (const OverlayPen *pen, const OverlayWidget *widget, gint from,
    gint to, guint32 color)
{
  gint a = MIN (from, to), n = ABS (to - from);

  switch (widget->item->direction) {
    case OVERLAY_UP:
      overlay_draw_box (pen, widget, widget->x,
          widget->y + widget->height - a - n, widget->width, n, color);
      break;
    case OVERLAY_DOWN:
      overlay_draw_box (
          pen, widget, widget->x, widget->y + a, widget->width, n, color);
      break;
    case OVERLAY_RIGHT:
      overlay_draw_box (
          pen, widget, widget->x + a, widget->y, n, widget->height, color);
      break;
    default:
      overlay_draw_box (pen, widget, widget->x + widget->width - a - n,
          widget->y, n, widget->height, color);
      break;
  }
}

static void
draw_bar (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  const OverlayShown *shown = &widget->shown;
  gint length = length_of (widget), n = (gint) item->segments;
  gint gap = MAX (1, (gint) lrint (2 * pen->scale));

  if (n == 1) {
    overlay_draw_frame (pen, widget);
    fill_bar (pen, widget, shown->n[0], shown->n[1], shown->color);
    return;
  }
  for (gint i = 0; i < n; i++) {
    gint from = length * i / n, to = length * (i + 1) / n - gap;
    gboolean on = to <= MAX (shown->n[0], shown->n[1])
                  && from >= MIN (shown->n[0], shown->n[1]);

    fill_bar (pen, widget, from, to, on ? shown->color : item->background);
  }
}

static guint32
revs_color (const OverlayItem *item, const OverlayShown *shown, gint at)
{
  if (at > shown->n[2])
    return item->color3;
  return at > shown->n[1] ? item->color2 : item->color;
}

static void
draw_revs (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  const OverlayShown *shown = &widget->shown;
  gint n = (gint) item->segments, w = widget->width;
  gint gap = n > 1 ? MAX (1, (gint) lrint (2 * pen->scale)) : 0;

  if (n == 1) {
    overlay_draw_frame (pen, widget);
    overlay_draw_box (pen, widget, widget->x, widget->y, shown->n[0],
        widget->height, revs_color (item, shown, shown->n[0]));
    return;
  }
  for (gint i = 0; i < n; i++) {
    gint from = w * i / n, to = w * (i + 1) / n;

    overlay_draw_box (pen, widget, widget->x + from, widget->y, to - from - gap,
        widget->height,
        to <= shown->n[0] ? revs_color (item, shown, to) : item->background);
  }
}

static void
draw_lights (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  const OverlayShown *shown = &widget->shown;
  const guint32 colors[] = { item->color, item->color2, item->color3 };
  gint n = (gint) item->segments;
  gdouble step = (gdouble) widget->width / n;
  gdouble r = MIN (widget->height, step * 0.84) / 2;

  for (gint i = 0; i < n; i++) {
    gboolean on = i < shown->n[0] && shown->n[1] != 2;
    guint32 color = shown->n[1] != 0 && item->color4 != OVERLAY_COLOR_NONE
                        ? item->color4
                        : colors[i * 3 / n];

    overlay_set_color (pen, pen->cr, on ? color : item->background);
    cairo_arc (pen->cr, widget->x + (i + 0.5) * step,
        widget->y + widget->height / 2.0, r, 0, 2 * G_PI);
    cairo_fill (pen->cr);
  }
}

static void
draw_wheel (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  cairo_t *cr = pen->cr;
  gdouble line = MAX (2.0, item->thickness * pen->scale);
  gdouble r = MIN (widget->width, widget->height) / 2.0 - line / 2 - 1;

  overlay_draw_frame (pen, widget);
  if (!(r > 2))
    return;
  cairo_save (cr);
  cairo_translate (
      cr, widget->x + widget->width / 2.0, widget->y + widget->height / 2.0);
  cairo_rotate (cr, -widget->shown.n[0] * G_PI / 180);
  overlay_set_color (pen, cr, item->color);
  cairo_set_line_width (cr, line);
  cairo_arc (cr, 0, 0, r, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, -r, 0);
  cairo_line_to (cr, r, 0);
  cairo_move_to (cr, 0, 0);
  cairo_line_to (cr, 0, r);
  cairo_set_line_width (cr, line * 0.9);
  cairo_stroke (cr);
  cairo_arc (cr, 0, 0, r * 0.24, 0, 2 * G_PI);
  cairo_fill (cr);
  if (item->color2 != OVERLAY_COLOR_NONE) {
    overlay_set_color (pen, cr, item->color2);
    cairo_set_line_width (cr, line * 1.25);
    cairo_arc (cr, 0, 0, r, -G_PI / 2 - 0.16, -G_PI / 2 + 0.16);
    cairo_stroke (cr);
  }
  cairo_restore (cr);
}

static void
draw_gforce (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  cairo_t *cr = pen->cr;
  gdouble r = MIN (widget->width, widget->height) * 0.44;
  gdouble x = widget->x + widget->width / 2.0;
  gdouble y = widget->y + widget->height / 2.0;

  overlay_draw_frame (pen, widget);
  overlay_set_color (pen, cr, item->color2);
  cairo_set_line_width (cr, MAX (1.0, 1.5 * pen->scale));
  for (guint i = 1; i <= 2; i++) {
    cairo_new_sub_path (cr);
    cairo_arc (cr, x, y, r * i / 2, 0, 2 * G_PI);
  }
  cairo_move_to (cr, x - r, y);
  cairo_line_to (cr, x + r, y);
  cairo_move_to (cr, x, y - r);
  cairo_line_to (cr, x, y + r);
  cairo_stroke (cr);
  overlay_set_color (pen, cr, item->color);
  cairo_arc (cr, x + widget->shown.n[0] / 2.0, y + widget->shown.n[1] / 2.0,
      MAX (3.0, item->thickness * pen->scale * 2), 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_delta (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  gint middle = widget->x + widget->width / 2, n = widget->shown.n[1];

  overlay_draw_frame (pen, widget);
  if (n != 0)
    overlay_draw_box (pen, widget, n > 0 ? middle - n : middle, widget->y,
        ABS (n), widget->height, n > 0 ? item->color3 : item->color2);
  overlay_set_color (pen, pen->cr, item->color);
  cairo_rectangle (pen->cr, middle - MAX (1, lrint (pen->scale)), widget->y,
      2 * MAX (1, lrint (pen->scale)), widget->height);
  cairo_fill (pen->cr);
}

static void
draw_flag (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayShown *shown = &widget->shown;

  overlay_draw_box (pen, widget, widget->x, widget->y, widget->width,
      widget->height, shown->color);
  overlay_draw_text (pen, widget, shown->text, (guint32) shown->n[0]);
}

static void
draw_panel (const OverlayPen *pen, const OverlayWidget *widget)
{
  const OverlayItem *item = widget->item;
  cairo_pattern_t *fade;

  overlay_draw_frame (pen, widget);
  if (item->color2 == OVERLAY_COLOR_NONE)
    return;
  /* color2 fades in towards the bottom. */
  fade =
      cairo_pattern_create_linear (0, widget->y, 0, widget->y + widget->height);
  cairo_pattern_add_color_stop_rgba (fade, 0,
      (item->color2 >> 16 & 255) / 255.0, (item->color2 >> 8 & 255) / 255.0,
      (item->color2 & 255) / 255.0, 0);
  cairo_pattern_add_color_stop_rgba (fade, 1,
      (item->color2 >> 16 & 255) / 255.0, (item->color2 >> 8 & 255) / 255.0,
      (item->color2 & 255) / 255.0, (item->color2 >> 24) / 255.0);
  cairo_set_source (pen->cr, fade);
  cairo_rectangle (
      pen->cr, widget->x, widget->y, widget->width, widget->height);
  cairo_fill (pen->cr);
  cairo_pattern_destroy (fade);
}

/* As widget->shown says. */
void
overlay_widget_draw (const OverlayPen *pen, OverlayWidget *widget)
{
  if (!widget->shown.visible)
    return;
  switch (widget->item->kind) {
    case OVERLAY_PANEL:
      draw_panel (pen, widget);
      break;
    case OVERLAY_TEXT:
      overlay_draw_frame (pen, widget);
      overlay_draw_text (pen, widget, widget->shown.text, widget->shown.color);
      break;
    case OVERLAY_BAR:
      draw_bar (pen, widget);
      break;
    case OVERLAY_REVS:
      draw_revs (pen, widget);
      break;
    case OVERLAY_LIGHTS:
      draw_lights (pen, widget);
      break;
    case OVERLAY_WHEEL:
      draw_wheel (pen, widget);
      break;
    case OVERLAY_GFORCE:
      draw_gforce (pen, widget);
      break;
    case OVERLAY_DELTA:
      draw_delta (pen, widget);
      break;
    case OVERLAY_TRACE:
      overlay_trace_draw (pen, widget);
      break;
    case OVERLAY_MAP:
      overlay_map_draw (pen, widget);
      break;
    default:
      draw_flag (pen, widget);
      break;
  }
}

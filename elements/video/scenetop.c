/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The whole track from above, with all cars and their order. */
#include "scenetop.h"

#include <math.h>
#include <string.h>

#include "sceneflags.h"
#include "scenepaint.h"
#include "scenetags.h"
#include "scenetopboard.h"

/* The outline is kept in so many points. */
#define POINTS 1024
/* The order of the cars stands to the right of the map. */
#define BOARD_SHARE 0.262f
#define GROUND 0xff1b2a20u
#define GREEN 0xff2fa35cu
/* A learnt outline is looked for again after so many pictures. */
#define LEARN_EVERY 120

struct _SceneTop {
  const SceneTrack *track; /* NULL: from the rows */
  gchar *title;
  cairo_surface_t *base;
  cairo_surface_t *disc[2]; /* A8: of others, of the own car */
  SceneFont *font, *small, *large;
  gfloat unit, map_width;
  gfloat point[POINTS][2];
  guint pictures;
  gboolean learnt;
};

static void
outline_known (SceneTop *top)
{
  for (guint i = 0; i < POINTS; i++) {
    SceneNode node;

    scene_track_at (top->track, top->track->length_m * i / POINTS, &node);
    top->point[i][0] = node.x;
    top->point[i][1] = -node.y;
  }
}

/* Until a lap has been seen, a ring; then the sum of all bends, closed by
 * sharing out what is missing. */
static gboolean
outline_learnt (SceneTop *top, const SceneRoad *road)
{
  gdouble heading = 0, x = 0, y = 0, step = road->length_m / SCENE_ROAD_BINS;
  gdouble turned = 0, fix;
  guint known = 0;

  for (guint i = 0; i < SCENE_ROAD_BINS; i++) {
    known += road->known[i];
    turned += road->curvature[i] * step;
  }
  if (known < SCENE_ROAD_BINS * 98 / 100 || !(fabs (turned) > 3)) {
    for (guint i = 0; i < POINTS; i++) {
      top->point[i][0] = 500 * sinf ((gfloat) (2 * G_PI * i / POINTS));
      top->point[i][1] = -500 * cosf ((gfloat) (2 * G_PI * i / POINTS));
    }
    return FALSE;
  }
  fix = (copysign (2 * G_PI, turned) - turned) / SCENE_ROAD_BINS;
  for (guint i = 0; i < SCENE_ROAD_BINS; i++) {
    if (i * POINTS % SCENE_ROAD_BINS == 0) {
      top->point[i * POINTS / SCENE_ROAD_BINS][0] = (gfloat) x;
      top->point[i * POINTS / SCENE_ROAD_BINS][1] = (gfloat) -y;
    }
    heading += road->curvature[i] * step + fix;
    x += cos (heading) * step;
    y += sin (heading) * step;
  }
  for (guint i = 0; i < POINTS; i++) {
    top->point[i][0] -= (gfloat) (x * i / POINTS);
    top->point[i][1] += (gfloat) (y * i / POINTS);
  }
  return TRUE;
}

/* Into the picture: the points become pixels. Returns pixels a metre. */
static gdouble
fit (SceneTop *top, gfloat height)
{
  gfloat x0 = G_MAXFLOAT, x1 = -x0, y0 = x0, y1 = -x0, scale, margin;

  margin = 46 * top->unit;
  for (guint i = 0; i < POINTS; i++) {
    x0 = MIN (x0, top->point[i][0]), x1 = MAX (x1, top->point[i][0]);
    y0 = MIN (y0, top->point[i][1]), y1 = MAX (y1, top->point[i][1]);
  }
  scale = MIN ((top->map_width - 2 * margin) / MAX (x1 - x0, 1),
      (height - 3.2f * margin) / MAX (y1 - y0, 1));
  scale = MAX (scale, 1e-4f);
  for (guint i = 0; i < POINTS; i++) {
    top->point[i][0] =
        top->map_width / 2 + (top->point[i][0] - (x0 + x1) / 2) * scale;
    top->point[i][1] =
        height / 2 + 0.4f * margin + (top->point[i][1] - (y0 + y1) / 2) * scale;
  }
  return scale;
}

static void
paint_base (SceneTop *top, const SceneCanvas *canvas, gdouble scale)
{
  cairo_t *cr;
  cairo_pattern_t *light;

  g_clear_pointer (&top->base, cairo_surface_destroy);
  top->base = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, canvas->width, canvas->height);
  cr = cairo_create (top->base);
  light =
      cairo_pattern_create_radial (top->map_width / 2.0, canvas->height / 2.0,
          0, top->map_width / 2.0, canvas->height / 2.0, canvas->width * 0.62);
  cairo_pattern_add_color_stop_rgb (light, 0, 0.165, 0.235, 0.185);
  cairo_pattern_add_color_stop_rgb (light, 1, 0.075, 0.105, 0.095);
  cairo_set_source (cr, light);
  cairo_paint (cr);
  cairo_pattern_destroy (light);
  scene_top_paint (
      cr, top->track, (const gfloat (*)[2]) top->point, POINTS, scale);
  cairo_rectangle (cr, top->map_width, 0, canvas->width, canvas->height);
  cairo_set_source_rgb (cr, 0.050, 0.062, 0.078);
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_flush (top->base);
}

static cairo_surface_t *
make_disc (gdouble radius)
{
  gint size = (gint) ceil (2 * radius) + 4;
  cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_A8, size, size);
  cairo_t *cr = cairo_create (s);

  cairo_arc (cr, size / 2.0, size / 2.0, radius, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  return s;
}

/**
 * scene_top_new:
 * @canvas: what it will be drawn into
 * @track: (nullable): the track, which must outlive it, if it is known
 * @name: (nullable): of the track
 */
SceneTop *
scene_top_new (
    const SceneCanvas *canvas, const SceneTrack *track, const gchar *name)
{
  SceneTop *top = g_new0 (SceneTop, 1);
  gfloat u = MIN ((gfloat) canvas->width / 1280, (gfloat) canvas->height / 720);

  top->track = track;
  top->title = g_ascii_strup (name != NULL ? name : "", -1);
  top->unit = u;
  top->map_width = (gfloat) canvas->width * (1 - BOARD_SHARE);
  top->font = scene_font_new (MAX (11 * u, 5), 0.95f);
  top->small = scene_font_new (MAX (9 * u, 5), 1.0f);
  top->large = scene_font_new (MAX (20 * u, 7), 0.9f);
  top->disc[0] = make_disc (MAX (12.5 * u, 2));
  top->disc[1] = make_disc (MAX (17.5 * u, 3));
  return top;
}

void
scene_top_free (SceneTop *top)
{
  if (top == NULL)
    return;
  scene_font_free (top->font);
  scene_font_free (top->small);
  scene_font_free (top->large);
  g_clear_pointer (&top->disc[0], cairo_surface_destroy);
  g_clear_pointer (&top->disc[1], cairo_surface_destroy);
  g_clear_pointer (&top->base, cairo_surface_destroy);
  g_free (top->title);
  g_free (top);
}

static void
place (const SceneTop *top, gdouble pct, gfloat *x, gfloat *y)
{
  gdouble at = (pct - floor (pct)) * POINTS;
  guint i = MIN ((guint) at, POINTS - 1), k = (i + 1) % POINTS;
  gfloat t = (gfloat) (at - i);

  *x = top->point[i][0] + t * (top->point[k][0] - top->point[i][0]);
  *y = top->point[i][1] + t * (top->point[k][1] - top->point[i][1]);
}

static void
draw_disc (const SceneTop *top, SceneCanvas *canvas, gint which, gfloat x,
    gfloat y, guint32 color)
{
  gint size = cairo_image_surface_get_width (top->disc[which]);

  scene_canvas_mask (canvas, top->disc[which],
      (gint) lrintf (x - (gfloat) size / 2),
      (gint) lrintf (y - (gfloat) size / 2), color);
}

static void
draw_car (const SceneTop *top, SceneCanvas *canvas, const SceneField *field,
    guint i, gdouble pct, gboolean in_pit)
{
  const SceneEntry *e = &field->entry[i];
  guint32 color = e->listed ? e->class_color : 0xffd0d4d8u;
  gfloat x, y;

  place (top, pct, &x, &y);
  if ((gint) i == field->own) {
    draw_disc (top, canvas, 1, x, y, 0xffffffffu);
    draw_disc (top, canvas, 0, x, y, color);
  } else
    draw_disc (
        top, canvas, 0, x, y, in_pit ? scene_mix (color, GROUND, 130) : color);
  scene_font_draw (canvas, top->small, x, y - 4.5f * top->unit, SCENE_CENTER,
      scene_ink_on (color), e->number);
}

static void
draw_cars (const SceneTop *top, SceneCanvas *canvas, const SceneField *field,
    const SceneRow *row)
{
  gdouble own_pct = scene_row_get (row, SCENE_PCT, NAN);

  for (guint i = 0; i < row->n_cars; i++)
    if ((gint) i != field->own && row->car_pct[i] >= 0
        && !field->entry[i].hidden)
      draw_car (
          top, canvas, field, i, row->car_pct[i], row->car[i].on_pit_road);
  if (field->own >= 0 && own_pct > -0.5 && own_pct < 1.5)
    draw_car (top, canvas, field, (guint) field->own, own_pct, FALSE);
}

static void
draw_title (const SceneTop *top, SceneCanvas *canvas, const SceneRow *row)
{
  gdouble left = scene_row_get (row, SCENE_TIME_REMAIN, NAN);
  gfloat u = top->unit, x = 30 * u, y = 28 * u;
  gchar s[48];

  scene_font_draw (
      canvas, top->large, x, y, SCENE_LEFT, 0xfff2f4f7u, top->title);
  g_snprintf (s, sizeof s, "LAP %.0f", scene_row_get (row, SCENE_LAP, 0));
  if (left > 0 && left < 360000)
    g_snprintf (s, sizeof s, "LAP %.0f  -  %d:%02d:%02d TO GO",
        scene_row_get (row, SCENE_LAP, 0), (gint) left / 3600,
        (gint) left / 60 % 60, (gint) left % 60);
  scene_font_draw (
      canvas, top->font, x, y + 34 * u, SCENE_LEFT, 0xffa9b4c0u, s);
}

/* What waves for everyone, along the top; then green. */
static void
draw_flag (const SceneTop *top, SceneCanvas *canvas, const SceneRow *row)
{
  const SceneFlag *flag = scene_flag_find (row, TRUE);
  gboolean green =
      fmod (floor (scene_row_get (row, SCENE_FLAGS, 0) / 4), 2) > 0;

  if (flag != NULL || green)
    scene_canvas_rect (canvas, 0, 0, top->map_width, 6 * top->unit,
        flag != NULL ? flag->color : GREEN, 256);
}

static void
update_base (SceneTop *top, const SceneCanvas *canvas, const SceneRoad *road)
{
  gboolean was = top->learnt;

  if (top->base != NULL
      && (top->track != NULL || was || top->pictures++ % LEARN_EVERY != 0))
    return;
  if (top->track != NULL)
    outline_known (top);
  else
    top->learnt = outline_learnt (top, road);
  if (top->base != NULL && !top->learnt) {
    fit (top, (gfloat) canvas->height);
    return;
  }
  paint_base (top, canvas, fit (top, (gfloat) canvas->height));
}

void
scene_top_draw (SceneTop *top, SceneCanvas *canvas, const SceneField *field,
    const SceneRow *row, const SceneRoad *road)
{
  const guint8 *src;
  gint stride;

  update_base (top, canvas, road);
  src = cairo_image_surface_get_data (top->base);
  stride = cairo_image_surface_get_stride (top->base);
  for (gint y = 0; y < canvas->height; y++)
    memcpy (canvas->px + (gsize) y * canvas->stride, src + (gsize) y * stride,
        (gsize) canvas->width * 4);
  draw_title (top, canvas, row);
  draw_flag (top, canvas, row);
  draw_cars (top, canvas, field, row);
  scene_board_draw (
      canvas, top->font, top->small, field, row, top->map_width, top->unit);
}

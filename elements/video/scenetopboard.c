/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The track as it is painted once for the top view, and the order of the cars
 * beside it. */
#include "scenetopboard.h"

#include <math.h>
#include <string.h>

#include "scenepaint.h"
#include "scenetags.h"

#define WHITE 0xfff2f4f7u
#define DIM 0xff8d97a5u
#define LINES 21

static void
path (cairo_t *cr, const gfloat (*points)[2], guint n)
{
  cairo_new_path (cr);
  for (guint i = 0; i < n; i++)
    cairo_line_to (cr, points[i][0], points[i][1]);
  cairo_close_path (cr);
}

static void
stroke (cairo_t *cr, gdouble width, guint32 color)
{
  cairo_set_line_width (cr, width);
  scene_paint_color (cr, color);
  cairo_stroke (cr);
}

/* The normal of the outline, to the left of the direction of travel. */
static void
normal (const gfloat (*p)[2], guint n, guint i, gdouble *nx, gdouble *ny)
{
  gdouble dx = p[(i + 1) % n][0] - p[(i + n - 1) % n][0];
  gdouble dy = p[(i + 1) % n][1] - p[(i + n - 1) % n][1];
  gdouble length = MAX (hypot (dx, dy), 1e-6);

  *nx = dy / length;
  *ny = -dx / length;
}

static void
paint_pit (cairo_t *cr, const SceneTrack *track, const gfloat (*points)[2],
    guint n, gdouble scale, gdouble road)
{
  gboolean open = FALSE;

  cairo_new_path (cr);
  for (guint i = n / 2; i < n + n / 2; i++) {
    gdouble nx, ny, out;
    SceneNode node;

    scene_track_at (track, track->length_m * (i % n) / n, &node);
    normal (points, n, i % n, &nx, &ny);
    out = copysign (MAX (fabs (node.pit) * scale, road * 0.9), node.pit);
    if (node.pit == 0) {
      open = FALSE;
      continue;
    }
    if (open)
      cairo_line_to (
          cr, points[i % n][0] + nx * out, points[i % n][1] + ny * out);
    else
      cairo_move_to (
          cr, points[i % n][0] + nx * out, points[i % n][1] + ny * out);
    open = TRUE;
  }
  stroke (cr, road * 0.32, 0xff7d8894u);
}

static void
paint_kerbs (cairo_t *cr, const SceneTrack *track, const gfloat (*points)[2],
    guint n, gdouble road)
{
  for (guint i = 0; i < n; i += 2) {
    SceneNode node;

    scene_track_at (track, track->length_m * i / n, &node);
    for (gint side = 0; side < SCENE_SIDES; side++) {
      gdouble nx, ny, out = (side == SCENE_SIDE_LEFT ? 1 : -1) * road * 0.54;

      if (node.kerb[side] < 0.2)
        continue;
      normal (points, n, i, &nx, &ny);
      cairo_move_to (cr, points[i][0] + nx * out, points[i][1] + ny * out);
      cairo_line_to (cr, points[(i + 2) % n][0] + nx * out,
          points[(i + 2) % n][1] + ny * out);
      stroke (cr, road * 0.16, i % 4 ? 0xffe9e7e1u : 0xffd0342fu);
    }
  }
}

/* The road as wide as it can be seen, its kerbs, pit lane and start line. */
void
scene_top_paint (cairo_t *cr, const SceneTrack *track,
    const gfloat (*points)[2], guint n, gdouble scale)
{
  gdouble unit =
      hypot (points[0][0] - points[n / 2][0], points[0][1] - points[n / 2][1])
      / 400;
  gdouble road = CLAMP (13 * scale, 11 * MIN (unit, 1.6), 40.0), nx, ny;

  road = MAX (road, 3);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  path (cr, points, n);
  stroke (cr, road * 2.6, 0xff223528u);
  if (track != NULL)
    paint_pit (cr, track, points, n, scale, road);
  path (cr, points, n);
  stroke (cr, road * 1.22, 0xffe6e8eau);
  path (cr, points, n);
  stroke (cr, road, 0xff4b5159u);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  if (track != NULL)
    paint_kerbs (cr, track, points, n, road);
  normal (points, n, 0, &nx, &ny);
  for (gint i = -4; i < 4; i++) {
    cairo_move_to (cr, points[0][0] + nx * road * 0.2 * i,
        points[0][1] + ny * road * 0.2 * i);
    cairo_line_to (cr, points[0][0] + nx * road * 0.2 * (i + 1),
        points[0][1] + ny * road * 0.2 * (i + 1));
    stroke (cr, MAX (road * 0.4, 3), i % 2 ? 0xff15181bu : 0xfff4f4f2u);
  }
}

typedef struct {
  guint car;
  gint position;
  gdouble driven; /* laps */
} Place;

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Place *p = a, *q = b;
  gint pa = p->position > 0 ? p->position : G_MAXINT;
  gint qa = q->position > 0 ? q->position : G_MAXINT;

  if (pa != qa)
    return pa < qa ? -1 : 1;
  return p->driven > q->driven ? -1 : p->driven < q->driven ? 1 : 0;
}

static guint
rank (const SceneField *field, const SceneRow *row, Place *places)
{
  guint n = 0;

  for (guint i = 0; i < row->n_cars; i++) {
    if (!field->entry[i].listed || field->entry[i].hidden)
      continue;
    places[n++] = (Place){ i, row->car[i].position,
      MAX (row->car[i].lap, 0) + MAX (row->car_pct[i], 0) };
  }
  qsort (places, n, sizeof *places, compare);
  return n;
}

/* Behind the first: whole laps, else the time that the first needs for what is
 * missing; nothing where no lap time is known. */
static void
format_gap (gchar *s, gsize size, const Place *p, const Place *first,
    const SceneRow *row)
{
  gdouble laps = first->driven - p->driven;
  gdouble lap_s = row->car[first->car].best_s;

  if (row->car_pct[p->car] < 0)
    g_strlcpy (s, "OUT", size);
  else if (row->car[p->car].on_pit_road)
    g_strlcpy (s, "PIT", size);
  else if (p == first)
    g_snprintf (s, size, "LAP %d", MAX (row->car[p->car].lap, 0));
  else if (laps >= 1)
    g_snprintf (s, size, "+%dL", (gint) MIN (laps, 999));
  else if (lap_s > 0)
    g_snprintf (s, size, "+%.1f", MAX (laps, 0) * lap_s);
  else
    *s = '\0';
}

typedef struct {
  SceneCanvas *canvas;
  const SceneFont *font, *small;
  gfloat left, unit, right;
} Board;

static void
draw_line (const Board *b, const SceneField *field, const SceneRow *row,
    const Place *p, const Place *first, guint shown, gfloat y)
{
  const SceneEntry *e = &field->entry[p->car];
  gfloat u = b->unit, x = b->left;
  gboolean own = (gint) p->car == field->own;
  guint32 ink = row->car_pct[p->car] < 0 ? DIM : WHITE;
  gchar s[24];
  gsize room = sizeof e->name - 1;
  gchar name[sizeof e->name];

  if (own)
    scene_canvas_rect (b->canvas, x + 6 * u, y - 9 * u, b->right - x - 12 * u,
        29 * u, 0xff2c6fb5u, 190);
  g_snprintf (s, sizeof s, "%u", shown);
  scene_font_draw (b->canvas, b->font, x + 38 * u, y, SCENE_RIGHT, ink, s);
  scene_canvas_rect (
      b->canvas, x + 48 * u, y - 6 * u, 38 * u, 23 * u, e->class_color, 256);
  scene_font_draw (b->canvas, b->font, x + 67 * u, y, SCENE_CENTER,
      scene_ink_on (e->class_color), e->number);
  g_strlcpy (name, e->name, sizeof name);
  /* Up to the gap's column. */
  while (room > 0 && scene_font_width (b->font, name) > 150 * u)
    name[--room] = '\0';
  scene_font_draw (b->canvas, b->font, x + 96 * u, y, SCENE_LEFT, ink, name);
  format_gap (s, sizeof s, p, first, row);
  scene_font_draw (b->canvas, b->font, b->right - 16 * u, y, SCENE_RIGHT,
      own ? WHITE : DIM, s);
}

/* left: where the column begins; it goes to the right edge. */
void
scene_board_draw (SceneCanvas *canvas, const SceneFont *font,
    const SceneFont *small, const SceneField *field, const SceneRow *row,
    gfloat left, gfloat unit)
{
  Board b = { canvas, font, small, left, unit, (gfloat) canvas->width };
  Place places[SCENE_MAX_CARS];
  guint n = rank (field, row, places), own = 0;

  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    if ((gint) places[i].car == field->own)
      own = i;
  scene_font_draw (
      canvas, font, left + 14 * unit, 18 * unit, SCENE_LEFT, DIM, "POS  CAR");
  scene_font_draw (
      canvas, font, b.right - 16 * unit, 18 * unit, SCENE_RIGHT, DIM, "GAP");
  for (guint i = 0; i < MIN (n, LINES); i++) {
    /* The last line is the own car's where it would not show. */
    guint k = i == LINES - 1 && own >= LINES ? own : i;

    draw_line (&b, field, row, &places[k], &places[0], k + 1,
        (50 + 31 * (gfloat) i) * unit);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The outline of the track, learnt from the rows. */
#include "overlaymap.h"

#include <math.h>
#include <string.h>

/* Files say where the car is (Lat, Lon); live rows do not, and its way is
 * summed up from velocity and yaw. A whole lap of that misses its own start by
 * some metres, which are spread over the lap; until then the way so far is
 * shown. */

/* Metres a degree of latitude, WGS 84 mean; a map needs no more. */
#define METRES_A_DEGREE 111195.0
/* A car at 100 m/s does 1.7 m in a row; a jump like this is a tow. */
#define MAX_JUMP_PCT 0.02
/* A lap whose way misses its start by more than this share is no lap. */
#define MAX_DRIFT 0.2

typedef struct {
  gboolean known;
  gfloat x, y;
} Point;

struct _OverlayMap {
  Point points[OVERLAY_MAP_POINTS];
  guint version;
  gboolean complete, full, located;
  gdouble origin_lat, origin_lon;
  gdouble last_pct;
  Point last; /* where the car was then */
  /* The lap being driven, without Lat and Lon. */
  Point lap[OVERLAY_MAP_POINTS];
  gboolean whole; /* it began at the line */
  gdouble x, y, length;
};

OverlayMap *
overlay_map_new (void)
{
  OverlayMap *map = g_new0 (OverlayMap, 1);

  overlay_map_reset (map);
  return map;
}

void
overlay_map_free (OverlayMap *map)
{
  g_free (map);
}

/* Another track, or another place in time. */
void
overlay_map_reset (OverlayMap *map)
{
  guint version = map->version;

  memset (map, 0, sizeof *map);
  map->version = version + 1;
  map->last_pct = NAN;
}

static guint
bin_of (gdouble pct)
{
  return MIN ((guint) (pct * OVERLAY_MAP_POINTS), OVERLAY_MAP_POINTS - 1);
}

static void
check_complete (OverlayMap *map)
{
  guint known = 0;

  for (guint i = 0; i < OVERLAY_MAP_POINTS; i++)
    known += map->points[i].known;
  map->complete = known >= OVERLAY_MAP_POINTS * 95 / 100;
  map->full = known == OVERLAY_MAP_POINTS;
}

/* Fills the bins from the row before to this one with the straight line between
 * both; few rows a second leave some between them. */
static void
fill (Point *points, gdouble from_pct, const Point *from, gdouble to_pct,
    const Point *to)
{
  guint first = bin_of (from_pct), last = bin_of (to_pct);

  for (guint i = first; i <= last; i++) {
    gfloat t =
        last > first ? (gfloat) (i - first) / (gfloat) (last - first) : 1.0f;

    if (!points[i].known)
      points[i] = (Point){ TRUE, from->x + (to->x - from->x) * t,
        from->y + (to->y - from->y) * t };
  }
}

static void
take_place (OverlayMap *map, const OverlayMapStep *step)
{
  gdouble ahead = step->pct - map->last_pct;
  Point point = { TRUE, 0, 0 };

  if (!map->located) {
    overlay_map_reset (map);
    map->located = TRUE;
    map->origin_lat = step->lat;
    map->origin_lon = step->lon;
  }
  point.x = (gfloat) ((step->lon - map->origin_lon) * METRES_A_DEGREE
                      * cos (map->origin_lat * G_PI / 180));
  point.y = (gfloat) ((step->lat - map->origin_lat) * METRES_A_DEGREE);
  if (!map->full) {
    if (ahead >= 0 && ahead < MAX_JUMP_PCT)
      fill (map->points, map->last_pct, &map->last, step->pct, &point);
    else
      fill (map->points, step->pct, &point, step->pct, &point);
    map->version++;
    check_complete (map);
  }
  map->last = point;
}

/* The lap is over: if it was whole and ends near its start, it is the map. */
static void
close_lap (OverlayMap *map)
{
  gdouble miss = hypot (map->x, map->y);

  if (!map->whole || map->complete || !(map->length > 100)
      || miss > map->length * MAX_DRIFT)
    return;
  for (guint i = 0; i < OVERLAY_MAP_POINTS; i++) {
    gdouble share = (i + 0.5) / OVERLAY_MAP_POINTS;

    map->points[i] = map->lap[i];
    map->points[i].x -= (gfloat) (map->x * share);
    map->points[i].y -= (gfloat) (map->y * share);
  }
  map->version++;
  check_complete (map);
}

static void
begin_lap (OverlayMap *map, gboolean whole)
{
  memset (map->lap, 0, sizeof map->lap);
  map->whole = whole;
  map->x = map->y = map->length = 0;
  if (!map->complete && !map->located) {
    memset (map->points, 0, sizeof map->points);
    map->version++;
  }
}

static void
take_way (OverlayMap *map, const OverlayMapStep *step)
{
  gdouble c = cos (step->yaw), s = sin (step->yaw);
  gdouble ahead = step->pct - map->last_pct;
  Point point;

  if (ahead < -0.5 && map->last_pct > 0.98 && step->pct < 0.02) {
    close_lap (map);
    begin_lap (map, TRUE);
  } else if (!(fabs (ahead) < MAX_JUMP_PCT)) {
    begin_lap (map, FALSE);
  }
  if (step->dt > 0 && step->dt < 0.5) {
    map->x += (step->forward * c - step->left * s) * step->dt;
    map->y += (step->forward * s + step->left * c) * step->dt;
    map->length += hypot (step->forward, step->left) * step->dt;
  }
  point = (Point){ TRUE, (gfloat) map->x, (gfloat) map->y };
  if (!(ahead >= 0 && ahead < MAX_JUMP_PCT)) {
    map->last = point;
    map->last_pct = step->pct;
  }
  fill (map->lap, map->last_pct, &map->last, step->pct, &point);
  if (!map->complete) {
    fill (map->points, map->last_pct, &map->last, step->pct, &point);
    map->version++;
  }
  map->last = point;
}

void
overlay_map_step (OverlayMap *map, const OverlayMapStep *step)
{
  if (!step->placed || !(step->pct >= 0 && step->pct <= 1)) {
    map->last_pct = NAN;
    return;
  }
  if (isfinite (step->lat) && isfinite (step->lon))
    take_place (map, step);
  else if (!map->located && isfinite (step->yaw) && isfinite (step->forward))
    take_way (map, step);
  map->last_pct = step->pct;
}

gboolean
overlay_map_is_complete (const OverlayMap *map)
{
  return map->complete;
}

/* Another number whenever a point changed. */
guint
overlay_map_get_version (const OverlayMap *map)
{
  return map->version;
}

/* Metres, x east and y north (or as the car was turned at the start); FALSE
 * where nothing is known. */
gboolean
overlay_map_get (const OverlayMap *map, gdouble pct, gdouble *x, gdouble *y)
{
  gdouble at = (pct - floor (pct)) * OVERLAY_MAP_POINTS - 0.5;
  gint i = (gint) floor (at), n = OVERLAY_MAP_POINTS;
  const Point *a = &map->points[(i + n) % n], *b = &map->points[(i + 1) % n];
  gdouble t = at - i;

  if (!a->known && !b->known)
    return FALSE;
  if (!a->known || !b->known
      || (!map->complete && hypot (b->x - a->x, b->y - a->y) > 500)) {
    *x = a->known ? a->x : b->x;
    *y = a->known ? a->y : b->y;
    return TRUE;
  }
  *x = a->x + (b->x - a->x) * t;
  *y = a->y + (b->y - a->y) * t;
  return TRUE;
}

/* Least and largest x, then y. */
gboolean
overlay_map_get_bounds (const OverlayMap *map, gdouble bounds[4])
{
  gboolean any = FALSE;

  for (guint i = 0; i < OVERLAY_MAP_POINTS; i++) {
    const Point *p = &map->points[i];

    if (!p->known)
      continue;
    bounds[0] = any ? MIN (bounds[0], p->x) : p->x;
    bounds[1] = any ? MAX (bounds[1], p->x) : p->x;
    bounds[2] = any ? MIN (bounds[2], p->y) : p->y;
    bounds[3] = any ? MAX (bounds[3], p->y) : p->y;
    any = TRUE;
  }
  return any;
}

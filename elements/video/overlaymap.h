/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The outline of the track, learnt from the rows. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Points of a lap: 7 m apart on the longest track in use (Nordschleife with
 * grand prix loop, 25 km: 50 m, which a map of 300 pixels still follows). */
#define OVERLAY_MAP_POINTS 512

/**
 * OverlayMapStep:
 * @pct: lap fraction, 0 to 1
 * @placed: the car is in the world
 * @lat: degrees; NaN in live rows
 * @lon: degrees
 * @forward: m/s along the car
 * @left: m/s to its left
 * @yaw: rad, counter-clockwise
 * @dt: seconds since the row before
 */
typedef struct {
  gdouble pct;
  gboolean placed;
  gdouble lat, lon;
  gdouble forward, left, yaw;
  gdouble dt;
} OverlayMapStep;

typedef struct _OverlayMap OverlayMap;

OverlayMap *overlay_map_new (void);
void overlay_map_free (OverlayMap *map);
void overlay_map_reset (OverlayMap *map);
void overlay_map_step (OverlayMap *map, const OverlayMapStep *step);
gboolean overlay_map_is_complete (const OverlayMap *map);
guint overlay_map_get_version (const OverlayMap *map);
gboolean overlay_map_get (
    const OverlayMap *map, gdouble pct, gdouble *x, gdouble *y);
gboolean overlay_map_get_bounds (const OverlayMap *map, gdouble bounds[4]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OverlayMap, overlay_map_free)

G_END_DECLS

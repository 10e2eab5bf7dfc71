/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The road ahead, learnt from the rows: its curvature and slope by lap
 * fraction. */
#pragma once

#include <glib.h>

#include "scenerow.h"

G_BEGIN_DECLS

/* About 2 m a bin on a track of 4 km. */
#define SCENE_ROAD_BINS 2048

/**
 * SceneRoad:
 * @length_m: length of a lap; a guess until the rows have told it
 * @here_m: the car's place on the lap, 0 to @length_m
 * @curvature_1_m: of the car's own path now, 1/m, + = left
 * @slope: rise over run of the road here
 * @has_place: whether rows carry a lap fraction; without it the road ahead
 *   goes on as it is here
 *
 * What one lap showed is there in the next; until then the road ahead
 * straightens from where the car is.
 */
typedef struct {
  gdouble length_m;
  gdouble here_m;
  gdouble curvature_1_m;
  gdouble slope;
  gboolean has_place;

  gboolean has_last;
  gdouble last_pct;
  gdouble last_alt;
  gfloat curvature[SCENE_ROAD_BINS];
  gfloat rise[SCENE_ROAD_BINS];
  gboolean known[SCENE_ROAD_BINS];
} SceneRoad;

void scene_road_reset (SceneRoad *road);
void scene_road_step (SceneRoad *road, const SceneRow *row, gdouble dt_s);
void scene_road_ahead (const SceneRoad *road, gdouble ahead_m,
    gfloat *curvature_1_m, gfloat *slope);

G_END_DECLS

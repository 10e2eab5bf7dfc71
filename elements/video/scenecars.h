/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other cars: a few dozen faces each, shaded by the sun. */
#pragma once

#include "sceneworld.h"

G_BEGIN_DECLS

/**
 * SceneCar:
 * @car_idx: its CarIdx
 * @lap_m: where on the lap
 * @gap_m: metres in front of the own car along the lap
 * @line_m: metres to the left of the line that cars take
 * @pit: 0 on the road, 1 in the pit lane
 * @off_m: metres to the left of that, off the road
 * @box: 0 in the pit lane, 1 in its box beside it
 * @shape: 0 prototype, 1 GT, 2 touring
 * @class_color: 0xffRRGGBB
 * @number: as text
 */
typedef struct {
  guint car_idx;
  gdouble lap_m, gap_m;
  gfloat line_m, pit, off_m, box;
  gint shape;
  guint32 class_color;
  const gchar *number;
} SceneCar;

void scene_car_draw (const SceneWorld *world, const SceneCar *car);
void scene_car_place (const SceneTrack *track, const SceneCar *car,
    SceneNode *node, gfloat *right_m);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ground, what stands on it and who drives on it, from far to near. */
#pragma once

#include "scenesprites.h"
#include "scenetextures.h"
#include "scenetrack.h"

G_BEGIN_DECLS

/* Ground and things are sorted by pieces of so many nodes, 16 m. */
#define SCENE_CELL_NODES 8

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

/**
 * SceneWorld:
 * @camera: who looks
 * @track: the ground
 * @textures: what it is made of
 * @sprites: what stands beside it
 * @far_m: nothing farther away is drawn
 * @small: for a mirror: without what nobody would see there
 * @wet: 0 dry to 1
 */
typedef struct {
  SceneCamera camera;
  const SceneTrack *track;
  SceneTexture *const *textures;
  const SceneSprites *sprites;
  gfloat far_m;
  gboolean small;
  gfloat wet;
} SceneWorld;

void scene_world_draw (
    const SceneWorld *world, const SceneCar *cars, guint n_cars);

/* Parts of it, in files of their own. */
void scene_ground_draw (const SceneWorld *world, const SceneNode *a,
    const SceneNode *b, guint index, guint stride, gfloat distance_m);
void scene_things_draw (
    const SceneWorld *world, guint first, guint stride, gfloat distance_m);
void scene_car_draw (const SceneWorld *world, const SceneCar *car);
void scene_car_place (const SceneTrack *track, const SceneCar *car,
    SceneNode *node, gfloat *right_m);
ScenePoint scene_world_point (const SceneWorld *world, const SceneNode *node,
    gfloat right_m, gfloat up_m);

/* Which node of the lap that is; a learnt road begins anywhere. */
static inline guint
scene_world_index (const SceneTrack *track, guint node)
{
  glong lap, i;

  if (track->closed)
    return node;
  lap = MAX ((glong) (track->length_m / track->step_m), 1);
  i = (glong) (track->from_m / track->step_m) + (glong) node;
  return (guint) (((i % lap) + lap) % lap);
}

G_END_DECLS

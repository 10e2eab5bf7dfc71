/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is seen from a camera, and where in its picture places are. */
#pragma once

#include "scenesprites.h"
#include "scenetextures.h"
#include "scenetrack.h"

G_BEGIN_DECLS

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

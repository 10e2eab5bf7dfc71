/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is seen from a camera, and where in its picture places are. */
#include "sceneworld.h"

#include <math.h>

/* right_m: metres to the right of the middle. Beyond the barriers the ground
 * rises or falls. */
ScenePoint
scene_world_point (
    const SceneWorld *world, const SceneNode *node, gfloat right_m, gfloat up_m)
{
  gint side = right_m < 0 ? SCENE_SIDE_LEFT : SCENE_SIDE_RIGHT;
  gfloat out = fabsf (right_m) - node->wall[side], z = node->z;
  gfloat room = node->wing[side] - node->wall[side];

  if (out > 0)
    z += (node->wing_z[side] - node->z) * MIN (out / MAX (room, 0.5f), 1.0f);
  return scene_camera_point (&world->camera, node->x + right_m * node->cos_h,
      node->y - right_m * node->sin_h, z + up_m);
}

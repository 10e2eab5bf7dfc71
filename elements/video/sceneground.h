/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One piece of ground across the road: grass, run-off, kerbs, asphalt, paint. */
#pragma once

#include "sceneworld.h"

G_BEGIN_DECLS

void scene_ground_draw (const SceneWorld *world, const SceneNode *a,
    const SceneNode *b, guint index, guint stride, gfloat distance_m);

G_END_DECLS

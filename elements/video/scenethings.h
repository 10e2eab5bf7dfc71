/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands beside the road: trees, barriers, stands, boards, buildings. */
#pragma once

#include "sceneworld.h"

G_BEGIN_DECLS

/* Ground and things are sorted by pieces of so many nodes, 16 m. */
#define SCENE_CELL_NODES 8

void scene_things_draw (
    const SceneWorld *world, guint first, guint stride, gfloat distance_m);

G_END_DECLS

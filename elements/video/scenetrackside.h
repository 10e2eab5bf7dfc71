/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Barriers, trees, boards and the other cars, from far to near. */
#pragma once

#include "scenesprites.h"
#include "sceneview.h"

G_BEGIN_DECLS

void scene_trackside_draw (SceneCanvas *canvas, const SceneSprites *sprites,
    const SceneView *view, const SceneRoad *road, const SceneRow *row);

G_END_DECLS

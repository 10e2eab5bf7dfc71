/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Grass, kerbs, lines and asphalt, line by line. */
#pragma once

#include "sceneview.h"

G_BEGIN_DECLS

#define SCENE_HAZE 0xffaebbb4u
#define SCENE_ROAD_HALF_M 6.0f

gint scene_haze_amount (gfloat distance_m);
void scene_ground_draw (
    SceneCanvas *canvas, const SceneView *view, const SceneRoad *road);

G_END_DECLS

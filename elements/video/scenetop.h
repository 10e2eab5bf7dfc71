/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The whole track from above, with all cars and their order. */
#pragma once

#include "scenefield.h"
#include "scenefont.h"

G_BEGIN_DECLS

typedef struct _SceneTop SceneTop;

SceneTop *scene_top_new (
    const SceneCanvas *canvas, const SceneTrack *track, const gchar *name);
void scene_top_free (SceneTop *top);
void scene_top_draw (SceneTop *top, SceneCanvas *canvas,
    const SceneField *field, const SceneRow *row, const SceneRoad *road);

G_END_DECLS

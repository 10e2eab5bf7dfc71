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

/* Parts of it, in files of their own. */
void scene_top_paint (cairo_t *cr, const SceneTrack *track,
    const gfloat (*points)[2], guint n_points, gdouble scale);
void scene_board_draw (SceneCanvas *canvas, const SceneFont *font,
    const SceneFont *small, const SceneField *field, const SceneRow *row,
    gfloat left, gfloat unit);

G_END_DECLS

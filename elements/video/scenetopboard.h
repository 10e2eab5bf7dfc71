/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The track as it is painted once for the top view, and the order of the cars
 * beside it. */
#pragma once

#include "scenefield.h"
#include "scenefont.h"

G_BEGIN_DECLS

void scene_top_paint (cairo_t *cr, const SceneTrack *track,
    const gfloat (*points)[2], guint n_points, gdouble scale);
void scene_board_draw (SceneCanvas *canvas, const SceneFont *font,
    const SceneFont *small, const SceneField *field, const SceneRow *row,
    gfloat left, gfloat unit);

G_END_DECLS

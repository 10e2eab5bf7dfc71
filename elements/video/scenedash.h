/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the driver reads: dash, wheel, pedals, lap times. */
#pragma once

#include <irsdk/irsdk-session.h>

#include "scenecanvas.h"
#include "scenerow.h"

G_BEGIN_DECLS

typedef struct _SceneDash SceneDash;

SceneDash *scene_dash_new (gint width, gint height);
void scene_dash_free (SceneDash *dash);
void scene_dash_reset (SceneDash *dash);
void scene_dash_set_session (SceneDash *dash, const IrsdkSession *session);
void scene_dash_step (SceneDash *dash, const SceneRow *row, gdouble dt_s);
void scene_dash_get_mirror (
    const SceneDash *dash, gint *left, gint *top, gint *right, gint *bottom);
void scene_dash_draw (
    SceneDash *dash, SceneCanvas *canvas, const SceneRow *row);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sky, clouds and hills all around, drawn once. */
#pragma once

#include "scenecanvas.h"

G_BEGIN_DECLS

/**
 * SceneBackdrop:
 * @image: RGB24, one turn wide
 * @horizon: its line that belongs on the view's horizon
 */
typedef struct {
  cairo_surface_t *image;
  gint width;
  gint height;
  gint horizon;
} SceneBackdrop;

void scene_backdrop_init (SceneBackdrop *back, gint height, gfloat focal);
void scene_backdrop_clear (SceneBackdrop *back);
void scene_backdrop_draw (SceneCanvas *canvas, const SceneBackdrop *back,
    gdouble heading, gfloat horizon, gint bottom);

G_END_DECLS

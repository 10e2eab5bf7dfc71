/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The instruments' own lettering: strokes, so no font needs to be installed
 * and every machine draws the same picture. */
#pragma once

#include "scenecanvas.h"

G_BEGIN_DECLS

typedef struct _SceneFont SceneFont;

typedef enum {
  SCENE_LEFT,
  SCENE_CENTER,
  SCENE_RIGHT,
} SceneAlign;

SceneFont *scene_font_new (gfloat cap_px, gfloat weight);
void scene_font_free (SceneFont *font);
gfloat scene_font_width (const SceneFont *font, const gchar *text);
void scene_font_draw (SceneCanvas *canvas, const SceneFont *font, gfloat x,
    gfloat y, SceneAlign align, guint32 color, const gchar *text);
void scene_font_path (
    cairo_t *cr, gfloat x, gfloat y, gfloat cap, const gchar *text);
gfloat scene_font_units (const gchar *text);

G_END_DECLS

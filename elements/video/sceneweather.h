/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sun, clouds, rain and a wet road. */
#pragma once

#include "sceneraster.h"
#include "scenerow.h"

G_BEGIN_DECLS

/**
 * SceneWeather:
 * @grey: of the sky, 0 to 1
 * @rain: 0 to 1
 * @wet: of the road, 0 to 1
 * @drops: moves the rain
 */
typedef struct {
  gdouble grey, rain, wet;
  gboolean known;
  guint32 drops;
} SceneWeather;

void scene_weather_reset (SceneWeather *weather);
void scene_weather_step (
    SceneWeather *weather, const SceneRow *row, gdouble dt_s);
void scene_weather_light (const SceneWeather *weather, SceneCamera *camera);
void scene_weather_sky (
    const SceneWeather *weather, SceneCanvas *canvas, gint horizon);
void scene_weather_draw (
    const SceneWeather *weather, SceneCanvas *canvas, const SceneRow *row);

G_END_DECLS

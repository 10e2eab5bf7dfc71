/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sun, clouds, rain and a wet road. */
#include "sceneweather.h"

#include <math.h>
#include <string.h>

#define CLEAR_HAZE 0xffb3c0c0u
#define GREY_HAZE 0xff8d969cu
#define CLEAR_M 430.0f
#define RAIN_M 170.0f
#define MAX_DROPS 260
#define CHANGE_S 4.0

void
scene_weather_reset (SceneWeather *weather)
{
  memset (weather, 0, sizeof *weather);
}

static gdouble
approach (const SceneWeather *w, gdouble value, gdouble target, gdouble dt_s)
{
  if (!w->known)
    return target;
  return value + (target - value) * CLAMP (dt_s / CHANGE_S, 0.0, 1.0);
}

void
scene_weather_step (SceneWeather *weather, const SceneRow *row, gdouble dt_s)
{
  gdouble skies = CLAMP (scene_row_get (row, SCENE_SKIES, 1), 0.0, 3.0);
  gdouble rain = CLAMP (scene_row_get (row, SCENE_PRECIPITATION, 0), 0.0, 1.0);
  gdouble wet = scene_row_get (row, SCENE_WETNESS, 1);

  wet = CLAMP ((wet - 1) / 5, 0.0, 1.0);
  weather->grey = approach (
      weather, weather->grey, MAX (skies / 3 * 0.8, MIN (rain * 4, 1)), dt_s);
  weather->rain = approach (weather, weather->rain, rain, dt_s);
  weather->wet = approach (weather, weather->wet, wet, dt_s);
  weather->known = TRUE;
  weather->drops++;
}

void
scene_weather_light (const SceneWeather *weather, SceneCamera *camera)
{
  gfloat rain = (gfloat) MIN (weather->rain * 3, 1);

  camera->haze =
      scene_mix (CLEAR_HAZE, GREY_HAZE, (guint) (256 * weather->grey));
  camera->haze_m = CLEAR_M + (RAIN_M - CLEAR_M) * rain;
}

/* Clouds take the colour out of the sky. */
void
scene_weather_sky (
    const SceneWeather *weather, SceneCanvas *canvas, gint horizon)
{
  guint amount = (guint) (216 * MAX (weather->grey - 0.3, 0) / 0.7);
  guint32 grey = 0xff9aa2a8u;

  if (amount == 0)
    return;
  for (gint y = 0; y < MIN (horizon + 1, canvas->height); y++) {
    guint32 *line = canvas->px + (gsize) y * canvas->stride;

    for (gint x = 0; x < canvas->width; x++)
      line[x] = scene_mix (line[x], grey, amount);
  }
}

static guint32
hash (guint32 h)
{
  h = (h ^ h >> 16) * 0x7feb352du;
  h = (h ^ h >> 15) * 0x846ca68bu;
  return h ^ h >> 16;
}

/* Streaks that come out of the middle, the longer the faster the car. */
void
scene_weather_draw (
    const SceneWeather *weather, SceneCanvas *canvas, const SceneRow *row)
{
  guint n = (guint) (MAX_DROPS * MIN (weather->rain * 2.5, 1));
  gfloat speed = (gfloat) CLAMP (
      fabs (scene_row_get (row, SCENE_SPEED, 0)) / 70, 0.0, 1.2);
  gfloat w = (gfloat) canvas->width, h = (gfloat) canvas->height;

  for (guint i = 0; i < n; i++) {
    guint32 r = hash (i * 7919u + weather->drops / 2 * 104729u);
    gfloat x = (gfloat) (r & 0xffff) / 65536.0f * w;
    gfloat y = (gfloat) (r >> 16) / 65536.0f * h * 0.75f;
    gfloat dx = (x - w / 2) / w * speed * 0.9f;
    gint length = (gint) (h * (0.018f + 0.03f * speed));

    for (gint k = 0; k < length; k++) {
      gint px = (gint) (x + dx * (gfloat) k), py = (gint) y + k;
      guint32 *p;

      if (px < 0 || px >= canvas->width || py >= canvas->height)
        break;
      p = canvas->px + (gsize) py * canvas->stride + px;
      *p = scene_mix (*p, 0xffd5dde2u, 70);
    }
  }
}

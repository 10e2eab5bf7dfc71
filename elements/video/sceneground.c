/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Grass, kerbs, lines and asphalt, line by line. */
#include "sceneground.h"

#include <math.h>

#define GRASS_LIGHT 0xff5d8a3au
#define GRASS_DARK 0xff527d33u
#define VERGE 0xffa79c74u
#define ASPHALT_LIGHT 0xff5a5d63u
#define ASPHALT_DARK 0xff53565cu
#define GROOVE 0xff45474du
#define PAINT 0xffe6e6e2u
#define KERB_RED 0xffc2302cu
#define KERB_WHITE 0xffe9e7e1u

/* A bend this tight (250 m) has kerbs; at twice the curvature full width. */
#define KERB_FROM 0.004f
#define KERB_M 1.1f
#define HAZE_M 420.0f

/* Share of haze in a colour that far away, 0 to 256. */
gint
scene_haze_amount (gfloat distance_m)
{
  return (gint) (200.0f * (1.0f - expf (-distance_m / HAZE_M)));
}

/* Two colours in turn along the road, `period` metres each pair; where a line
 * of pixels covers much of a pair they melt into their mean, or the far road
 * would flicker. */
static guint32
stripes (guint32 a, guint32 b, gdouble place_m, gfloat period, gfloat reach_m)
{
  gdouble phase = place_m / period;
  gfloat t = (gfloat) (phase - floor (phase));
  gfloat wave = t < 0.5f ? t * 4 - 1 : 3 - t * 4;
  gfloat sharp = period / (4.0f * MAX (reach_m, 0.02f));
  gfloat fade = CLAMP (sharp * 0.7f - 0.35f, 0.0f, 1.0f);
  gfloat v = CLAMP (wave * sharp, -1.0f, 1.0f) * fade;

  return scene_mix (a, b, (guint) (128 + v * 128));
}

typedef struct {
  SceneCanvas *canvas;
  const SceneLine *line;
  gint y;
  guint haze;
} Painter;

/* A band across the road from `left` to `right`, metres right of the middle. */
static void
band (const Painter *p, gfloat left, gfloat right, guint32 color)
{
  scene_canvas_span (p->canvas, p->y, p->line->center + left * p->line->scale,
      p->line->center + right * p->line->scale,
      scene_mix (color, SCENE_HAZE, p->haze));
}

static void
draw_edges (const Painter *p, gdouble place, gfloat reach)
{
  const gfloat w = SCENE_ROAD_HALF_M;
  gfloat k =
      CLAMP ((fabsf (p->line->bend) - KERB_FROM) / KERB_FROM, 0.0f, 1.0f);
  guint32 kerb = stripes (KERB_RED, KERB_WHITE, place, 3.0f, reach);

  if (k > 0) {
    gfloat inner = KERB_M * k, runoff = 3.5f * k;
    gfloat side = p->line->bend > 0 ? 1.0f : -1.0f;

    /* Cars leave the road on the outside: there the verge is wide. */
    if (side > 0)
      band (p, w, w + KERB_M * k + runoff, VERGE);
    else
      band (p, -w - KERB_M * k - runoff, -w, VERGE);
    band (p, -w - inner, -w, kerb);
    band (p, w, w + inner, kerb);
  }
}

static void
draw_start_line (const Painter *p, const SceneRoad *road, gfloat reach)
{
  const gfloat w = SCENE_ROAD_HALF_M;
  gdouble place = road->here_m + p->line->ahead_m;
  gfloat past =
      (gfloat) (place - rint (place / road->length_m) * road->length_m);

  if (!road->has_place || past < -reach / 2 || past > 2.0f + reach / 2)
    return;
  for (gint i = 0; i < 24; i++)
    band (p, -w + i * w / 12, -w + (i + 1) * w / 12,
        (i + (gint) floorf (MAX (past, 0.0f))) % 2 ? 0xff202124u : PAINT);
}

static void
draw_line (const Painter *p, const SceneRoad *road)
{
  const gfloat w = SCENE_ROAD_HALF_M;
  gfloat reach = p->line->reach_m;
  gdouble place = road->here_m + p->line->ahead_m;
  guint32 asphalt = stripes (ASPHALT_LIGHT, ASPHALT_DARK, place, 36.0f, reach);

  scene_canvas_span (p->canvas, p->y, 0, (gfloat) p->canvas->width,
      scene_mix (stripes (GRASS_LIGHT, GRASS_DARK, place, 20.0f, reach),
          SCENE_HAZE, p->haze));
  draw_edges (p, place, reach);
  band (p, -w, w, asphalt);
  /* The rubbered line swings to the inside of a bend. */
  {
    gfloat inside = -scene_view_line_m (p->line->bend);

    band (p, inside - 1.9f, inside - 0.35f, GROOVE);
    band (p, inside + 0.35f, inside + 1.9f, GROOVE);
  }
  if (p->line->scale > 3.0f) {
    band (p, -w + 0.12f, -w + 0.38f, PAINT);
    band (p, w - 0.38f, w - 0.12f, PAINT);
  } else {
    guint32 thin = scene_mix (asphalt, PAINT, 110);

    band (p, -w, -w + 0.6f, thin);
    band (p, w - 0.6f, w, thin);
  }
  draw_start_line (p, road, reach);
}

/* Everything from the far end of the road down to the bottom. */
void
scene_ground_draw (
    SceneCanvas *canvas, const SceneView *view, const SceneRoad *road)
{
  gint from = MAX (MIN ((gint) view->horizon, view->road_top), 0);

  for (gint y = from; y < canvas->height; y++) {
    const SceneLine *line = &view->line[y];
    Painter p = { canvas, line, y, 0 };

    if (line->ahead_m > 0) {
      p.haze = (guint) scene_haze_amount (line->ahead_m);
      draw_line (&p, road);
    } else {
      gfloat below = MAX (y + 0.5f - view->horizon, 0.5f);

      p.haze = (guint) scene_haze_amount (view->focal * view->eye_m / below);
      scene_canvas_span (canvas, y, 0, (gfloat) canvas->width,
          scene_mix (
              scene_mix (GRASS_LIGHT, GRASS_DARK, 128), SCENE_HAZE, p.haze));
    }
  }
}

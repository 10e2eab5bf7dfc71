/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The road ahead, learnt from the rows: its curvature and slope by lap
 * fraction. */
#include "sceneroad.h"

#include <math.h>
#include <string.h>

/* A lap before anything is known; only the look of the first seconds. */
#define GUESS_LENGTH_M 4000.0
/* Below it yaw rate over speed is noise. */
#define MIN_SPEED_M_S 4.0
/* No car turns tighter on a race track; a spin does. */
#define MAX_CURVATURE_1_M 0.09
#define MAX_SLOPE 0.2
/* A step larger than this part of a lap is a teleport, not driving. */
#define MAX_STEP_PCT 0.01
/* How fast an unknown bend ahead opens up. */
#define FORGET_M 70.0

void
scene_road_reset (SceneRoad *road)
{
  memset (road, 0, sizeof *road);
  road->length_m = GUESS_LENGTH_M;
}

static gdouble
wrap_pct (gdouble pct)
{
  return pct - floor (pct);
}

static guint
bin_of (gdouble pct)
{
  return (guint) (wrap_pct (pct) * SCENE_ROAD_BINS) % SCENE_ROAD_BINS;
}

/* Fills every bin between the last row's place and this one's. */
static void
learn (SceneRoad *road, gdouble from, gdouble to)
{
  guint first = bin_of (from), last = bin_of (to);

  for (guint i = first;; i = (i + 1) % SCENE_ROAD_BINS) {
    gfloat weight = road->known[i] ? 0.35f : 1.0f;

    road->curvature[i] +=
        weight * ((gfloat) road->curvature_1_m - road->curvature[i]);
    road->rise[i] += weight * ((gfloat) road->slope - road->rise[i]);
    road->known[i] = TRUE;
    if (i == last)
      break;
  }
}

static void
step_path (SceneRoad *road, const SceneRow *row, gdouble dt_s)
{
  gdouble speed = scene_row_get (row, SCENE_SPEED, 0.0);
  gdouble yaw_rate = scene_row_get (row, SCENE_YAW_RATE, 0.0);
  gdouble blend = CLAMP (dt_s / 0.10, 0.0, 1.0);
  gdouble curvature = 0.0, slope = -scene_row_get (row, SCENE_PITCH, 0.0);

  if (speed > MIN_SPEED_M_S)
    curvature = CLAMP (yaw_rate / speed, -MAX_CURVATURE_1_M, MAX_CURVATURE_1_M);
  else
    blend *= 0.2;
  road->curvature_1_m += blend * (curvature - road->curvature_1_m);

  if (scene_row_has (row, SCENE_ALT) && road->has_last) {
    gdouble alt = row->value[SCENE_ALT];

    slope = speed > MIN_SPEED_M_S && dt_s > 0
                ? (alt - road->last_alt) / (speed * dt_s)
                : road->slope;
  }
  slope = CLAMP (slope, -MAX_SLOPE, MAX_SLOPE);
  road->slope += 0.5 * blend * (slope - road->slope);
}

static void
step_place (SceneRoad *road, const SceneRow *row, gdouble dt_s)
{
  gdouble pct = scene_row_get (row, SCENE_PCT, NAN);
  gdouble dist = scene_row_get (row, SCENE_LAP_DIST, NAN);
  gdouble step;

  road->has_place = isfinite (pct) && pct > -0.5 && pct < 1.5;
  if (!road->has_place) {
    road->here_m = fmod (
        road->here_m + fabs (scene_row_get (row, SCENE_SPEED, 0.0)) * dt_s,
        road->length_m);
    return;
  }
  if (pct > 0.02 && dist / pct > 100.0 && dist / pct < 100000.0)
    road->length_m = dist / pct;
  road->here_m = wrap_pct (pct) * road->length_m;
  step = pct - road->last_pct;
  step -= rint (step);
  if (road->has_last && step >= 0.0 && step < MAX_STEP_PCT)
    learn (road, road->last_pct, pct);
  road->last_pct = pct;
}

/**
 * scene_road_step:
 * @road: the road
 * @row: the next row
 * @dt_s: seconds since the row before, at most a few ticks
 */
void
scene_road_step (SceneRoad *road, const SceneRow *row, gdouble dt_s)
{
  if (!row->placed) {
    road->has_last = FALSE;
    return;
  }
  step_path (road, row, dt_s);
  step_place (road, row, dt_s);
  road->last_alt = scene_row_get (row, SCENE_ALT, 0.0);
  road->has_last = TRUE;
}

/* Bins lie a few metres apart: between their middles, the mean. */
static gboolean
look_up (const SceneRoad *road, gdouble pct, gfloat *curvature, gfloat *slope)
{
  gdouble at = wrap_pct (pct) * SCENE_ROAD_BINS - 0.5;
  gdouble low = floor (at);
  guint i = (guint) ((gint) low + SCENE_ROAD_BINS) % SCENE_ROAD_BINS;
  guint j = (i + 1) % SCENE_ROAD_BINS;
  gfloat t = (gfloat) (at - low);

  if (!road->known[i] || !road->known[j])
    return FALSE;
  *curvature =
      road->curvature[i] + t * (road->curvature[j] - road->curvature[i]);
  *slope = road->rise[i] + t * (road->rise[j] - road->rise[i]);
  return TRUE;
}

/**
 * scene_road_ahead:
 * @road: the road
 * @ahead_m: metres ahead of the car along the road; negative = behind
 * @curvature_1_m: (out): 1/m, + = left
 * @slope: (out): rise over run
 */
void
scene_road_ahead (const SceneRoad *road, gdouble ahead_m, gfloat *curvature_1_m,
    gfloat *slope)
{
  gfloat fade = expf (-(gfloat) (fabs (ahead_m) / FORGET_M));

  if (road->has_place
      && look_up (road, (road->here_m + ahead_m) / road->length_m,
          curvature_1_m, slope))
    return;
  *curvature_1_m = (gfloat) road->curvature_1_m * fade;
  *slope = (gfloat) road->slope * fade;
}

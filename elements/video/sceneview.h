/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The road in perspective: where each metre of it lies in the picture. */
#pragma once

#include "scenecanvas.h"
#include "sceneroad.h"

G_BEGIN_DECLS

/* From just ahead of the car to 900 m: 1 m steps, then 2 m, 4 m... */
#define SCENE_MAX_SEGMENTS 160

/**
 * SceneSegment:
 * @ahead_m: metres along the road
 * @x: metres, + = left of the camera
 * @y: metres above the ground under the camera
 * @z: metres in front of the camera
 * @cos_dir: of the road's direction against the view
 * @sin_dir: same
 * @bend: curvature as the eye takes it in, over some 50 m; 1/m, + = left
 * @screen_x: pixels; the middle of the road
 * @screen_y: pixels
 * @scale: pixels a metre
 * @clip: nothing that stands here shows at or below this line (a crest nearer
 *   to the camera hides it)
 */
typedef struct {
  gfloat ahead_m;
  gfloat x, y, z;
  gfloat cos_dir, sin_dir;
  gfloat bend;
  gfloat screen_x, screen_y, scale;
  gint clip;
} SceneSegment;

/**
 * SceneLine:
 * @ahead_m: metres along the road at the middle of it; 0 = no road here
 * @center: pixels
 * @scale: pixels a metre across the road
 * @reach_m: metres of road in one line of pixels: finer detail is averaged
 * @bend: curvature over some 50 m; 1/m, + = left
 *
 * One line of the picture below the horizon.
 */
typedef struct {
  gfloat ahead_m;
  gfloat center;
  gfloat scale;
  gfloat reach_m;
  gfloat bend;
} SceneLine;

/**
 * SceneView:
 * @focal: pixels
 * @center_x: pixels, straight ahead
 * @horizon: pixels
 * @bend: at the car; 1/m, + = left
 * @road_top: first line with ground on it
 * @line: (array): one for each line of the canvas
 */
typedef struct {
  gfloat focal;
  gfloat center_x;
  gfloat eye_m;
  gfloat horizon;
  gfloat bend;
  gint road_top;
  gint n_lines;
  SceneLine *line;
  guint n_segments;
  SceneSegment segment[SCENE_MAX_SEGMENTS];
} SceneView;

void scene_view_init (SceneView *view, gint width, gint height);
void scene_view_clear (SceneView *view);
void scene_view_look (
    SceneView *view, const SceneRoad *road, gfloat offset_m, gfloat horizon);
gfloat scene_view_line_m (gfloat bend);
gboolean scene_view_find (
    const SceneView *view, gfloat ahead_m, gfloat offset_m, SceneSegment *at);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What lies beside a track of known geometry: where its ground ends, barriers,
 * run-off, brake boards, and the line that cars take. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCENE_NODE_M 2.0
#define SCENE_MAX_BOARDS 48

enum { SCENE_SIDE_LEFT, SCENE_SIDE_RIGHT, SCENE_SIDES };

/**
 * SceneNode:
 * @x, @y, @z: metres to the east, to the north, up
 * @sin_h, @cos_h: of the road's direction, clockwise from north
 * @curvature: 1/m, + = left
 * @grade: rise over run
 * @edge: metres from the middle to the edge of the road, for each side
 * @kerb: how wide the kerb beside it is
 * @gravel: how much run-off is beyond
 * @wall: metres from the middle to the barrier
 * @wing: metres from the middle to where the ground ends
 * @wing_z: height there
 * @pit: metres to the left to the middle of the pit lane, 0 none
 * @line: metres to the left to where cars drive
 */
typedef struct {
  gfloat x, y, z;
  gfloat sin_h, cos_h;
  gfloat curvature, grade;
  gfloat edge[SCENE_SIDES], kerb[SCENE_SIDES], gravel[SCENE_SIDES];
  gfloat wall[SCENE_SIDES], wing[SCENE_SIDES], wing_z[SCENE_SIDES];
  gfloat pit, line;
} SceneNode;

/**
 * SceneBoard:
 * @at_m: metres from the line
 * @metres: what stands on it
 * @side: where it stands
 */
typedef struct {
  gdouble at_m;
  gint metres;
  gint side;
} SceneBoard;

/**
 * SceneTrack:
 * @node: (array length=n_nodes): every @step_m metres
 * @closed: whether the last one is followed by the first
 * @from_m: where on the lap node 0 lies; always 0 where @closed
 * @length_m: of a lap
 * @pit_side: where the pit lane runs
 * @pit_m: how far from the middle at most, 0 none
 */
typedef struct {
  SceneNode *node;
  guint n_nodes;
  gboolean closed;
  gdouble step_m, from_m, length_m;
  gint pit_side;
  gfloat pit_m;
  guint n_boards;
  SceneBoard board[SCENE_MAX_BOARDS];
} SceneTrack;

void scene_track_shape (SceneTrack *track);

G_END_DECLS

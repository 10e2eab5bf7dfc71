/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What lies beside a track of known geometry: where its ground ends, barriers,
 * run-off, brake boards, and the line that cars take. */
#include "scenetrackshape.h"

#include <math.h>

/* Ground is looked for in steps, at every fourth node. */
#define STRIDE 4
#define MAX_WING_M 70.0f
#define WING_STEP_M 4.0f
/* Nearer along the lap is the same piece of road. */
#define SAME_ROAD_M 70.0

/* A car as fast as brake boards are made for. */
#define GRIP_M_S2 21.0
#define BRAKES_M_S2 13.0
#define THRUST_M_S2 6.5
#define TOP_M_S 80.0
/* What must be braked off before a corner for it to have boards. */
#define HEAVY_M_S 15.0
#define VERY_HEAVY_M_S 30.0

static guint
wrap (const SceneTrack *track, gint i)
{
  gint n = (gint) track->n_nodes;

  return (guint) (((i % n) + n) % n);
}

static gfloat
waves (gdouble turn, gdouble length_m, guint seed)
{
  gdouble a = turn * 2 * G_PI, n = MAX (floor (length_m / 350), 2);

  return (gfloat) (0.5 * sin (a * n + seed)
                   + 0.3 * sin (a * floor (n * 1.7) + 2 * seed)
                   + 0.2 * sin (a * floor (n * 3.1) + 5 * seed));
}

/* The piece of other road next to a point; G_MAXFLOAT if there is none. */
static gfloat
nearest_other (
    const SceneTrack *track, guint own, gfloat x, gfloat y, gfloat *z)
{
  gint apart = (gint) (SAME_ROAD_M / track->step_m), n = (gint) track->n_nodes;
  gfloat best = G_MAXFLOAT;

  for (guint k = 0; k < track->n_nodes; k += STRIDE) {
    const SceneNode *o = &track->node[k];
    gint gap = ABS ((gint) k - (gint) own);
    gfloat d;

    if (MIN (gap, n - gap) < apart)
      continue;
    d = (o->x - x) * (o->x - x) + (o->y - y) * (o->y - y);
    if (d < best) {
      best = d;
      *z = o->z;
    }
  }
  return best < G_MAXFLOAT ? sqrtf (best) : best;
}

/* Walks away from the road until another piece of it is nearer. */
static void
find_wing (SceneTrack *track, guint i, gint side)
{
  SceneNode *n = &track->node[i];
  gfloat sign = side == SCENE_SIDE_LEFT ? -1.0f : 1.0f, other_z = 0;
  gfloat bend = side == SCENE_SIDE_LEFT ? n->curvature : -n->curvature;
  gfloat limit = bend > 0.0015f ? MIN (0.85f / bend, MAX_WING_M) : MAX_WING_M;
  gfloat least = n->edge[side] + 3.5f, d;
  gboolean met = FALSE;

  if (side == track->pit_side && n->pit != 0)
    least = MAX (least, fabsf (n->pit) + 16);
  for (d = least; d < limit; d += WING_STEP_M) {
    gfloat x = n->x + sign * d * n->cos_h, y = n->y - sign * d * n->sin_h;

    if (nearest_other (track, i, x, y, &other_z) < d) {
      met = TRUE;
      break;
    }
  }
  n->wing[side] = MAX (MIN (d, limit), least);
  n->wing_z[side] = met ? (n->z + other_z) / 2
                        : n->z + 1.2f
                              + 4.5f
                                    * waves ((gdouble) i / track->n_nodes,
                                        track->length_m, 3 + (guint) side);
}

static void
find_wings (SceneTrack *track)
{
  for (gint side = 0; side < SCENE_SIDES; side++) {
    for (guint i = 0; i < track->n_nodes; i += STRIDE)
      find_wing (track, i, side);
    for (guint i = 0; i < track->n_nodes; i += STRIDE) {
      const SceneNode *a = &track->node[i];
      const SceneNode *b = &track->node[wrap (track, (gint) i + STRIDE)];

      for (guint k = 1; k < STRIDE; k++) {
        SceneNode *n = &track->node[i + k];
        gfloat t = (gfloat) k / STRIDE;

        n->wing[side] = a->wing[side] + t * (b->wing[side] - a->wing[side]);
        n->wing_z[side] =
            a->wing_z[side] + t * (b->wing_z[side] - a->wing_z[side]);
      }
    }
  }
}

/* Mean of the curvature over some metres before and behind. */
static gfloat
bend_at (const SceneTrack *track, gint i, gint before, gint behind)
{
  gfloat sum = 0;

  for (gint k = -before; k <= behind; k++)
    sum += track->node[wrap (track, i + k)].curvature;
  return sum / (gfloat) (before + behind + 1);
}

/* Cars leave the road on the outside of a bend and after it. */
static void
find_walls (SceneTrack *track)
{
  for (guint i = 0; i < track->n_nodes; i++) {
    SceneNode *n = &track->node[i];
    gfloat bend = bend_at (track, (gint) i, 20, 4);

    for (gint side = 0; side < SCENE_SIDES; side++) {
      gfloat out = side == SCENE_SIDE_LEFT ? -bend : bend;
      gfloat share = CLAMP ((out - 0.003f) / 0.011f, 0.0f, 1.0f);
      gfloat wall = n->edge[side] + 7 + 15 * share;

      n->gravel[side] = share > 0.05f ? 13 * share : 0;
      if (side == track->pit_side && n->pit != 0) {
        wall = MAX (n->edge[side] + 7, fabsf (n->pit) + 12);
        n->gravel[side] = 0;
      }
      n->wall[side] = MIN (wall, n->wing[side] - 0.5f);
      n->gravel[side] =
          MIN (n->gravel[side], MAX (n->wall[side] - n->edge[side] - 3, 0));
    }
  }
}

/* The line of least bend between the edges: a band under tension. */
static void
find_line (SceneTrack *track)
{
  for (guint round = 0; round < 500; round++)
    for (guint i = round % 3; i < track->n_nodes; i += 3) {
      SceneNode *n = &track->node[i];
      const SceneNode *a = &track->node[wrap (track, (gint) i - 9)];
      const SceneNode *b = &track->node[wrap (track, (gint) i + 9)];
      gfloat ax = a->x - a->line * a->cos_h, ay = a->y + a->line * a->sin_h;
      gfloat bx = b->x - b->line * b->cos_h, by = b->y + b->line * b->sin_h;
      gfloat mx = (ax + bx) / 2 - n->x, my = (ay + by) / 2 - n->y;
      gfloat want = -mx * n->cos_h + my * n->sin_h;

      n->line += 0.8f * (want - n->line);
      n->line = CLAMP (n->line, 1.7f - n->edge[SCENE_SIDE_RIGHT],
          n->edge[SCENE_SIDE_LEFT] - 1.7f);
    }
}

static void
smooth_line (SceneTrack *track)
{
  g_autofree gfloat *old = g_new (gfloat, track->n_nodes);
  const gint reach = 7;

  for (guint i = 0; i < track->n_nodes; i++)
    old[i] = track->node[i].line;
  for (guint i = 0; i < track->n_nodes; i++) {
    gfloat sum = 0;

    for (gint k = -reach; k <= reach; k++)
      sum += old[wrap (track, (gint) i + k)];
    track->node[i].line = sum / (2 * reach + 1);
  }
}

/* How fast that car is at each node, and in v what the corners alone allow. */
static void
drive_round (const SceneTrack *track, gdouble *v, gdouble *speed)
{
  const gint n = (gint) track->n_nodes;

  for (gint i = 0; i < n; i++) {
    gdouble k = fabs ((gdouble) bend_at (track, i, 5, 5));

    v[i] = speed[i] = MIN (TOP_M_S, sqrt (GRIP_M_S2 / MAX (k, 1e-4)));
  }
  for (gint i = 2 * n; i-- > 0;) {
    gdouble next = speed[(i + 1) % n];
    gdouble most = sqrt (next * next + 2 * BRAKES_M_S2 * track->step_m);

    speed[i % n] = MIN (speed[i % n], most);
  }
  for (gint i = 0; i < 2 * n; i++) {
    gdouble before = speed[(i + n - 1) % n];
    gdouble thrust = THRUST_M_S2 * (1 - before * before / TOP_M_S / TOP_M_S);
    gdouble most = sqrt (before * before + 2 * thrust * track->step_m);

    speed[i % n] = MIN (speed[i % n], MAX (most, 8));
  }
}

/* Three boards on the outside, the last one where the corner begins less 50 or
 * 100 m. */
static void
add_boards (SceneTrack *track, gint corner, gdouble drop, gdouble from)
{
  gboolean fast = drop > VERY_HEAVY_M_S && from > 58;
  gint side =
      bend_at (track, corner, 0, 15) > 0 ? SCENE_SIDE_RIGHT : SCENE_SIDE_LEFT;

  for (gint i = 1; i <= 3; i++) {
    gint metres = fast ? 100 * i : 50 * i;
    gdouble at = corner * track->step_m - metres;

    if (track->n_boards == SCENE_MAX_BOARDS)
      return;
    at -= floor (at / track->length_m) * track->length_m;
    track->board[track->n_boards++] = (SceneBoard){ at, metres, side };
  }
}

static void
find_boards (SceneTrack *track)
{
  g_autofree gdouble *v = g_new (gdouble, track->n_nodes);
  g_autofree gdouble *speed = g_new (gdouble, track->n_nodes);
  const gint n = (gint) track->n_nodes;
  gboolean braking = FALSE;
  gdouble from = 0;
  gint first = 0;

  drive_round (track, v, speed);
  for (gint i = 0; i < n; i++)
    if (speed[i] < speed[first])
      first = i;
  /* From the slowest place: nobody brakes there. */
  for (gint i = first; i < first + n; i++) {
    gint here = i % n;
    gboolean slower = speed[(i + 1) % n] < speed[here] - 0.05;

    if (slower && !braking)
      from = speed[here];
    if (!slower && braking && from - speed[here] > HEAVY_M_S)
      add_boards (track, here, from - speed[here], from);
    braking = slower;
  }
}

/* Everything beside the driven line that the geometry itself does not say. */
void
scene_track_shape (SceneTrack *track)
{
  find_wings (track);
  find_walls (track);
  find_line (track);
  smooth_line (track);
  find_boards (track);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The ground to drive on, cut every two metres: from a track's own geometry, or
 * from what the rows have told of the road. */
#include "scenetrack.h"

#include <math.h>
#include <racesim/racesim.h>

/* Of a track that only rows know of. */
#define LEARNT_HALF_M 6.0f
#define LEARNT_BEHIND_M 128.0
#define LEARNT_NODES 520
#define LEARNT_KERB_FROM 0.004f
#define LEARNT_KERB_M 1.1f
/* No track is longer; bounds the memory that a name can ask for. */
#define MAX_NODES 20000

static void
read_place (SceneNode *node, const RaceSimPlace *p)
{
  *node = (SceneNode){
    .x = (gfloat) p->x,
    .y = (gfloat) p->y,
    .z = (gfloat) p->z,
    .sin_h = (gfloat) sin (p->heading),
    .cos_h = (gfloat) cos (p->heading),
    .curvature = (gfloat) p->curvature,
    .grade = (gfloat) p->grade,
    .edge = { (gfloat) p->left_m, (gfloat) p->right_m },
    .kerb = { (gfloat) p->left_kerb_m, (gfloat) p->right_kerb_m },
    .pit = (gfloat) p->pit_m,
  };
}

static void
find_pit (SceneTrack *track)
{
  gfloat most = 0;

  for (guint i = 0; i < track->n_nodes; i++)
    if (fabsf (track->node[i].pit) > fabsf (most))
      most = track->node[i].pit;
  track->pit_m = fabsf (most);
  track->pit_side = most > 0 ? SCENE_SIDE_LEFT : SCENE_SIDE_RIGHT;
}

/**
 * scene_track_new_known:
 * @name: as the session text has it
 *
 * Returns: (nullable): the track, or %NULL if its geometry is not known
 */
SceneTrack *
scene_track_new_known (const gchar *name)
{
  g_autoptr (RaceSimTrack) source = NULL;
  SceneTrack *track;
  gdouble length;

  if (name == NULL || *name == '\0')
    return NULL;
  source = race_sim_track_new (name, NULL);
  if (source == NULL)
    return NULL;
  length = race_sim_track_get_length (source);
  track = g_new0 (SceneTrack, 1);
  /* Whole steps of 16 m, so that far ground is cut the same way each lap. */
  track->n_nodes =
      CLAMP ((guint) lrint (length / SCENE_NODE_M / 8) * 8, 64, MAX_NODES);
  track->node = g_new0 (SceneNode, track->n_nodes);
  track->closed = TRUE;
  track->length_m = length;
  track->step_m = length / track->n_nodes;
  for (guint i = 0; i < track->n_nodes; i++) {
    RaceSimPlace place;

    race_sim_track_get_place (source, (gdouble) i / track->n_nodes, &place);
    read_place (&track->node[i], &place);
  }
  find_pit (track);
  scene_track_shape (track);
  return track;
}

/* Returns: (transfer full): some road, until scene_track_learn() */
SceneTrack *
scene_track_new_learnt (void)
{
  SceneTrack *track = g_new0 (SceneTrack, 1);

  track->n_nodes = LEARNT_NODES;
  track->node = g_new0 (SceneNode, track->n_nodes);
  track->step_m = SCENE_NODE_M;
  track->length_m = 4000;
  return track;
}

void
scene_track_free (SceneTrack *track)
{
  if (track == NULL)
    return;
  g_free (track->node);
  g_free (track);
}

/* A smooth number -1..1 along the lap; whole waves, so that laps meet. */
static gfloat
waves (gdouble lap_m, gdouble length_m, guint seed)
{
  gdouble a = lap_m / length_m * 2 * G_PI;
  gdouble n = MAX (floor (length_m / 400), 2);

  return (gfloat) (0.5 * sin (a * n + seed)
                   + 0.3 * sin (a * floor (n * 1.7) + 2 * seed)
                   + 0.2 * sin (a * floor (n * 3.1) + 5 * seed));
}

static void
dress_learnt (SceneNode *node, gdouble lap_m, gdouble length_m)
{
  gfloat k = node->curvature, bend = fabsf (k);
  gfloat share =
      CLAMP ((bend - LEARNT_KERB_FROM) / LEARNT_KERB_FROM, 0.0f, 1.0f);

  for (gint side = 0; side < SCENE_SIDES; side++) {
    gboolean inside = (k > 0) == (side == SCENE_SIDE_LEFT);
    gfloat limit = inside && bend > 0.002f ? 0.8f / bend : 60;

    node->edge[side] = LEARNT_HALF_M;
    node->kerb[side] = LEARNT_KERB_M * share;
    node->gravel[side] = inside ? 0 : 7 * share;
    node->wing[side] = CLAMP (limit, LEARNT_HALF_M + 4, 60.0f);
    node->wall[side] =
        MIN (LEARNT_HALF_M + 8 + node->gravel[side], node->wing[side] - 1);
    node->wing_z[side] =
        node->z + 1 + 4 * waves (lap_m, length_m, 1 + (guint) side);
  }
  node->line = CLAMP (k * 170.0f, -2.8f, 2.8f);
}

/**
 * scene_track_learn:
 * @track: from scene_track_new_learnt()
 * @road: what the rows have told
 *
 * Lays the road anew around the car, which is at the origin and looks north.
 */
void
scene_track_learn (SceneTrack *track, const SceneRoad *road)
{
  const gdouble step = SCENE_NODE_M;
  gdouble heading = 0, x = 0, y = 0, z = 0, dx, dy, dz, s, c;
  SceneNode at;

  track->length_m = MAX (road->length_m, 100.0);
  /* Whole cells, so that nothing crawls along the road. */
  track->from_m = (floor (road->here_m / 16) - LEARNT_BEHIND_M / 16) * 16;
  for (guint i = 0; i < track->n_nodes; i++) {
    SceneNode *node = &track->node[i];
    gdouble lap_m = track->from_m + i * step;
    gfloat k, slope;

    scene_road_ahead (road, lap_m - road->here_m, &k, &slope);
    *node = (SceneNode){ .x = (gfloat) x,
      .y = (gfloat) y,
      .z = (gfloat) z,
      .sin_h = (gfloat) sin (heading),
      .cos_h = (gfloat) cos (heading),
      .curvature = k,
      .grade = slope };
    dress_learnt (node, lap_m, track->length_m);
    heading -= k * step;
    x += sin (heading + k * step / 2) * step;
    y += cos (heading + k * step / 2) * step;
    z += slope * step;
  }
  scene_track_at (track, road->here_m, &at);
  dx = at.x, dy = at.y, dz = at.z, s = at.sin_h, c = at.cos_h;
  for (guint i = 0; i < track->n_nodes; i++) {
    SceneNode *n = &track->node[i];
    gdouble px = n->x - dx, py = n->y - dy, ps = n->sin_h, pc = n->cos_h;

    n->x = (gfloat) (px * c - py * s);
    n->y = (gfloat) (px * s + py * c);
    n->z -= (gfloat) dz;
    n->wing_z[0] -= (gfloat) dz;
    n->wing_z[1] -= (gfloat) dz;
    n->sin_h = (gfloat) (ps * c - pc * s);
    n->cos_h = (gfloat) (pc * c + ps * s);
  }
}

#define MIX(member) out->member = a->member + t * (b->member - a->member)

/* The ground at any metre of the lap, between two nodes. */
void
scene_track_at (const SceneTrack *track, gdouble lap_m, SceneNode *out)
{
  gdouble at = (lap_m - track->from_m) / track->step_m, low;
  const SceneNode *a, *b;
  gint i, n = (gint) track->n_nodes;
  gfloat t, length;

  if (track->closed)
    at -= floor (at / n) * n;
  at = CLAMP (at, 0.0, track->closed ? n - 1e-6 : n - 1.001);
  low = floor (at);
  i = (gint) low;
  t = (gfloat) (at - low);
  a = &track->node[i];
  b = &track->node[(i + 1) % n];
  MIX (x), MIX (y), MIX (z), MIX (sin_h), MIX (cos_h), MIX (curvature);
  MIX (grade), MIX (pit), MIX (line);
  for (gint side = 0; side < SCENE_SIDES; side++) {
    MIX (edge[side]), MIX (kerb[side]), MIX (gravel[side]);
    MIX (wall[side]), MIX (wing[side]), MIX (wing_z[side]);
  }
  length = MAX (hypotf (out->sin_h, out->cos_h), 1e-6f);
  out->sin_h /= length;
  out->cos_h /= length;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ground, what stands on it and who drives on it, from far to near. */
#include "sceneorder.h"

#include <math.h>

#include "sceneground.h"
#include "scenethings.h"

#define MAX_ITEMS 1400
/* A piece of ground may be so long for each metre that it is away. */
#define LONG_SHARE 0.07f
/* Half of the widest piece of ground. */
#define WIDE_M 75.0f
/* Half of the longest car, and its shadow. */
#define HALF_CAR_M 2.6

typedef enum {
  ITEM_GROUND,
  ITEM_THINGS,
  ITEM_CAR,
} ItemKind;

typedef struct {
  gfloat key, distance_m;
  guint16 kind, stride;
  guint index;
} Item;

typedef struct {
  Item item[MAX_ITEMS];
  guint n;
} List;

static void
add (List *list, ItemKind kind, gfloat key, gfloat distance_m, guint index,
    guint stride)
{
  if (list->n < MAX_ITEMS)
    list->item[list->n++] =
        (Item){ key, distance_m, (guint16) kind, (guint16) stride, index };
}

static gint
compare (const void *a, const void *b)
{
  const Item *p = a, *q = b;

  return p->key < q->key ? 1 : p->key > q->key ? -1 : 0;
}

static gboolean
in_sight (const SceneWorld *world, const ScenePoint *a, const ScenePoint *b)
{
  const SceneCamera *c = &world->camera;
  gfloat right = (c->right - c->center_x) / c->focal;
  gfloat left = (c->center_x - c->left) / c->focal;
  gfloat z = MAX (a->z, b->z) + 20;

  if (a->z < -30 && b->z < -30)
    return FALSE;
  return MIN (a->x, b->x) - WIDE_M < z * right + 20
         && MAX (a->x, b->x) + WIDE_M > -z * left - 20;
}

static guint
pick_stride (gfloat distance_m, guint index, gfloat step_m)
{
  guint stride = 1;

  while (stride < SCENE_CELL_NODES && index % (stride * 2) == 0
         && (gfloat) (stride * 2) * step_m < LONG_SHARE * distance_m + step_m)
    stride *= 2;
  return stride;
}

/* One cell: its pieces of ground, then what stands on it. Returns how near it
 * comes, or G_MAXFLOAT if it cannot be seen. */
static gfloat
add_cell (const SceneWorld *world, List *list, guint first)
{
  const SceneTrack *t = world->track;
  gfloat nearest = G_MAXFLOAT;
  guint stride = 1, last_stride = 1;

  for (guint k = 0; k < SCENE_CELL_NODES; k += stride) {
    guint i = first + k, j;
    ScenePoint a, b;
    gfloat distance;

    stride = 1;
    if (!t->closed && i + 1 >= t->n_nodes)
      break;
    a = scene_world_point (world, &t->node[i], 0, 0);
    stride = pick_stride (hypotf (a.x, a.z), k, (gfloat) t->step_m);
    while (k + stride > SCENE_CELL_NODES)
      stride /= 2;
    j = t->closed ? (i + stride) % t->n_nodes
                  : MIN (i + stride, t->n_nodes - 1);
    b = scene_world_point (world, &t->node[j], 0, 0);
    distance = hypotf ((a.x + b.x) / 2, (a.z + b.z) / 2);
    last_stride = stride;
    if (distance > world->far_m || !in_sight (world, &a, &b))
      continue;
    nearest = MIN (nearest, distance);
    add (list, ITEM_GROUND, distance, distance, i, stride);
  }
  if (nearest < G_MAXFLOAT)
    add (list, ITEM_THINGS, nearest - 0.1f, nearest, first, last_stride);
  return nearest;
}

static void
draw_item (const SceneWorld *world, const Item *item, const SceneCar *cars)
{
  const SceneTrack *t = world->track;
  guint j = item->index + item->stride;

  switch (item->kind) {
    case ITEM_GROUND:
      j = t->closed ? j % t->n_nodes : MIN (j, t->n_nodes - 1);
      scene_ground_draw (world, &t->node[item->index], &t->node[j], item->index,
          item->stride, item->distance_m);
      break;
    case ITEM_THINGS:
      scene_things_draw (world, item->index, item->stride, item->distance_m);
      break;
    default:
      scene_car_draw (world, &cars[item->index]);
      break;
  }
}

/* How near the cell comes that a place on the lap lies in. */
static gfloat
nearest_at (
    const SceneTrack *t, const gfloat *nearest, guint n_cells, gdouble lap_m)
{
  gdouble at = (lap_m - t->from_m) / t->step_m;
  gint cell = (gint) floor (at / SCENE_CELL_NODES);

  if (t->closed)
    cell = ((cell % (gint) n_cells) + (gint) n_cells) % (gint) n_cells;
  return cell < 0 || cell >= (gint) n_cells ? G_MAXFLOAT : nearest[cell];
}

static void
add_cars (const SceneWorld *world, List *list, const gfloat *nearest,
    guint n_cells, const SceneCar *cars, guint n_cars)
{
  const SceneTrack *t = world->track;

  for (guint i = 0; i < n_cars; i++) {
    SceneNode node;
    ScenePoint p;
    gfloat right, distance, cell;

    /* Of the two that it stands on the nearer one, whose ground would else be
     * painted over its wheels. */
    cell = MIN (nearest_at (t, nearest, n_cells, cars[i].lap_m - HALF_CAR_M),
        nearest_at (t, nearest, n_cells, cars[i].lap_m + HALF_CAR_M));
    if (cell == G_MAXFLOAT)
      continue;
    scene_car_place (t, &cars[i], &node, &right);
    p = scene_world_point (world, &node, right, 0);
    distance = hypotf (p.x, p.z);
    /* Behind all that stands in its cell, before all that is nearer. */
    add (list, ITEM_CAR, cell - 0.3f + 0.001f * (distance - cell), distance, i,
        1);
  }
}

/**
 * scene_order_draw:
 * @world: what is drawn, and for whom
 * @cars: (array length=n_cars): all but the camera's own
 * @n_cars: at most 64
 *
 * What lies nearer is painted over what lies behind it.
 */
void
scene_order_draw (const SceneWorld *world, const SceneCar *cars, guint n_cars)
{
  const SceneTrack *t = world->track;
  guint n_cells = (t->n_nodes + SCENE_CELL_NODES - 1) / SCENE_CELL_NODES;
  g_autofree gfloat *nearest = g_new (gfloat, n_cells);
  List list;

  list.n = 0;
  for (guint i = 0; i < n_cells; i++)
    nearest[i] = add_cell (world, &list, i * SCENE_CELL_NODES);
  add_cars (world, &list, nearest, n_cells, cars, n_cars);
  qsort (list.item, list.n, sizeof *list.item, compare);
  for (guint i = 0; i < list.n; i++)
    draw_item (world, &list.item[i], cars);
}

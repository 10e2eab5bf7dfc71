/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who takes part, and where on and beside the line each of them is. */
#include "scenefield.h"

#include <math.h>
#include <string.h>

/* Rows say where cars are along the lap alone (no CarIdx array has a place
 * across the road): two that come near along it move apart, and are beside each
 * other before their boxes meet. */
#define NEAR_M 12.0
#define BESIDE_M 5.2
#define APART_M 2.3f
/* The spotter speaks of who is that close. */
#define CALLED_M 6.0
/* More pairs than that are a heap and no traffic. */
#define MAX_PAIRS 96
#define ROUNDS 4
/* From the middle of a car to the edge of the road. */
#define EDGE_M 1.2f
/* The eye goes that far across the road in a row: 6 m/s. */
#define OWN_STEP_M 0.1f
#define OFF_M 3.0f
#define DEFAULT_COLOR 0xffd0d4d8u

void
scene_field_reset (SceneField *field)
{
  memset (field, 0, sizeof *field);
  field->own = field->told_own = -1;
}

static gint
shape_of (const IrsdkDriver *driver)
{
  static const struct {
    const gchar *word;
    gint shape;
  } words[] = { { "proto", 0 }, { "lmp", 0 }, { "gtp", 0 }, { "formula", 0 },
    { "touring", 2 }, { "tcr", 2 }, { "cup", 2 } };
  const gchar *texts[2] = { driver->car, driver->class_name };

  for (guint t = 0; t < 2; t++) {
    g_autofree gchar *low = g_ascii_strdown (texts[t] ? texts[t] : "", -1);

    for (guint i = 0; i < G_N_ELEMENTS (words); i++)
      if (strstr (low, words[i].word) != NULL)
        return words[i].shape;
  }
  return 1;
}

/* Names keep what the lettering has; text may be any length. */
static void
copy_text (gchar *out, gsize size, const gchar *text)
{
  g_autofree gchar *plain = g_str_to_ascii (text != NULL ? text : "", "C");

  g_strlcpy (out, plain, size);
}

void
scene_field_set_session (SceneField *field, const IrsdkSession *session)
{
  for (guint i = 0; i < SCENE_MAX_CARS; i++)
    field->entry[i].listed = field->entry[i].hidden = FALSE;
  for (gsize i = 0; i < session->n_drivers; i++) {
    const IrsdkDriver *driver = &session->drivers[i];
    SceneEntry *e;

    if (driver->car_idx < 0 || driver->car_idx >= SCENE_MAX_CARS)
      continue;
    e = &field->entry[driver->car_idx];
    e->listed = TRUE;
    e->hidden = driver->is_pace_car || driver->is_spectator;
    copy_text (e->number, 4, driver->number);
    copy_text (e->name, sizeof e->name, driver->name);
    e->shape = shape_of (driver);
    e->class_color = driver->class_color > 0
                         ? 0xff000000u | (guint32) driver->class_color
                         : DEFAULT_COLOR;
  }
  field->told_own =
      session->driver_car_idx < SCENE_MAX_CARS ? session->driver_car_idx : -1;
}

/* Metres along the lap from a to b, the short way. */
static gdouble
gap_m (const SceneTrack *track, gdouble a, gdouble b)
{
  gdouble d = b - a;

  return d - rint (d / track->length_m) * track->length_m;
}

static gboolean
is_there (const SceneField *field, const SceneRow *row, guint i)
{
  return i < row->n_cars && row->car_pct[i] >= 0 && !field->entry[i].hidden;
}

static gfloat
follow (gfloat value, gfloat target, gdouble dt_s, gdouble tau_s)
{
  return value + (target - value) * (gfloat) CLAMP (dt_s / tau_s, 0.0, 1.0);
}

static void
step_entry (SceneEntry *e, const SceneCarRow *car, gfloat bend, gdouble dt_s)
{
  gfloat pit = car->on_pit_road || car->surface == 1 ? 1 : 0;
  gfloat box = car->surface == 1 ? 1 : 0;
  gfloat off = car->surface == 0 ? (bend > 0 ? -OFF_M : OFF_M) : 0;

  if (!e->seen) {
    e->pit = pit;
    e->box = box;
    e->seen = TRUE;
  }
  e->line_m = follow (e->line_m, 0, dt_s, 0.5);
  e->pit = follow (e->pit, pit, dt_s, 0.5);
  e->box = follow (e->box, box, dt_s, 0.4);
  e->off_m = follow (e->off_m, off, dt_s, 0.4);
}

/* Two near each other: metres along the lap from the first to the second. */
typedef struct {
  guint8 first, second;
  gfloat gap_m;
} Pair;

/* Across the road, metres to the left of its middle: where a car is, and where
 * there is road. */
typedef struct {
  gdouble lap_m;
  gfloat line, left, right;
} Place;

static guint
find_pairs (const SceneField *field, const SceneRow *row,
    const SceneTrack *track, const Place *place, Pair *pairs)
{
  guint n = 0;

  for (guint i = 0; i < row->n_cars; i++)
    for (guint k = i + 1; is_there (field, row, i) && k < row->n_cars; k++) {
      gdouble gap;

      if (!is_there (field, row, k) || row->car[i].on_pit_road
          || row->car[k].on_pit_road)
        continue;
      gap = gap_m (track, place[i].lap_m, place[k].lap_m);
      if (fabs (gap) >= NEAR_M || n == MAX_PAIRS)
        continue;
      pairs[n++] = (Pair){ (guint8) i, (guint8) k, (gfloat) gap };
    }
  return n;
}

/* How far apart across the road so near along it: nothing where they have just
 * come near, so that nobody jumps. */
static gfloat
wanted_apart (gfloat gap)
{
  gfloat t = (gfloat) ((NEAR_M - fabsf (gap)) / (NEAR_M - BESIDE_M));

  t = CLAMP (t, 0.0f, 1.0f);
  return APART_M * t * t * (3 - 2 * t);
}

/* Moves a car to the left, as far as there is road; the metres it did not. */
static gfloat
move_aside (SceneEntry *e, const Place *place, gfloat by)
{
  gfloat before = e->line_m;

  e->line_m = CLAMP (e->line_m + by, MIN (place->right - place->line, before),
      MAX (place->left - place->line, before));
  return by - (e->line_m - before);
}

/* On which side of the own car one is: the spotter's word, else where it is,
 * else where there is room. 1 left, -1 right. */
static gfloat
side_of_own (const SceneRow *row, const Place *own, gfloat gap, gfloat aside)
{
  gint told = (gint) scene_row_get (row, SCENE_BESIDE, 0);

  /* irsdk_CarLeftRight: one or two cars to the left, to the right. */
  if (fabsf (gap) < CALLED_M && (told == 2 || told == 5))
    return 1;
  if (fabsf (gap) < CALLED_M && (told == 3 || told == 6))
    return -1;
  if (fabsf (aside) > 0.3f)
    return aside > 0 ? 1 : -1;
  return own->left - own->line > own->line - own->right ? 1 : -1;
}

/* The own car holds its line where the other finds room. */
static void
part (SceneField *field, const SceneRow *row, const Place *place,
    const Pair *pair, gfloat own_was)
{
  const gboolean has_own =
      pair->first == field->own || pair->second == field->own;
  const guint a = pair->first == field->own ? pair->second : pair->first;
  const guint b = pair->first == field->own ? pair->first : pair->second;
  SceneEntry *one = &field->entry[a], *two = &field->entry[b];
  gfloat aside = place[a].line + one->line_m - place[b].line - two->line_m;
  gfloat side = has_own ? side_of_own (row, &place[b], pair->gap_m, aside)
                        : (aside >= 0 ? 1.0f : -1.0f);
  gfloat lacks = wanted_apart (pair->gap_m) - side * aside, before;

  if (lacks <= 0)
    return;
  if (!has_own) {
    gfloat rest = move_aside (one, &place[a], side * lacks / 2);

    rest = move_aside (two, &place[b], -side * lacks / 2 - rest);
    move_aside (one, &place[a], -rest);
    return;
  }
  lacks = move_aside (one, &place[a], side * lacks);
  /* Where there is no room in time, the other one takes to the kerb. */
  before = two->line_m;
  move_aside (two, &place[b], -lacks);
  two->line_m = CLAMP (two->line_m, own_was - OWN_STEP_M, own_was + OWN_STEP_M);
  one->line_m += lacks + (two->line_m - before);
}

static void
keep_apart (SceneField *field, const SceneRow *row, const SceneTrack *track,
    const Place *place)
{
  Pair pairs[MAX_PAIRS];
  guint n = find_pairs (field, row, track, place, pairs);
  gfloat own_was = field->own >= 0 ? field->entry[field->own].line_m : 0;

  for (guint round = 0; n > 0 && round < ROUNDS; round++)
    for (guint i = 0; i < n; i++)
      part (field, row, place, &pairs[i], own_was);
}

static void
find_place (const SceneNode *node, gdouble lap_m, Place *place)
{
  *place = (Place){ lap_m, node->line, node->edge[SCENE_SIDE_LEFT] - EDGE_M,
    EDGE_M - node->edge[SCENE_SIDE_RIGHT] };
}

void
scene_field_step (SceneField *field, const SceneRow *row,
    const SceneTrack *track, gdouble own_lap_m, gdouble dt_s)
{
  Place place[SCENE_MAX_CARS];
  gdouble own = scene_row_get (row, SCENE_PLAYER_IDX, field->told_own);
  SceneCarRow me = { .surface = 3 };
  SceneNode node;

  field->own = own >= 0 && own < SCENE_MAX_CARS ? (gint) own : -1;
  for (guint i = 0; i < row->n_cars; i++) {
    gdouble at =
        (gint) i == field->own ? own_lap_m : row->car_pct[i] * track->length_m;

    if (!is_there (field, row, i)) {
      field->entry[i].seen = FALSE;
      continue;
    }
    scene_track_at (track, at, &node);
    find_place (&node, at, &place[i]);
    step_entry (&field->entry[i], &row->car[i], node.curvature, dt_s);
  }
  keep_apart (field, row, track, place);
  if (field->own >= 0 && field->own < (gint) row->n_cars)
    return;
  /* A recording knows only its own car. */
  me.on_pit_road = scene_row_get (row, SCENE_ON_PIT_ROAD, 0) != 0;
  me.surface = (gint8) CLAMP (scene_row_get (row, SCENE_SURFACE, 3), -1, 3);
  scene_track_at (track, own_lap_m, &node);
  field->own = 0;
  step_entry (&field->entry[0], &me, node.curvature, dt_s);
}

static void
fill_car (const SceneEntry *e, guint i, gdouble lap_m, SceneCar *car)
{
  *car = (SceneCar){ .car_idx = i,
    .lap_m = lap_m,
    .line_m = e->line_m,
    .off_m = e->off_m,
    .pit = e->pit,
    .box = e->box,
    .shape = e->shape,
    .class_color = e->listed ? e->class_color : DEFAULT_COLOR,
    .number = e->number };
}

static int
farther_first (const void *a, const void *b)
{
  const SceneCar *p = a, *q = b;
  gdouble d = fabs (p->gap_m) - fabs (q->gap_m);

  return d < 0 ? 1 : d > 0 ? -1 : 0;
}

/* All that are in the world but the own one, the farthest along the lap first;
 * cars: room for SCENE_MAX_CARS. */
guint
scene_field_list (const SceneField *field, const SceneRow *row,
    const SceneTrack *track, gdouble own_lap_m, SceneCar *cars)
{
  guint n = 0;

  for (guint i = 0; i < row->n_cars; i++) {
    gdouble at = row->car_pct[i] * track->length_m;

    if ((gint) i == field->own || !is_there (field, row, i))
      continue;
    /* A learnt road goes on over the line. */
    if (!track->closed)
      at = own_lap_m + gap_m (track, own_lap_m, at);
    fill_car (&field->entry[i], i, at, &cars[n]);
    cars[n++].gap_m = gap_m (track, own_lap_m, at);
  }
  qsort (cars, n, sizeof *cars, farther_first);
  return n;
}

void
scene_field_own (const SceneField *field, gdouble own_lap_m, SceneCar *car)
{
  static const SceneEntry nobody;
  gint own = field->own;

  fill_car (own >= 0 ? &field->entry[own] : &nobody, (guint) MAX (own, 0),
      own_lap_m, car);
}

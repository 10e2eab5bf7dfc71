/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who takes part, and where on and beside the line each of them is. */
#include "scenefield.h"

#include <math.h>
#include <string.h>

/* Rows say where cars are along the lap alone (no CarIdx array has a place
 * across the road): two that are this close along it must be beside each
 * other. */
#define BESIDE_M 8.5
#define LANE_M 1.9f
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

/* Past the own car on the side that the spotter calls, else on the one that has
 * room; once there, it stays there. */
static gfloat
beside_own (const SceneEntry *e, const SceneRow *row, const SceneTrack *track,
    gdouble own_lap_m)
{
  gint told = (gint) scene_row_get (row, SCENE_BESIDE, 0);
  SceneNode node;
  gboolean left;

  /* irsdk_CarLeftRight: one or two cars to the left, to the right. */
  if (told == 2 || told == 5)
    return 2 * LANE_M;
  if (told == 3 || told == 6)
    return -2 * LANE_M;
  scene_track_at (track, own_lap_m, &node);
  left = fabsf (e->line_m) > LANE_M / 2 ? e->line_m > 0 : node.line < 0;
  return left ? 2 * LANE_M : -2 * LANE_M;
}

/* Which lane to keep: 0 alone on the road. The own car holds its line. */
static gfloat
wanted_lane (const SceneField *field, const SceneRow *row,
    const SceneTrack *track, const gdouble *at, guint i)
{
  for (guint k = 0; k < row->n_cars; k++) {
    gdouble gap;

    if (k == i || !is_there (field, row, k)
        || row->car[k].on_pit_road != row->car[i].on_pit_road)
      continue;
    gap = fabs (gap_m (track, at[i], at[k]));
    if (gap > BESIDE_M)
      continue;
    if ((gint) k == field->own)
      return beside_own (&field->entry[i], row, track, at[k]);
    if ((gint) i == field->own)
      return 0;
    return i < k ? LANE_M : -LANE_M;
  }
  return 0;
}

static gfloat
follow (gfloat value, gfloat target, gdouble dt_s, gdouble tau_s)
{
  return value + (target - value) * (gfloat) CLAMP (dt_s / tau_s, 0.0, 1.0);
}

static void
step_entry (SceneEntry *e, const SceneCarRow *car, gfloat lane, gfloat bend,
    gdouble dt_s)
{
  gfloat pit = car->on_pit_road || car->surface == 1 ? 1 : 0;
  gfloat off = car->surface == 0 ? (bend > 0 ? -OFF_M : OFF_M) : 0;

  if (!e->seen) {
    e->pit = pit;
    e->seen = TRUE;
  }
  e->line_m = follow (e->line_m, lane, dt_s, 0.5);
  e->pit = follow (e->pit, pit, dt_s, 0.5);
  e->off_m = follow (e->off_m, off, dt_s, 0.4);
}

void
scene_field_step (SceneField *field, const SceneRow *row,
    const SceneTrack *track, gdouble own_lap_m, gdouble dt_s)
{
  gdouble at[SCENE_MAX_CARS];
  gdouble own = scene_row_get (row, SCENE_PLAYER_IDX, field->told_own);
  SceneCarRow me = { .surface = 3 };
  SceneNode node;

  field->own = own >= 0 && own < SCENE_MAX_CARS ? (gint) own : -1;
  for (guint i = 0; i < row->n_cars; i++)
    at[i] = row->car_pct[i] * track->length_m;
  if (field->own >= 0 && field->own < (gint) row->n_cars)
    at[field->own] = own_lap_m;
  for (guint i = 0; i < row->n_cars; i++) {
    if (!is_there (field, row, i)) {
      field->entry[i].seen = FALSE;
      continue;
    }
    scene_track_at (track, at[i], &node);
    step_entry (&field->entry[i], &row->car[i],
        wanted_lane (field, row, track, at, i), node.curvature, dt_s);
  }
  if (field->own >= 0 && field->own < (gint) row->n_cars)
    return;
  /* A recording knows only its own car. */
  me.on_pit_road = scene_row_get (row, SCENE_ON_PIT_ROAD, 0) != 0;
  me.surface = (gint8) CLAMP (scene_row_get (row, SCENE_SURFACE, 3), -1, 3);
  scene_track_at (track, own_lap_m, &node);
  field->own = 0;
  step_entry (&field->entry[0], &me, 0, node.curvature, dt_s);
}

static void
fill_car (const SceneEntry *e, guint i, gdouble lap_m, SceneCar *car)
{
  *car = (SceneCar){ .car_idx = i,
    .lap_m = lap_m,
    .line_m = e->line_m,
    .off_m = e->off_m,
    .pit = e->pit,
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
    cars[n].gap_m = gap_m (track, own_lap_m, at);
    cars[n++].in_box = row->car[i].surface == 1;
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

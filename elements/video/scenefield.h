/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who takes part, and where on and beside the line each of them is. */
#pragma once

#include <irsdk/irsdk-session.h>

#include "scenerow.h"
#include "scenecars.h"

G_BEGIN_DECLS

/**
 * SceneEntry:
 * @listed: whether the session text names it
 * @hidden: the pace car, a spectator
 * @number: as text, at most three letters
 * @name: as much as a line holds
 * @class_color: 0xffRRGGBB
 * @shape: as of #SceneCar
 * @line_m, @pit, @off_m, @box: as of #SceneCar, followed smoothly
 * @seen: whether it was there in the row before
 */
typedef struct {
  gboolean listed, hidden;
  gchar number[8];
  gchar name[28];
  guint32 class_color;
  gint shape;
  gfloat line_m, pit, off_m, box;
  gboolean seen;
} SceneEntry;

/**
 * SceneField:
 * @own: CarIdx of who drives, -1 unknown
 */
typedef struct {
  SceneEntry entry[SCENE_MAX_CARS];
  gint own;
  gint told_own;
} SceneField;

void scene_field_reset (SceneField *field);
void scene_field_set_session (SceneField *field, const IrsdkSession *session);
void scene_field_step (SceneField *field, const SceneRow *row,
    const SceneTrack *track, gdouble own_lap_m, gdouble dt_s);
guint scene_field_list (const SceneField *field, const SceneRow *row,
    const SceneTrack *track, gdouble own_lap_m, SceneCar *cars);
void scene_field_own (
    const SceneField *field, gdouble own_lap_m, SceneCar *car);

G_END_DECLS

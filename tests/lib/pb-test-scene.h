/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures of a simulated race, without an element around the scene. */
#pragma once

#include <gst/video/video.h>
#include <racesim/racesim.h>

#include "scene.h"

/**
 * PbTestScene:
 * @sim: the race
 * @schema: of its rows, from the first seat
 * @row: the newest one
 * @scene: has seen all of them from pb_test_scene_start() on
 *
 * One thread.
 */
typedef struct {
  RaceSim *sim;
  GstPitboxSchema *schema;
  guint8 *row;
  Scene *scene;
  guint text_update;
  guint n_rows;
} PbTestScene;

void pb_test_scene_start (
    PbTestScene *ts, const RaceSimConfig *config, guint width, guint height);
void pb_test_scene_stop (PbTestScene *ts);
void pb_test_scene_next (PbTestScene *ts);
gdouble pb_test_scene_get (const PbTestScene *ts, const gchar *name);
GstBuffer *pb_test_scene_draw (
    PbTestScene *ts, GstVideoFormat format, guint width, guint height);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The ground to drive on, cut every two metres: from a track's own geometry, or
 * from what the rows have told of the road. */
#pragma once

#include "sceneroad.h"
#include "scenetrackshape.h"

G_BEGIN_DECLS

SceneTrack *scene_track_new_known (const gchar *name);
SceneTrack *scene_track_new_learnt (void);
void scene_track_free (SceneTrack *track);
void scene_track_learn (SceneTrack *track, const SceneRoad *road);
void scene_track_at (const SceneTrack *track, gdouble lap_m, SceneNode *node);

G_END_DECLS

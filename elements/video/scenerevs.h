/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which shift lights are on. */
#pragma once

#include <irsdk/irsdk-session.h>

#include "scenerow.h"

G_BEGIN_DECLS

/**
 * SceneRevs:
 *
 * All in revs/min. From the live row if it says them, else from the session
 * string, else from the highest revs seen.
 */
typedef struct {
  gdouble first_rpm;
  gdouble last_rpm;
  gdouble blink_rpm;
  gdouble scale_rpm;
  gdouble seen_rpm;
  gboolean told;
} SceneRevs;

void scene_revs_reset (SceneRevs *revs);
void scene_revs_set_session (SceneRevs *revs, const IrsdkSession *session);
void scene_revs_step (SceneRevs *revs, const SceneRow *row);
guint scene_revs_lights (
    const SceneRevs *revs, const SceneRow *row, guint n_lights);
gboolean scene_revs_blink (const SceneRevs *revs, const SceneRow *row);

G_END_DECLS

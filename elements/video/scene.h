/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The car's view of its telemetry: rows in, pictures out. No pads in here. */
#pragma once

#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

typedef struct _Scene Scene;

/**
 * SceneViewMode:
 * @SCENE_VIEW_DRIVER: out of the own car
 * @SCENE_VIEW_TOP: the whole track and all cars from above
 */
typedef enum {
  SCENE_VIEW_DRIVER,
  SCENE_VIEW_TOP,
} SceneViewMode;

Scene *scene_new (guint width, guint height);
void scene_free (Scene *scene);
void scene_set_schema (Scene *scene, GstPitboxSchema *schema);
void scene_set_session (Scene *scene, GBytes *text);
void scene_set_view (Scene *scene, SceneViewMode mode);
void scene_step (Scene *scene, const guint8 *row, gdouble dt_s);
void scene_draw (Scene *scene, GstVideoFrame *frame, guint32 tick);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers above the other cars, in the colours of their classes. */
#pragma once

#include "scenefont.h"
#include "scenecars.h"

G_BEGIN_DECLS

typedef struct _SceneTags SceneTags;

SceneTags *scene_tags_new (gint picture_height);
void scene_tags_free (SceneTags *tags);
void scene_tags_draw (const SceneTags *tags, const SceneWorld *world,
    const SceneCar *cars, guint n_cars);

G_END_DECLS

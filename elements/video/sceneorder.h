/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ground, what stands on it and who drives on it, from far to near. */
#pragma once

#include "scenecars.h"

G_BEGIN_DECLS

void scene_order_draw (
    const SceneWorld *world, const SceneCar *cars, guint n_cars);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The canvas into a video frame. */
#pragma once

#include <gst/video/video.h>

#include "scenecanvas.h"

G_BEGIN_DECLS

void scene_convert (
    const SceneCanvas *canvas, GstVideoFrame *frame, guint32 tick);

G_END_DECLS

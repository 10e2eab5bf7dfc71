/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A head-up display: rows in, drawn over pictures. Not thread-safe. */
#pragma once

#include "overlaycanvas.h"
#include "overlaylayout.h"

G_BEGIN_DECLS

typedef struct _Overlay Overlay;

Overlay *overlay_new (OverlayLayout *layout, GstPitboxUnits units);
void overlay_free (Overlay *overlay);
void overlay_adopt (Overlay *overlay, Overlay *before);
void overlay_set_format (Overlay *overlay, const GstVideoInfo *info,
    OverlayBlend blend, gboolean keying);
void overlay_set_session (Overlay *overlay, GBytes *text);
void overlay_step (Overlay *overlay, GstPitboxSample *sample);
void overlay_forget_trail (Overlay *overlay);
void overlay_draw (Overlay *overlay, GstVideoFrame *frame, gdouble strength);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Overlay, overlay_free)

G_END_DECLS

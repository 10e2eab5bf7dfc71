/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The icon, drawn; pure. */
#pragma once

#include "tray/pb-tray-model.h"

G_BEGIN_DECLS

/** PB_TRAY_ICON_MAX_PX: of a side; 16 px at 1600 %. */
#define PB_TRAY_ICON_MAX_PX 256

guint32 *pb_tray_icon_draw (
    PbTrayIcon icon, guint size_px) G_GNUC_WARN_UNUSED_RESULT;
guint32 pb_tray_icon_get_colour (PbTrayIcon icon);

G_END_DECLS

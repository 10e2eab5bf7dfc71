/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The machine-readable strip: a row's tick drawn into a picture. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * GST_PITBOX_STRIP_CELLS:
 *
 * Cells of a strip: 8 sync, 32 tick, 16 CRC, 8 end mark.
 */
#define GST_PITBOX_STRIP_CELLS 64

GST_PITBOX_API guint gst_pitbox_strip_height (guint width);
GST_PITBOX_API guint64 gst_pitbox_strip_cells (guint32 tick);
GST_PITBOX_API gboolean gst_pitbox_strip_parse (guint64 cells, guint32 *tick);
GST_PITBOX_API gboolean gst_pitbox_strip_write (
    guint8 *luma, gsize stride, guint width, guint height, guint32 tick);
GST_PITBOX_API gboolean gst_pitbox_strip_read (
    const guint8 *luma, gsize stride, guint width, guint height, guint32 *tick);

G_END_DECLS

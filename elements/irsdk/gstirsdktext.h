/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When the simulator's session string is worth reading again. */
#pragma once

#include <gst/gst.h>
#include <irsdk/irsdk-shm.h>

G_BEGIN_DECLS

/* New session strings come in bursts while drivers join. */
#define GST_IRSDK_TEXT_PAUSE (500 * GST_MSECOND)

/**
 * GstIrsdkText:
 *
 * All members are private; zeroed: none was read yet. One streaming thread.
 */
typedef struct {
  gboolean have;
  gint32 update; /* number of the one that was read */
  GstClockTime last; /* when */
} GstIrsdkText;

gboolean gst_irsdk_text_is_due (
    const GstIrsdkText *text, gint32 update, GstClockTime now);
GstEvent *gst_irsdk_text_take (
    GstIrsdkText *text, IrsdkShmReader *reader, GstClockTime now);

G_END_DECLS

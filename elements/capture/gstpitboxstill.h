/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxStill: the last picture again, while none comes. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_STILL (gst_pitbox_still_get_type ())
G_DECLARE_FINAL_TYPE (
    GstPitboxStill, gst_pitbox_still, GST, PITBOX_STILL, GstElement)

gboolean gst_pitbox_still_repeat (GstPitboxStill *self);
gboolean gst_pitbox_still_has_picture (GstPitboxStill *self);
gint64 gst_pitbox_still_get_silence_us (GstPitboxStill *self);
void gst_pitbox_still_expect_another (GstPitboxStill *self);
void gst_pitbox_still_forget (GstPitboxStill *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxReadSrc: the SRT connection inside pitboxsrc. */
#pragma once

#include <gst/base/gstpushsrc.h>

#include "pitboxsrtcaller.h"

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_READ_SRC (gst_pitbox_read_src_get_type ())
G_DECLARE_FINAL_TYPE (
    GstPitboxReadSrc, gst_pitbox_read_src, GST, PITBOX_READ_SRC, GstPushSrc)

GstElement *gst_pitbox_read_src_new (
    PitboxSrtStateFunc func, gpointer user_data);
void gst_pitbox_read_src_configure (
    GstPitboxReadSrc *src, const PitboxSrtCallerConfig *config);
void gst_pitbox_read_src_set_led (GstPitboxReadSrc *src, gboolean led);
GstStructure *gst_pitbox_read_src_get_stats (GstPitboxReadSrc *src);

G_END_DECLS

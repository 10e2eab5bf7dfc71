/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtsrc: one SRT port, a pad for each caller. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_SRT_SRC (gst_pitbox_srt_src_get_type ())
G_DECLARE_FINAL_TYPE (
    GstPitboxSrtSrc, gst_pitbox_srt_src, GST, PITBOX_SRT_SRC, GstElement)

GST_ELEMENT_REGISTER_DECLARE (pitboxsrtsrc)

G_END_DECLS

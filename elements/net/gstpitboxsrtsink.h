/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtsink: MPEG-TS to one SRT listener. */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_SRT_SINK (gst_pitbox_srt_sink_get_type ())
G_DECLARE_FINAL_TYPE (
    GstPitboxSrtSink, gst_pitbox_srt_sink, GST, PITBOX_SRT_SINK, GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (pitboxsrtsink)

G_END_DECLS

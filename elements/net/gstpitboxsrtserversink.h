/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtserversink: one driver's stream for the readers of an SRT port. */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_SRT_SERVER_SINK (gst_pitbox_srt_server_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstPitboxSrtServerSink, gst_pitbox_srt_server_sink, GST,
    PITBOX_SRT_SERVER_SINK, GstBaseSink)
GST_ELEMENT_REGISTER_DECLARE (pitboxsrtserversink)

G_END_DECLS

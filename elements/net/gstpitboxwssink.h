/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxwssink: telemetry to a server over a WebSocket, acknowledged. */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_WS_SINK (gst_pitbox_ws_sink_get_type ())
G_DECLARE_FINAL_TYPE (
    GstPitboxWsSink, gst_pitbox_ws_sink, GST, PITBOX_WS_SINK, GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (pitboxwssink)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxcapturebin: the picture of a screen, a window or a device. */
#pragma once

#include "gstpitboxchoicebin.h"

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_CAPTURE_BIN (gst_pitbox_capture_bin_get_type ())
G_DECLARE_FINAL_TYPE (GstPitboxCaptureBin, gst_pitbox_capture_bin, GST,
    PITBOX_CAPTURE_BIN, GstPitboxChoiceBin)

GST_ELEMENT_REGISTER_DECLARE (pitboxcapturebin);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxencodebin: pictures in, coded access units out, by the best encoder. */
#pragma once

#include "gstpitboxchoicebin.h"

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_ENCODE_BIN (gst_pitbox_encode_bin_get_type ())
G_DECLARE_FINAL_TYPE (GstPitboxEncodeBin, gst_pitbox_encode_bin, GST,
    PITBOX_ENCODE_BIN, GstPitboxChoiceBin)

GST_ELEMENT_REGISTER_DECLARE (pitboxencodebin);

G_END_DECLS

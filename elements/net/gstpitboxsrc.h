/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrc: a driver's live stream from a server, by its address. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_SRC (gst_pitbox_src_get_type ())
G_DECLARE_FINAL_TYPE (GstPitboxSrc, gst_pitbox_src, GST, PITBOX_SRC, GstBin)
GST_ELEMENT_REGISTER_DECLARE (pitboxsrc)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc: iRacing's live telemetry. */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_IRSDK_SRC (gst_irsdk_src_get_type ())
G_DECLARE_FINAL_TYPE (GstIrsdkSrc, gst_irsdk_src, GST, IRSDK_SRC, GstPushSrc)

G_END_DECLS

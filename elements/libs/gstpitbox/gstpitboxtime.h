/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Running time as an RTP timestamp. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* RFC 6184 section 8.2.1: H.264 always uses this clock. */
#define GST_PITBOX_RTP_CLOCK_RATE 90000

GST_PITBOX_API guint32 gst_pitbox_running_time_to_rtp (
    GstClockTime running_time, guint32 timestamp_offset);

G_END_DECLS

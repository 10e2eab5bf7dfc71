/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTimeline: one RTP timeline for a driver whose streams come and go. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbTimeline:
 *
 * Viewers see one RTP stream however often the driver's begins anew. Its
 * timestamps are base + 90,000 a second of this machine's monotonic clock: each
 * new stream is set down at the present, so a receiver sees nothing but a pause
 * as long as it really was. Within a stream the differences are exactly those
 * of the stream's own RTP timestamps.
 */
typedef struct {
  /*< private >*/
  guint32 base;
  gboolean anchored;
  gboolean have_rtp;
  guint32 rtp_shift;
  GstClockTimeDiff time_shift;
  GstClockTime last_time;
} PbTimeline;

void pb_timeline_init (PbTimeline *line, guint32 base);
void pb_timeline_reset (PbTimeline *line);
GstClockTime pb_timeline_map_time (
    PbTimeline *line, GstClockTime running_time, GstClockTime now);
gboolean pb_timeline_find_time (const PbTimeline *line,
    GstClockTime running_time, GstClockTime now, GstClockTime *mapped);
guint32 pb_timeline_map_rtp (
    PbTimeline *line, guint32 rtp, GstClockTime mapped_time);
guint32 pb_timeline_rtp_of_time (
    const PbTimeline *line, GstClockTime mapped_time);

G_END_DECLS

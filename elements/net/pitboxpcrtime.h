/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxPcrTime: running times that follow a stream's own clock. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define PITBOX_PCR_NONE G_MAXUINT64

/* All zero at the start of a stream. */
typedef struct {
  guint lead; /* n: led towards the time of arrival by 1/n; 0: goes on only */
  gboolean started;
  guint16 pid;
  guint64 pcr;
  GstClockTime time; /* of @pcr */
  GstClockTime seen; /* arrival of @pcr */
} PitboxPcrTime;

guint64 pitbox_pcr_read (const guint8 *packet, guint16 *pid);
GstClockTime pitbox_pcr_arrival (GstElement *element, gint64 age_us);
gboolean pitbox_pcr_time_push (
    PitboxPcrTime *clock, guint16 pid, guint64 pcr, GstClockTime arrival);
void pitbox_pcr_time_cut (PitboxPcrTime *clock, GstBuffer *buffer,
    GstClockTime arrival, gboolean mark_jumps, GQueue *pieces);

G_END_DECLS

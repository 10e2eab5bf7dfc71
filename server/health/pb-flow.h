/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbFlow: how the pictures and rows of one stream come: order, distance of key
 * frames, jitter, lateness, the sender's clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A picture that comes so much after its turn is late: as long as a picture's row
 * is waited for (PbLiveLimits). */
#define PB_FLOW_LATE_US 100000

/* Looks at no clock of its own. One thread pushes pictures, another may push
 * rows, a third may read. */
typedef struct _PbFlow PbFlow;

/**
 * PbFlowReading:
 * @pictures: since the stream began
 * @reordered: pictures that are shown before one that came earlier: B-frames
 * @late: pictures that came %PB_FLOW_LATE_US or more after their turn
 * @jitter_ms: of the pictures' arrival (RFC 3550, 6.4.1), behind SRT's delay
 * @key_interval_ms: longest distance of two key frames in the last minute, or
 *   since the last one where that is longer; -1 before the first
 * @picture_age_ms: since the newest picture came; -1 before the first
 * @row_age_ms: since the newest row came; -1 before the first
 * @row_utc_age_ms: from a row's UTC to its arrival, the shortest of the last
 *   10 to 20 s; %G_MININT64 while no row said its UTC by the clock of a PC.
 *   Negative: the sender's clock is ahead
 */
typedef struct {
  guint64 pictures;
  guint64 reordered;
  guint64 late;
  gdouble jitter_ms;
  gint64 key_interval_ms;
  gint64 picture_age_ms;
  gint64 row_age_ms;
  gint64 row_utc_age_ms;
} PbFlowReading;

PbFlow *pb_flow_new (void);
void pb_flow_free (PbFlow *flow);
gboolean pb_flow_push_picture (
    PbFlow *flow, gint64 arrival_us, gint64 time_us, gboolean key);
void pb_flow_push_row (PbFlow *flow, gint64 arrival_us);
void pb_flow_push_utc (PbFlow *flow, gint64 arrival_us, gint64 age_us);
void pb_flow_read (PbFlow *flow, gint64 now_us, PbFlowReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbFlow, pb_flow_free)

G_END_DECLS

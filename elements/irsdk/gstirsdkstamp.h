/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Times of one live row: the tick's clock time, and its UTC. */
#pragma once

#include <gst/gst.h>
#include <irsdk/irsdk-tickclock.h>

G_BEGIN_DECLS

/**
 * GstIrsdkStamp:
 * @clock: tick to clock time
 * @utc_offset_ns: UTC minus clock time, as used; 0 before the first
 * @utc_looked: clock time of the last look at UTC
 *
 * One streaming thread.
 */
typedef struct {
  IrsdkTickClock clock;
  gint64 utc_offset_ns;
  GstClockTime utc_looked;
} GstIrsdkStamp;

void gst_irsdk_stamp_init (GstIrsdkStamp *stamp, gint32 tick_rate);
void gst_irsdk_stamp_update_utc (
    GstIrsdkStamp *stamp, GstClock *clock, GstClockTime now);
gint64 gst_irsdk_stamp_get_utc_us (
    const GstIrsdkStamp *stamp, GstClockTime time);

G_END_DECLS

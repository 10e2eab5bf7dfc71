/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a live source is in running time. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Without a row for so long downstream is told by a GAP event. */
#define GST_IRSDK_GAP (100 * GST_MSECOND)

/**
 * GstIrsdkPlace:
 * @position: running time up to which all is told
 * @begun: a row was placed: there are caps, and downstream waits
 * @discont: the next row does not follow the last one
 *
 * One streaming thread.
 */
typedef struct {
  GstClockTime position;
  gboolean begun;
  gboolean discont;
} GstIrsdkPlace;

void gst_irsdk_place_init (GstIrsdkPlace *place);
gboolean gst_irsdk_place_row (GstIrsdkPlace *place, GstClockTime time,
    GstClockTime period, GstClockTime *pts);
GstEvent *gst_irsdk_place_gap (GstIrsdkPlace *place, GstClockTime end);

G_END_DECLS

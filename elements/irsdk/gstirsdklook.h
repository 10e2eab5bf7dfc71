/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When to look for the next rows. */
#pragma once

#include <gst/gst.h>
#include <irsdk/irsdk-tickclock.h>

G_BEGIN_DECLS

/* The latest that a look is behind the time a tick is due: what a row that was
 * there in time can be old when it is read. */
#define GST_IRSDK_LOOK_MAX_MARGIN (4 * GST_MSECOND)

/**
 * GstIrsdkLook:
 *
 * All members are private. One streaming thread.
 */
typedef struct {
  gboolean has_event; /* that says when a row is there; sleeps end by the ms */
  gboolean listens; /* the next look is when the event says so, or in time */
  guint rows; /* since the fit began */
  guint looks; /* since the last row */
  guint aim; /* ticks from the last row to the one that is waited for */
  gboolean probing; /* the first look was before the aim is due */
  gboolean bracket; /* the last look was the second of a probe */
  GstClockTime margin; /* behind due */
  GstClockTime lead; /* before due, of a probe */
  guint since_probe; /* rows */
  guint careful; /* rows to be looked for one by one */
} GstIrsdkLook;

void gst_irsdk_look_init (GstIrsdkLook *look, gboolean has_event);
GstClockTime gst_irsdk_look_next (GstIrsdkLook *look,
    const IrsdkTickClock *clock, GstClockTime now, guint want);
gboolean gst_irsdk_look_listens (const GstIrsdkLook *look);
GstClockTime gst_irsdk_look_found (GstIrsdkLook *look, IrsdkTickClock *clock,
    gint32 tick, guint32 lost, GstClockTime now);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What irsdksrc tells of itself: its state and its counters. */
#pragma once

#include <gst/gst.h>
#include <irsdk/irsdk-shm.h>
#include <irsdk/irsdk-tickclock.h>

G_BEGIN_DECLS

/**
 * GstIrsdkState:
 * @GST_IRSDK_WAITING: no simulator yet
 * @GST_IRSDK_CONNECTED: rows come
 * @GST_IRSDK_LOST: they ended
 */
typedef enum {
  GST_IRSDK_WAITING,
  GST_IRSDK_CONNECTED,
  GST_IRSDK_LOST,
} GstIrsdkState;

/**
 * GstIrsdkStats:
 * @tick_rate_hz: of the line through the ticks; 0 while there is none
 * @tick_error_ns: of that line, likewise
 *
 * The others are counters since the start, times in ns. Zeroed at first.
 */
typedef struct {
  guint64 rows;
  guint64 lost_ticks;
  guint64 connections;
  guint64 restarts;
  guint64 layouts;
  guint64 session_updates;
  guint64 torn;
  guint64 wakes;
  GstClockTime delay_sum;
  GstClockTime delay_max;
  gdouble tick_rate_hz;
  gdouble tick_error_ns;
} GstIrsdkStats;

const gchar *gst_irsdk_state_to_string (GstIrsdkState state);
GstMessage *gst_irsdk_state_message_new (
    GstObject *src, GstIrsdkState state, const gchar *reason);
void gst_irsdk_stats_set_fit (
    GstIrsdkStats *stats, const IrsdkTickClock *clock);
void gst_irsdk_stats_count_row (
    GstIrsdkStats *stats, const IrsdkShmRow *row, GstClockTime delay);
GstStructure *gst_irsdk_stats_to_structure (const GstIrsdkStats *stats);

G_END_DECLS

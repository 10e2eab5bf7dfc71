/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstTelemetryPace inside: the object, what comes in, what goes out. */
#pragma once

#include "gsttelemetrypace.h"
#include "pacer.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (telemetry_pace_debug);

struct _GstTelemetryPace {
  GstElement parent;

  GstPad *video_sink;
  GstPad *video_src;
  GstPad *telemetry_sink;
  GstPad *telemetry_src;

  /* Held by whoever pushes on video_src; its segment too. The task, which only
   * has GAP events to push, never waits for it. */
  GMutex video_push;
  GstSegment video_segment;
  gboolean video_asked_live;

  /* Telemetry's upstream thread only. */
  GstSegment telemetry_segment;
  gboolean telemetry_asked_live;

  /* The task of telemetry_src only. */
  gboolean started;
  gboolean segment_sent;

  /* Protects the rest; wake() tells the task, room tells upstream. */
  GMutex lock;
  GCond cond;
  GCond room;
  GstClockID wait_id;
  Pacer *pacer;
  PacerConfig config;
  gboolean flushing;
  GstFlowReturn flow;
  guint64 n_frames;
  guint64 n_units;
  guint64 n_merged;
  guint64 n_gaps;
  guint64 n_alone;
  guint64 n_dropped;
};

/* gsttelemetrypace.c; wake() with the lock */
void gst_telemetry_pace_wake (GstTelemetryPace *self);
GstClockTime gst_telemetry_pace_running_time_now (GstTelemetryPace *self);

/* gsttelemetrypaceoutput.c */
void gst_telemetry_pace_task (gpointer data);
void gst_telemetry_pace_set_flushing (
    GstTelemetryPace *self, gboolean flushing);
gboolean gst_telemetry_pace_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active);

/* gsttelemetrypaceinput.c */
GstFlowReturn gst_telemetry_pace_telemetry_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer);
gboolean gst_telemetry_pace_telemetry_event (
    GstPad *pad, GstObject *parent, GstEvent *event);
GstFlowReturn gst_telemetry_pace_video_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer);
gboolean gst_telemetry_pace_video_event (
    GstPad *pad, GstObject *parent, GstEvent *event);

G_END_DECLS

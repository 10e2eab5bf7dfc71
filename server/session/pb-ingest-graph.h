/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestGraph: pipelines/ingest.launch at work: TS bytes in, access units
 * and rows to the driver's hub. */
#pragma once

#include <gst/gst.h>

#include "health/pb-flow.h"
#include "live/pb-live.h"
#include "recording/pb-recorder.h"
#include "session/pb-lap-book.h"
#include "session/pb-ingest-times.h"
#include "session/pb-parts.h"
#include "session/pb-sound.h"
#include "session/pb-thinning.h"
#include "session/pb-transcoder.h"

G_BEGIN_DECLS

typedef struct _PbIngestGraph PbIngestGraph;

/* From any thread, once or more: the graph cannot go on. @too_much: the sender
 * keeps to no limit, and shall not come back at once. */
typedef void (*PbIngestGraphFailFunc) (
    const gchar *reason, gboolean too_much, gpointer user_data);

/**
 * PbIngestPicture:
 * @codec: as it comes: "h264" or "h265"
 * @width, @height: of the picture, 0 while there is none
 * @transcoded: browsers get it encoded anew
 * @transcoder: whether that goes on
 * @failure: (nullable): why it does not
 * @dropped: gaps in it because this machine was too slow
 */
typedef struct {
  const gchar *codec;
  gint width;
  gint height;
  gboolean transcoded;
  PbDemandState transcoder;
  gchar *failure;
  guint64 dropped;
} PbIngestPicture;

/**
 * PbIngestGraphConfig:
 * @live: the driver's hub
 * @book: the driver's laps and track; lives as long as @live
 * @clock: (nullable): clock of the pipeline the buffers come from
 * @base_time: its base time, so that running times are the same
 * @only_units: what comes is told apart already, and is telemetry: there is no
 *   pipeline, and pb_ingest_graph_push_units() is called
 * @fail: called when the graph cannot go on
 * @user_data: for @fail
 */
typedef struct {
  PbLive *live;
  PbLapBook *book;
  GstClock *clock;
  GstClockTime base_time;
  gboolean only_units;
  PbIngestGraphFailFunc fail;
  gpointer user_data;
} PbIngestGraphConfig;

PbIngestGraph *pb_ingest_graph_new (const PbIngestGraphConfig *config,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_ingest_graph_free (PbIngestGraph *graph);
void pb_ingest_graph_set_recorder (PbIngestGraph *graph, PbRecorder *recorder);
void pb_ingest_graph_set_parts (PbIngestGraph *graph, PbParts parts);
void pb_ingest_graph_push (PbIngestGraph *graph, GstBuffer *buffer);
void pb_ingest_graph_push_units (PbIngestGraph *graph, const guint8 *klv,
    gsize size, GstClockTime running_time);
void pb_ingest_graph_stop (PbIngestGraph *graph);

guint64 pb_ingest_graph_get_waiting_bytes (PbIngestGraph *self);
guint64 pb_ingest_graph_get_dropped_bytes (PbIngestGraph *graph);
guint64 pb_ingest_graph_get_klv_bytes (PbIngestGraph *graph);
void pb_ingest_graph_get_losses (
    PbIngestGraph *graph, guint64 *lost_rows, guint64 *rejected_units);
void pb_ingest_graph_get_flow (PbIngestGraph *graph, PbFlowReading *flow);
gint64 pb_ingest_graph_get_lag_us (PbIngestGraph *graph, PbParts part);
gboolean pb_ingest_graph_get_utc_lag_us (PbIngestGraph *graph, gint64 *lag_us);
void pb_ingest_graph_get_start (PbIngestGraph *graph, PbIngestStart *start);
void pb_ingest_graph_get_thinning (PbIngestGraph *graph, PbThinning *thinning);
void pb_ingest_graph_get_picture (
    PbIngestGraph *graph, PbIngestPicture *picture);
void pb_ingest_graph_get_sound (PbIngestGraph *graph, PbSoundReading *sound);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIngestGraph, pb_ingest_graph_free)

G_END_DECLS

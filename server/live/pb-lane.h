/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLane: a thread that serves a share of a driver's viewers, in order. */
#pragma once

#include "live/pb-frame.h"
#include "live/pb-live.h"

G_BEGIN_DECLS

typedef struct _PbLane PbLane;

PbLane *pb_lane_new (const gchar *name);
void pb_lane_free (PbLane *lane);
guint pb_lane_get_n_viewers (PbLane *lane);

PbLiveViewer *pb_lane_add_viewer (
    PbLane *lane, const PbLiveViewerFuncs *funcs, gpointer user_data);
void pb_lane_remove_viewer (PbLane *lane, PbLiveViewer *viewer);
PbLane *pb_live_viewer_get_lane (PbLiveViewer *viewer);

void pb_lane_push_frame (PbLane *lane, PbFrame *frame);
gboolean pb_lane_push_sample (PbLane *lane, GBytes *message, gboolean key);
void pb_lane_push_text (PbLane *lane, const gchar *json);
void pb_lane_start_video (
    PbLane *lane, PbLiveViewer *viewer, guint pt, GPtrArray *frames);
void pb_lane_push_sound (PbLane *lane, GstBuffer *packet);
void pb_lane_start_sound (PbLane *lane, PbLiveViewer *viewer);
void pb_lane_start_data (
    PbLane *lane, PbLiveViewer *viewer, GPtrArray *texts, GPtrArray *samples);
void pb_lane_resync_data (
    PbLane *lane, PbLiveViewer *viewer, GBytes *key_sample);
guint64 pb_lane_get_dropped_frames (PbLane *lane);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLane, pb_lane_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWhipGraph: a publisher's RTP on its way to MPEG-TS. */
#pragma once

#include <gst/gst.h>

#include "webrtc/pb-intake.h"

G_BEGIN_DECLS

typedef struct _PbWhipGraph PbWhipGraph;

PbWhipGraph *pb_whip_graph_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_whip_graph_free (PbWhipGraph *graph);
GstElement *pb_whip_graph_get_pipeline (PbWhipGraph *graph);
void pb_whip_graph_push (PbWhipGraph *graph, PbIntakeKind kind, GBytes *packet,
    gint64 time_us, gboolean lost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbWhipGraph, pb_whip_graph_free)

G_END_DECLS

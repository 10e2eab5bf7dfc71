/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAnalysis: one driver's laps and track, from rows to whoever asks. */
#pragma once

#include <json-glib/json-glib.h>

#include "analysis/pb-laps.h"
#include "analysis/pb-track.h"
#include "live/pb-live.h"

G_BEGIN_DECLS

/* Thread safe. Rows come from the ingest graph; it tells the viewers of the
 * driver's hub what has changed. */
typedef struct _PbAnalysis PbAnalysis;

PbAnalysis *pb_analysis_new (PbLive *live);
void pb_analysis_free (PbAnalysis *analysis);
void pb_analysis_push (PbAnalysis *analysis, GstPitboxSchema *schema,
    GstBuffer *row, GstClockTime running_time);
void pb_analysis_set_track (
    PbAnalysis *analysis, const gchar *name, gdouble north_offset_rad);
GArray *pb_analysis_take_laps (PbAnalysis *analysis);

JsonNode *pb_analysis_laps_to_json (PbAnalysis *analysis);
JsonNode *pb_analysis_trace_to_json (PbAnalysis *analysis, gint lap);
JsonNode *pb_analysis_track_to_json (PbAnalysis *analysis);

G_END_DECLS

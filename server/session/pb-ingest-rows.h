/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestRows: rows of one stream, as they were decoded, to the driver's hub,
 * its laps and the recording's index. */
#pragma once

#include "health/pb-flow.h"
#include "live/pb-live.h"
#include "recording/pb-recorder.h"
#include "session/pb-ingest-times.h"
#include "session/pb-lap-book.h"
#include "session/pb-thinning.h"

G_BEGIN_DECLS

typedef struct _PbIngestRows PbIngestRows;

PbIngestRows *pb_ingest_rows_new (
    PbLive *live, PbLapBook *book, PbIngestTimes *times, PbFlow *flow);
void pb_ingest_rows_free (PbIngestRows *rows);
void pb_ingest_rows_set_recorder (PbIngestRows *rows, PbRecorder *recorder);
void pb_ingest_rows_show (PbIngestRows *rows, gboolean is_shown);
void pb_ingest_rows_set_layout (
    PbIngestRows *rows, GstPitboxSchema *schema, const PbThinning *thinning);
gboolean pb_ingest_rows_set_caps (PbIngestRows *rows, GstCaps *caps);
void pb_ingest_rows_set_text (PbIngestRows *rows, GBytes *text, guint update);
void pb_ingest_rows_push (
    PbIngestRows *rows, GstBuffer *row, GstClockTime running_time);
void pb_ingest_rows_get_thinning (PbIngestRows *rows, PbThinning *thinning);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIngestRows, pb_ingest_rows_free)

G_END_DECLS

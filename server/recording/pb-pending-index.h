/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPendingIndex: lines of a recording's index on their way into the database:
 * they wait for their bytes, for their row, and for the database. */
#pragma once

#include "recording/pb-row-index.h"
#include "store/pb-session-log.h"

G_BEGIN_DECLS

/* No lock: the recorder's thread only. */
typedef struct _PbPendingIndex PbPendingIndex;

PbPendingIndex *pb_pending_index_new (PbSessionLog *log, PbRowIndex *rows);
void pb_pending_index_free (PbPendingIndex *index);
void pb_pending_index_add_segment (
    PbPendingIndex *index, const PbSegmentRow *segment);
void pb_pending_index_add_point (PbPendingIndex *index, const PbPoint *point);
gboolean pb_pending_index_truncate (
    PbPendingIndex *index, guint segment, guint64 bytes, gint64 *last_pts);
void pb_pending_index_resolve (PbPendingIndex *index);
gboolean pb_pending_index_commit (
    PbPendingIndex *index, const PbSegmentRow *open, gboolean last);

G_END_DECLS

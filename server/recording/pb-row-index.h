/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRowIndex: which row belongs to a moment of the stream: its UTC and its
 * lap, for the lines of the index. */
#pragma once

#include "store/pb-point.h"
#include "store/pb-row-range.h"

G_BEGIN_DECLS

typedef struct _PbRowIndex PbRowIndex;

PbRowIndex *pb_row_index_new (void);
void pb_row_index_free (PbRowIndex *index);
void pb_row_index_push (PbRowIndex *index, const guint8 *data, gsize size,
    gboolean starts, gint64 pts);
void pb_row_index_begin_segment (PbRowIndex *index, guint n);
void pb_row_index_settle (PbRowIndex *index, gboolean written);
void pb_row_index_take_ranges (PbRowIndex *index, GArray *ranges);
void pb_row_index_note (
    PbRowIndex *index, guint64 tick, gint64 utc_us, gint lap);
gint pb_row_index_get_lap (PbRowIndex *index);
gboolean pb_row_index_resolve (
    PbRowIndex *index, PbPoint *point, gboolean last_chance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRowIndex, pb_row_index_free)

G_END_DECLS

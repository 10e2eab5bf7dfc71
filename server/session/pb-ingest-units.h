/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestUnits: KLV units of a stream that is nothing else, decoded where they
 * come. */
#pragma once

#include "session/pb-ingest-rows.h"

G_BEGIN_DECLS

typedef struct _PbIngestUnits PbIngestUnits;

PbIngestUnits *pb_ingest_units_new (PbIngestRows *rows);
void pb_ingest_units_free (PbIngestUnits *units);
void pb_ingest_units_push (PbIngestUnits *units, const guint8 *klv, gsize size,
    GstClockTime running_time);
void pb_ingest_units_get_losses (
    PbIngestUnits *units, guint64 *lost_rows, guint64 *rejected_units);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIngestUnits, pb_ingest_units_free)

G_END_DECLS

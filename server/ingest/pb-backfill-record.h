/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillRecord: a session of rows that did not come live: its recording and
 * nothing else. */
#pragma once

#include "recording/pb-recorder.h"

G_BEGIN_DECLS

/* Main thread only, but for pb_backfill_record_close(). */
typedef struct _PbBackfillRecord PbBackfillRecord;

PbBackfillRecord *pb_backfill_record_new (PbStore *store,
    const gchar *recordings, const PbRecorderOptions *options,
    const gchar *driver, const gchar *device, gint64 utc_us);
void pb_backfill_record_close (PbBackfillRecord *record);
const gchar *pb_backfill_record_get_id (PbBackfillRecord *record);
void pb_backfill_record_push (
    PbBackfillRecord *record, const GByteArray *ts, gint64 utc_us);
void pb_backfill_record_get_time (
    PbBackfillRecord *record, gint64 *from_utc_us, gint64 *to_utc_us);
guint64 pb_backfill_record_get_pushed_bytes (PbBackfillRecord *record);
guint64 pb_backfill_record_get_settled_bytes (PbBackfillRecord *record);
gchar *pb_backfill_record_dup_failure (
    PbBackfillRecord *record) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

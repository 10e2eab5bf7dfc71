/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSessionLog: what is written of one session, from its beginning to its end,
 * without waiting for it. */
#pragma once

#include "store/pb-index.h"

G_BEGIN_DECLS

/* Thread safe. Everything goes through pb_store_queue(), so in the order of the
 * calls. A session of which one write was lost is not written on: it stays
 * open in the database, or out of it, until pb_recovery_run() reads its files. */
typedef struct _PbSessionLog PbSessionLog;

PbSessionLog *pb_session_log_new (PbStore *store, const gchar *id,
    const gchar *driver, const gchar *device, gint64 utc_us);
PbSessionLog *pb_session_log_ref (PbSessionLog *log);
void pb_session_log_unref (PbSessionLog *log);
void pb_session_log_describe (PbSessionLog *log, const gchar *mode,
    const gchar *car, const gchar *car_number, const gchar *track);
void pb_session_log_join (PbSessionLog *log, const gchar *whole);
void pb_session_log_put_lap (PbSessionLog *log, const PbLapRow *lap);
void pb_session_log_put_index (PbSessionLog *log, PbIndexPart *part);
gboolean pb_session_log_is_writing_index (PbSessionLog *log);
void pb_session_log_give_up (PbSessionLog *log);
void pb_session_log_close (
    PbSessionLog *log, gint64 utc_us, const gchar *reason);
gchar *pb_session_log_dup_trouble (PbSessionLog *log) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSessionLog, pb_session_log_unref)

G_END_DECLS

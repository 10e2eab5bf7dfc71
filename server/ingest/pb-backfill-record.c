/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows that did not come live go to the disk and into the index, and nowhere
 * else: no graph, no driver's place, no viewers. */
#include "ingest/pb-backfill-record.h"

#include "session/pb-session.h"
#include "store/pb-recordings.h"

struct _PbBackfillRecord {
  gchar *id;
  PbSessionLog *log;
  PbRecorder *recorder;
  guint64 pushed_bytes;
  gint64 oldest_utc_us;
  gint64 newest_utc_us;
};

/**
 * pb_backfill_record_new:
 * @store: where its index goes
 * @recordings: folder of all recordings
 * @options: of the recorder
 * @driver: valid id of whom it is
 * @device: what sends
 * @utc_us: of its first row
 *
 * Returns: (transfer full): a session without a byte
 */
PbBackfillRecord *
pb_backfill_record_new (PbStore *store, const gchar *recordings,
    const PbRecorderOptions *options, const gchar *driver, const gchar *device,
    gint64 utc_us)
{
  PbBackfillRecord *self = g_new0 (PbBackfillRecord, 1);
  g_autofree gchar *id = pb_session_make_id ();
  g_autofree gchar *folder = NULL;

  self->id = g_strconcat (id, PB_SESSION_BACKFILL_SUFFIX, NULL);
  self->oldest_utc_us = self->newest_utc_us = utc_us;
  self->log = pb_session_log_new (store, self->id, driver, device, utc_us);
  pb_session_log_describe (self->log, "telemetry", NULL, NULL, NULL);
  folder = g_build_filename (recordings, driver, self->id, NULL);
  self->recorder = pb_recorder_new (self->log, folder, options);
  return self;
}

/**
 * pb_backfill_record_close:
 * @record: (transfer full): nobody else has it any more
 *
 * Waits for the disk: not on the main thread.
 */
void
pb_backfill_record_close (PbBackfillRecord *self)
{
  pb_recorder_close (self->recorder);
  pb_session_log_close (self->log, self->newest_utc_us, "back-filled");
  pb_session_log_unref (self->log);
  g_free (self->id);
  g_free (self);
}

/**
 * pb_backfill_record_get_id:
 *
 * Returns: (transfer none): the session's name
 */
const gchar *
pb_backfill_record_get_id (PbBackfillRecord *self)
{
  return self->id;
}

/**
 * pb_backfill_record_push:
 * @ts: MPEG-TS packets
 * @utc_us: of their rows
 *
 * Waits for nobody.
 */
void
pb_backfill_record_push (
    PbBackfillRecord *self, const GByteArray *ts, gint64 utc_us)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (ts->data, ts->len);

  self->pushed_bytes += ts->len;
  self->oldest_utc_us = MIN (self->oldest_utc_us, utc_us);
  self->newest_utc_us = MAX (self->newest_utc_us, utc_us);
  pb_recorder_push (self->recorder, buffer, utc_us);
}

/**
 * pb_backfill_record_get_time:
 * @from_utc_us: (out): of its first row, by the driver's PC
 * @to_utc_us: (out): of its last row
 */
void
pb_backfill_record_get_time (
    PbBackfillRecord *self, gint64 *from_utc_us, gint64 *to_utc_us)
{
  *from_utc_us = self->oldest_utc_us;
  *to_utc_us = self->newest_utc_us;
}

guint64
pb_backfill_record_get_pushed_bytes (PbBackfillRecord *self)
{
  return self->pushed_bytes;
}

/**
 * pb_backfill_record_get_settled_bytes:
 *
 * Returns: how many of the bytes that were pushed a killed process leaves
 *   behind, while pb_backfill_record_dup_failure() says nothing
 */
guint64
pb_backfill_record_get_settled_bytes (PbBackfillRecord *self)
{
  return pb_recorder_get_settled_bytes (self->recorder);
}

/**
 * pb_backfill_record_dup_failure:
 *
 * Returns: (transfer full) (nullable): why rows are not recorded, in words
 */
gchar *
pb_backfill_record_dup_failure (PbBackfillRecord *self)
{
  PbRecorderStats stats;

  pb_recorder_get_stats (self->recorder, &stats);
  if (!stats.failure && stats.dropped_bytes > 0)
    stats.failure = g_strdup ("the disk is slower than what comes");
  else if (!stats.failure && stats.missed_bytes > 0)
    stats.failure = g_strdup ("the disk took nothing for a while");
  return stats.failure;
}

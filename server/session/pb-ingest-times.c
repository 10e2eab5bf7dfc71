/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The newest bytes' time against that of the units in them. */
#include "session/pb-ingest-times.h"

#include "session/pb-pairing.h"

struct _PbIngestTimes {
  gint64 started_us;
  gint first_ms[PB_INGEST_SESSION_TEXT + 1]; /* each atomic, -1: not yet */

  GMutex lock; /* protects the rest */
  gint64 arrival_us; /* running time of the newest bytes */
  gint64 origin_us; /* UTC of running time 0, by the newest bytes */
  PbLag utc_lead; /* time minus UTC of rows, as running times */
  PbLag lags[PB_N_PARTS];
};

/**
 * pb_ingest_times_new:
 *
 * Any thread, as everything here. The stream begins now.
 *
 * Returns: (transfer full): times of a stream of which nothing has come
 */
PbIngestTimes *
pb_ingest_times_new (void)
{
  PbIngestTimes *self = g_new0 (PbIngestTimes, 1);

  g_mutex_init (&self->lock);
  self->started_us = g_get_monotonic_time ();
  for (guint i = 0; i < G_N_ELEMENTS (self->first_ms); i++)
    self->first_ms[i] = -1;
  return self;
}

void
pb_ingest_times_free (PbIngestTimes *self)
{
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * pb_ingest_times_note_first:
 * @first: came; the first time counts. One thread for each.
 */
void
pb_ingest_times_note_first (PbIngestTimes *self, PbIngestFirst first)
{
  gint *ms = &self->first_ms[first];

  if (g_atomic_int_get (ms) < 0)
    g_atomic_int_set (
        ms, (gint) ((g_get_monotonic_time () - self->started_us) / 1000));
}

/**
 * pb_ingest_times_note_bytes:
 * @now: running time at which the newest bytes came, if there is a clock
 * @utc_us: at the same moment, by this machine
 */
void
pb_ingest_times_note_bytes (
    PbIngestTimes *self, GstClockTime now, gint64 utc_us)
{
  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  g_mutex_lock (&self->lock);
  self->arrival_us = (gint64) GST_TIME_AS_USECONDS (now);
  self->origin_us = utc_us - self->arrival_us;
  g_mutex_unlock (&self->lock);
}

static PbLag *
get_lag (PbIngestTimes *self, PbParts part)
{
  return &self->lags[part == PB_PART_TELEMETRY ? 0 : 1];
}

/**
 * pb_ingest_times_note_unit:
 * @part: one part
 * @time: running time of a unit of it that has come
 *
 * The newest bytes may be later than its own, so the least counts.
 */
void
pb_ingest_times_note_unit (PbIngestTimes *self, PbParts part, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  g_mutex_lock (&self->lock);
  pb_lag_push (get_lag (self, part), g_get_monotonic_time (),
      self->arrival_us - (gint64) GST_TIME_AS_USECONDS (time));
  g_mutex_unlock (&self->lock);
}

/**
 * pb_ingest_times_note_utc:
 * @utc_us: of a row, by whoever saw its tick
 * @time: its running time
 *
 * A thread that is held up between two looks at clocks takes UTC for earlier
 * than it is; so the least lead counts.
 */
void
pb_ingest_times_note_utc (PbIngestTimes *self, gint64 utc_us, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  g_mutex_lock (&self->lock);
  if (self->origin_us != 0)
    pb_lag_push (&self->utc_lead, g_get_monotonic_time (),
        (gint64) GST_TIME_AS_USECONDS (time) - (utc_us - self->origin_us));
  g_mutex_unlock (&self->lock);
}

/**
 * pb_ingest_times_get_utc_lag_us:
 * @lag_us: (out): by how much a row's UTC is after its time; whose clock that
 *   was, by how much it is off, is not considered
 *
 * Returns: %FALSE if rows have none
 */
gboolean
pb_ingest_times_get_utc_lag_us (PbIngestTimes *self, gint64 *lag_us)
{
  gboolean is_known;

  g_mutex_lock (&self->lock);
  is_known = self->utc_lead.began_us != 0;
  *lag_us = -pb_lag_get_us (&self->utc_lead);
  g_mutex_unlock (&self->lock);
  return is_known;
}

/**
 * pb_ingest_times_get_lag_us:
 * @part: one part
 *
 * Returns: by how much its units come after their time, at the least of late;
 *   negative where the muxer writes ahead of its clock
 */
gint64
pb_ingest_times_get_lag_us (PbIngestTimes *self, PbParts part)
{
  gint64 lag_us;

  g_mutex_lock (&self->lock);
  lag_us = pb_lag_get_us (get_lag (self, part));
  g_mutex_unlock (&self->lock);
  return lag_us;
}

/**
 * pb_ingest_times_get_start:
 * @start: (out): see #PbIngestStart
 */
void
pb_ingest_times_get_start (PbIngestTimes *self, PbIngestStart *start)
{
  start->row_ms = g_atomic_int_get (&self->first_ms[PB_INGEST_ROW]);
  start->picture_ms = g_atomic_int_get (&self->first_ms[PB_INGEST_PICTURE]);
  start->session_text_ms =
      g_atomic_int_get (&self->first_ms[PB_INGEST_SESSION_TEXT]);
}

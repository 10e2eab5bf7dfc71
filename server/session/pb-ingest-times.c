/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The newest bytes' time against that of the units in them. */
#include "session/pb-ingest-times.h"

#include "session/pb-pairing.h"

struct _PbIngestTimes {
  gint64 started_us;
  gint first_ms[PB_INGEST_SESSION_TEXT + 1]; /* each atomic, -1: not yet */

  GMutex lock; /* protects the rest */
  gint64 arrival_us; /* running time of the newest bytes */
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
 */
void
pb_ingest_times_note_bytes (PbIngestTimes *self, GstClockTime now)
{
  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  g_mutex_lock (&self->lock);
  self->arrival_us = (gint64) GST_TIME_AS_USECONDS (now);
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

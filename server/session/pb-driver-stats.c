/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Of two parts each figure is that of the part it speaks of; bytes are added
 * up. */
#include "session/pb-driver-stats.h"

static void
merge_recorder (PbRecorderStats *all, PbRecorderStats *rows)
{
  all->recording = all->recording && rows->recording;
  if (!all->failure)
    all->failure = g_steal_pointer (&rows->failure);
  all->bytes += rows->bytes;
  all->duration_ms = MAX (all->duration_ms, rows->duration_ms);
  all->segments += rows->segments;
  all->dropped_bytes += rows->dropped_bytes;
  all->missed_bytes += rows->missed_bytes;
  all->has_klv = rows->has_klv;
}

static gboolean
has_alarm (GPtrArray *alarms, const gchar *code)
{
  for (guint i = 0; i < alarms->len; i++)
    if (g_str_equal (((PbAlarm *) g_ptr_array_index (alarms, i))->code, code))
      return TRUE;
  return FALSE;
}

/* Each is said once. */
static void
merge_alarms (GPtrArray *all, GPtrArray *more)
{
  while (more->len > 0) {
    PbAlarm *alarm = g_ptr_array_steal_index (more, 0);

    if (has_alarm (all, alarm->code))
      pb_alarm_free (alarm);
    else
      g_ptr_array_add (all, alarm);
  }
}

/* @rows is of the part with the telemetry; what is taken of it is left out
 * there. */
static void
merge (PbSessionStats *all, PbSessionStats *rows)
{
  merge_recorder (&all->recorder, &rows->recorder);
  if (!all->index_trouble)
    all->index_trouble = g_steal_pointer (&rows->index_trouble);
  all->bytes += rows->bytes;
  all->dropped_bytes += rows->dropped_bytes;
  all->recv_kbps += rows->recv_kbps;
  all->telemetry_kbps = rows->telemetry_kbps;
  all->link.recv_mbps += rows->link.recv_mbps;
  all->link.lost_rows = rows->link.lost_rows;
  all->link.rejected_units = rows->link.rejected_units;
  all->start.row_ms = rows->start.row_ms;
  all->start.session_text_ms = rows->start.session_text_ms;
  all->flow.row_age_ms = rows->flow.row_age_ms;
  all->flow.row_utc_age_ms = rows->flow.row_utc_age_ms;
  all->clock_known = rows->clock_known;
  all->clock_error_ms = rows->clock_error_ms;
  all->health = MAX (all->health, rows->health);
  merge_alarms (all->alarms, rows->alarms);
}

/**
 * pb_driver_get_session_stats:
 * @stats: (out): of picture and telemetry together; for
 *   pb_session_stats_clear()
 *
 * Any thread.
 *
 * Returns: %FALSE without a session; @stats is not touched then
 */
gboolean
pb_driver_get_session_stats (PbDriver *driver, PbSessionStats *stats)
{
  g_autoptr (PbSession) first = pb_driver_dup_session (driver);
  g_autoptr (PbSession) rows = pb_driver_dup_holder (driver, PB_PART_TELEMETRY);
  PbSessionStats more;

  if (!first)
    return FALSE;
  pb_session_get_stats (first, stats);
  if (!rows || rows == first)
    return TRUE;
  pb_session_get_stats (rows, &more);
  merge (stats, &more);
  pb_session_stats_clear (&more);
  return TRUE;
}

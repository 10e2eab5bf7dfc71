/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is in a recording: its segments, the moments in them, its laps. */
#include "store/pb-index.h"
#include "store/pb-row-ranges.h"
#include "store/pb-sql.h"

#include <math.h>

static gboolean
put_segment (
    PbStore *store, gint64 pk, const PbSegmentRow *segment, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT INTO segments (session, n, start_pts, end_pts, start_utc_us, "
      "end_utc_us, bytes, closed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
      "ON CONFLICT (session, n) DO UPDATE SET start_pts = excluded.start_pts, "
      "end_pts = excluded.end_pts, end_utc_us = excluded.end_utc_us, "
      "bytes = excluded.bytes, closed = excluded.closed",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, pk);
  sqlite3_bind_int (stmt, 2, segment->n);
  if (segment->has_pts) {
    sqlite3_bind_int64 (stmt, 3, segment->start_pts);
    sqlite3_bind_int64 (stmt, 4, segment->end_pts);
  }
  sqlite3_bind_int64 (stmt, 5, segment->start_utc_us);
  sqlite3_bind_int64 (stmt, 6, segment->end_utc_us);
  sqlite3_bind_int64 (stmt, 7, segment->bytes);
  sqlite3_bind_int (stmt, 8, segment->closed);
  return pb_store_finish (store, stmt, error);
}

static gboolean
put_point (PbStore *store, gint64 pk, const PbPoint *point, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT OR IGNORE INTO points (session, segment, byte, pts, key, utc_us, "
      "lap) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, pk);
  sqlite3_bind_int (stmt, 2, point->segment);
  sqlite3_bind_int64 (stmt, 3, point->offset);
  sqlite3_bind_int64 (stmt, 4, point->pts);
  sqlite3_bind_int (stmt, 5, point->is_key);
  sqlite3_bind_int64 (stmt, 6, point->utc_us);
  sqlite3_bind_int (stmt, 7, point->lap);
  return pb_store_finish (store, stmt, error);
}

static gboolean
put_all (PbStore *store, gint64 pk, const PbIndexPart *part, GError **error)
{
  for (guint i = 0; i < part->segments->len; i++) {
    if (!put_segment (
            store, pk, &g_array_index (part->segments, PbSegmentRow, i), error))
      return FALSE;
  }
  for (guint i = 0; i < part->points->len; i++) {
    if (!put_point (
            store, pk, &g_array_index (part->points, PbPoint, i), error))
      return FALSE;
  }
  for (guint i = 0; i < part->ranges->len; i++) {
    if (!pb_store_put_row_range (
            store, pk, &g_array_index (part->ranges, PbRowRange, i), error))
      return FALSE;
  }
  return TRUE;
}

/**
 * pb_index_part_init:
 * @part: (out): gets empty arrays
 */
void
pb_index_part_init (PbIndexPart *part)
{
  part->segments = g_array_new (FALSE, FALSE, sizeof (PbSegmentRow));
  part->points = g_array_new (FALSE, FALSE, sizeof (PbPoint));
  part->ranges = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
}

/**
 * pb_index_part_clear:
 * @part: whose arrays are freed, if it has any
 */
void
pb_index_part_clear (PbIndexPart *part)
{
  g_clear_pointer (&part->segments, g_array_unref);
  g_clear_pointer (&part->points, g_array_unref);
  g_clear_pointer (&part->ranges, g_array_unref);
}

/**
 * pb_store_commit_index:
 * @part: what is new
 *
 * All of it or nothing, in one transaction. Any thread.
 */
gboolean
pb_store_commit_index (
    PbStore *store, gint64 pk, const PbIndexPart *part, GError **error)
{
  gboolean done = FALSE;

  pb_store_lock (store);
  if (pb_store_exec (store, "BEGIN IMMEDIATE", error)) {
    done = put_all (store, pk, part, error)
           && pb_store_exec (store, "COMMIT", error);
    if (!done)
      pb_store_exec (store, "ROLLBACK", NULL);
  }
  pb_store_unlock (store);
  return done;
}

static void
bind_or_null (sqlite3_stmt *stmt, gint index, gdouble value)
{
  if (isfinite (value))
    sqlite3_bind_double (stmt, index, value);
}

static gdouble
column_or_nan (sqlite3_stmt *stmt, gint column)
{
  return sqlite3_column_type (stmt, column) == SQLITE_NULL
             ? NAN
             : sqlite3_column_double (stmt, column);
}

/**
 * pb_store_put_lap:
 * @lap: a lap; one that began at the same moment is replaced
 *
 * Any thread.
 */
gboolean
pb_store_put_lap (
    PbStore *store, gint64 pk, const PbLapRow *lap, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT OR REPLACE INTO laps (session, lap, start_utc_us, time_s, valid, "
      "fuel_used_l) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, pk);
  sqlite3_bind_int (stmt, 2, lap->lap);
  sqlite3_bind_int64 (stmt, 3, lap->start_utc_us);
  bind_or_null (stmt, 4, lap->time_s);
  sqlite3_bind_int (stmt, 5, lap->valid);
  bind_or_null (stmt, 6, lap->fuel_used_l);
  return pb_store_finish (store, stmt, error);
}

/**
 * pb_store_add_lap:
 * @driver: whose
 * @lap: a lap that was found later; left out where the driver has it already
 *
 * Goes to the session that ran when the lap ended, else to the newest one that
 * had begun. Any thread.
 */
gboolean
pb_store_add_lap (
    PbStore *store, const gchar *driver, const PbLapRow *lap, GError **error)
{
  const gint64 end_us =
      lap->start_utc_us
      + (isfinite (lap->time_s) ? (gint64) (lap->time_s * G_USEC_PER_SEC) : 0);
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT INTO laps (session, lap, start_utc_us, time_s, valid, "
      "fuel_used_l) SELECT s.pk, ?2, ?3, ?4, ?5, ?6 FROM sessions s "
      "WHERE s.driver_id = ?1 AND s.started_utc_us <= ?7 AND NOT EXISTS "
      "(SELECT 1 FROM laps l JOIN sessions o ON o.pk = l.session "
      "WHERE o.driver_id = ?1 AND l.lap = ?2 "
      "AND l.start_utc_us BETWEEN ?3 - 2000000 AND ?3 + 2000000) "
      "ORDER BY s.kind = 'live' AND (s.ended_utc_us IS NULL "
      "OR s.ended_utc_us >= ?7) DESC, s.started_utc_us DESC LIMIT 1",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, driver, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int (stmt, 2, lap->lap);
  sqlite3_bind_int64 (stmt, 3, lap->start_utc_us);
  bind_or_null (stmt, 4, lap->time_s);
  sqlite3_bind_int (stmt, 5, lap->valid);
  bind_or_null (stmt, 6, lap->fuel_used_l);
  sqlite3_bind_int64 (stmt, 7, end_us);
  return pb_store_finish (store, stmt, error);
}

static void
fill_segment (sqlite3_stmt *stmt, gpointer row)
{
  *(PbSegmentRow *) row = (PbSegmentRow){
    .n = sqlite3_column_int (stmt, 0),
    .has_pts = sqlite3_column_type (stmt, 1) != SQLITE_NULL,
    .start_pts = sqlite3_column_int64 (stmt, 1),
    .end_pts = sqlite3_column_int64 (stmt, 2),
    .start_utc_us = sqlite3_column_int64 (stmt, 3),
    .end_utc_us = sqlite3_column_int64 (stmt, 4),
    .bytes = sqlite3_column_int64 (stmt, 5),
    .closed = sqlite3_column_int (stmt, 6) != 0,
  };
}

/**
 * pb_store_list_segments:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbSegmentRow): in their order
 */
GArray *
pb_store_list_segments (PbStore *store, gint64 pk, GError **error)
{
  return pb_sql_array (store, fill_segment, sizeof (PbSegmentRow), error,
      "SELECT n, start_pts, end_pts, start_utc_us, end_utc_us, bytes, closed "
      "FROM segments WHERE session = ?1 ORDER BY n",
      "i", pk);
}

static void
fill_point (sqlite3_stmt *stmt, gpointer row)
{
  *(PbPoint *) row = (PbPoint){
    .segment = sqlite3_column_int (stmt, 0),
    .offset = sqlite3_column_int64 (stmt, 1),
    .pts = sqlite3_column_int64 (stmt, 2),
    .is_key = sqlite3_column_int (stmt, 3) != 0,
    .utc_us = sqlite3_column_int64 (stmt, 4),
    .lap = sqlite3_column_int (stmt, 5),
  };
}

/**
 * pb_store_list_points:
 * @segment: number of a segment
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbPoint): in their order
 */
GArray *
pb_store_list_points (PbStore *store, gint64 pk, guint segment, GError **error)
{
  return pb_sql_array (store, fill_point, sizeof (PbPoint), error,
      "SELECT segment, byte, pts, key, utc_us, lap FROM points "
      "WHERE session = ?1 AND segment = ?2 ORDER BY byte",
      "ii", pk, (gint64) segment);
}

static void
fill_lap (sqlite3_stmt *stmt, gpointer row)
{
  *(PbLapRow *) row = (PbLapRow){
    .lap = sqlite3_column_int (stmt, 0),
    .start_utc_us = sqlite3_column_int64 (stmt, 1),
    .time_s = column_or_nan (stmt, 2),
    .valid = sqlite3_column_int (stmt, 3) != 0,
    .fuel_used_l = column_or_nan (stmt, 4),
  };
}

/**
 * pb_store_list_laps:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbLapRow): in their order
 */
GArray *
pb_store_list_laps (PbStore *store, gint64 pk, GError **error)
{
  return pb_sql_array (store, fill_lap, sizeof (PbLapRow), error,
      "SELECT lap, start_utc_us, time_s, valid, fuel_used_l FROM laps "
      "WHERE session = ?1 ORDER BY start_utc_us",
      "i", pk);
}

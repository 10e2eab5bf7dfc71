/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of which run are on disk, and when they were. */
#include "store/pb-row-ranges.h"

#include "store/pb-sql.h"

#define COLUMNS \
  "r.segment, r.run_id, r.first, r.n, r.start_utc_us, r.end_utc_us, s.kind " \
  "FROM row_ranges r JOIN sessions s ON s.pk = r.session "

/* A stretch ends with its segment, which has some seconds; the index is by when
 * stretches end, and would be read up to the newest one else. */
#define LONGEST_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/**
 * pb_store_put_row_range:
 * @range: a stretch; one that began with the same row has grown
 *
 * Any thread.
 */
gboolean
pb_store_put_row_range (
    PbStore *store, gint64 pk, const PbRowRange *range, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "INSERT INTO row_ranges (session, segment, run_id, first, n, "
      "start_utc_us, end_utc_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
      "ON CONFLICT (session, segment, run_id, first) DO UPDATE SET "
      "n = excluded.n, end_utc_us = excluded.end_utc_us",
      "iiiiiii", pk, (gint64) range->segment, (gint64) range->run_id,
      (gint64) range->first, (gint64) range->n_rows, range->start_utc_us,
      range->end_utc_us);
}

/**
 * pb_store_forget_row_ranges:
 * @segment: whose stretches are to be told anew
 *
 * Any thread.
 */
gboolean
pb_store_forget_row_ranges (
    PbStore *store, gint64 pk, guint segment, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "DELETE FROM row_ranges WHERE session = ?1 AND segment = ?2", "ii", pk,
      (gint64) segment);
}

static void
fill (sqlite3_stmt *stmt, gpointer row)
{
  *(PbRowRange *) row = (PbRowRange){
    .segment = (guint) sqlite3_column_int64 (stmt, 0),
    .run_id = (guint32) sqlite3_column_int64 (stmt, 1),
    .first = (guint32) sqlite3_column_int64 (stmt, 2),
    .n_rows = (guint32) sqlite3_column_int64 (stmt, 3),
    .start_utc_us = sqlite3_column_int64 (stmt, 4),
    .end_utc_us = sqlite3_column_int64 (stmt, 5),
    .is_backfill =
        g_strcmp0 ((const gchar *) sqlite3_column_text (stmt, 6), "backfill")
        == 0,
  };
}

/**
 * pb_store_list_row_ranges:
 * @driver: whose
 * @run_id: of which run
 * @first: number of the first row asked about
 * @end: of the first one behind them, 2^32 at most
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbRowRange): stretches that have some
 *   of them, by their first rows; they may overlap
 */
GArray *
pb_store_list_row_ranges (PbStore *store, const gchar *driver, guint32 run_id,
    guint32 first, guint64 end, GError **error)
{
  return pb_sql_array (store, fill, sizeof (PbRowRange), error,
      "SELECT " COLUMNS
      "WHERE s.driver_id = ?1 AND r.run_id = ?2 AND r.first < ?4 "
      "AND r.first + r.n > ?3 ORDER BY r.first",
      "tiii", driver, (gint64) run_id, (gint64) first, (gint64) end);
}

/**
 * pb_store_list_rows_between:
 * @driver: whose
 * @from_utc_us: by the driver's PC
 * @to_utc_us: likewise
 * @limit: at most so many
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbRowRange): stretches that reach into
 *   that time, by their beginning; none that ends an hour behind it
 */
GArray *
pb_store_list_rows_between (PbStore *store, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us, guint limit, GError **error)
{
  return pb_sql_array (store, fill, sizeof (PbRowRange), error,
      "SELECT " COLUMNS
      "WHERE s.driver_id = ?1 AND r.end_utc_us BETWEEN ?2 AND ?5 "
      "AND r.start_utc_us <= ?3 AND r.start_utc_us > 0 "
      "ORDER BY r.start_utc_us LIMIT ?4",
      "tiiii", driver, from_utc_us, to_utc_us, (gint64) limit,
      MIN (to_utc_us, G_MAXINT64 - LONGEST_US) + LONGEST_US);
}

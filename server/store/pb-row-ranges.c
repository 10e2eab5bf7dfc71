/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of which run are on disk, and when they were. */
#include "store/pb-row-ranges.h"

#include "store/pb-sql.h"

#define COLUMNS \
  "r.segment, r.run_id, r.first, r.n, r.start_utc_us, r.end_utc_us, s.kind " \
  "FROM row_ranges r JOIN sessions s ON s.pk = r.session "

/* A stretch ends with its segment, which has some seconds, or is merged up to
 * MERGED_US: what began earlier is over. */
#define LONGEST_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define MERGED_US (G_GINT64_CONSTANT (1800) * G_USEC_PER_SEC)

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
      "start_utc_us, end_utc_us, driver_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
      "?7, (SELECT driver_id FROM sessions WHERE pk = ?1)) "
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
      "WHERE r.driver_id = ?1 AND r.run_id = ?2 AND r.first < ?4 "
      "AND r.first + r.n > ?3 ORDER BY r.first",
      "tiii", driver, (gint64) run_id, (gint64) first, (gint64) end);
}

/* Of those that began before: the one that lasts longest. */
static GArray *
list_row_before (
    PbStore *store, const gchar *driver, gint64 from_utc_us, GError **error)
{
  return pb_sql_array (store, fill, sizeof (PbRowRange), error,
      "SELECT " COLUMNS
      "WHERE r.driver_id = ?1 AND r.start_utc_us >= ?2 AND r.start_utc_us < ?3 "
      "AND r.start_utc_us > 0 AND r.end_utc_us >= ?3 "
      "ORDER BY r.end_utc_us DESC LIMIT 1",
      "tii", driver, from_utc_us - MIN (from_utc_us, LONGEST_US), from_utc_us);
}

/**
 * pb_store_list_rows_between:
 * @driver: whose
 * @from_utc_us: by the driver's PC; from 0 on
 * @to_utc_us: likewise
 * @limit: at most so many
 *
 * Reads no more lines than it gives, but those of the hour before. Any thread.
 *
 * Returns: (transfer full) (element-type PbRowRange): stretches that reach into
 *   that time, by their beginning; of those that began before the one that
 *   lasts longest
 */
GArray *
pb_store_list_rows_between (PbStore *store, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us, guint limit, GError **error)
{
  g_autoptr (GArray) ranges =
      list_row_before (store, driver, from_utc_us, error);
  g_autoptr (GArray) rest = NULL;

  if (!ranges)
    return NULL;
  rest = pb_sql_array (store, fill, sizeof (PbRowRange), error,
      "SELECT " COLUMNS
      "WHERE r.driver_id = ?1 AND r.start_utc_us BETWEEN ?2 AND ?3 "
      "AND r.start_utc_us > 0 ORDER BY r.start_utc_us LIMIT ?4",
      "tiii", driver, from_utc_us, to_utc_us, (gint64) limit - ranges->len);
  if (!rest)
    return NULL;
  g_array_append_vals (ranges, rest->data, rest->len);
  return g_steal_pointer (&ranges);
}

/* Whether @range's rows follow on those of @last, which grows then. */
static gboolean
grow (PbRowRange *last, const PbRowRange *range)
{
  if (last->run_id != range->run_id
      || (guint64) last->first + last->n_rows != range->first
      || last->start_utc_us == 0 || range->start_utc_us < last->end_utc_us
      || range->end_utc_us < range->start_utc_us
      || range->end_utc_us - last->start_utc_us > MERGED_US)
    return FALSE;
  last->n_rows += range->n_rows;
  last->end_utc_us = range->end_utc_us;
  return TRUE;
}

static gboolean
replace (PbStore *store, gint64 pk, const GArray *ranges, GError **error)
{
  if (!pb_sql_run (store, NULL, error,
          "DELETE FROM row_ranges WHERE session = ?1", "i", pk))
    return FALSE;
  for (guint i = 0; i < ranges->len; i++)
    if (!pb_store_put_row_range (
            store, pk, &g_array_index (ranges, PbRowRange, i), error))
      return FALSE;
  return TRUE;
}

/**
 * pb_store_merge_row_ranges:
 * @pk: of a session that is over
 *
 * Stretches that follow on each other become one, of half an hour at most: a
 * recording has one each ten seconds. Any thread.
 */
gboolean
pb_store_merge_row_ranges (PbStore *store, gint64 pk, GError **error)
{
  g_autoptr (GArray) have =
      pb_sql_array (store, fill, sizeof (PbRowRange), error,
          "SELECT " COLUMNS
          "WHERE r.session = ?1 ORDER BY r.run_id, r.first, r.segment",
          "i", pk);
  g_autoptr (GArray) merged = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  gboolean done = FALSE;

  if (!have)
    return FALSE;
  for (guint i = 0; i < have->len; i++) {
    const PbRowRange *range = &g_array_index (have, PbRowRange, i);

    if (merged->len == 0
        || !grow (&g_array_index (merged, PbRowRange, merged->len - 1), range))
      g_array_append_vals (merged, range, 1);
  }
  if (merged->len == have->len)
    return TRUE;
  pb_store_lock (store);
  if (pb_store_exec (store, "BEGIN IMMEDIATE", error)) {
    done = replace (store, pk, merged, error)
           && pb_store_exec (store, "COMMIT", error);
    if (!done)
      pb_store_exec (store, "ROLLBACK", NULL);
  }
  pb_store_unlock (store);
  return done;
}

static void
place_free (gpointer data)
{
  PbRowPlace *self = data;

  g_free (self->session);
  g_free (self);
}

static gpointer
read_place (sqlite3_stmt *stmt)
{
  PbRowPlace *self = g_new0 (PbRowPlace, 1);

  self->session = g_strdup ((const gchar *) sqlite3_column_text (stmt, 0));
  self->segment = (guint) sqlite3_column_int64 (stmt, 1);
  self->start_utc_us = sqlite3_column_int64 (stmt, 2);
  self->is_backfill = sqlite3_column_int (stmt, 3) != 0;
  return self;
}

/**
 * pb_store_list_row_places:
 * @driver: whose
 * @from_utc_us: by the driver's PC
 * @to_utc_us: likewise
 * @kinds: which rows
 * @limit: at most so many
 *
 * A stretch may go on through many segments; which of them have that time the
 * lines of the index say, at least one a second. Any thread.
 *
 * Returns: (transfer full) (element-type PbRowPlace): segments that may have
 *   rows of that time, by when these begin
 */
GPtrArray *
pb_store_list_row_places (PbStore *store, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us, PbRowKinds kinds, guint limit,
    GError **error)
{
  return pb_sql_list (store, read_place, place_free, error,
      "SELECT s.id, p.segment, min(p.utc_us), s.kind = 'backfill' "
      "FROM (SELECT DISTINCT session FROM row_ranges WHERE driver_id = ?1 "
      "AND start_utc_us BETWEEN ?5 AND ?3 AND start_utc_us > 0 "
      "AND end_utc_us >= ?2) r JOIN sessions s ON s.pk = r.session "
      "JOIN points p ON p.session = r.session "
      "AND p.utc_us BETWEEN ?2 AND ?3 "
      "WHERE CASE s.kind WHEN 'backfill' THEN ?6 & 2 ELSE ?6 & 1 END != 0 "
      "GROUP BY p.session, p.segment "
      "ORDER BY 3, p.session, p.segment LIMIT ?4",
      "tiiiii", driver, from_utc_us, to_utc_us, (gint64) limit,
      from_utc_us - LONGEST_US, (gint64) kinds);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sessions that were recorded. */
#include "store/pb-recordings.h"
#include "auth/pb-principal.h"
#include "store/pb-row-ranges.h"
#include "store/pb-sql.h"

/* One that is known by its recordings alone is the server's own team's. */
#define TEAM \
  "coalesce((SELECT team FROM drivers WHERE id = s.driver_id), " \
  "'" PB_TEAM_DEFAULT "')"
#define SESSION_COLUMNS \
  "s.pk, s.id, s.driver_id, s.device, s.started_utc_us, s.ended_utc_us, " \
  "s.end_reason, s.mode, s.car, s.car_number, s.track, " TEAM ", " \
  "coalesce(sum(g.bytes), 0), count(g.n), " \
  "coalesce(sum(g.end_pts - g.start_pts), 0) / 90, s.part_of, " \
  "s.kind " \
  "FROM sessions s LEFT JOIN segments g ON g.session = s.pk "

void
pb_session_row_free (PbSessionRow *row)
{
  g_free (row->id);
  g_free (row->driver);
  g_free (row->device);
  g_free (row->end_reason);
  g_free (row->mode);
  g_free (row->car);
  g_free (row->car_number);
  g_free (row->track);
  g_free (row->team);
  g_free (row->part_of);
  g_free (row->kind);
  g_free (row);
}

/**
 * pb_session_id_is_backfill:
 * @id: name of a session
 *
 * Folders say it, too, which outlive the database.
 *
 * Returns: whether it is of rows that did not come live
 */
gboolean
pb_session_id_is_backfill (const gchar *id)
{
  return g_str_has_suffix (id, PB_SESSION_BACKFILL_SUFFIX);
}

/**
 * pb_store_open_session:
 * @store: a store
 * @id: name of the session, new
 * @driver: whom it is of
 * @device: what sends it
 * @utc_us: now
 *
 * Any thread.
 *
 * Returns: the session's key, or 0 with @error set
 */
gint64
pb_store_open_session (PbStore *store, const gchar *id, const gchar *driver,
    const gchar *device, gint64 utc_us, GError **error)
{
  gint64 pk = 0;
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT INTO sessions (id, driver_id, device, started_utc_us, kind) "
      "VALUES (?1, ?2, ?3, ?4, ?5)",
      error);

  if (!stmt)
    return 0;
  sqlite3_bind_text (stmt, 1, id, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 2, driver, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 3, device, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 4, utc_us);
  sqlite3_bind_text (stmt, 5,
      pb_session_id_is_backfill (id) ? "backfill" : "live", -1, SQLITE_STATIC);
  pb_store_lock (store);
  if (pb_store_finish (store, stmt, error))
    pk = pb_store_get_last_rowid (store);
  pb_store_unlock (store);
  return pk;
}

/**
 * pb_store_describe_session:
 * @mode: (nullable): "video" or "telemetry"
 * @car: (nullable): name of the car
 * @car_number: (nullable): as written on it
 * @track: (nullable): name of the track
 *
 * %NULL leaves what is there. Any thread.
 */
gboolean
pb_store_describe_session (PbStore *store, gint64 pk, const gchar *mode,
    const gchar *car, const gchar *car_number, const gchar *track,
    GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "UPDATE sessions SET mode = coalesce(?2, mode), car = coalesce(?3, car), "
      "car_number = coalesce(?4, car_number), track = coalesce(?5, track) "
      "WHERE pk = ?1",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, pk);
  pb_store_bind_text_or_null (stmt, 2, mode);
  pb_store_bind_text_or_null (stmt, 3, car);
  pb_store_bind_text_or_null (stmt, 4, car_number);
  pb_store_bind_text_or_null (stmt, 5, track);
  return pb_store_finish (store, stmt, error);
}

/**
 * pb_store_join_session:
 * @whole: id of the session that this one is a part of
 *
 * Any thread.
 */
gboolean
pb_store_join_session (
    PbStore *store, gint64 pk, const gchar *whole, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (
      store, "UPDATE sessions SET part_of = ?2 WHERE pk = ?1", error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, pk);
  sqlite3_bind_text (stmt, 2, whole, -1, SQLITE_TRANSIENT);
  return pb_store_finish (store, stmt, error);
}

/**
 * pb_store_close_session:
 * @utc_us: when it ended
 * @reason: in words
 *
 * Its stretches of rows are merged. Any thread.
 */
gboolean
pb_store_close_session (PbStore *store, gint64 pk, gint64 utc_us,
    const gchar *reason, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "UPDATE sessions SET ended_utc_us = ?2, end_reason = ?3 "
      "WHERE pk = ?1 AND ended_utc_us IS NULL",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, pk);
  sqlite3_bind_int64 (stmt, 2, utc_us);
  sqlite3_bind_text (stmt, 3, reason, -1, SQLITE_TRANSIENT);
  return pb_store_finish (store, stmt, error)
         && pb_store_merge_row_ranges (store, pk, error);
}

/**
 * pb_store_forget_empty_sessions:
 * @driver: whose
 * @keep: so many of the newest stay
 *
 * Deletes ended sessions of which nothing was recorded. Any thread.
 */
gboolean
pb_store_forget_empty_sessions (
    PbStore *store, const gchar *driver, guint keep, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "DELETE FROM sessions WHERE pk IN (SELECT pk FROM sessions s "
      "WHERE driver_id = ?1 AND ended_utc_us IS NOT NULL "
      "AND NOT EXISTS (SELECT 1 FROM segments WHERE session = s.pk) "
      "ORDER BY started_utc_us DESC LIMIT -1 OFFSET ?2)",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, driver, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int (stmt, 2, keep);
  return pb_store_finish (store, stmt, error);
}

static gpointer
read_session (sqlite3_stmt *stmt)
{
  PbSessionRow *row = g_new0 (PbSessionRow, 1);

  row->pk = sqlite3_column_int64 (stmt, 0);
  row->id = pb_store_dup_text (stmt, 1);
  row->driver = pb_store_dup_text (stmt, 2);
  row->device = pb_store_dup_text (stmt, 3);
  row->started_utc_us = sqlite3_column_int64 (stmt, 4);
  row->ended_utc_us = sqlite3_column_int64 (stmt, 5);
  row->end_reason = pb_store_dup_text (stmt, 6);
  row->mode = pb_store_dup_text (stmt, 7);
  row->car = pb_store_dup_text (stmt, 8);
  row->car_number = pb_store_dup_text (stmt, 9);
  row->track = pb_store_dup_text (stmt, 10);
  row->team = pb_store_dup_text (stmt, 11);
  row->bytes = sqlite3_column_int64 (stmt, 12);
  row->segments = sqlite3_column_int (stmt, 13);
  row->duration_ms = sqlite3_column_int64 (stmt, 14);
  row->part_of = pb_store_dup_text (stmt, 15);
  row->kind = pb_store_dup_text (stmt, 16);
  return row;
}

/**
 * pb_store_list_sessions:
 * @team: (nullable): only of this team's drivers
 * @driver: (nullable): only of this driver
 * @before_utc_us: only those that began before; %G_MAXINT64 for the newest
 * @limit: at most so many
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbSessionRow): newest first
 */
GPtrArray *
pb_store_list_sessions (PbStore *store, const gchar *team, const gchar *driver,
    gint64 before_utc_us, guint limit, GError **error)
{
  return pb_sql_list (store, read_session, (GDestroyNotify) pb_session_row_free,
      error,
      "SELECT " SESSION_COLUMNS
      "WHERE (?1 IS NULL OR s.driver_id = ?1) AND s.started_utc_us < ?2 "
      "AND (?4 IS NULL OR " TEAM
      " = ?4) GROUP BY s.pk ORDER BY s.started_utc_us DESC LIMIT ?3",
      "tiit", driver, before_utc_us, (gint64) limit, team);
}

/**
 * pb_store_list_open_sessions:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbSessionRow): those without an end
 */
GPtrArray *
pb_store_list_open_sessions (PbStore *store, GError **error)
{
  return pb_sql_list (store, read_session, (GDestroyNotify) pb_session_row_free,
      error,
      "SELECT " SESSION_COLUMNS
      "WHERE s.ended_utc_us IS NULL GROUP BY s.pk ORDER BY s.pk",
      "");
}

/**
 * pb_store_list_parts:
 * @whole: id of a session
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbSessionRow): the sessions that are
 *   parts of it beside itself, oldest first
 */
GPtrArray *
pb_store_list_parts (PbStore *store, const gchar *whole, GError **error)
{
  return pb_sql_list (store, read_session, (GDestroyNotify) pb_session_row_free,
      error,
      "SELECT " SESSION_COLUMNS
      "WHERE s.part_of = ?1 GROUP BY s.pk ORDER BY s.started_utc_us",
      "t", whole);
}

/**
 * pb_store_find_session:
 * @id: name of a session
 *
 * Any thread.
 *
 * Returns: (transfer full): the session, or %NULL with @error set
 */
PbSessionRow *
pb_store_find_session (PbStore *store, const gchar *id, GError **error)
{
  g_autoptr (GPtrArray) rows = pb_sql_list (store, read_session,
      (GDestroyNotify) pb_session_row_free, error,
      "SELECT " SESSION_COLUMNS "WHERE s.id = ?1 GROUP BY s.pk", "t", id);

  if (!rows)
    return NULL;
  if (rows->len == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
        "there is no session '%s'", id);
    return NULL;
  }
  return g_ptr_array_steal_index (rows, 0);
}

/**
 * pb_store_has_session:
 * @id: name of a session
 * @has: (out): whether there is one of that name
 *
 * Any thread.
 */
gboolean
pb_store_has_session (
    PbStore *store, const gchar *id, gboolean *has, GError **error)
{
  gboolean done;
  sqlite3_stmt *stmt = pb_store_begin_read (
      store, "SELECT 1 FROM sessions WHERE id = ?1", error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, id, -1, SQLITE_TRANSIENT);
  done = pb_store_step (store, stmt, has, error);
  pb_store_end (store, stmt);
  return done;
}

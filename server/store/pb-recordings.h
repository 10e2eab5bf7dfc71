/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was recorded: sessions, their segments, the index and the laps. */
#pragma once

#include "store/pb-point.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbSessionRow:
 * @pk: key of the other tables
 * @id: name in URLs and folders
 * @ended_utc_us: 0 while it runs
 * @end_reason: (nullable): in words
 * @mode: (nullable): "video" or "telemetry"
 * @bytes, @segments, @duration_ms: of what is on disk, by the index
 *
 * One connection of one device.
 */
typedef struct {
  gint64 pk;
  gchar *id;
  gchar *driver;
  gchar *device;
  gint64 started_utc_us;
  gint64 ended_utc_us;
  gchar *end_reason;
  gchar *mode;
  gchar *car;
  gchar *car_number;
  gchar *track;
  guint64 bytes;
  guint segments;
  gint64 duration_ms;
} PbSessionRow;

/**
 * PbSegmentRow:
 * @start_pts, @end_pts: of the first and the newest unit; both 0 and
 *   @has_pts %FALSE if it holds none
 */
typedef struct {
  guint n;
  gboolean has_pts;
  gint64 start_pts;
  gint64 end_pts;
  gint64 start_utc_us;
  gint64 end_utc_us;
  guint64 bytes;
  gboolean closed;
} PbSegmentRow;

/**
 * PbLapRow:
 * @time_s: NaN if the lap was not finished
 * @fuel_used_l: NaN if unknown
 */
typedef struct {
  gint lap;
  gint64 start_utc_us;
  gdouble time_s;
  gboolean valid;
  gdouble fuel_used_l;
} PbLapRow;

void pb_session_row_free (PbSessionRow *row);

gint64 pb_store_open_session (PbStore *store, const gchar *id,
    const gchar *driver, const gchar *device, gint64 utc_us, GError **error);
gboolean pb_store_describe_session (PbStore *store, gint64 pk,
    const gchar *mode, const gchar *car, const gchar *car_number,
    const gchar *track, GError **error);
gboolean pb_store_close_session (PbStore *store, gint64 pk, gint64 utc_us,
    const gchar *reason, GError **error);
gboolean pb_store_forget_empty_sessions (
    PbStore *store, const gchar *driver, guint keep, GError **error);
gboolean pb_store_has_session (
    PbStore *store, const gchar *id, gboolean *has, GError **error);
gboolean pb_store_commit_index (PbStore *store, gint64 pk,
    const PbSegmentRow *segments, guint n_segments, const PbPoint *points,
    guint n_points, GError **error);
gboolean pb_store_put_lap (
    PbStore *store, gint64 pk, const PbLapRow *lap, GError **error);

GPtrArray *pb_store_list_sessions (PbStore *store, const gchar *driver,
    gint64 before_utc_us, guint limit,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_store_list_open_sessions (
    PbStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbSessionRow *pb_store_find_session (
    PbStore *store, const gchar *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_store_list_segments (
    PbStore *store, gint64 pk, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_store_list_points (PbStore *store, gint64 pk, guint segment,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_store_list_laps (
    PbStore *store, gint64 pk, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSessionRow, pb_session_row_free)

G_END_DECLS

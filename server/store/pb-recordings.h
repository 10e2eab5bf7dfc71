/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sessions that were recorded. */
#pragma once

#include "store/pb-store.h"

G_BEGIN_DECLS

/** PB_SESSION_BACKFILL_SUFFIX: ends the name of a session of rows that did not
 * come live. */
#define PB_SESSION_BACKFILL_SUFFIX "-backfill"

/**
 * PbSessionRow:
 * @pk: key of the other tables
 * @id: name in URLs and folders
 * @ended_utc_us: 0 while it runs
 * @end_reason: (nullable): in words
 * @team: its driver's
 * @mode: (nullable): "video" or "telemetry"
 * @part_of: (nullable): id of the session whose other part it is
 * @bytes, @segments, @duration_ms: of what is on disk, by the index
 * @kind: "live" or "backfill"
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
  gchar *team;
  gchar *part_of;
  guint64 bytes;
  guint segments;
  gint64 duration_ms;
  gchar *kind;
} PbSessionRow;

void pb_session_row_free (PbSessionRow *row);
gboolean pb_session_id_is_backfill (const gchar *id);

gint64 pb_store_open_session (PbStore *store, const gchar *id,
    const gchar *driver, const gchar *device, gint64 utc_us, GError **error);
gboolean pb_store_describe_session (PbStore *store, gint64 pk,
    const gchar *mode, const gchar *car, const gchar *car_number,
    const gchar *track, GError **error);
gboolean pb_store_join_session (
    PbStore *store, gint64 pk, const gchar *whole, GError **error);
gboolean pb_store_close_session (PbStore *store, gint64 pk, gint64 utc_us,
    const gchar *reason, GError **error);
gboolean pb_store_forget_empty_sessions (
    PbStore *store, const gchar *driver, guint keep, GError **error);
gboolean pb_store_has_session (
    PbStore *store, const gchar *id, gboolean *has, GError **error);

GPtrArray *pb_store_list_sessions (PbStore *store, const gchar *team,
    const gchar *driver, gint64 before_utc_us, guint limit,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_store_list_open_sessions (
    PbStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_store_list_parts (PbStore *store, const gchar *whole,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbSessionRow *pb_store_find_session (
    PbStore *store, const gchar *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSessionRow, pb_session_row_free)

G_END_DECLS

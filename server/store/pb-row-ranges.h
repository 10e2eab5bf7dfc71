/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of which run are on disk, and when they were. */
#pragma once

#include "store/pb-row-range.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbRowKinds:
 * @PB_ROWS_MEASURED: came live
 * @PB_ROWS_BACKFILLED: followed later
 */
typedef enum {
  PB_ROWS_MEASURED = 1,
  PB_ROWS_BACKFILLED = 2,
  PB_ROWS_ALL = PB_ROWS_MEASURED | PB_ROWS_BACKFILLED,
} PbRowKinds;

/**
 * PbRowPlace:
 * @session: its name, which is its folder's, too
 * @segment: number of one of its segments
 * @start_utc_us: of the first of its moments that is meant, by the driver's PC
 * @is_backfill: its rows did not come live
 */
typedef struct {
  gchar *session;
  guint segment;
  gint64 start_utc_us;
  gboolean is_backfill;
} PbRowPlace;

gboolean pb_store_put_row_range (
    PbStore *store, gint64 pk, const PbRowRange *range, GError **error);
gboolean pb_store_forget_row_ranges (
    PbStore *store, gint64 pk, guint segment, GError **error);
gboolean pb_store_merge_row_ranges (PbStore *store, gint64 pk, GError **error);
GArray *pb_store_list_row_ranges (PbStore *store, const gchar *driver,
    guint32 run_id, guint32 first, guint64 end,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_store_list_rows_between (PbStore *store, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us, guint limit,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_store_list_row_places (PbStore *store, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us, PbRowKinds kinds, guint limit,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

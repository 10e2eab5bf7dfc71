/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of which run are on disk, and when they were. */
#pragma once

#include "store/pb-row-range.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

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

G_END_DECLS

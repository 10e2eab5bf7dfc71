/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is in a recording: its segments, the moments in them, its laps. */
#pragma once

#include "store/pb-point.h"
#include "store/pb-row-range.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

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

/**
 * PbIndexPart:
 * @segments: (element-type PbSegmentRow): segments that changed
 * @points: (element-type PbPoint): new lines
 * @ranges: (element-type PbRowRange): stretches of rows, new or longer
 *
 * What is written of a recording at once.
 */
typedef struct {
  GArray *segments;
  GArray *points;
  GArray *ranges;
} PbIndexPart;

void pb_index_part_init (PbIndexPart *part);
void pb_index_part_clear (PbIndexPart *part);
gboolean pb_store_commit_index (
    PbStore *store, gint64 pk, const PbIndexPart *part, GError **error);
gboolean pb_store_add_lap (
    PbStore *store, const gchar *driver, const PbLapRow *lap, GError **error);
gboolean pb_store_put_lap (
    PbStore *store, gint64 pk, const PbLapRow *lap, GError **error);

GArray *pb_store_list_segments (
    PbStore *store, gint64 pk, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_store_list_points (PbStore *store, gint64 pk, guint segment,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_store_list_laps (
    PbStore *store, gint64 pk, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PbIndexPart, pb_index_part_clear)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSegmenter: decides where a stream is cut into segments and which points of
 * it go into the index. No file, no thread, no clock. */
#pragma once

#include <mpegts/mpegts-parser.h>
#include "store/pb-point.h"

G_BEGIN_DECLS

/**
 * PbSegmenterFuncs:
 * @begin: the bytes after this call belong to segment @n
 * @write: bytes of the segment that was begun last
 * @point: a line of the index; its bytes follow with one of the next writes
 * @klv: (nullable): a packet's part of a telemetry unit; @pts, unwrapped, is of
 *   the unit where it @starts
 */
typedef struct {
  void (*begin) (guint n, gpointer user_data);
  void (*write) (const guint8 *data, gsize size, gpointer user_data);
  void (*point) (const PbPoint *point, gpointer user_data);
  void (*klv) (const guint8 *data, gsize size, gboolean starts, gint64 pts,
      gpointer user_data);
} PbSegmenterFuncs;

typedef struct _PbSegmenter PbSegmenter;

PbSegmenter *pb_segmenter_new (
    gint64 target_ms, const PbSegmenterFuncs *funcs, gpointer user_data);
void pb_segmenter_free (PbSegmenter *segmenter);
void pb_segmenter_push (PbSegmenter *segmenter, const guint8 *data, gsize size,
    gint64 utc_us, gint lap);
void pb_segmenter_cut (PbSegmenter *segmenter);
void pb_segmenter_finish (PbSegmenter *segmenter);
gboolean pb_segmenter_get_last_pts (const PbSegmenter *segmenter, gint64 *pts);
const MpegtsStats *pb_segmenter_get_ts_stats (const PbSegmenter *segmenter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSegmenter, pb_segmenter_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbFrameRows: which rows go out with which picture, and when that is certain. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/**
 * PbPair:
 * @has_picture: %FALSE for a row that goes out alone
 * @rtp: RTP timestamp of the picture, as pushed; unset without one
 * @time: of the picture, or of the row that goes out alone, ns; on the rows'
 *   timeline
 * @rows: (element-type GstPitboxSample): new rows, oldest first; the last one
 *   is the picture's own. Empty if the picture has none
 * @exact: the own row is of the picture's own instant
 * @repeated: the own row has gone out before (rows are rarer than pictures)
 * @skipped: rows before @rows were left out because they were too many
 * @error: own row's time - picture's time, ns
 */
typedef struct {
  gboolean has_picture;
  guint32 rtp;
  GstClockTime time;
  GPtrArray *rows;
  gboolean exact;
  gboolean repeated;
  gboolean skipped;
  GstClockTimeDiff error;
} PbPair;

void pb_pair_clear (PbPair *pair);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PbPair, pb_pair_clear)

/* Most rows in one sample: a second of rows at 60 Hz. A longer gap is shown by
 * its end. Bounds the message (a browser takes 256 KiB). */
#define PB_FRAME_ROWS_MAX 60

typedef struct _PbFrameRows PbFrameRows;

PbFrameRows *pb_frame_rows_new (guint row_wait_ms);
void pb_frame_rows_free (PbFrameRows *frame_rows);
void pb_frame_rows_reset (PbFrameRows *frame_rows);
void pb_frame_rows_begin_pictures (PbFrameRows *frame_rows);
void pb_frame_rows_forget_rows (PbFrameRows *frame_rows);
gboolean pb_frame_rows_set_pairing (
    PbFrameRows *frame_rows, gboolean paired, GstClockTimeDiff delay);
void pb_frame_rows_push_frame (
    PbFrameRows *frame_rows, guint32 rtp, GstClockTime time, GstClockTime now);
gboolean pb_frame_rows_push_row (PbFrameRows *frame_rows, GstPitboxSample *row);
gboolean pb_frame_rows_next (
    PbFrameRows *frame_rows, GstClockTime now, PbPair *pair);
guint64 pb_frame_rows_get_late_rows (const PbFrameRows *frame_rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbFrameRows, pb_frame_rows_free)

G_END_DECLS

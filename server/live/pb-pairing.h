/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPairing: which rows go out with which picture, and when that is certain. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/**
 * PbPair:
 * @has_picture: %FALSE for a row that goes out alone
 * @rtp: RTP timestamp of the picture, as pushed; unset without one
 * @time: of the picture, or of the row that goes out alone, ns
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
#define PB_PAIRING_MAX_ROWS 60

typedef struct _PbPairing PbPairing;

PbPairing *pb_pairing_new (guint row_wait_ms);
void pb_pairing_free (PbPairing *pairing);
void pb_pairing_reset (PbPairing *pairing);
void pb_pairing_begin_pictures (PbPairing *pairing);
void pb_pairing_push_frame (
    PbPairing *pairing, guint32 rtp, GstClockTime time, GstClockTime now);
gboolean pb_pairing_push_row (PbPairing *pairing, GstPitboxSample *row);
gboolean pb_pairing_next (PbPairing *pairing, GstClockTime now, PbPair *pair);
guint64 pb_pairing_get_late_rows (const PbPairing *pairing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPairing, pb_pairing_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPendingIndex: lines of a recording's index on their way into the database:
 * they wait for their bytes, for their row, and for the database. */
#include "recording/pb-pending-index.h"

/* The index waits in memory while the database is busy; so many lines are
 * some three hours. After that the files alone know. */
#define MAX_POINTS 20000

struct _PbPendingIndex {
  PbSessionLog *log;
  PbRowIndex *rows;
  PbIndexPart part; /* not handed over; of segments those that were closed */
  guint resolved; /* of them, from the first one: have their row's times */
  guint waited[2]; /* so many were there at the last commit, and before */
};

/**
 * pb_pending_index_new:
 * @log: where the lines go
 * @rows: (transfer none): knows the times of rows; outlives the index
 *
 * Returns: (transfer full): an index without a line
 */
PbPendingIndex *
pb_pending_index_new (PbSessionLog *log, PbRowIndex *rows)
{
  PbPendingIndex *self = g_new0 (PbPendingIndex, 1);

  self->log = pb_session_log_ref (log);
  self->rows = rows;
  pb_index_part_init (&self->part);
  return self;
}

void
pb_pending_index_free (PbPendingIndex *self)
{
  pb_index_part_clear (&self->part);
  pb_session_log_unref (self->log);
  g_free (self);
}

/**
 * pb_pending_index_add_segment:
 * @segment: a segment that has ended
 */
void
pb_pending_index_add_segment (PbPendingIndex *self, const PbSegmentRow *segment)
{
  g_array_append_val (self->part.segments, *segment);
}

/**
 * pb_pending_index_add_point:
 * @point: a line, in the order of the stream; its bytes need not be written yet
 */
void
pb_pending_index_add_point (PbPendingIndex *self, const PbPoint *point)
{
  g_array_append_val (self->part.points, *point);
}

/**
 * pb_pending_index_truncate:
 * @segment: the newest segment
 * @bytes: so many of it got into its file
 * @last_pts: (out): of the last line of it that stays
 *
 * Bytes that did not get into the file have no line in the index.
 *
 * Returns: whether a line of @segment stays
 */
gboolean
pb_pending_index_truncate (
    PbPendingIndex *self, guint segment, guint64 bytes, gint64 *last_pts)
{
  guint len = self->part.points->len;
  const PbPoint *last = NULL;

  while (len > 0) {
    last = &g_array_index (self->part.points, PbPoint, len - 1);
    if (last->segment != segment || last->offset < bytes)
      break;
    len--;
  }
  g_array_set_size (self->part.points, len);
  self->resolved = MIN (self->resolved, len);
  if (len == 0 || last->segment != segment)
    return FALSE;
  *last_pts = last->pts;
  return TRUE;
}

/* The first @last_chance lines wait for their row no longer. */
static void
resolve (PbPendingIndex *self, guint last_chance)
{
  while (self->resolved < self->part.points->len
         && pb_row_index_resolve (self->rows,
             &g_array_index (self->part.points, PbPoint, self->resolved),
             self->resolved < last_chance))
    self->resolved++;
}

/**
 * pb_pending_index_resolve:
 *
 * Gives lines the times of their rows, as far as those were decoded.
 */
void
pb_pending_index_resolve (PbPendingIndex *self)
{
  resolve (self, 0);
}

/* What is known of the files; no line before its row. */
static void
hand_over (PbPendingIndex *self, const PbSegmentRow *open)
{
  PbIndexPart part;

  pb_index_part_init (&part);
  if (open)
    pb_pending_index_add_segment (self, open);
  g_array_append_vals (
      part.segments, self->part.segments->data, self->part.segments->len);
  g_array_set_size (self->part.segments, 0);
  if (self->resolved > 0) {
    g_array_append_vals (part.points, self->part.points->data, self->resolved);
    g_array_remove_range (self->part.points, 0, self->resolved);
  }
  pb_row_index_take_ranges (self->rows, part.ranges);
  for (guint i = 0; i < G_N_ELEMENTS (self->waited); i++)
    self->waited[i] -= MIN (self->waited[i], self->resolved);
  self->resolved = 0;
  if (part.segments->len > 0 || part.points->len > 0 || part.ranges->len > 0)
    pb_session_log_put_index (self->log, &part);
  pb_index_part_clear (&part);
}

/**
 * pb_pending_index_commit:
 * @open: (nullable): the segment being written, if it has changed
 * @last: nothing comes after this
 *
 * To be called at regular intervals, when all bytes that lines speak of are
 * written. A line waits for its row for two of them at most, for the row may
 * have been lost. There is one hand-over at a time: while the database takes
 * nothing, what comes is gathered here.
 *
 * Returns: whether @open was handed over
 */
gboolean
pb_pending_index_commit (
    PbPendingIndex *self, const PbSegmentRow *open, gboolean last)
{
  gboolean full;

  resolve (self, last ? self->part.points->len : self->waited[1]);
  self->waited[1] = self->waited[0];
  self->waited[0] = self->part.points->len;
  full = self->part.points->len >= MAX_POINTS;
  if (full)
    pb_session_log_give_up (self->log);
  if (!last && !full && pb_session_log_is_writing_index (self->log))
    return FALSE;
  hand_over (self, open);
  return TRUE;
}

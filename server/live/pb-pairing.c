/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pairs pictures with rows by time; never by order of arrival. */
#include "live/pb-pairing.h"

/* Rows kept: 10 s at 60 Hz, more than any picture can be late. */
#define MAX_ROWS 600

/* Pictures that wait for their row at a time: a second of the fastest video.
 * The oldest goes out without a row if there are more. */
#define MAX_WAITING 240

/* A row alone, without a picture, goes out once the pictures are this much
 * behind it, or have not begun for as long: telemetry goes on without them.
 * Longer than any frame rate in use, shorter than a person notices. */
#define PICTURE_LOST (250 * GST_MSECOND)

/* An older row stands in for the picture's own where rows are rarer than
 * pictures, but not across an outage. */
#define MIN_STAND_IN (100 * GST_MSECOND)

/* How far a row may come from where its rate says; rounding by MPEG-TS is
 * 11 us, a simulator's tick fit a few times that. */
#define PERIOD_TOLERANCE (250 * GST_USECOND)

#define N_PERIODS 8

typedef struct {
  guint32 rtp;
  GstClockTime time;
  GstClockTime deadline;
} Waiting;

struct _PbPairing {
  GstPitboxMatcher *matcher;
  GstClockTime row_wait;
  GArray *waiting;
  gboolean have_frame;
  GstClockTime last_frame;
  /* The last frame has gone out with a row of its own instant. */
  gboolean last_exact;
  /* Newest row given out, and newest row known. */
  GstClockTime last_own;
  GstClockTime last_row;
  GstClockTime first_row;
  GstPitboxSample *newest;
  /* Distances between the last rows. */
  GstClockTime periods[N_PERIODS];
  guint n_periods;
  guint64 late_rows;
};

/**
 * pb_pair_clear:
 * @pair: a pair; zeroed memory is an empty one
 */
void
pb_pair_clear (PbPair *pair)
{
  g_clear_pointer (&pair->rows, g_ptr_array_unref);
}

/**
 * pb_pairing_new:
 * @row_wait_ms: how long a picture's own row may come after the picture
 *
 * Not thread safe. All times are on one timeline; rows come in order of time.
 *
 * Returns: (transfer full): nothing waits in it
 */
PbPairing *
pb_pairing_new (guint row_wait_ms)
{
  PbPairing *pairing = g_new0 (PbPairing, 1);

  pairing->matcher = gst_pitbox_matcher_new (MAX_ROWS, GST_CLOCK_TIME_NONE);
  pairing->row_wait = row_wait_ms * GST_MSECOND;
  pairing->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  pb_pairing_reset (pairing);
  return pairing;
}

/**
 * pb_pairing_free:
 * @pairing: (transfer full): a pairing
 */
void
pb_pairing_free (PbPairing *pairing)
{
  g_clear_pointer (&pairing->newest, gst_pitbox_sample_unref);
  gst_pitbox_matcher_free (pairing->matcher);
  g_array_unref (pairing->waiting);
  g_free (pairing);
}

static void
forget_rows (PbPairing *pairing)
{
  gst_pitbox_matcher_reset (pairing->matcher);
  g_clear_pointer (&pairing->newest, gst_pitbox_sample_unref);
  pairing->last_own = GST_CLOCK_TIME_NONE;
  pairing->last_row = GST_CLOCK_TIME_NONE;
  pairing->n_periods = 0;
}

/**
 * pb_pairing_reset:
 * @pairing: a pairing
 *
 * Forgets what waits: the next frame and row are of another stream.
 */
void
pb_pairing_reset (PbPairing *pairing)
{
  forget_rows (pairing);
  g_array_set_size (pairing->waiting, 0);
  pairing->have_frame = FALSE;
  pairing->last_exact = TRUE;
  pairing->first_row = GST_CLOCK_TIME_NONE;
}

/**
 * pb_pairing_begin_pictures:
 * @pairing: a pairing
 *
 * The first picture of a stream is here, though it may not be of use. A
 * multiplexer that need not wait for it (mpegtsmux 1.24 and later) begins with
 * the telemetry's clock reference and moves to the picture's when that comes;
 * tsdemux then gives times of another origin. So rows that ran alone are no
 * picture's own.
 */
void
pb_pairing_begin_pictures (PbPairing *pairing)
{
  if (pairing->n_periods > 0)
    forget_rows (pairing);
}

/* Whether @row's time is of another origin than those before: it goes back
 * while the ticks go on, or, while the first picture still waits, differs from
 * them by more than a tick. (Later a replay in slow motion may do so.) */
static gboolean
clock_changed (const PbPairing *pairing, const GstPitboxSample *row)
{
  guint rate = MAX (gst_pitbox_schema_get_tick_rate (row->schema), 1);
  guint64 ticks = row->tick - pairing->newest->tick;
  GstClockTimeDiff off;

  if (row->tick <= pairing->newest->tick || ticks > 60 * (guint64) rate)
    return FALSE;
  if (row->time + GST_PITBOX_MATCH_EXACT_NS < pairing->last_row)
    return TRUE;
  off = GST_CLOCK_DIFF (pairing->last_row, row->time)
        - (GstClockTimeDiff) (ticks * GST_SECOND / rate);
  return !pairing->have_frame && pairing->waiting->len > 0
         && ABS (off) > (GstClockTimeDiff) (GST_SECOND / rate);
}

/**
 * pb_pairing_push_frame:
 * @pairing: a pairing
 * @rtp: handed back with the pair
 * @time: of the picture, ns
 * @now: any clock that goes on, ns; the same one as in pb_pairing_next()
 */
void
pb_pairing_push_frame (
    PbPairing *pairing, guint32 rtp, GstClockTime time, GstClockTime now)
{
  Waiting waiting = { rtp, time, now + pairing->row_wait };

  if (pairing->waiting->len == MAX_WAITING)
    g_array_index (pairing->waiting, Waiting, 0).deadline = 0;
  if (pairing->waiting->len < 2 * MAX_WAITING)
    g_array_append_val (pairing->waiting, waiting);
}

/**
 * pb_pairing_push_row:
 * @pairing: a pairing
 * @row: (transfer full): the next row
 *
 * Returns: %FALSE if the row's time does not go on; it is dropped then
 */
gboolean
pb_pairing_push_row (PbPairing *pairing, GstPitboxSample *row)
{
  GstClockTime time = row->time;

  if (pairing->newest != NULL && clock_changed (pairing, row))
    forget_rows (pairing);
  if (GST_CLOCK_TIME_IS_VALID (pairing->last_row)) {
    if (time <= pairing->last_row) {
      gst_pitbox_sample_unref (row);
      return FALSE;
    }
    pairing->periods[pairing->n_periods++ % N_PERIODS] =
        time - pairing->last_row;
  }
  if (pairing->have_frame && pairing->waiting->len == 0 && !pairing->last_exact
      && time <= pairing->last_frame + GST_PITBOX_MATCH_EXACT_NS)
    pairing->late_rows++;
  pairing->last_row = time;
  if (!GST_CLOCK_TIME_IS_VALID (pairing->first_row))
    pairing->first_row = time;
  g_clear_pointer (&pairing->newest, gst_pitbox_sample_unref);
  pairing->newest = gst_pitbox_sample_ref (row);
  gst_pitbox_matcher_push (pairing->matcher, row);
  return TRUE;
}

static GstClockTime
shortest_period (const PbPairing *pairing)
{
  GstClockTime shortest = GST_CLOCK_TIME_NONE;

  for (guint i = 0; i < MIN (pairing->n_periods, N_PERIODS); i++)
    shortest = MIN (shortest, pairing->periods[i]);
  return shortest;
}

/* No row that is still to come can be the picture's own: one of its instant or
 * a later one is there, or the next one by the rows' rate would be later. */
static gboolean
is_certain (const PbPairing *pairing, GstClockTime time)
{
  GstClockTime exact = GST_PITBOX_MATCH_EXACT_NS;
  GstClockTime period = shortest_period (pairing);

  if (!GST_CLOCK_TIME_IS_VALID (pairing->last_row))
    return FALSE;
  if (pairing->last_row + exact >= time)
    return TRUE;
  return GST_CLOCK_TIME_IS_VALID (period)
         && pairing->last_row + period > time + exact + PERIOD_TOLERANCE;
}

static GPtrArray *
take_rows (PbPairing *pairing, GstPitboxSample *own, PbPair *pair)
{
  GPtrArray *rows =
      gst_pitbox_matcher_range (pairing->matcher, pairing->last_own, own->time);

  if (rows->len == 0) {
    pair->repeated = TRUE;
    g_ptr_array_add (rows, gst_pitbox_sample_ref (own));
  } else if (rows->len > PB_PAIRING_MAX_ROWS) {
    pair->skipped = TRUE;
    g_ptr_array_remove_range (rows, 0, rows->len - 1);
  }
  pairing->last_own = own->time;
  return rows;
}

static void
pair_frame (PbPairing *pairing, const Waiting *frame, PbPair *pair)
{
  g_auto (GstPitboxMatch) match = { NULL, 0, GST_PITBOX_MATCH_QUALITY_NONE };
  GstClockTime stand_in = shortest_period (pairing);
  gboolean forward = !pairing->have_frame || frame->time > pairing->last_frame;

  stand_in = GST_CLOCK_TIME_IS_VALID (stand_in)
                 ? MAX (MIN_STAND_IN, 2 * stand_in)
                 : MIN_STAND_IN;
  pair->has_picture = TRUE;
  pair->rtp = frame->rtp;
  pair->time = frame->time;
  /* A picture that goes back in time (reordering, which browsers do not play)
   * would want a row that has gone out: rows only go on. */
  if (forward
      && gst_pitbox_matcher_find (pairing->matcher, frame->time,
          GST_PITBOX_MATCH_PREVIOUS, stand_in, &match)
      && (!GST_CLOCK_TIME_IS_VALID (pairing->last_own)
          || match.sample->time >= pairing->last_own)) {
    pair->exact = match.quality == GST_PITBOX_MATCH_QUALITY_EXACT;
    pair->error = match.error;
    pair->rows = take_rows (pairing, match.sample, pair);
  } else {
    pair->rows = g_ptr_array_new ();
  }
  pairing->have_frame = TRUE;
  if (forward)
    pairing->last_frame = frame->time;
  pairing->last_exact = pair->exact;
}

/* One row for itself where there are no pictures, or no longer. */
static gboolean
pair_alone (PbPairing *pairing, PbPair *pair)
{
  GstClockTime last_picture =
      pairing->have_frame ? pairing->last_frame : pairing->first_row;
  g_autoptr (GPtrArray) rows = NULL;

  if (!GST_CLOCK_TIME_IS_VALID (pairing->last_row)
      || pairing->last_row <= last_picture + PICTURE_LOST)
    return FALSE;
  rows = gst_pitbox_matcher_range (
      pairing->matcher, pairing->last_own, pairing->last_row);
  if (rows->len == 0)
    return FALSE;
  g_ptr_array_set_size (rows, 1);
  pair->exact = TRUE;
  pair->time = ((GstPitboxSample *) g_ptr_array_index (rows, 0))->time;
  pairing->last_own = pair->time;
  pair->rows = g_steal_pointer (&rows);
  return TRUE;
}

/**
 * pb_pairing_next:
 * @pairing: a pairing
 * @now: see pb_pairing_push_frame()
 * @pair: (out caller-allocates): what goes out next
 *
 * Call until it returns %FALSE, after each push.
 *
 * Returns: %FALSE if nothing is certain yet
 */
gboolean
pb_pairing_next (PbPairing *pairing, GstClockTime now, PbPair *pair)
{
  Waiting frame;

  *pair = (PbPair){ 0 };
  if (pairing->waiting->len == 0)
    return pair_alone (pairing, pair);
  frame = g_array_index (pairing->waiting, Waiting, 0);
  if (!is_certain (pairing, frame.time) && now < frame.deadline)
    return FALSE;
  g_array_remove_index (pairing->waiting, 0);
  pair_frame (pairing, &frame, pair);
  return TRUE;
}

/**
 * pb_pairing_get_late_rows:
 * @pairing: a pairing
 *
 * Returns: rows that came after their picture had gone out without them
 */
guint64
pb_pairing_get_late_rows (const PbPairing *pairing)
{
  return pairing->late_rows;
}

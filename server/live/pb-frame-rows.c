/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pairs pictures with rows by time; never by order of arrival. */
#include "live/pb-frame-rows.h"

/* Rows kept: 10 s at 60 Hz, more than any picture can be late. */
#define MAX_ROWS 600

/* Rows only go on: one that is so much older than the last that went out stands
 * in for no picture. A row has 8 KB, and 10 s of them were most of what a driver
 * took. Where pictures come by another connection all stay: how much later may
 * still be found to be something else. */
#define MAX_OLDER (2 * GST_SECOND)

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

/* A delay that is measured wanders; a millisecond is the least that people
 * trim, which is seen at a picture's edge alone. */
#define SMALL_CHANGE (4 * GST_MSECOND)

#define N_PERIODS 8

typedef struct {
  guint32 rtp;
  GstClockTime time;
  GstClockTime deadline;
} Waiting;

struct _PbFrameRows {
  GstPitboxMatcher *matcher;
  GstClockTime row_wait;
  /* Pictures come by another connection than rows, so much later; nobody knows
   * to better than a few ms, so a picture's own row is the nearest one. */
  gboolean paired;
  GstClockTimeDiff delay;
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
 * pb_frame_rows_new:
 * @row_wait_ms: how long a picture's own row may come after the picture
 *
 * Not thread safe. All times are on one timeline; rows come in order of time.
 *
 * Returns: (transfer full): nothing waits in it
 */
PbFrameRows *
pb_frame_rows_new (guint row_wait_ms)
{
  PbFrameRows *self = g_new0 (PbFrameRows, 1);

  self->matcher = gst_pitbox_matcher_new (MAX_ROWS, GST_CLOCK_TIME_NONE);
  self->row_wait = row_wait_ms * GST_MSECOND;
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  pb_frame_rows_reset (self);
  return self;
}

void
pb_frame_rows_free (PbFrameRows *self)
{
  g_clear_pointer (&self->newest, gst_pitbox_sample_unref);
  gst_pitbox_matcher_free (self->matcher);
  g_array_unref (self->waiting);
  g_free (self);
}

static void
forget_rows (PbFrameRows *self)
{
  gst_pitbox_matcher_reset (self->matcher);
  g_clear_pointer (&self->newest, gst_pitbox_sample_unref);
  self->last_own = GST_CLOCK_TIME_NONE;
  self->last_row = GST_CLOCK_TIME_NONE;
  self->n_periods = 0;
}

/**
 * pb_frame_rows_reset:
 *
 * Forgets what waits: the next frame and row are of another stream.
 */
void
pb_frame_rows_reset (PbFrameRows *self)
{
  forget_rows (self);
  g_array_set_size (self->waiting, 0);
  self->have_frame = FALSE;
  self->last_exact = TRUE;
  self->first_row = GST_CLOCK_TIME_NONE;
}

/**
 * pb_frame_rows_begin_pictures:
 *
 * The first picture of a stream is here, though it may not be of use. A
 * multiplexer that need not wait for it (mpegtsmux 1.24 and later) begins with
 * the telemetry's clock reference and moves to the picture's when that comes;
 * tsdemux then gives times of another origin. So rows that ran alone are no
 * picture's own.
 */
void
pb_frame_rows_begin_pictures (PbFrameRows *self)
{
  if (self->n_periods > 0)
    forget_rows (self);
}

/**
 * pb_frame_rows_forget_rows:
 *
 * The next row is of another stream; pictures go on.
 */
void
pb_frame_rows_forget_rows (PbFrameRows *self)
{
  forget_rows (self);
}

/**
 * pb_frame_rows_set_pairing:
 * @paired: rows come by another connection than pictures
 * @delay: time of a picture minus time of its own row, ns; 0 if not @paired
 *
 * From the next picture on. What went out may go out once more.
 *
 * Returns: whether rows do not go on as they did
 */
gboolean
pb_frame_rows_set_pairing (
    PbFrameRows *self, gboolean paired, GstClockTimeDiff delay)
{
  const gboolean jumps =
      paired != self->paired || ABS (delay - self->delay) > SMALL_CHANGE;

  if (paired == self->paired && delay == self->delay)
    return FALSE;
  /* A picture's own row may be an older one than that of the picture before. */
  if (jumps && delay > self->delay)
    self->last_own = GST_CLOCK_TIME_NONE;
  if (self->have_frame)
    self->last_frame = (GstClockTime) MAX (
        (GstClockTimeDiff) self->last_frame + self->delay - delay, 0);
  self->paired = paired;
  self->delay = delay;
  return jumps;
}

/* On the rows' timeline. */
static GstClockTime
row_time (const PbFrameRows *self, GstClockTime picture_time)
{
  return (GstClockTime) MAX ((GstClockTimeDiff) picture_time - self->delay, 0);
}

/* Whether @row's time is of another origin than those before: it goes back
 * while the ticks go on, or, while the first picture still waits, differs from
 * them by more than a tick. (Later a replay in slow motion may do so.) */
static gboolean
clock_changed (const PbFrameRows *self, const GstPitboxSample *row)
{
  guint rate = MAX (gst_pitbox_schema_get_tick_rate (row->schema), 1);
  guint64 ticks = row->tick - self->newest->tick;
  GstClockTimeDiff off;

  if (row->tick <= self->newest->tick || ticks > 60 * (guint64) rate)
    return FALSE;
  if (row->time + GST_PITBOX_MATCH_EXACT_NS < self->last_row)
    return TRUE;
  off = GST_CLOCK_DIFF (self->last_row, row->time)
        - (GstClockTimeDiff) (ticks * GST_SECOND / rate);
  return !self->have_frame && self->waiting->len > 0
         && ABS (off) > (GstClockTimeDiff) (GST_SECOND / rate);
}

/**
 * pb_frame_rows_push_frame:
 * @rtp: handed back with the pair
 * @time: of the picture, ns
 * @now: any clock that goes on, ns; the same one as in pb_frame_rows_next()
 */
void
pb_frame_rows_push_frame (
    PbFrameRows *self, guint32 rtp, GstClockTime time, GstClockTime now)
{
  Waiting waiting = { rtp, time, now + self->row_wait };

  if (self->waiting->len == MAX_WAITING)
    g_array_index (self->waiting, Waiting, 0).deadline = 0;
  if (self->waiting->len < 2 * MAX_WAITING)
    g_array_append_val (self->waiting, waiting);
}

/**
 * pb_frame_rows_push_row:
 * @row: (transfer full): the next row
 *
 * Returns: %FALSE if the row's time does not go on; it is dropped then
 */
gboolean
pb_frame_rows_push_row (PbFrameRows *self, GstPitboxSample *row)
{
  GstClockTime time = row->time;

  if (self->newest != NULL && clock_changed (self, row))
    forget_rows (self);
  if (GST_CLOCK_TIME_IS_VALID (self->last_row)) {
    if (time <= self->last_row) {
      gst_pitbox_sample_unref (row);
      return FALSE;
    }
    self->periods[self->n_periods++ % N_PERIODS] = time - self->last_row;
  }
  if (self->have_frame && self->waiting->len == 0 && !self->last_exact
      && time <= self->last_frame + GST_PITBOX_MATCH_EXACT_NS)
    self->late_rows++;
  self->last_row = time;
  if (!GST_CLOCK_TIME_IS_VALID (self->first_row))
    self->first_row = time;
  g_clear_pointer (&self->newest, gst_pitbox_sample_unref);
  self->newest = gst_pitbox_sample_ref (row);
  gst_pitbox_matcher_push (self->matcher, row);
  return TRUE;
}

static GstClockTime
shortest_period (const PbFrameRows *self)
{
  GstClockTime shortest = GST_CLOCK_TIME_NONE;

  for (guint i = 0; i < MIN (self->n_periods, N_PERIODS); i++)
    shortest = MIN (shortest, self->periods[i]);
  return shortest;
}

/* No row that is still to come can be the picture's own: one of its instant or
 * a later one is there, or the next one by the rows' rate would be later. */
static gboolean
is_certain (const PbFrameRows *self, GstClockTime time)
{
  GstClockTime exact = GST_PITBOX_MATCH_EXACT_NS;
  GstClockTime period = shortest_period (self);
  GstClockTime reach = exact + PERIOD_TOLERANCE;

  if (!GST_CLOCK_TIME_IS_VALID (self->last_row))
    return FALSE;
  if (self->last_row + exact >= time)
    return TRUE;
  /* The nearest one is there, too, if it is not half a period old. */
  if (self->paired && GST_CLOCK_TIME_IS_VALID (period))
    reach = MAX (reach, period / 2);
  return GST_CLOCK_TIME_IS_VALID (period)
         && self->last_row + period > time + reach;
}

static void
went_out (PbFrameRows *self, GstClockTime own)
{
  self->last_own = own;
  if (!self->paired && own > MAX_OLDER)
    gst_pitbox_matcher_forget (self->matcher, own - MAX_OLDER);
}

static GPtrArray *
take_rows (PbFrameRows *self, GstPitboxSample *own, PbPair *pair)
{
  GPtrArray *rows =
      gst_pitbox_matcher_range (self->matcher, self->last_own, own->time);

  if (rows->len == 0) {
    pair->repeated = TRUE;
    g_ptr_array_add (rows, gst_pitbox_sample_ref (own));
  } else if (rows->len > PB_FRAME_ROWS_MAX) {
    pair->skipped = TRUE;
    g_ptr_array_remove_range (rows, 0, rows->len - 1);
  }
  went_out (self, own->time);
  return rows;
}

/* Of the picture's own instant: of its tick, where rows are no rarer than
 * pictures. */
static gboolean
is_own (const PbFrameRows *self, const GstPitboxMatch *match)
{
  const GstClockTime period = shortest_period (self);

  if (match->quality == GST_PITBOX_MATCH_QUALITY_EXACT)
    return TRUE;
  return self->paired && GST_CLOCK_TIME_IS_VALID (period)
         && (GstClockTime) ABS (match->error) <= period / 2 + PERIOD_TOLERANCE;
}

static void
pair_frame (PbFrameRows *self, const Waiting *frame, PbPair *pair)
{
  g_auto (GstPitboxMatch) match = { NULL, 0, GST_PITBOX_MATCH_QUALITY_NONE };
  GstClockTime stand_in = shortest_period (self);
  const GstClockTime time = row_time (self, frame->time);
  gboolean forward = !self->have_frame || time > self->last_frame;

  stand_in = GST_CLOCK_TIME_IS_VALID (stand_in)
                 ? MAX (MIN_STAND_IN, 2 * stand_in)
                 : MIN_STAND_IN;
  pair->has_picture = TRUE;
  pair->rtp = frame->rtp;
  pair->time = time;
  /* A picture that goes back in time (reordering, which browsers do not play)
   * would want a row that has gone out: rows only go on. */
  if (forward
      && gst_pitbox_matcher_find (self->matcher, time,
          self->paired ? GST_PITBOX_MATCH_NEAREST : GST_PITBOX_MATCH_PREVIOUS,
          stand_in, &match)
      && (!GST_CLOCK_TIME_IS_VALID (self->last_own)
          || match.sample->time >= self->last_own)) {
    pair->exact = is_own (self, &match);
    pair->error = match.error;
    pair->rows = take_rows (self, match.sample, pair);
  } else {
    pair->rows = g_ptr_array_new ();
  }
  self->have_frame = TRUE;
  if (forward)
    self->last_frame = time;
  self->last_exact = pair->exact;
}

/* One row for itself where there are no pictures, or no longer. */
static gboolean
pair_alone (PbFrameRows *self, PbPair *pair)
{
  GstClockTime last_picture =
      self->have_frame ? self->last_frame : self->first_row;
  g_autoptr (GPtrArray) rows = NULL;

  if (!GST_CLOCK_TIME_IS_VALID (self->last_row)
      || self->last_row <= last_picture + PICTURE_LOST + MAX (self->delay, 0))
    return FALSE;
  rows =
      gst_pitbox_matcher_range (self->matcher, self->last_own, self->last_row);
  if (rows->len == 0)
    return FALSE;
  g_ptr_array_set_size (rows, 1);
  pair->exact = TRUE;
  pair->time = ((GstPitboxSample *) g_ptr_array_index (rows, 0))->time;
  went_out (self, pair->time);
  pair->rows = g_steal_pointer (&rows);
  return TRUE;
}

/**
 * pb_frame_rows_next:
 * @now: see pb_frame_rows_push_frame()
 * @pair: (out caller-allocates): what goes out next
 *
 * Call until it returns %FALSE, after each push.
 *
 * Returns: %FALSE if nothing is certain yet
 */
gboolean
pb_frame_rows_next (PbFrameRows *self, GstClockTime now, PbPair *pair)
{
  Waiting frame;

  *pair = (PbPair){ 0 };
  if (self->waiting->len == 0)
    return pair_alone (self, pair);
  frame = g_array_index (self->waiting, Waiting, 0);
  if (!is_certain (self, row_time (self, frame.time)) && now < frame.deadline)
    return FALSE;
  g_array_remove_index (self->waiting, 0);
  pair_frame (self, &frame, pair);
  return TRUE;
}

/**
 * pb_frame_rows_get_late_rows:
 *
 * Returns: rows that came after their picture had gone out without them
 */
guint64
pb_frame_rows_get_late_rows (const PbFrameRows *self)
{
  return self->late_rows;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A bounded ring of rows ordered by running time, and look-up in it. */
#include "gstpitboxmatcher.h"

/**
 * SECTION:gstpitboxmatcher
 * @title: GstPitboxMatcher
 * @short_description: which row belongs to a picture
 *
 * Rows go in as they come, pictures ask by running time. Rows may come late or
 * twice: they are kept in order of time, and of two at the same time the later
 * comer stays. Not thread-safe: the caller holds its own lock or uses one
 * thread; samples that come out are immutable and may go anywhere.
 */

struct _GstPitboxMatcher {
  GstPitboxSample **ring;
  guint capacity;
  guint head;
  guint n_rows;
  GstClockTime window;
  /* Nothing that comes later belongs before this. */
  GstClockTime horizon;
};

GType
gst_pitbox_match_policy_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_PITBOX_MATCH_NEAREST, "The row nearest in time", "nearest" },
    { GST_PITBOX_MATCH_PREVIOUS, "The newest row not after the picture",
        "previous" },
    { GST_PITBOX_MATCH_INTERPOLATE, "Between the rows on both sides",
        "interpolate" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstPitboxMatchPolicy", values));
  return type;
}

GType
gst_pitbox_match_quality_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_PITBOX_MATCH_QUALITY_NONE, "No row near enough", "none" },
    { GST_PITBOX_MATCH_QUALITY_EXACT, "Row of the picture's instant", "exact" },
    { GST_PITBOX_MATCH_QUALITY_NEAR, "Row of another instant", "near" },
    { GST_PITBOX_MATCH_QUALITY_INTERPOLATED, "Made from two rows",
        "interpolated" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstPitboxMatchQuality", values));
  return type;
}

/**
 * gst_pitbox_match_clear:
 * @match: a match; zeroed memory is one without a row
 *
 * Releases what the match owns and makes it one without a row.
 */
void
gst_pitbox_match_clear (GstPitboxMatch *match)
{
  g_clear_pointer (&match->sample, gst_pitbox_sample_unref);
  match->error = 0;
  match->quality = GST_PITBOX_MATCH_QUALITY_NONE;
}

/**
 * gst_pitbox_matcher_new: (skip)
 * @max_rows: rows to keep, 2 to %GST_PITBOX_MATCHER_MAX_ROWS (clamped)
 * @window: how much older than the newest row one may be, ns;
 *   %GST_CLOCK_TIME_NONE for any
 *
 * Returns: (transfer full): an empty matcher
 */
GstPitboxMatcher *
gst_pitbox_matcher_new (guint max_rows, GstClockTime window)
{
  GstPitboxMatcher *matcher = g_new0 (GstPitboxMatcher, 1);

  matcher->capacity = CLAMP (max_rows, 2, GST_PITBOX_MATCHER_MAX_ROWS);
  matcher->ring = g_new0 (GstPitboxSample *, matcher->capacity);
  matcher->window = window;
  matcher->horizon = GST_CLOCK_TIME_NONE;
  return matcher;
}

/**
 * gst_pitbox_matcher_free:
 * @matcher: (transfer full): a matcher
 */
void
gst_pitbox_matcher_free (GstPitboxMatcher *matcher)
{
  gst_pitbox_matcher_reset (matcher);
  g_free (matcher->ring);
  g_free (matcher);
}

/* @index counts from the oldest row. */
static GstPitboxSample **
slot (const GstPitboxMatcher *matcher, guint index)
{
  return &matcher->ring[(matcher->head + index) % matcher->capacity];
}

static void
drop_oldest (GstPitboxMatcher *matcher)
{
  g_clear_pointer (slot (matcher, 0), gst_pitbox_sample_unref);
  matcher->head = (matcher->head + 1) % matcher->capacity;
  matcher->n_rows--;
}

/**
 * gst_pitbox_matcher_reset:
 * @matcher: a matcher
 *
 * Forgets all rows, e.g. after a flush or when a stream starts anew.
 */
void
gst_pitbox_matcher_reset (GstPitboxMatcher *matcher)
{
  while (matcher->n_rows > 0)
    drop_oldest (matcher);
  matcher->head = 0;
  matcher->horizon = GST_CLOCK_TIME_NONE;
}

/* Index of the first row later than @time. */
static guint
upper_bound (const GstPitboxMatcher *matcher, GstClockTime time)
{
  guint low = 0, high = matcher->n_rows;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if ((*slot (matcher, middle))->time <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/**
 * gst_pitbox_matcher_push:
 * @matcher: a matcher
 * @sample: (transfer full): a row
 *
 * Adds a row in order of time. The oldest rows leave where the ring is full or
 * older than the window; a row older than all of a full ring is dropped.
 */
void
gst_pitbox_matcher_push (GstPitboxMatcher *matcher, GstPitboxSample *sample)
{
  GstClockTime time = sample->time;
  guint at = upper_bound (matcher, time);

  if (at > 0 && (*slot (matcher, at - 1))->time == time) {
    GstPitboxSample **same = slot (matcher, at - 1);

    gst_pitbox_sample_unref (*same);
    *same = sample;
  } else if (at == 0 && matcher->n_rows == matcher->capacity) {
    gst_pitbox_sample_unref (sample);
  } else {
    if (matcher->n_rows == matcher->capacity) {
      drop_oldest (matcher);
      at--;
    }
    for (guint i = matcher->n_rows; i > at; i--)
      *slot (matcher, i) = *slot (matcher, i - 1);
    *slot (matcher, at) = sample;
    matcher->n_rows++;
  }
  gst_pitbox_matcher_advance (matcher, time);
}

/**
 * gst_pitbox_matcher_advance:
 * @matcher: a matcher
 * @running_time: ns
 *
 * Says that no row up to @running_time will come any more (a GAP event, or a
 * deadline that has passed).
 */
void
gst_pitbox_matcher_advance (
    GstPitboxMatcher *matcher, GstClockTime running_time)
{
  if (!GST_CLOCK_TIME_IS_VALID (matcher->horizon)
      || running_time > matcher->horizon)
    matcher->horizon = running_time;
  if (!GST_CLOCK_TIME_IS_VALID (matcher->window))
    return;
  while (matcher->n_rows > 0
         && (*slot (matcher, 0))->time + matcher->window < matcher->horizon)
    drop_oldest (matcher);
}

/**
 * gst_pitbox_matcher_forget:
 * @matcher: a matcher
 * @before: ns
 *
 * Gives up rows older than @before: no picture that still comes wants them.
 */
void
gst_pitbox_matcher_forget (GstPitboxMatcher *matcher, GstClockTime before)
{
  while (matcher->n_rows > 0 && (*slot (matcher, 0))->time < before)
    drop_oldest (matcher);
}

/**
 * gst_pitbox_matcher_is_settled:
 * @matcher: a matcher
 * @running_time: of a picture, ns
 *
 * Returns: %TRUE if rows in order of time can no longer change the answer for
 *   that picture: a row or gst_pitbox_matcher_advance() has reached it
 */
gboolean
gst_pitbox_matcher_is_settled (
    const GstPitboxMatcher *matcher, GstClockTime running_time)
{
  return GST_CLOCK_TIME_IS_VALID (matcher->horizon)
         && matcher->horizon >= running_time;
}

static GstClockTime
distance (const GstPitboxSample *sample, GstClockTime time)
{
  return sample->time > time ? sample->time - time : time - sample->time;
}

static void
take_row (GstPitboxMatch *match, GstPitboxSample *sample, GstClockTime time)
{
  match->sample = gst_pitbox_sample_ref (sample);
  match->error = GST_CLOCK_DIFF (time, sample->time);
  match->quality = distance (sample, time) <= GST_PITBOX_MATCH_EXACT_NS
                       ? GST_PITBOX_MATCH_QUALITY_EXACT
                       : GST_PITBOX_MATCH_QUALITY_NEAR;
}

/**
 * gst_pitbox_matcher_find:
 * @matcher: a matcher
 * @running_time: of the picture, ns
 * @policy: which row is wanted
 * @max_diff: the largest distance in time to accept, ns;
 *   %GST_CLOCK_TIME_NONE for any
 * @match: (out caller-allocates): the answer; what it held is not released
 *
 * With %GST_PITBOX_MATCH_PREVIOUS a row up to %GST_PITBOX_MATCH_EXACT_NS after
 * the picture still counts as the picture's own: rounding by MPEG-TS must not
 * push it to the row before.
 *
 * Returns: %TRUE if there is a row
 */
gboolean
gst_pitbox_matcher_find (const GstPitboxMatcher *matcher,
    GstClockTime running_time, GstPitboxMatchPolicy policy,
    GstClockTime max_diff, GstPitboxMatch *match)
{
  guint at = upper_bound (matcher, running_time);
  GstPitboxSample *before = at > 0 ? *slot (matcher, at - 1) : NULL;
  GstPitboxSample *after = at < matcher->n_rows ? *slot (matcher, at) : NULL;
  GstPitboxSample *nearer;

  *match = (GstPitboxMatch){ NULL, 0, GST_PITBOX_MATCH_QUALITY_NONE };
  if (before == NULL || after == NULL)
    nearer = before != NULL ? before : after;
  else
    nearer = distance (before, running_time) <= distance (after, running_time)
                 ? before
                 : after;
  if (nearer == NULL)
    return FALSE;
  if (policy == GST_PITBOX_MATCH_PREVIOUS && nearer == after
      && distance (after, running_time) > GST_PITBOX_MATCH_EXACT_NS)
    nearer = before;
  if (nearer == NULL
      || (GST_CLOCK_TIME_IS_VALID (max_diff)
          && distance (nearer, running_time) > max_diff))
    return FALSE;

  take_row (match, nearer, running_time);
  if (policy == GST_PITBOX_MATCH_INTERPOLATE && before != NULL && after != NULL
      && match->error != 0
      && (!GST_CLOCK_TIME_IS_VALID (max_diff)
          || after->time - before->time <= 2 * max_diff)) {
    gst_pitbox_sample_unref (match->sample);
    match->sample = gst_pitbox_sample_new_interpolated (
        at > 1 ? *slot (matcher, at - 2) : NULL, before, after, running_time);
    match->quality = GST_PITBOX_MATCH_QUALITY_INTERPOLATED;
  }
  return TRUE;
}

/**
 * gst_pitbox_matcher_range:
 * @matcher: a matcher
 * @after: running time, exclusive; %GST_CLOCK_TIME_NONE for the beginning
 * @until: running time, inclusive
 *
 * Returns: (transfer full) (element-type GstPitboxSample): the rows in
 *   between, oldest first; may be empty
 */
GPtrArray *
gst_pitbox_matcher_range (
    const GstPitboxMatcher *matcher, GstClockTime after, GstClockTime until)
{
  GPtrArray *rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_pitbox_sample_unref);
  guint first =
      GST_CLOCK_TIME_IS_VALID (after) ? upper_bound (matcher, after) : 0;
  guint end = upper_bound (matcher, until);

  for (guint i = first; i < end; i++)
    g_ptr_array_add (rows, gst_pitbox_sample_ref (*slot (matcher, i)));
  return rows;
}

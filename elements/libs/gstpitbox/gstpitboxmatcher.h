/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxMatcher: which row belongs to a picture of a given running time. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxsample.h>

G_BEGIN_DECLS

/**
 * GstPitboxMatchPolicy:
 * @GST_PITBOX_MATCH_NEAREST: the row with the smallest distance in time; of two
 *   equally far the older one
 * @GST_PITBOX_MATCH_PREVIOUS: the newest row not after the picture
 * @GST_PITBOX_MATCH_INTERPOLATE: on the line between the rows on both sides,
 *   see gst_pitbox_sample_new_interpolated(); nearest where one side is missing
 */
typedef enum {
  GST_PITBOX_MATCH_NEAREST,
  GST_PITBOX_MATCH_PREVIOUS,
  GST_PITBOX_MATCH_INTERPOLATE,
} GstPitboxMatchPolicy;

/**
 * GstPitboxMatchQuality:
 * @GST_PITBOX_MATCH_QUALITY_NONE: no row near enough
 * @GST_PITBOX_MATCH_QUALITY_EXACT: a row of the picture's own instant (within
 *   %GST_PITBOX_MATCH_EXACT_NS)
 * @GST_PITBOX_MATCH_QUALITY_NEAR: a real row of another instant
 * @GST_PITBOX_MATCH_QUALITY_INTERPOLATED: made from two rows
 */
typedef enum {
  GST_PITBOX_MATCH_QUALITY_NONE,
  GST_PITBOX_MATCH_QUALITY_EXACT,
  GST_PITBOX_MATCH_QUALITY_NEAR,
  GST_PITBOX_MATCH_QUALITY_INTERPOLATED,
} GstPitboxMatchQuality;

/**
 * GST_PITBOX_MATCH_EXACT_NS:
 *
 * A row this near to a picture is of the picture's own instant. MPEG-TS rounds
 * both times to 1/90000 s (measured: +-10.2 us after mux and demux, 721 us
 * while a demuxer's clock settles); iRacing's fastest rows, 360 a second, are
 * 2.8 ms apart.
 */
#define GST_PITBOX_MATCH_EXACT_NS (1 * GST_MSECOND)

/* 10 s of the fastest rows (360 a second). Bounds what a caller may ask for. */
#define GST_PITBOX_MATCHER_MAX_ROWS 3600

/**
 * GstPitboxMatch:
 * @sample: (nullable): the row, owned by the match; %NULL if none
 * @error: running time of the nearest real row used minus that of the picture,
 *   ns; 0 if @sample is %NULL
 * @quality: what @sample is
 */
typedef struct {
  GstPitboxSample *sample;
  GstClockTimeDiff error;
  GstPitboxMatchQuality quality;
} GstPitboxMatch;

GST_PITBOX_API void gst_pitbox_match_clear (GstPitboxMatch *match);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstPitboxMatch, gst_pitbox_match_clear)

#define GST_TYPE_PITBOX_MATCH_POLICY (gst_pitbox_match_policy_get_type ())
#define GST_TYPE_PITBOX_MATCH_QUALITY (gst_pitbox_match_quality_get_type ())
GST_PITBOX_API GType gst_pitbox_match_policy_get_type (void);
GST_PITBOX_API GType gst_pitbox_match_quality_get_type (void);

/**
 * GstPitboxMatcher:
 *
 * Rows by running time. One thread at a time.
 */
typedef struct _GstPitboxMatcher GstPitboxMatcher;

GST_PITBOX_API GstPitboxMatcher *gst_pitbox_matcher_new (
    guint max_rows, GstClockTime window);
GST_PITBOX_API void gst_pitbox_matcher_free (GstPitboxMatcher *matcher);
GST_PITBOX_API void gst_pitbox_matcher_reset (GstPitboxMatcher *matcher);
GST_PITBOX_API void gst_pitbox_matcher_push (
    GstPitboxMatcher *matcher, GstPitboxSample *sample);
GST_PITBOX_API void gst_pitbox_matcher_advance (
    GstPitboxMatcher *matcher, GstClockTime running_time);
GST_PITBOX_API void gst_pitbox_matcher_forget (
    GstPitboxMatcher *matcher, GstClockTime before);
GST_PITBOX_API gboolean gst_pitbox_matcher_is_settled (
    const GstPitboxMatcher *matcher, GstClockTime running_time);
GST_PITBOX_API gboolean gst_pitbox_matcher_find (
    const GstPitboxMatcher *matcher, GstClockTime running_time,
    GstPitboxMatchPolicy policy, GstClockTime max_diff, GstPitboxMatch *match);
GST_PITBOX_API GPtrArray *gst_pitbox_matcher_range (
    const GstPitboxMatcher *matcher, GstClockTime after, GstClockTime until);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxMatcher, gst_pitbox_matcher_free)

G_END_DECLS

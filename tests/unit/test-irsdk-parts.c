/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc without pads: place in time, batches, session text, counters. */
#include <gst/gst.h>

#include "../../elements/irsdk/gstirsdkbatch.h"
#include "../../elements/irsdk/gstirsdkplace.h"
#include "../../elements/irsdk/gstirsdkreport.h"
#include "../../elements/irsdk/gstirsdktext.h"

#define PERIOD (GST_SECOND / 60)

static void
test_time_never_goes_back (void)
{
  GstIrsdkPlace place;
  GstClockTime pts;

  gst_irsdk_place_init (&place);
  /* The first row stands where it is, and follows none. */
  g_assert_true (gst_irsdk_place_row (&place, 5 * PERIOD, PERIOD, &pts));
  g_assert_cmpuint (pts, ==, 5 * PERIOD);
  g_assert_false (gst_irsdk_place_row (&place, 6 * PERIOD, PERIOD, &pts));
  g_assert_cmpuint (pts, ==, 6 * PERIOD);
  /* A fit that was corrected backwards: half a period on at least. */
  g_assert_false (gst_irsdk_place_row (&place, 5 * PERIOD, PERIOD, &pts));
  g_assert_cmpuint (pts, ==, 6 * PERIOD + PERIOD / 2);
  g_assert_false (gst_irsdk_place_row (&place, 6 * PERIOD, PERIOD, &pts));
  g_assert_cmpuint (pts, ==, 6 * PERIOD + PERIOD / 2 * 2);
  /* Caught up. */
  g_assert_false (gst_irsdk_place_row (&place, 8 * PERIOD, PERIOD, &pts));
  g_assert_cmpuint (pts, ==, 8 * PERIOD);
}

static void
test_a_gap_is_told_once_and_breaks_the_row (void)
{
  GstIrsdkPlace place;
  GstClockTime pts, start, duration;
  GstEvent *gap;

  gst_irsdk_place_init (&place);
  g_assert_null (gst_irsdk_place_gap (&place, GST_SECOND));
  gst_irsdk_place_row (&place, GST_SECOND, PERIOD, &pts);
  g_assert_null (gst_irsdk_place_gap (
      &place, GST_SECOND + PERIOD / 2 + GST_IRSDK_GAP - 1));
  gap = gst_irsdk_place_gap (&place, GST_SECOND + PERIOD / 2 + GST_IRSDK_GAP);
  g_assert_nonnull (gap);
  gst_event_parse_gap (gap, &start, &duration);
  gst_event_unref (gap);
  g_assert_cmpuint (start, ==, GST_SECOND + PERIOD / 2);
  g_assert_cmpuint (duration, ==, GST_IRSDK_GAP);
  g_assert_null (
      gst_irsdk_place_gap (&place, GST_SECOND + PERIOD / 2 + GST_IRSDK_GAP));
  /* What was told to be empty stays so. */
  g_assert_true (
      gst_irsdk_place_row (&place, GST_SECOND + PERIOD, PERIOD, &pts));
  g_assert_cmpuint (pts, ==, GST_SECOND + PERIOD / 2 + GST_IRSDK_GAP);
  g_assert_false (gst_irsdk_place_row (&place, 2 * GST_SECOND, PERIOD, &pts));
}

static void
test_session_text_comes_twice_a_second_at_most (void)
{
  static const struct {
    GstIrsdkText text;
    gint32 update;
    GstClockTime now;
    gboolean due;
  } table[] = {
    { { FALSE, 0, 0 }, 0, 0, TRUE },
    { { FALSE, 7, GST_SECOND }, 7, GST_SECOND, TRUE },
    { { TRUE, 7, GST_SECOND }, 7, 9 * GST_SECOND, FALSE },
    { { TRUE, 7, GST_SECOND }, 8, GST_SECOND + GST_IRSDK_TEXT_PAUSE - 1,
        FALSE },
    { { TRUE, 7, GST_SECOND }, 8, GST_SECOND + GST_IRSDK_TEXT_PAUSE, TRUE },
    /* It counts from nought again with the next simulator. */
    { { TRUE, 7, GST_SECOND }, 0, 2 * GST_SECOND, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (
        gst_irsdk_text_is_due (&table[i].text, table[i].update, table[i].now),
        ==, table[i].due);
}

static GstBuffer *
row_new (guint64 n)
{
  GstBuffer *row = gst_buffer_new ();

  GST_BUFFER_OFFSET (row) = n;
  return row;
}

static void
assert_pops (GstIrsdkBatch *batch, guint64 n)
{
  g_autoptr (GstBuffer) row = gst_irsdk_batch_pop (batch);

  g_assert_cmpuint (GST_BUFFER_OFFSET (row), ==, n);
}

static void
test_a_batch_leaves_whole_or_early (void)
{
  GstIrsdkBatch batch = { 0 };
  IrsdkShmRow row = { .tick = 9 }, kept = { 0 };

  g_assert_false (gst_irsdk_batch_end (&batch));
  gst_irsdk_batch_push (&batch, row_new (1), 2);
  g_assert_false (gst_irsdk_batch_is_draining (&batch));
  gst_irsdk_batch_push (&batch, row_new (2), 2);
  g_assert_true (gst_irsdk_batch_is_draining (&batch));
  assert_pops (&batch, 1);
  g_assert_true (gst_irsdk_batch_is_draining (&batch));
  assert_pops (&batch, 2);
  g_assert_false (gst_irsdk_batch_is_draining (&batch));
  /* Early, for a row of another layout, which comes back afterwards. */
  gst_irsdk_batch_push (&batch, row_new (3), 2);
  g_assert_false (gst_irsdk_batch_take_kept (&batch, &kept));
  gst_irsdk_batch_keep (&batch, &row);
  g_assert_true (gst_irsdk_batch_is_draining (&batch));
  assert_pops (&batch, 3);
  g_assert_false (gst_irsdk_batch_is_draining (&batch));
  g_assert_true (gst_irsdk_batch_take_kept (&batch, &kept));
  g_assert_cmpint (kept.tick, ==, 9);
  g_assert_false (gst_irsdk_batch_take_kept (&batch, &kept));
  gst_irsdk_batch_push (&batch, row_new (4), 2);
  g_assert_true (gst_irsdk_batch_end (&batch));
  gst_irsdk_batch_clear (&batch);
  g_assert_cmpuint (gst_irsdk_batch_get_length (&batch), ==, 0);
  g_assert_false (gst_irsdk_batch_is_draining (&batch));
}

static guint64
field (const GstStructure *s, const gchar *name)
{
  guint64 value = G_MAXUINT64;

  gst_structure_get_uint64 (s, name, &value);
  return value;
}

static void
test_rows_are_counted (void)
{
  GstIrsdkStats stats = { 0 };
  const IrsdkShmRow rows[] = { { .tick = 5, .restarted = true }, { .tick = 6 },
    { .tick = 9, .lost = 2 }, { .tick = 1, .restarted = true } };
  g_autoptr (GstStructure) s = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    gst_irsdk_stats_count_row (&stats, &rows[i], i * GST_MSECOND);
  s = gst_irsdk_stats_to_structure (&stats);
  g_assert_cmpuint (field (s, "rows"), ==, 4);
  g_assert_cmpuint (field (s, "lost-ticks"), ==, 2);
  g_assert_cmpuint (field (s, "restarts"), ==, 1);
  g_assert_cmpuint (field (s, "delay-mean-us"), ==, 1500);
  g_assert_cmpuint (field (s, "delay-max-us"), ==, 3000);
}

static void
test_a_state_is_told (void)
{
  GstElement *src = gst_pipeline_new (NULL);
  g_autoptr (GstMessage) message = gst_irsdk_state_message_new (
      GST_OBJECT (src), GST_IRSDK_LOST, "no new row for too long");
  const GstStructure *s = gst_message_get_structure (message);

  g_assert_true (gst_structure_has_name (s, "pitbox-sim-state"));
  g_assert_cmpstr (gst_structure_get_string (s, "state"), ==, "lost");
  g_assert_cmpstr (
      gst_structure_get_string (s, "reason"), ==, "no new row for too long");
  gst_object_unref (src);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/place/time-never-goes-back", test_time_never_goes_back);
  g_test_add_func ("/place/a-gap-is-told-once-and-breaks-the-row",
      test_a_gap_is_told_once_and_breaks_the_row);
  g_test_add_func ("/text/twice-a-second-at-most",
      test_session_text_comes_twice_a_second_at_most);
  g_test_add_func (
      "/batch/leaves-whole-or-early", test_a_batch_leaves_whole_or_early);
  g_test_add_func ("/report/rows-are-counted", test_rows_are_counted);
  g_test_add_func ("/report/a-state-is-told", test_a_state_is_told);
  return g_test_run ();
}

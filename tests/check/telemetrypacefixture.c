/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PaceFixture. */
#include "telemetrypacefixture.h"

void
pace_set_up (PaceFixture *f)
{
  GstSegment segment;

  f->schema = pb_test_schema_new ();
  f->enc = gst_harness_new ("telemetryenc");
  gst_harness_set_src_caps (f->enc, gst_pitbox_schema_to_caps (f->schema));
  f->pace = gst_element_factory_make ("telemetrypace", NULL);
  f->video = gst_harness_new_with_element (f->pace, "video_sink", "video_src");
  f->telemetry =
      gst_harness_new_with_element (f->pace, "telemetry_sink", "telemetry_src");
  f->clock = GST_TEST_CLOCK (gst_test_clock_new ());
  gst_element_set_clock (f->pace, GST_CLOCK (f->clock));
  gst_element_set_base_time (f->pace, 0);
  gst_harness_set_src_caps_str (f->video, "video/x-h264");
  gst_harness_set_src_caps_str (f->telemetry, GST_PITBOX_CAPS_KLV);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = SHIFT;
  gst_harness_push_event (f->video, gst_event_new_segment (&segment));
}

void
pace_tear_down (PaceFixture *f)
{
  gst_harness_teardown (f->enc);
  gst_harness_teardown (f->telemetry);
  gst_harness_teardown (f->video);
  gst_object_unref (f->clock);
  gst_object_unref (f->pace);
  gst_pitbox_schema_unref (f->schema);
}

void
pace_push_row (PaceFixture *f, guint n)
{
  GstBuffer *buffer = pb_test_row_buffer (f->schema, n);

  GST_BUFFER_OFFSET (buffer) = n;
  g_assert_cmpint (gst_harness_push (f->enc, buffer), ==, GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (f->telemetry, gst_harness_pull (f->enc)),
      ==, GST_FLOW_OK);
}

void
pace_push_frame (PaceFixture *f, guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL), *out;

  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
      SHIFT + PB_TEST_ROW_NS (n);
  g_assert_cmpint (gst_harness_push (f->video, buffer), ==, GST_FLOW_OK);
  out = gst_harness_pull (f->video);
  g_assert_true (out == buffer);
  gst_buffer_unref (out);
}

/* The clock's next wait is for @time, and it comes to pass. */
void
pace_pass_wait (PaceFixture *f, GstClockTime time)
{
  GstClockID id;

  gst_test_clock_wait_for_next_pending_id (f->clock, &id);
  g_assert_cmpuint (gst_clock_id_get_time (id), ==, time);
  gst_clock_id_unref (id);
  g_assert_cmpuint (gst_harness_buffers_in_queue (f->telemetry), ==, 0);
  gst_test_clock_set_time (f->clock, time);
  id = gst_test_clock_process_next_clock_id (f->clock);
  g_assert_nonnull (id);
  gst_clock_id_unref (id);
}

/* A live stream's first picture is ahead of what belongs to it. */
void
pace_push_first_frame (PaceFixture *f, guint n)
{
  GstClockTime now = gst_clock_get_time (GST_CLOCK (f->clock));

  pace_push_frame (f, n);
  pace_pass_wait (f, now + 20 * GST_MSECOND);
}

void
pace_pull_gap (PaceFixture *f, guint n)
{
  g_autoptr (GstBuffer) gap = gst_harness_pull (f->telemetry);

  g_assert_cmpuint (gst_buffer_get_size (gap), ==, 0);
  g_assert_true (GST_BUFFER_FLAG_IS_SET (gap, GST_BUFFER_FLAG_GAP));
  g_assert_cmpuint (GST_BUFFER_PTS (gap), ==, PB_TEST_ROW_NS (n));
}

/* The next buffer decodes to the rows @first to @last with the times they had.
 * @dec lives as long as the stream. */
void
pace_pull_rows (
    PaceFixture *f, GstHarness *dec, GstClockTime pts, guint first, guint last)
{
  GstBuffer *unit = gst_harness_pull (f->telemetry);

  g_assert_cmpuint (gst_buffer_get_size (unit), >, 0);
  g_assert_cmpuint (GST_BUFFER_PTS (unit), ==, pts);
  gst_harness_push (dec, unit);
  for (guint n = first; n <= last; n++) {
    g_autoptr (GstBuffer) row = gst_harness_pull (dec);
    gint64 off = (gint64) (GST_BUFFER_PTS (row) - PB_TEST_ROW_NS (n));

    g_assert_cmpuint (GST_BUFFER_OFFSET (row), ==, n);
    g_assert_cmpint (ABS (off), <=, 11112); /* 1/90000 s */
  }
  g_assert_cmpuint (gst_harness_buffers_in_queue (dec), ==, 0);
}

GstHarness *
pace_new_dec (void)
{
  GstHarness *dec = gst_harness_new ("telemetrydec");

  gst_harness_set_src_caps_str (dec, GST_PITBOX_CAPS_KLV);
  return dec;
}

guint64
pace_get_stat (PaceFixture *f, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (f->pace, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

void
pace_pull_eos (GstHarness *h)
{
  GstEventType type;

  do {
    GstEvent *event = gst_harness_pull_event (h);

    g_assert_nonnull (event);
    type = GST_EVENT_TYPE (event);
    gst_event_unref (event);
  } while (type != GST_EVENT_EOS);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrypace: what leaves with a frame, what leaves alone and when, and that
 * mpegtsmux behind it never stalls. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video-event.h>
#include <gst/check/gsttestclock.h>

#include "../lib/pb-test-rows.h"

#define ROW_NS(n) gst_util_uint64_scale (n, GST_SECOND, 60)
/* x264enc's segment. */
#define SHIFT (1000 * 3600 * GST_SECOND)

typedef struct {
  GstElement *pace;
  GstHarness *video;
  GstHarness *telemetry;
  GstHarness *enc;
  GstTestClock *clock;
  GstPitboxSchema *schema;
} Fixture;

static void
set_up (Fixture *f)
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

static void
tear_down (Fixture *f)
{
  gst_harness_teardown (f->enc);
  gst_harness_teardown (f->telemetry);
  gst_harness_teardown (f->video);
  gst_object_unref (f->clock);
  gst_object_unref (f->pace);
  gst_pitbox_schema_unref (f->schema);
}

static void
push_row (Fixture *f, guint n)
{
  gsize size = gst_pitbox_schema_get_row_bytes (f->schema);
  guint8 *row = g_malloc (size);
  GstBuffer *buffer;

  pb_test_row_fill (f->schema, n, row);
  buffer = gst_buffer_new_wrapped (row, size);
  GST_BUFFER_PTS (buffer) = ROW_NS (n);
  GST_BUFFER_OFFSET (buffer) = n;
  g_assert_cmpint (gst_harness_push (f->enc, buffer), ==, GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (f->telemetry, gst_harness_pull (f->enc)),
      ==, GST_FLOW_OK);
}

static void
push_frame (Fixture *f, guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL), *out;

  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = SHIFT + ROW_NS (n);
  g_assert_cmpint (gst_harness_push (f->video, buffer), ==, GST_FLOW_OK);
  out = gst_harness_pull (f->video);
  g_assert_true (out == buffer);
  gst_buffer_unref (out);
}

/* The clock's next wait is for @time, and it comes to pass. */
static void
pass_wait (Fixture *f, GstClockTime time)
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
static void
push_first_frame (Fixture *f, guint n)
{
  GstClockTime now = gst_clock_get_time (GST_CLOCK (f->clock));

  push_frame (f, n);
  pass_wait (f, now + 20 * GST_MSECOND);
}

static void
pull_gap (Fixture *f, guint n)
{
  g_autoptr (GstBuffer) gap = gst_harness_pull (f->telemetry);

  g_assert_cmpuint (gst_buffer_get_size (gap), ==, 0);
  g_assert_true (GST_BUFFER_FLAG_IS_SET (gap, GST_BUFFER_FLAG_GAP));
  g_assert_cmpuint (GST_BUFFER_PTS (gap), ==, ROW_NS (n));
}

/* The next buffer decodes to the rows @first to @last with the times they had.
 * @dec lives as long as the stream. */
static void
pull_rows (
    Fixture *f, GstHarness *dec, GstClockTime pts, guint first, guint last)
{
  GstBuffer *unit = gst_harness_pull (f->telemetry);

  g_assert_cmpuint (gst_buffer_get_size (unit), >, 0);
  g_assert_cmpuint (GST_BUFFER_PTS (unit), ==, pts);
  gst_harness_push (dec, unit);
  for (guint n = first; n <= last; n++) {
    g_autoptr (GstBuffer) row = gst_harness_pull (dec);
    gint64 off = (gint64) (GST_BUFFER_PTS (row) - ROW_NS (n));

    g_assert_cmpuint (GST_BUFFER_OFFSET (row), ==, n);
    g_assert_cmpint (ABS (off), <=, 11112); /* 1/90000 s */
  }
  g_assert_cmpuint (gst_harness_buffers_in_queue (dec), ==, 0);
}

static GstHarness *
new_dec (void)
{
  GstHarness *dec = gst_harness_new ("telemetrydec");

  gst_harness_set_src_caps_str (dec, GST_PITBOX_CAPS_KLV);
  return dec;
}

static guint64
stat (Fixture *f, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (f->pace, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

GST_START_TEST (test_a_frame_takes_its_row_in_running_time)
{
  Fixture f;
  GstHarness *dec;
  GstEvent *event;
  const GstSegment *segment;

  set_up (&f);
  dec = new_dec ();
  for (guint n = 0; n < 5; n++) {
    push_row (&f, n);
    if (n == 0)
      push_first_frame (&f, n);
    else
      push_frame (&f, n);
    pull_rows (&f, dec, ROW_NS (n), n, n);
  }
  event = gst_pad_get_sticky_event (f.telemetry->sinkpad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  g_assert_cmpint (segment->format, ==, GST_FORMAT_TIME);
  g_assert_cmpuint (segment->start, ==, 0);
  gst_event_unref (event);
  g_assert_cmpuint (stat (&f, "merged"), ==, 5);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

/* Requests for key units that went up towards the encoder. */
static guint
count_key_requests (Fixture *f, guint *with_headers)
{
  GstEvent *event;
  guint n = 0;

  *with_headers = 0;
  while ((event = gst_harness_try_pull_upstream_event (f->telemetry)) != NULL) {
    gboolean all_headers = FALSE;

    if (gst_video_event_is_force_key_unit (event)) {
      n++;
      gst_video_event_parse_upstream_force_key_unit (
          event, NULL, &all_headers, NULL);
      *with_headers += all_headers;
    }
    gst_event_unref (event);
  }
  return n;
}

GST_START_TEST (test_a_key_frame_asks_for_a_key_unit)
{
  Fixture f;
  GstBuffer *delta = gst_buffer_new_allocate (NULL, 10, NULL);
  guint with_headers;

  set_up (&f);
  count_key_requests (&f, &with_headers);
  push_row (&f, 0);
  push_frame (&f, 0);
  g_assert_cmpuint (count_key_requests (&f, &with_headers), ==, 1);
  /* What went before the first picture is lost on a demuxer. */
  g_assert_cmpuint (with_headers, ==, 1);
  GST_BUFFER_PTS (delta) = GST_BUFFER_DTS (delta) = SHIFT + ROW_NS (1);
  GST_BUFFER_FLAG_SET (delta, GST_BUFFER_FLAG_DELTA_UNIT);
  g_assert_cmpint (gst_harness_push (f.video, delta), ==, GST_FLOW_OK);
  g_assert_cmpuint (count_key_requests (&f, &with_headers), ==, 0);
  gst_buffer_unref (gst_harness_pull (f.video));
  push_frame (&f, 2);
  g_assert_cmpuint (count_key_requests (&f, &with_headers), ==, 1);
  g_assert_cmpuint (with_headers, ==, 0);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_rows_between_frames_are_merged)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  for (guint n = 0; n < 9; n++)
    push_row (&f, n);
  push_first_frame (&f, 2);
  push_frame (&f, 4);
  pull_rows (&f, dec, ROW_NS (2), 0, 2);
  pull_rows (&f, dec, ROW_NS (4), 3, 4);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_frame_never_waits_for_telemetry)
{
  Fixture f;
  GstCaps *caps;

  set_up (&f);
  /* None has ever come. */
  push_first_frame (&f, 0);
  pull_gap (&f, 0);
  for (guint n = 1; n < 3; n++) {
    push_frame (&f, n);
    pull_gap (&f, n);
  }
  caps = gst_pad_get_current_caps (f.telemetry->sinkpad);
  g_assert_nonnull (caps);
  gst_caps_unref (caps);
  g_assert_cmpuint (stat (&f, "gaps"), ==, 3);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_telemetry_goes_alone_after_max_wait)
{
  Fixture f;
  GstHarness *dec;
  GstEvent *event;
  gboolean gap = FALSE;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  push_first_frame (&f, 0);
  pull_rows (&f, dec, 0, 0, 0);
  push_row (&f, 1);
  pass_wait (&f, 50 * GST_MSECOND);
  pull_rows (&f, dec, ROW_NS (1), 1, 1);
  /* From now on at once. */
  push_row (&f, 2);
  pull_rows (&f, dec, ROW_NS (2), 2, 2);
  push_row (&f, 3);
  pull_rows (&f, dec, ROW_NS (3), 3, 3);
  /* The video pad was told, in its own time. */
  while ((event = gst_harness_try_pull_event (f.video)) != NULL) {
    GstClockTime pts;

    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
      gst_event_parse_gap (event, &pts, NULL);
      gap |= pts >= SHIFT + ROW_NS (1);
    }
    gst_event_unref (event);
  }
  g_assert_true (gap);
  /* Video is back: a frame takes its row again. */
  push_frame (&f, 4);
  pull_gap (&f, 4);
  push_row (&f, 5);
  push_frame (&f, 5);
  pull_rows (&f, dec, ROW_NS (5), 5, 5);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_each_pad_ends_by_itself)
{
  Fixture f;
  GstHarness *dec;
  GstEvent *event;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  push_row (&f, 1);
  push_first_frame (&f, 0);
  pull_rows (&f, dec, 0, 0, 0);
  gst_harness_push_event (f.video, gst_event_new_eos ());
  /* Rows that no frame will take. */
  pull_rows (&f, dec, ROW_NS (1), 1, 1);
  push_row (&f, 2);
  pull_rows (&f, dec, ROW_NS (2), 2, 2);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  do {
    event = gst_harness_pull_event (f.telemetry);
    g_assert_nonnull (event);
    gst_event_unref (event);
  } while (!GST_PAD_IS_EOS (f.telemetry->sinkpad));
  g_assert_true (GST_PAD_IS_EOS (f.video->sinkpad));
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_flushes_are_each_pads_own)
{
  Fixture f;
  GstHarness *dec;
  GstSegment segment;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  push_row (&f, 1);
  gst_harness_push_event (f.telemetry, gst_event_new_flush_start ());
  gst_harness_push_event (f.telemetry, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (f.telemetry, gst_event_new_segment (&segment));
  push_first_frame (&f, 1);
  pull_gap (&f, 1);
  /* The key unit was flushed away with its rows. */
  gst_harness_teardown (f.enc);
  f.enc = gst_harness_new ("telemetryenc");
  gst_harness_set_src_caps (f.enc, gst_pitbox_schema_to_caps (f.schema));
  push_row (&f, 2);
  gst_harness_push_event (f.video, gst_event_new_flush_start ());
  gst_harness_push_event (f.video, gst_event_new_flush_stop (TRUE));
  segment.start = segment.time = SHIFT;
  gst_harness_push_event (f.video, gst_event_new_segment (&segment));
  push_frame (&f, 2);
  pull_rows (&f, dec, ROW_NS (2), 2, 2);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_foreign_bytes_pass)
{
  Fixture f;
  g_autoptr (GstBuffer) out = NULL;

  set_up (&f);
  for (guint n = 0; n < 2; n++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL);

    gst_buffer_memset (buffer, 0, 0x55, 10);
    GST_BUFFER_PTS (buffer) = ROW_NS (n);
    gst_harness_push (f.telemetry, buffer);
  }
  push_first_frame (&f, 1);
  out = gst_harness_pull (f.telemetry);
  g_assert_cmpuint (gst_buffer_get_size (out), ==, 20);
  g_assert_cmpuint (GST_BUFFER_PTS (out), ==, ROW_NS (1));
  tear_down (&f);
}
GST_END_TEST

/* --- the start of a live stream --- */

static void
flush (GstHarness *h, GstClockTime start)
{
  GstSegment segment;

  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = start;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
}

static void
pull_eos (GstHarness *h)
{
  GstEvent *event;

  do {
    event = gst_harness_pull_event (h);
    g_assert_nonnull (event);
    gst_event_unref (event);
  } while (!GST_PAD_IS_EOS (h->sinkpad));
}

GST_START_TEST (test_a_multiplexer_knows_of_telemetry_before_any_comes)
{
  static const GstEventType types[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT };
  /* Linked before it starts, as in a pipeline. */
  GstHarness *h = gst_harness_new_with_padnames (
      "telemetrypace", "telemetry_sink", "telemetry_src");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (h);

    g_assert_nonnull (event);
    g_assert_cmpint (GST_EVENT_TYPE (event), ==, types[i]);
  }
  gst_harness_teardown (h);
}
GST_END_TEST

GST_START_TEST (test_rows_wait_for_a_first_frame_at_900_ms)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  for (guint n = 0; n <= 54; n++) {
    gst_test_clock_set_time (f.clock, ROW_NS (n));
    push_row (&f, n);
  }
  g_assert_cmpuint (gst_harness_buffers_in_queue (f.telemetry), ==, 0);
  /* The last row is the next frame's. */
  push_first_frame (&f, 53);
  pull_rows (&f, dec, ROW_NS (53), 0, 53);
  push_frame (&f, 54);
  pull_rows (&f, dec, ROW_NS (54), 54, 54);
  push_row (&f, 55);
  push_frame (&f, 55);
  pull_rows (&f, dec, ROW_NS (55), 55, 55);
  g_assert_cmpuint (stat (&f, "merged"), ==, 3);
  g_assert_cmpuint (stat (&f, "alone"), ==, 0);
  g_assert_cmpuint (stat (&f, "dropped"), ==, 0);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_rows_go_alone_when_no_frame_ever_comes)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  for (guint n = 0; n < 60; n++) {
    gst_test_clock_set_time (f.clock, ROW_NS (n));
    push_row (&f, n);
  }
  pass_wait (&f, GST_SECOND);
  pull_rows (&f, dec, ROW_NS (59), 0, 59);
  for (guint n = 60; n < 63; n++) {
    push_row (&f, n);
    pull_rows (&f, dec, ROW_NS (n), n, n);
  }
  g_assert_cmpuint (stat (&f, "alone"), ==, 4);
  /* One that comes all the same takes its row at once. */
  push_row (&f, 63);
  pull_rows (&f, dec, ROW_NS (63), 63, 63);
  push_frame (&f, 64);
  pull_gap (&f, 64);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pull_eos (f.telemetry);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_start_wait_is_a_property)
{
  Fixture f;
  GstHarness *dec;
  guint64 wait;

  set_up (&f);
  dec = new_dec ();
  g_object_get (f.pace, "start-wait", &wait, NULL);
  g_assert_cmpuint (wait, ==, GST_SECOND);
  g_object_set (f.pace, "start-wait", (guint64) (300 * GST_MSECOND), NULL);
  push_row (&f, 0);
  pass_wait (&f, 300 * GST_MSECOND);
  pull_rows (&f, dec, 0, 0, 0);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_gap_of_video_does_not_begin_a_stream)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  gst_harness_push_event (f.video, gst_event_new_gap (SHIFT, ROW_NS (1)));
  push_row (&f, 1);
  push_first_frame (&f, 1);
  pull_rows (&f, dec, ROW_NS (1), 0, 1);
  /* Later it is as good as a frame. */
  push_row (&f, 2);
  gst_harness_push_event (
      f.video, gst_event_new_gap (SHIFT + ROW_NS (2), ROW_NS (1)));
  pull_rows (&f, dec, ROW_NS (2), 2, 2);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_eos_of_video_ends_the_wait)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  gst_harness_push_event (f.video, gst_event_new_eos ());
  pull_rows (&f, dec, 0, 0, 0);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pull_eos (f.telemetry);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_eos_of_telemetry_comes_behind_what_waits)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  push_row (&f, 1);
  gst_harness_push_event (f.telemetry, gst_event_new_eos ());
  pass_wait (&f, GST_SECOND);
  pull_rows (&f, dec, ROW_NS (1), 0, 1);
  pull_eos (f.telemetry);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_a_flush_begins_the_wait_anew)
{
  Fixture f;
  GstHarness *dec;

  set_up (&f);
  dec = new_dec ();
  push_row (&f, 0);
  flush (f.telemetry, 0);
  gst_harness_teardown (f.enc);
  f.enc = gst_harness_new ("telemetryenc");
  gst_harness_set_src_caps (f.enc, gst_pitbox_schema_to_caps (f.schema));
  gst_test_clock_set_time (f.clock, 500 * GST_MSECOND);
  push_row (&f, 1);
  /* One of video changes nothing for what waits. */
  flush (f.video, SHIFT);
  pass_wait (&f, 1500 * GST_MSECOND);
  pull_rows (&f, dec, ROW_NS (1), 1, 1);
  gst_harness_teardown (dec);
  tear_down (&f);
}
GST_END_TEST

GST_START_TEST (test_it_stops_while_rows_wait)
{
  Fixture f;

  set_up (&f);
  push_row (&f, 0);
  push_row (&f, 1);
  g_assert_cmpint (gst_element_set_state (f.pace, GST_STATE_NULL), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpuint (gst_harness_buffers_in_queue (f.telemetry), ==, 0);
  tear_down (&f);
}
GST_END_TEST

/* --- with the real multiplexer and encoder; outages: tests/system --- */

/* What a stream begins with, by its first table of the programme and its first
 * two PES packets. Buffers are whole packets. */
typedef struct {
  GMutex lock;
  GCond cond;
  guint n_units; /* that came to telemetrypace */
  GString *order; /* 'V' and 'T' */
  guint table_streams; /* of the first one */
} Start;

static void
look_at_packet (Start *start, const guint8 *p)
{
  guint pid = (p[1] & 0x1f) << 8 | p[2];
  guint at = (p[3] & 0x20) != 0 ? 5 + p[4] : 4;

  if ((p[1] & 0x40) == 0 || (p[3] & 0x10) == 0 || at > 160)
    return;
  if (pid == 65 || pid == 66)
    g_string_append_c (start->order, pid == 65 ? 'V' : 'T');
  else if (pid != 0 && p[at] == 0 && p[at + 1] == 2
           && start->table_streams == 0) {
    const guint8 *table = p + at + 1;
    guint end = 3 + ((table[1] & 15) << 8 | table[2]) - 4;
    guint i = 12 + ((table[10] & 15) << 8 | table[11]);

    for (; i + 5 <= end && at + 1 + i + 5 <= 188; start->table_streams++)
      i += 5 + ((table[i + 3] & 15) << 8 | table[i + 4]);
  }
}

static GstPadProbeReturn
count_unit (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Start *start = data;

  g_mutex_lock (&start->lock);
  start->n_units++;
  g_cond_broadcast (&start->cond);
  g_mutex_unlock (&start->lock);
  return GST_PAD_PROBE_OK;
}

/* An encoder that takes 200 ms for its first picture. */
static GstPadProbeReturn
wait_for_units (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Start *start = data;

  g_mutex_lock (&start->lock);
  while (start->n_units < 12)
    g_cond_wait (&start->cond, &start->lock);
  g_mutex_unlock (&start->lock);
  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
look_at_start (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Start *start = data;
  GstBufferList *list = gst_pad_probe_info_get_buffer_list (info);

  g_mutex_lock (&start->lock);
  for (guint i = 0; i < gst_buffer_list_length (list); i++) {
    GstMapInfo map;

    gst_buffer_map (gst_buffer_list_get (list, i), &map, GST_MAP_READ);
    for (gsize at = 0; at + 188 <= map.size; at += 188)
      look_at_packet (start, map.data + at);
    gst_buffer_unmap (gst_buffer_list_get (list, i), &map);
  }
  g_cond_broadcast (&start->cond);
  g_mutex_unlock (&start->lock);
  return GST_PAD_PROBE_OK;
}

static void
probe (GstElement *pipeline, const gchar *element, const gchar *name,
    GstPadProbeType type, GstPadProbeCallback callback, gpointer data)
{
  g_autoptr (GstElement) e = gst_bin_get_by_name (GST_BIN (pipeline), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (e, name);

  gst_pad_add_probe (pad, type, callback, data, NULL);
}

GST_START_TEST (test_a_live_stream_begins_with_a_picture)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "telemetrytestsrc is-live=true ! telemetryenc ! pace.telemetry_sink "
      "videotestsrc is-live=true "
      "! video/x-raw,width=160,height=90,framerate=60/1 "
      "! x264enc tune=zerolatency speed-preset=ultrafast "
      "! h264parse config-interval=-1 ! pace.video_sink "
      "telemetrypace name=pace pace.video_src ! mux.sink_65 "
      "pace.telemetry_src ! mux.sink_66 "
      "mpegtsmux name=mux alignment=0 ! fakesink sync=false async=false",
      &error);
  Start start = { .order = g_string_new (NULL) };
  gint64 until = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_assert_no_error (error);
  g_mutex_init (&start.lock);
  g_cond_init (&start.cond);
  probe (pipeline, "pace", "telemetry_sink", GST_PAD_PROBE_TYPE_BUFFER,
      count_unit, &start);
  probe (pipeline, "pace", "video_sink", GST_PAD_PROBE_TYPE_BUFFER,
      wait_for_units, &start);
  probe (pipeline, "mux", "src", GST_PAD_PROBE_TYPE_BUFFER_LIST, look_at_start,
      &start);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&start.lock);
  while (strchr (start.order->str, 'V') == NULL
         || strchr (start.order->str, 'T') == NULL)
    g_assert_true (g_cond_wait_until (&start.cond, &start.lock, until));
  g_assert_cmpint (start.order->str[0], ==, 'V');
  g_assert_cmpuint (start.table_streams, ==, 2);
  g_mutex_unlock (&start.lock);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_string_free (start.order, TRUE);
  g_mutex_clear (&start.lock);
  g_cond_clear (&start.cond);
}
GST_END_TEST

GST_START_TEST (test_a_file_keeps_every_row_with_its_frame)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "telemetrytestsrc num-buffers=120 ! telemetryenc ! pace.telemetry_sink "
      "videotestsrc num-buffers=60 "
      "! video/x-raw,width=160,height=90,framerate=30/1 "
      "! x264enc tune=zerolatency speed-preset=ultrafast ! h264parse "
      "! pace.video_sink "
      "telemetrypace name=pace "
      "pace.telemetry_src ! mux. pace.video_src ! mux. "
      "mpegtsmux name=mux ! fakesink sync=false",
      &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstElement) pace = NULL;
  g_autoptr (GstStructure) stats = NULL;
  guint64 frames = 0, merged = 0, gaps = 0;

  g_assert_no_error (error);
  pace = gst_bin_get_by_name (GST_BIN (pipeline), "pace");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  g_object_get (pace, "stats", &stats, NULL);
  gst_structure_get (stats, "frames", G_TYPE_UINT64, &frames, "merged",
      G_TYPE_UINT64, &merged, "gaps", G_TYPE_UINT64, &gaps, NULL);
  g_assert_cmpuint (frames, ==, 60);
  g_assert_cmpuint (merged, ==, 60);
  g_assert_cmpuint (gaps, ==, 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST

static Suite *
telemetrypace_suite (void)
{
  Suite *s = suite_create ("telemetrypace");
  TCase *tc = tcase_create ("harness"), *real = tcase_create ("multiplexer");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_a_frame_takes_its_row_in_running_time);
  tcase_add_test (tc, test_rows_between_frames_are_merged);
  tcase_add_test (tc, test_a_key_frame_asks_for_a_key_unit);
  tcase_add_test (tc, test_a_frame_never_waits_for_telemetry);
  tcase_add_test (tc, test_telemetry_goes_alone_after_max_wait);
  tcase_add_test (tc, test_each_pad_ends_by_itself);
  tcase_add_test (tc, test_flushes_are_each_pads_own);
  tcase_add_test (tc, test_foreign_bytes_pass);
  tcase_add_test (tc, test_a_multiplexer_knows_of_telemetry_before_any_comes);
  tcase_add_test (tc, test_rows_wait_for_a_first_frame_at_900_ms);
  tcase_add_test (tc, test_rows_go_alone_when_no_frame_ever_comes);
  tcase_add_test (tc, test_start_wait_is_a_property);
  tcase_add_test (tc, test_a_gap_of_video_does_not_begin_a_stream);
  tcase_add_test (tc, test_eos_of_video_ends_the_wait);
  tcase_add_test (tc, test_eos_of_telemetry_comes_behind_what_waits);
  tcase_add_test (tc, test_a_flush_begins_the_wait_anew);
  tcase_add_test (tc, test_it_stops_while_rows_wait);
  suite_add_tcase (s, real);
  tcase_set_timeout (real, 60);
  tcase_add_test (real, test_a_live_stream_begins_with_a_picture);
  tcase_add_test (real, test_a_file_keeps_every_row_with_its_frame);
  return s;
}

GST_CHECK_MAIN (telemetrypace);

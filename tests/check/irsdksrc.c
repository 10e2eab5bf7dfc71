/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc against a simulator in this process, on a test clock. */
#include <gst/check/gstcheck.h>
#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>
#include <string.h>

#include "irsdksrcfixture.h"

GST_START_TEST (properties_and_template)
{
  GstElement *e = gst_element_factory_make ("irsdksrc", NULL);
  GstPad *pad = gst_element_get_static_pad (e, "src");
  GstCaps *caps = gst_pad_get_pad_template_caps (pad);
  guint64 timeout;

  fail_unless (GST_OBJECT_FLAG_IS_SET (e, GST_ELEMENT_FLAG_SOURCE));
  g_object_get (e, "timeout", &timeout, NULL);
  fail_unless_equals_uint64 (timeout, 30 * GST_SECOND);
  fail_unless (gst_structure_has_name (
      gst_caps_get_structure (caps, 0), GST_PITBOX_TELEMETRY_MEDIA_TYPE));
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_object_unref (e);
}
GST_END_TEST;

GST_START_TEST (waits_for_the_sim_then_delivers)
{
  GstPitboxClockQuality quality;
  GstPitboxSchema *schema;
  GstBuffer *buffer;
  GstEvent *event;
  GstCaps *caps;
  GBytes *text;
  guint update;
  SimFixture f;

  sim_fixture_set_up (&f);
  gst_harness_play (f.h);
  sim_fixture_run_until (&f, 10 * GST_SECOND);
  sim_fixture_expect_state (&f, "waiting");
  fail_unless_equals_uint64 (gst_harness_buffers_received (f.h), 0);
  sim_fixture_start_sim (&f);
  fail_unless (gst_harness_crank_single_clock_wait (f.h));
  buffer = gst_harness_pull (f.h);
  sim_fixture_expect_row (&f, buffer);
  sim_fixture_expect_state (&f, "connected");
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 11 * GST_SECOND);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), SIM_PERIOD);
  fail_unless (gst_pitbox_buffer_get_utc (buffer, &quality) > 0);
  fail_unless_equals_int (quality, GST_PITBOX_CLOCK_LOCAL);
  gst_buffer_unref (buffer);

  caps = gst_pad_get_current_caps (f.h->sinkpad);
  schema = gst_pitbox_schema_new_from_caps (caps, NULL);
  fail_unless (schema != NULL);
  fail_unless_equals_string (
      gst_pitbox_schema_find (schema, "Letters")->desc, "Nürburg");
  gst_pitbox_schema_unref (schema);
  gst_caps_unref (caps);

  /* The session string is there before the first row. */
  event = sim_fixture_pull_event (&f, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY);
  fail_unless (gst_pitbox_session_event_parse (event, &text, &update));
  fail_unless_equals_int (update, 1);
  fail_unless_equals_int (g_bytes_get_size (text), 5);
  g_bytes_unref (text);
  gst_event_unref (event);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (time_is_the_ticks_not_the_arrivals)
{
  GstClockTime last = GST_CLOCK_TIME_NONE;
  guint64 wakes = 0;
  SimFixture f;

  sim_fixture_set_up (&f);
  sim_fixture_connect_sim (&f);
  for (guint i = 0; i < 300; i++) {
    const GstClockTime truth = f.next;
    GstBuffer *buffer = sim_fixture_next_row (&f);
    const GstClockTimeDiff off =
        GST_CLOCK_DIFF (truth, GST_BUFFER_PTS (buffer));

    sim_fixture_expect_row (&f, buffer);
    fail_unless (i == 0 || GST_BUFFER_PTS (buffer) > last);
    last = GST_BUFFER_PTS (buffer);
    /* Looks are at most 1 ms apart; the fit leaves less of it. */
    if (i > 60)
      fail_unless (ABS (off) < (GstClockTimeDiff) (700 * GST_USECOND),
          "row %u is %" G_GINT64_FORMAT " ns off", i, off);
    fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
    gst_buffer_unref (buffer);
    if (i == 149)
      wakes = sim_fixture_get_stat (&f, "wake-ups");
  }
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "lost-ticks"), 0);
  /* Waiting must stay cheap: little more than one wake-up a row. */
  fail_unless (sim_fixture_get_stat (&f, "wake-ups") - wakes < 150 * 11 / 10);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

/* The first look finds a row that is nearly over, so the fit begins late and
 * is corrected: never to rows at (nearly) one time. */
GST_START_TEST (rows_keep_their_distance)
{
  SimFixture f;
  GstClockTime begin, last;

  sim_fixture_set_up (&f);
  sim_fixture_connect_sim (&f);
  begin = f.next - SIM_PERIOD;
  f.next = begin + GST_MSECOND;
  last = begin;
  for (guint i = 1; i <= 60; i++) {
    GstBuffer *buffer = sim_fixture_next_row (&f);
    GstClockTime pts = GST_BUFFER_PTS (buffer);

    sim_fixture_expect_row (&f, buffer);
    fail_unless (pts >= last + SIM_PERIOD / 2, "row %u after %" GST_TIME_FORMAT,
        i, GST_TIME_ARGS (pts - last));
    last = pts;
    gst_buffer_unref (buffer);
  }
  /* And it has caught up with the ticks. */
  fail_unless (last <= f.next - SIM_PERIOD + 2 * GST_MSECOND);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (lost_ticks_are_counted_and_flagged)
{
  GstBuffer *buffer;
  SimFixture f;

  sim_fixture_set_up (&f);
  sim_fixture_connect_sim (&f);
  gst_buffer_unref (sim_fixture_next_row (&f));
  f.tick += 4;
  f.next += 4 * SIM_PERIOD;
  buffer = sim_fixture_next_row (&f);
  sim_fixture_expect_row (&f, buffer);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "lost-ticks"), 4);
  gst_buffer_unref (buffer);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (gaps_while_ticks_are_paused)
{
  GstClockTime start, duration, end = 0, paused;
  GstBuffer *buffer;
  GstEvent *event;
  guint gaps = 0;
  SimFixture f;

  sim_fixture_set_up (&f);
  sim_fixture_connect_sim (&f);
  buffer = sim_fixture_next_row (&f);
  end = GST_BUFFER_PTS (buffer);
  gst_buffer_unref (buffer);
  paused = f.next;
  sim_fixture_run_until (&f, paused + 5 * GST_SECOND);
  while ((event = sim_fixture_pull_event (&f, GST_EVENT_GAP)) != NULL) {
    gst_event_parse_gap (event, &start, &duration);
    fail_unless (start >= end);
    end = start + duration;
    gaps++;
    gst_event_unref (event);
  }
  fail_unless (gaps >= 40 && gaps <= 50, "%u gaps", gaps);
  /* A timeout is not a disconnect. */
  sim_fixture_expect_state (&f, "connected");
  f.next += 5 * GST_SECOND;
  buffer = sim_fixture_next_row (&f);
  sim_fixture_expect_row (&f, buffer);
  fail_unless (GST_BUFFER_PTS (buffer) >= end);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (buffer);
  sim_fixture_run_until (&f, f.next + 31 * GST_SECOND);
  sim_fixture_expect_state (&f, "lost");
  f.next += 31 * GST_SECOND;
  gst_buffer_unref (sim_fixture_next_row (&f));
  sim_fixture_expect_state (&f, "connected");
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

static void
expect_messages (GstBus *bus, const gchar *const *states)
{
  for (guint i = 0; states[i] != NULL; i++) {
    GstMessage *m = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT);
    const GstStructure *s;

    fail_unless (m != NULL, "no message for %s", states[i]);
    s = gst_message_get_structure (m);
    fail_unless (gst_structure_has_name (s, "pitbox-sim-state"));
    fail_unless_equals_string (
        gst_structure_get_string (s, "state"), states[i]);
    fail_unless (gst_structure_get_string (s, "reason") != NULL);
    gst_message_unref (m);
  }
}

GST_START_TEST (sim_leaves_and_comes_back_with_another_car)
{
  static const gchar *const states[] = { "connected", "lost", "connected",
    NULL };
  GstBus *bus = gst_bus_new ();
  GstCaps *before, *after;
  GstBuffer *buffer;
  SimFixture f;

  sim_fixture_set_up (&f);
  gst_element_set_bus (f.h->element, bus);
  sim_fixture_connect_sim (&f);
  gst_buffer_unref (sim_fixture_next_row (&f));
  before = gst_pad_get_current_caps (f.h->sinkpad);
  g_clear_pointer (&f.sim, irsdk_shm_writer_free);
  sim_fixture_run_until (&f, f.next + 3 * GST_SECOND);
  sim_fixture_expect_state (&f, "lost");
  f.sim = pb_test_sim_new (f.name, SIM_PROBE + 1, 4, TRUE);
  irsdk_shm_writer_set_connected (f.sim, true);
  pb_test_sim_vars (f.vars, SIM_PROBE + 1);
  f.tick = 2;
  pb_test_sim_put (f.sim, SIM_PROBE + 1, f.tick);
  fail_unless (gst_harness_crank_single_clock_wait (f.h));
  buffer = gst_harness_pull (f.h);
  sim_fixture_expect_row (&f, buffer);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (buffer);
  after = gst_pad_get_current_caps (f.h->sinkpad);
  fail_if (gst_caps_is_equal (before, after));
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "layouts"), 2);
  expect_messages (bus, states);
  gst_caps_unref (before);
  gst_caps_unref (after);
  gst_element_set_bus (f.h->element, NULL);
  gst_object_unref (bus);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (killed_sim_is_succeeded)
{
  IrsdkShmWriter *dead;
  GstBuffer *buffer;
  SimFixture f;

  sim_fixture_set_up (&f);
  sim_fixture_connect_sim (&f);
  gst_buffer_unref (sim_fixture_next_row (&f));
  /* It says nothing any more; another one takes its name. */
  dead = f.sim;
  f.tick = 7;
  sim_fixture_start_sim (&f);
  /* At the next look around after a second it is found. */
  for (guint i = 0; i < 400; i++) {
    fail_unless (gst_harness_crank_single_clock_wait (f.h));
    gst_test_clock_wait_for_next_pending_id (f.clock, NULL);
    if (gst_harness_buffers_in_queue (f.h) > 0)
      break;
  }
  buffer = gst_harness_try_pull (f.h);
  fail_unless (buffer != NULL);
  sim_fixture_expect_row (&f, buffer);
  gst_buffer_unref (buffer);
  fail_unless (
      gst_clock_get_time (GST_CLOCK (f.clock)) < f.next + 2 * GST_SECOND);
  irsdk_shm_writer_free (dead);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (new_session_string_is_an_event)
{
  GstEvent *event;
  GBytes *text = NULL;
  guint update = 0, events = 0;
  SimFixture f;

  sim_fixture_set_up (&f);
  sim_fixture_connect_sim (&f);
  gst_event_unref (
      sim_fixture_pull_event (&f, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY));
  /* A burst: one event for the last of them is enough, but it must come. */
  for (guint i = 0; i < 60; i++) {
    if (i < 10)
      irsdk_shm_writer_set_session (f.sim, "next one", 8);
    gst_buffer_unref (sim_fixture_next_row (&f));
  }
  while (
      (event = sim_fixture_pull_event (&f, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY))
      != NULL) {
    g_clear_pointer (&text, g_bytes_unref);
    fail_unless (gst_pitbox_session_event_parse (event, &text, &update));
    events++;
    gst_event_unref (event);
  }
  fail_unless (events >= 1 && events <= 2);
  fail_unless_equals_int (update, 11);
  fail_unless_equals_int (g_bytes_get_size (text), 8);
  g_bytes_unref (text);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (broken_mapping_is_not_a_sim)
{
  guint8 image[4096] = { 2, 0, 0, 0, 1, 0, 0, 0 };
  IrsdkShmWriter *w;
  IrsdkHeader h = { .ver = 2,
    .status = 1,
    .tick_rate = 60,
    .session_offset = 112,
    .num_vars = 1,
    .var_offset = 112,
    .num_buf = 3,
    .row_bytes = 8,
    .buf = { { 1, 400, 0 }, { 2, 500, 0 }, { 3, 600, 0 } } };
  SimFixture f;

  sim_fixture_set_up (&f);
  /* A header without one good variable. */
  irsdk_header_write (&h, image);
  fail_unless_equals_int (
      irsdk_shm_writer_new_from_image (&w, f.name, image, sizeof image),
      IRSDK_OK);
  gst_harness_play (f.h);
  sim_fixture_run_until (&f, 5 * GST_SECOND);
  sim_fixture_expect_state (&f, "waiting");
  fail_unless_equals_uint64 (gst_harness_buffers_received (f.h), 0);
  irsdk_shm_writer_free (w);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (num_buffers_ends_the_stream)
{
  gboolean ended;
  GstEvent *event;
  SimFixture f;

  sim_fixture_set_up (&f);
  g_object_set (f.h->element, "num-buffers", 3, NULL);
  sim_fixture_connect_sim (&f);
  gst_buffer_unref (sim_fixture_next_row (&f));
  gst_buffer_unref (sim_fixture_next_row (&f));
  do {
    event = gst_harness_pull_event (f.h);
    fail_unless (event != NULL);
    ended = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  } while (!ended);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (unusable_name_is_an_error)
{
  GstElement *e = gst_element_factory_make ("irsdksrc", NULL);

  g_object_set (e, "shm-name", "", NULL);
  ASSERT_SET_STATE (e, GST_STATE_PAUSED, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (e, GST_STATE_NULL);
  gst_object_unref (e);
}
GST_END_TEST;

static GstPadProbeReturn
count_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_atomic_int_inc ((gint *) data);
  return GST_PAD_PROBE_OK;
}

/* On the real clock, with and without a sim, and stopped in its waits. */
GST_START_TEST (played_and_stopped_twice)
{
  gchar *name = pb_test_sim_name ();
  GstElement *pipeline = gst_parse_launch (
      "irsdksrc name=src ! fakesink name=sink sync=false", NULL);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  GstPad *pad = gst_element_get_static_pad (src, "src");
  gint n = 0;

  g_object_set (src, "shm-name", name, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, &n, NULL);
  for (guint i = 0; i < 4; i++) {
    IrsdkShmWriter *sim = NULL;
    gint32 tick = 1;

    g_atomic_int_set (&n, 0);
    if (i % 2 == 1) {
      sim = pb_test_sim_new (name, SIM_PROBE, 3, FALSE);
      irsdk_shm_writer_set_connected (sim, true);
      pb_test_sim_put (sim, SIM_PROBE, tick++);
    }
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
                 != GST_STATE_CHANGE_FAILURE);
    while (sim != NULL && g_atomic_int_get (&n) < 3) {
      pb_test_sim_put (sim, SIM_PROBE, tick++);
      g_thread_yield ();
    }
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PAUSED)
                 != GST_STATE_CHANGE_FAILURE);
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
                 != GST_STATE_CHANGE_FAILURE);
    fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL),
        GST_STATE_CHANGE_SUCCESS);
    irsdk_shm_writer_free (sim);
  }
  gst_object_unref (pad);
  gst_object_unref (src);
  gst_object_unref (pipeline);
  g_free (name);
}
GST_END_TEST;

GST_START_TEST (real_image_comes_out_byte_for_byte)
{
  static const gsize at[] = { 1163376, 1114224, 1138800, 1163376 };
  gsize size, text_bytes;
  g_autofree gchar *image =
      pb_test_data ("shm/skipbarber_longbeach_2021.shm.bin", &size);
  GstEvent *event;
  GBytes *text;
  SimFixture f;

  if (image == NULL)
    return;
  sim_fixture_set_up (&f);
  fail_unless_equals_int (
      irsdk_shm_writer_new_from_image (&f.sim, f.name, image, size), IRSDK_OK);
  gst_harness_play (f.h);
  for (guint i = 0; i < G_N_ELEMENTS (at); i++) {
    GstBuffer *buffer;

    if (i > 0) {
      gst_test_clock_wait_for_next_pending_id (f.clock, NULL);
      irsdk_shm_writer_put_row (f.sim, 1934 + (gint) i, image + at[i]);
      fail_unless (gst_harness_crank_single_clock_wait (f.h));
    }
    buffer = gst_harness_pull (f.h);
    fail_unless_equals_int (gst_buffer_get_size (buffer), 7419);
    fail_unless_equals_int (
        gst_buffer_memcmp (buffer, 0, image + at[i], 7419), 0);
    gst_buffer_unref (buffer);
  }
  event = sim_fixture_pull_event (&f, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY);
  fail_unless (gst_pitbox_session_event_parse (event, &text, NULL));
  fail_unless (
      memcmp (g_bytes_get_data (text, &text_bytes), image + 112, 17180) == 0);
  fail_unless_equals_int (text_bytes, 17180);
  g_bytes_unref (text);
  gst_event_unref (event);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

static Suite *
irsdksrc_suite (void)
{
  Suite *s = suite_create ("irsdksrc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, properties_and_template);
  tcase_add_test (tc, waits_for_the_sim_then_delivers);
  tcase_add_test (tc, time_is_the_ticks_not_the_arrivals);
  tcase_add_test (tc, rows_keep_their_distance);
  tcase_add_test (tc, lost_ticks_are_counted_and_flagged);
  tcase_add_test (tc, gaps_while_ticks_are_paused);
  tcase_add_test (tc, sim_leaves_and_comes_back_with_another_car);
  tcase_add_test (tc, killed_sim_is_succeeded);
  tcase_add_test (tc, new_session_string_is_an_event);
  tcase_add_test (tc, broken_mapping_is_not_a_sim);
  tcase_add_test (tc, num_buffers_ends_the_stream);
  tcase_add_test (tc, unusable_name_is_an_error);
  tcase_add_test (tc, played_and_stopped_twice);
  tcase_add_test (tc, real_image_comes_out_byte_for_byte);
  return s;
}

GST_CHECK_MAIN (irsdksrc);

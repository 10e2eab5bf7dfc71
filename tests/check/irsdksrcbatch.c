/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc with several rows at a wake-up. */
#include <gst/check/gstcheck.h>

#include "irsdksrcfixture.h"

/* One tick of the sim at its time; what comes of it is not waited for. */
static void
tick (SimFixture *f)
{
  sim_fixture_run_until (f, f->next);
  pb_test_sim_put (f->sim, SIM_PROBE, ++f->tick);
  f->next += SIM_PERIOD;
}

GST_START_TEST (batch_comes_together_and_loses_nothing)
{
  GstClockTime last = 0;
  SimFixture f;

  sim_fixture_set_up (&f);
  g_object_set (f.h->element, "batch", 2, NULL);
  /* The first two rows. */
  sim_fixture_start_sim (&f);
  gst_harness_play (f.h);
  gst_test_clock_wait_for_next_pending_id (f.clock, NULL);
  fail_unless_equals_uint64 (gst_harness_buffers_received (f.h), 0);
  f.next = gst_clock_get_time (GST_CLOCK (f.clock)) + SIM_PERIOD;
  for (guint i = 0; i < 60; i++) {
    GstBuffer *one, *two;

    if (i > 0)
      tick (&f);
    tick (&f);
    sim_fixture_run_until (&f, f.next - SIM_PERIOD + 2 * GST_MSECOND);
    fail_unless_equals_uint64 (gst_harness_buffers_received (f.h), 2 * i + 2);
    one = gst_harness_pull (f.h);
    two = gst_harness_pull (f.h);
    sim_fixture_expect_row (&f, two);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (one), f.tick - 1);
    /* Each has its own tick's time. */
    fail_unless (GST_BUFFER_PTS (one) >= last + SIM_PERIOD / 2 || i == 0);
    fail_unless (GST_BUFFER_PTS (two) >= GST_BUFFER_PTS (one) + SIM_PERIOD / 2);
    last = GST_BUFFER_PTS (two);
    gst_buffer_unref (one);
    gst_buffer_unref (two);
  }
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "lost-ticks"), 0);
  /* The ticks pause within a batch: the one row does not wait for another. */
  tick (&f);
  sim_fixture_run_until (&f, f.next + 4 * SIM_PERIOD);
  fail_unless_equals_uint64 (gst_harness_buffers_received (f.h), 121);
  gst_buffer_unref (gst_harness_pull (f.h));
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

static void
count_rows (SimFixture *f, gint32 *next)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (f->h)) != NULL) {
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), (*next)++);
    fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT)
             && *next > 1001);
    gst_buffer_unref (buffer);
  }
}

/* Rows wait in the simulator's own buffers until the last of their batch is
 * there: one wake-up a batch, and nothing is lost if ticks come 4 ms early or
 * late. __i__: 3 or 4 buffers, with and without SDK 1.20's marks. */
GST_START_TEST (batch_costs_one_wake_up)
{
  GRand *rand = g_rand_new_with_seed (5);
  GstClockTime begin;
  guint64 wakes = 0;
  gint32 next = 1000;
  SimFixture f;

  sim_fixture_set_up (&f);
  g_object_set (f.h->element, "batch", 2, NULL);
  f.sim = pb_test_sim_new (f.name, SIM_PROBE, 3 + __i__ % 2, __i__ / 2);
  irsdk_shm_writer_set_connected (f.sim, true);
  pb_test_sim_put (f.sim, SIM_PROBE, f.tick);
  gst_harness_play (f.h);
  gst_test_clock_wait_for_next_pending_id (f.clock, NULL);
  begin = gst_clock_get_time (GST_CLOCK (f.clock));
  for (guint i = 1; i <= 1200; i++) {
    sim_fixture_run_until (
        &f, begin + i * SIM_PERIOD
                + (GstClockTime) g_rand_int_range (rand, 0, 8000000));
    pb_test_sim_put (f.sim, SIM_PROBE, ++f.tick);
    count_rows (&f, &next);
    if (i == 600)
      wakes = sim_fixture_get_stat (&f, "wake-ups");
  }
  sim_fixture_run_until (&f, begin + 1210 * SIM_PERIOD);
  count_rows (&f, &next);
  fail_unless_equals_int (next, f.tick + 1);
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "lost-ticks"), 0);
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "torn"), 0);
  wakes = sim_fixture_get_stat (&f, "wake-ups") - wakes;
  fail_unless (wakes < 600 * 6 / 10, "%" G_GUINT64_FORMAT " wake-ups", wakes);
  g_rand_free (rand);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

/* Rows that are held have the caps of their own car. */
GST_START_TEST (batch_ends_with_the_car)
{
  GstBuffer *buffer;
  SimFixture f;

  sim_fixture_set_up (&f);
  g_object_set (f.h->element, "batch", 6, NULL);
  sim_fixture_start_sim (&f);
  gst_harness_play (f.h);
  gst_test_clock_wait_for_next_pending_id (f.clock, NULL);
  g_clear_pointer (&f.sim, irsdk_shm_writer_free);
  f.sim = pb_test_sim_new (f.name, SIM_PROBE + 1, 4, TRUE);
  irsdk_shm_writer_set_connected (f.sim, true);
  pb_test_sim_put (f.sim, SIM_PROBE + 1, 5);
  sim_fixture_run_until (&f, 3 * GST_SECOND);
  buffer = gst_harness_pull (f.h);
  sim_fixture_expect_row (&f, buffer);
  gst_buffer_unref (buffer);
  buffer = gst_harness_pull (f.h);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 5);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (sim_fixture_get_stat (&f, "layouts"), 2);
  sim_fixture_tear_down (&f);
}
GST_END_TEST;

static Suite *
irsdksrcbatch_suite (void)
{
  Suite *s = suite_create ("irsdksrcbatch");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, batch_comes_together_and_loses_nothing);
  tcase_add_loop_test (tc, batch_costs_one_wake_up, 0, 4);
  tcase_add_test (tc, batch_ends_with_the_car);
  return s;
}

GST_CHECK_MAIN (irsdksrcbatch);

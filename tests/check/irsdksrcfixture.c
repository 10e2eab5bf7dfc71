/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SimFixture. */
#include "irsdksrcfixture.h"

#include <gst/check/gstcheck.h>
#include <string.h>

void
sim_fixture_set_up (SimFixture *f)
{
  memset (f, 0, sizeof *f);
  f->name = pb_test_sim_name ();
  pb_test_sim_vars (f->vars, SIM_PROBE);
  f->h = gst_harness_new ("irsdksrc");
  g_object_set (f->h->element, "shm-name", f->name, NULL);
  gst_harness_use_testclock (f->h);
  f->clock = gst_harness_get_testclock (f->h);
  f->tick = 1000;
}

void
sim_fixture_tear_down (SimFixture *f)
{
  gst_harness_teardown (f->h);
  gst_object_unref (f->clock);
  irsdk_shm_writer_free (f->sim);
  g_free (f->name);
}

/* Lets the source sleep through all its waits up to @time. */
void
sim_fixture_run_until (SimFixture *f, GstClockTime time)
{
  for (;;) {
    GstClockID id;
    GstClockTime due;

    gst_test_clock_wait_for_next_pending_id (f->clock, &id);
    due = gst_clock_id_get_time (id);
    gst_clock_id_unref (id);
    if (due > time)
      break;
    fail_unless (gst_harness_crank_single_clock_wait (f->h));
  }
  if (gst_clock_get_time (GST_CLOCK (f->clock)) < time)
    gst_test_clock_set_time (f->clock, time);
}

void
sim_fixture_start_sim (SimFixture *f)
{
  f->sim = pb_test_sim_new (f->name, SIM_PROBE, 3, FALSE);
  irsdk_shm_writer_set_session (f->sim, "first", 5);
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, SIM_PROBE, f->tick);
}

/* One tick of the sim at its time, and the buffer of it. */
GstBuffer *
sim_fixture_next_row (SimFixture *f)
{
  sim_fixture_run_until (f, f->next);
  pb_test_sim_put (f->sim, SIM_PROBE, ++f->tick);
  f->next += SIM_PERIOD;
  fail_unless (gst_harness_crank_single_clock_wait (f->h));
  return gst_harness_pull (f->h);
}

/* Starts sim and source, and takes the first row. */
void
sim_fixture_connect_sim (SimFixture *f)
{
  sim_fixture_start_sim (f);
  gst_harness_play (f->h);
  gst_buffer_unref (gst_harness_pull (f->h));
  f->next = gst_clock_get_time (GST_CLOCK (f->clock)) + SIM_PERIOD;
}

void
sim_fixture_expect_row (SimFixture *f, GstBuffer *buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (pb_test_sim_row_is_whole (f->vars, f->tick, map.data));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), f->tick);
  gst_buffer_unmap (buffer, &map);
}

guint64
sim_fixture_get_stat (SimFixture *f, const gchar *name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (f->h->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

void
sim_fixture_expect_state (SimFixture *f, const gchar *want)
{
  gchar *state;

  g_object_get (f->h->element, "sim-state", &state, NULL);
  fail_unless_equals_string (state, want);
  g_free (state);
}

GstEvent *
sim_fixture_pull_event (SimFixture *f, GstEventType type)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (f->h)) != NULL) {
    if (GST_EVENT_TYPE (event) == type)
      return event;
    gst_event_unref (event);
  }
  return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc and a simulator in this process, on a clock of the test's. */
#pragma once

#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>

#include "../lib/pb-test-sim.h"

#define SIM_PROBE 4
#define SIM_PERIOD (GST_SECOND / 60)

typedef struct {
  GstHarness *h;
  GstTestClock *clock;
  gchar *name;
  IrsdkShmWriter *sim;
  IrsdkVar vars[PB_TEST_SIM_VARS];
  gint32 tick;
  GstClockTime next; /* when the next tick is */
} SimFixture;

void sim_fixture_set_up (SimFixture *f);
void sim_fixture_tear_down (SimFixture *f);
void sim_fixture_run_until (SimFixture *f, GstClockTime time);
void sim_fixture_start_sim (SimFixture *f);
GstBuffer *sim_fixture_next_row (SimFixture *f);
void sim_fixture_connect_sim (SimFixture *f);
void sim_fixture_expect_row (SimFixture *f, GstBuffer *buffer);
guint64 sim_fixture_get_stat (SimFixture *f, const gchar *name);
void sim_fixture_expect_state (SimFixture *f, const gchar *want);
GstEvent *sim_fixture_pull_event (SimFixture *f, GstEventType type);

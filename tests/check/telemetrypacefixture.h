/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrypace between two harnesses, on a clock of the test's. */
#pragma once

#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>

#include "../lib/pb-test-rows.h"

/* x264enc's segment. */
#define SHIFT (1000 * 3600 * GST_SECOND)

typedef struct {
  GstElement *pace;
  GstHarness *video;
  GstHarness *telemetry;
  GstHarness *enc;
  GstTestClock *clock;
  GstPitboxSchema *schema;
} PaceFixture;

void pace_set_up (PaceFixture *f);
void pace_tear_down (PaceFixture *f);
void pace_push_row (PaceFixture *f, guint n);
void pace_push_frame (PaceFixture *f, guint n);
void pace_pass_wait (PaceFixture *f, GstClockTime time);
void pace_push_first_frame (PaceFixture *f, guint n);
void pace_pull_gap (PaceFixture *f, guint n);
void pace_pull_rows (
    PaceFixture *f, GstHarness *dec, GstClockTime pts, guint first, guint last);
GstHarness *pace_new_dec (void);
guint64 pace_get_stat (PaceFixture *f, const gchar *name);
void pace_pull_eos (GstHarness *h);

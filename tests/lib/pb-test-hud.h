/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures with rows that a head-up display has something to show of. */
#pragma once

#include <gst/check/gstharness.h>
#include <gstpitbox/gstpitbox.h>

/* Two laps of 2 s, the second of which the map needs whole, and a little more. */
#define PB_TEST_HUD_ROWS 262

void pb_test_hud_add_row (GstBuffer *buffer, guint n);
void pb_test_hud_push_session (GstHarness *h);

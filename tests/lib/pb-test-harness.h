/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What tests of elements that take or give rows have in common. */
#pragma once

#include <gst/check/gstharness.h>

#include "pb-test-rows.h"

GstHarness *pb_test_harness_new (
    const gchar *launch, const GstPitboxSchema *schema);
guint64 pb_test_harness_get_stat (
    GstHarness *h, const gchar *element, const gchar *name);
void pb_test_plays_twice (const gchar *factory);

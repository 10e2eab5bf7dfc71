/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Schemas and rows for tests: no physics, but every kind of variable and of
 * change that a codec meets. Deterministic. */
#pragma once

#include <gstpitbox/gstpitbox.h>

/* When row @n is. */
#define PB_TEST_ROW_NS(n) gst_util_uint64_scale (n, GST_SECOND, 60)

GstPitboxSchema *pb_test_schema_new (void);
void pb_test_row_fill (const GstPitboxSchema *schema, guint n, guint8 *row);
GstBuffer *pb_test_row_buffer (const GstPitboxSchema *schema, guint n);
void pb_test_row_random (
    GRand *rand, const GstPitboxSchema *schema, guint8 *row);
void pb_test_row_set_bits (
    guint8 *row, const GstPitboxVar *v, guint i, guint64 bits);

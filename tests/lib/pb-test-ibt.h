/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A real recording for tests, if there are any on this machine. */
#pragma once

#include <gstpitbox/gstpitbox.h>

typedef struct {
  GstPitboxSchema *schema;
  guint8 *rows;
  guint n_rows;
  guint row_bytes;
  gdouble track_length_m;
  gdouble north_offset_rad;
} PbTestIbt;

gboolean pb_test_ibt_load (PbTestIbt *ibt, const gchar *name);
void pb_test_ibt_clear (PbTestIbt *ibt);

/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A serialised schema from anywhere. */
#include "fuzz.h"

#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>

#include "../lib/pb-test-rows.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  GstPitboxSchema *schema = gst_pitbox_schema_new_from_bytes (data, size, NULL);
  GstPitboxSchema *again;
  GBytes *bytes;

  if (schema == NULL)
    return 0;
  /* What was taken must come back the same. */
  bytes = gst_pitbox_schema_to_bytes (schema);
  again = gst_pitbox_schema_new_from_bytes (
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  if (again == NULL || !gst_pitbox_schema_equal (schema, again))
    abort ();
  gst_pitbox_schema_unref (again);
  gst_pitbox_schema_unref (schema);
  g_bytes_unref (bytes);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  const GstPitboxVar odd[] = {
    { "Speed", "km/h", "In other words", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 9 },
    { "Überhang", "", "", GST_PITBOX_VAR_FLOAT, 64, FALSE, 100 },
    { "Gear", "", "Overlaps", GST_PITBOX_VAR_INT, 1, FALSE, 11 },
  };
  g_autoptr (GstPitboxSchema) schema = NULL;

  if (index > 1)
    return NULL;
  schema = index == 0 ? pb_test_schema_new ()
                      : gst_pitbox_schema_new (
                          "other", 360, 400, odd, G_N_ELEMENTS (odd), NULL);
  return gst_pitbox_schema_to_bytes (schema);
}
